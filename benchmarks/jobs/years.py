"""A session is a leap year of a meter, 35,136 quarters of an hour: what is left when sessions cost nothing."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

import rating
from benchmarks.data import ENERGY_MAX_WH, ENERGY_MIN_WH, FULL, IDLE_SHARE, SEED, SLOT_US, US_PER_S, tables
from benchmarks.data import Job as Data
from benchmarks.prices import PATH
from benchmarks.rows import floor_row, once, rating_row
from benchmarks.trial import FLOOR, Job, Trial, times_mark

QUARTERS: Final = 366 * 96
FIRST_US: Final = 1_704_096_000 * US_PER_S  # midnight of 2024-01-01 in Los Angeles


def build(n_intervals: int) -> Trial:
    """As many whole years as come nearest."""
    meters = max(1, round(n_intervals / QUARTERS))
    count = meters * QUARTERS
    data = once(partial(years, meters))
    name = "meter years"
    return Trial(
        f"{meters:,} meters' year of {QUARTERS:,} intervals each",
        (
            floor_row(data, count),
            rating_row(name, "rate() complete", lambda: (rating.load_tariffs(PATH), data()), count),
            rating_row(
                f"{name}, totals only", "without lines", lambda: (rating.load_tariffs(PATH), data()), count, lines=False
            ),
        ),
        marks=(times_mark("meter years: {} times reading the columns", name, FLOOR, 2.0),),
    )


def years(meters: int) -> Data:
    """The year of each meter, with energy of its own."""
    rng = np.random.Generator(np.random.PCG64(SEED + 4))
    count = meters * QUARTERS
    start_us = np.tile(FIRST_US + np.arange(QUARTERS, dtype=np.int64) * SLOT_US, meters)
    energy_wh = rng.integers(ENERGY_MIN_WH, ENERGY_MAX_WH, count, endpoint=True)
    energy_wh[rng.random(count) < IDLE_SHARE] = 0
    session_id = np.repeat(np.arange(1, meters + 1, dtype=np.int64), QUARTERS)
    length = np.full(meters, QUARTERS, np.int64)
    return tables("YEARS", length, session_id, start_us, start_us + SLOT_US, energy_wh)


JOB: Final = Job("YEARS", "a session is a meter's year", "intervals", FULL, 4 * QUARTERS, build)
