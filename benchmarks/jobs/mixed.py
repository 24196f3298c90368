"""J1's sessions on 200 tariffs of four zones, mixed in a batch: what it costs that neighbours differ."""

from __future__ import annotations

from functools import partial
from typing import Final

import rating
from benchmarks.data import FULL, QUICK, make_job
from benchmarks.rows import floor_row, once, rating_row
from benchmarks.shapes import MIXED, PATH, ZONES, mixed_texts, with_names
from benchmarks.trial import FLOOR, Job, Trial, times_mark
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariffs


def build(n_intervals: int) -> Trial:
    """J1, and J1 mixed."""
    data = once(partial(make_job, n_intervals))
    mixed = once(lambda: with_names(data(), list(tariffs())))
    name = f"{MIXED} tariffs"
    return Trial(
        f"{n_intervals:,} intervals of J1",
        (
            floor_row(data, n_intervals),
            rating_row("one tariff", "J1", lambda: (rating.load_tariffs(PATH), data()), n_intervals),
            rating_row(name, f"mixed, in {len(ZONES)} zones", lambda: (tariffs(), mixed()), n_intervals),
        ),
        bases=(FLOOR, "one tariff"),
        marks=(times_mark(f"{name} in {len(ZONES)} zones: {{}} times one", name, "one tariff", 1.3),),
    )


def tariffs(count: int = MIXED) -> Tariffs:
    """As many of them."""
    return Tariffs(tuple(map(parse_tariff, mixed_texts(count).values())))


JOB: Final = Job("MIXED", "200 tariffs of 4 zones in a batch", "intervals", FULL, QUICK, build)
