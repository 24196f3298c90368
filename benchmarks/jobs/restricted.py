"""J1 with each restriction that a tariff may have, one by one, in one tariff, and side by side in a batch.

Each tariff is J1's own with one element more in front, or two for what a reservation costs. The sessions have the
columns that their tariff asks for, drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import rating
from benchmarks.data import FULL, QUICK, TARIFF, make_job
from benchmarks.data import Job as Data
from benchmarks.rows import floor_row, once, rating_row
from benchmarks.shapes import (
    PATH,
    RESTRICTIONS,
    Restriction,
    columns_of,
    elements_of,
    restricted_text,
    side_by_side_texts,
    with_columns,
    with_names,
)
from benchmarks.trial import FLOOR, Job, Trial, times_mark
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariffs

MOST: Final = 3.0
ALL: Final = "all in one tariff"
SIDE_BY_SIDE: Final = "a tariff of each, mixed"


def build(n_intervals: int) -> Trial:
    """J1, each restriction, all of them in one tariff, and a tariff of each in one batch."""
    data = once(partial(make_job, n_intervals))

    def inputs(restrictions: tuple[Restriction, ...]) -> tuple[Tariffs, Data]:
        return Tariffs((parse_tariff(restricted_text(TARIFF, restrictions)),)), with_columns(
            data(), columns_of(restrictions)
        )

    every = [(each.name, (each,)) for each in RESTRICTIONS] + [(ALL, RESTRICTIONS)]
    return Trial(
        f"{n_intervals:,} intervals of J1",
        (
            floor_row(data, n_intervals),
            rating_row("J1", "no restriction", lambda: (rating.load_tariffs(PATH), data()), n_intervals),
            *(
                rating_row(name, "; ".join(elements_of(some)), partial(inputs, some), n_intervals)
                for name, some in every
            ),
            rating_row(SIDE_BY_SIDE, "each session has one of them", partial(side_by_side, data), n_intervals),
        ),
        bases=(FLOOR, "J1"),
        marks=(
            times_mark(f"{SIDE_BY_SIDE}: {{}} times J1", SIDE_BY_SIDE, "J1", MOST),
            times_mark(f"{ALL}: {{}} times J1", ALL, "J1", MOST),
        ),
    )


def side_by_side(data: Callable[[], Data]) -> tuple[Tariffs, Data]:
    """A tariff of each restriction, and the sessions, each on one of them."""
    texts = side_by_side_texts()
    job = with_columns(data(), columns_of(RESTRICTIONS))
    return Tariffs(tuple(map(parse_tariff, texts.values()))), with_names(job, list(texts))


JOB: Final = Job("RESTRICTED", "J1 with each restriction of tariffs", "intervals", FULL, QUICK, build)
