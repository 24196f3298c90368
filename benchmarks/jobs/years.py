"""A session is a leap year of a meter, 35,136 quarters of an hour: what is left when sessions cost nothing."""

from __future__ import annotations

from functools import partial
from typing import Final

import rating
from benchmarks.data import FULL
from benchmarks.rows import floor_row, once, rating_row
from benchmarks.shapes import PATH, QUARTERS, years
from benchmarks.trial import FLOOR, Job, Trial, times_mark


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


JOB: Final = Job("YEARS", "a session is a meter's year", "intervals", FULL, 4 * QUARTERS, build)
