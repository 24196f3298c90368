"""J1 by many sets of prices in one pass: what a variant costs beside a rating."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import rating
from benchmarks.data import FULL, QUICK, make_job
from benchmarks.rows import Bill, floor_row, once, rating_row
from benchmarks.shapes import PATH
from benchmarks.trial import FLOOR, Job, Row, Run, Trial, times_mark

ONE: Final = "J1"
VARIANTS: Final = {1: "1 variant", 50: "50 variants", 500: "500 variants"}
IN_FULL: Final = "the last of 50, by itself"


def build(n_intervals: int) -> Trial:
    """J1, and its variants with prices of energy that rise cent by cent."""
    data = once(partial(make_job, n_intervals))

    def grid_row(count: int) -> Row:
        def prepare() -> Run:
            tariffs, job, grid = rating.load_tariffs(PATH), data(), _grid(count)
            return lambda: rating.compare(tariffs, grid, job.sessions, job.intervals)

        return Row(VARIANTS[count], "compare() with a grid, sums by variant", prepare, n_intervals, summary=_changed)

    def last() -> tuple[Any, Any]:
        tariffs, grid = rating.load_tariffs(PATH), _grid(50)
        return grid.apply(tariffs, grid.variants[-1]), data()

    return Trial(
        f"{n_intervals:,} intervals of J1",
        (
            floor_row(data, n_intervals),
            rating_row(ONE, "rate() complete, with lines", lambda: (rating.load_tariffs(PATH), data()), n_intervals),
            rating_row(IN_FULL, "rate() with its prices written out", last, n_intervals),
            *map(grid_row, VARIANTS),
        ),
        bases=(FLOOR, ONE),
        check=_checked,
        marks=(
            times_mark("50 variants: {} times one rating", VARIANTS[50], ONE, 10),
            times_mark("500 variants: {} times 50", VARIANTS[500], VARIANTS[50], 10),
        ),
    )


def _grid(count: int) -> rating.Grid:
    return rating.grid(f"energy +0.01..+{count / 100:.2f} step 0.01" if count > 1 else "energy +0.01")


def _changed(found: Any) -> tuple[int, list[int]]:
    """How many sessions were rated, and what they come to by prices as they are and by each variant, in micro."""
    if found.rejected or found.in_full:
        raise AssertionError(f"{len(found.rejected)} sessions were rejected, {found.in_full} rated in full")
    return found.compared, [row.amounts.gross_micro for row in found.rows]


def _checked(summaries: dict[str, Any]) -> list[str]:
    """Prices as they are come to what `rate` says, and so does the last of 50 variants. AssertionError otherwise."""
    now, last = (summaries.get(name) for name in (ONE, IN_FULL))
    lines = []
    for name in VARIANTS.values():
        if name not in summaries:
            continue
        sessions, gross = summaries[name]
        pairs = [(gross[0], now)] + ([(gross[50], last)] if len(gross) > 50 else [])
        for micro, bill in pairs:
            if isinstance(bill, Bill) and (sessions, micro) != (bill.sessions, int(bill.gross * 10**6)):
                raise AssertionError(f"{name}: {sessions} sessions come to {micro} micro, rate() says {bill}")
        lines.append(f"{name}: {sessions:,} sessions, the sums of rate() for prices as they are")
    return lines


JOB: Final = Job("GRID", "J1 by many sets of prices in one pass", "intervals", FULL, QUICK, build)
