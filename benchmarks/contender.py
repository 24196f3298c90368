"""What takes part in J1: a name, how to get ready, and how to read the result. `peers` and `ours` make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import Job
from benchmarks.prices import Prices
from benchmarks.trial import Run


class Totals(NamedTuple):
    """A total for each session in the order of session_id, and their sum; None: only bills that are rounded already."""

    by_session: NDArray[np.float64]
    total: float | None


class Contender(NamedTuple):
    """`prepare` is off the clock and returns what is on it; `totals` reads what that returned, off the clock again."""

    name: str
    about: str  # what is on the clock, in a line
    prepare: Callable[[Job, Prices], Run]
    totals: Callable[[Any], Totals] | None  # None: not a bill
    odd: bool = False  # runs on J1-odd
    within: float = 0.0  # dollars by which its bills may differ from the peers', which round nothing


def totals_of(session_id: NDArray[np.int64], total: NDArray[np.float64]) -> Totals:
    """Totals in the order of session_id, whatever order a group by returned."""
    order = np.argsort(session_id, kind="stable")
    if np.any(np.diff(session_id[order]) == 0):
        raise AssertionError("a session has two totals")
    return Totals(total[order], float(total.sum()))


def disagreement(got: Totals, expected: Totals, within: float) -> str | None:
    """Why two contenders do not agree, or None: the sum to 1e-6, each session's bill to 1e-6 and `within` dollars."""
    if len(got.by_session) != len(expected.by_session):
        return f"{len(got.by_session)} sessions instead of {len(expected.by_session)}"
    one, other = got.total, expected.total
    if one is not None and other is not None and abs(one - other) > 1e-6 * abs(other):
        return f"a total of {one!r} instead of {other!r}"
    worst = int(np.argmax(np.abs(got.by_session - expected.by_session)))
    bill, expects = float(got.by_session[worst]), float(expected.by_session[worst])
    if abs(bill - expects) > within + 1e-6 * abs(expects):
        return f"{bill!r} instead of {expects!r} for session {worst}"
    return None
