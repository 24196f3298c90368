"""J1 by a quarter-hour index: what a market price for each quarter costs in time."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa

import rating
from benchmarks.data import FULL, QUICK, SEED, SLOT_US, SLOTS, TARIFF, YEAR_FIRST_US, make_job
from benchmarks.rows import floor_row, once, rating_row
from benchmarks.shapes import PATH
from benchmarks.trial import FLOOR, Job, Trial, times_mark
from rating.tariff.load import parse_tariff
from rating.tariff.model import Component, Element, Tariff, Tariffs

NAME: Final = "J1 by an index"
_ENERGY: Final = """
tariff: spot
currency: USD
versions:
  - elements:
      - energy: {index: ca-day-ahead, factor: 1.05, add: 0.12/kWh, floor: -0.05, ceiling: 0.90}
"""


def build(n_intervals: int) -> Trial:
    """J1, and J1 by the index."""
    data = once(partial(make_job, n_intervals))
    return Trial(
        f"{n_intervals:,} intervals of J1",
        (
            floor_row(data, n_intervals),
            rating_row("J1", "a few prices a day", lambda: (rating.load_tariffs(PATH), data()), n_intervals),
            rating_row(NAME, "a price for each quarter", lambda: (spot_tariffs(), data()), n_intervals),
        ),
        bases=(FLOOR, "J1"),
        marks=(times_mark("by an index: {} times J1", NAME, "J1", 1.3),),
    )


def spot_tariffs() -> Tariffs:
    """The tariff of J1 with its prices of energy by an index of the year, and all its other prices as they are."""
    by_index = parse_tariff(_ENERGY, indexes={"ca-day-ahead": index()}).versions[0].elements[0].components[0]
    return Tariffs((_with_energy(rating.load_tariffs(PATH)[TARIFF], by_index),))


def _with_energy(tariff: Tariff, energy: Component) -> Tariff:
    """Windows of energy alone would be for nothing: the index has the prices of all hours."""

    def others(element: Element) -> tuple[Component, ...]:
        return tuple(part for part in element.components if part.dimension != "energy")

    (version,) = tariff.versions
    kept = [replace(each, components=others(each)) for each in version.elements if others(each)]
    first = Element("by the market", (energy,))
    return replace(tariff, versions=(replace(version, elements=(first, *kept)),))


def index() -> Any:
    """Prices in cents a MWh, some below zero, for every quarter of an hour of 2025 and a day around it."""
    count = SLOTS + 2 * 96
    start_us = YEAR_FIRST_US - 96 * SLOT_US + np.arange(count, dtype=np.int64) * SLOT_US
    cents = np.random.Generator(np.random.PCG64(SEED + 2)).integers(-3_000, 22_000, count).tolist()
    prices = [f"{'-' if each < 0 else ''}{abs(each) // 100}.{abs(each) % 100:02}" for each in cents]
    return pa.table({"start": pa.array(start_us).view(pa.timestamp("us", "UTC")), "price_per_mwh": prices})


JOB: Final = Job("SPOT", "J1 by a quarter-hour index", "intervals", FULL, QUICK, build)
