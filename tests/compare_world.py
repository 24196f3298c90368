"""A history for the pages and the terminal: a month of charging, and tariffs of which some change."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import rating
from rating.cli.demo import _draw
from rating.tariff.model import Tariffs

EXAMPLES: Final = Path(__file__).parent.parent / "tariffs"
NAMES: Final = ("harbour-dc", "ca-tou", "tokyo-flat", "per-kwh")


@cache
def month() -> tuple[Any, Any]:
    """Sessions and intervals on all of the examples."""
    drawn = _draw(rating.load_tariffs(EXAMPLES), date(2026, 3, 1), 12_000, 3, EXAMPLES)
    return drawn.sessions_table(), drawn.intervals_table()


@cache
def old() -> Tariffs:
    every = rating.load_tariffs(EXAMPLES)
    return Tariffs(tuple(every[name] for name in NAMES))


@cache
def new() -> Tariffs:
    """Harbour: peaks cheaper, all other times dearer; Tokyo dearer; per-kwh is gone."""
    changes = rating.grid("energy@harbour-dc/*peak* -0.04", "energy@harbour-dc/all* +0.03", "energy@tokyo-flat *1.1")
    changed = changes.apply(old(), changes.variants[0])
    return Tariffs(tuple(each for each in changed.values() if each.id != "per-kwh"))


@cache
def comparison() -> rating.Comparison:
    return rating.compare(old(), new(), *month())


@cache
def grid_comparison() -> rating.GridComparison:
    grid = rating.grid("energy@harbour-* -0.02..+0.04 step 0.01", "flat@tokyo-* +0, +50")
    return rating.compare(old(), grid, *month())
