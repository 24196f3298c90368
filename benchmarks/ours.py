"""`rating.rate` complete: matching, cutting, limits, tax, rounding, lines and tables, exact to the cent."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

import rating
from benchmarks.contender import Contender, Totals
from benchmarks.data import Job
from benchmarks.prices import Prices
from benchmarks.rows import needs, none_refused
from benchmarks.shapes import PATH
from benchmarks.trial import Run


def _prepare(job: Job, prices: Prices) -> Run:
    tariffs = rating.load_tariffs(PATH)
    return lambda: rating.rate(tariffs, job.sessions, job.intervals)


def _prepare_totals(job: Job, prices: Prices) -> Run:
    needs("lines")
    tariffs = rating.load_tariffs(PATH)
    return lambda: rating.rate(tariffs, job.sessions, job.intervals, **_NO_LINES)


def _totals(rated: Any) -> Totals:
    """The bills as they are charged, and the sum of the exact amounts before rounding, which is what peers add up."""
    gross = _gross(rated)
    exact = pc.sum(rated.lines.filter(pc.not_equal(rated.lines.column("kind"), "rounding")).column("amount")).as_py()
    charged = pc.sum(rated.sessions.column("gross")).as_py()
    # Both sums are exact decimals: rounding moved each bill by half a cent at most.
    if abs(exact - charged) * 200 > len(gross):
        raise AssertionError(f"rating charges {charged}, its lines add up to {exact}")
    return Totals(gross, float(exact))


def _only_totals(rated: Any) -> Totals:
    """The bills as they are charged: without lines there are no exact amounts to add up."""
    return Totals(_gross(rated), None)


def _gross(rated: Any) -> NDArray[np.float64]:
    none_refused(rated)
    order = pc.sort_indices(rated.sessions.column("session_id"))
    return np.asarray(rated.sessions.column("gross").take(order).cast(pa.float64()))


# A bill is rounded to the cent. On J1-odd an interval's energy is cut to whole Wh besides, where the peers cut exactly:
# at most six cuts a session, each between prices at most 0.28 a kWh apart.
_HALF_A_CENT: Final = 0.005
_SIX_CUTS: Final = 6 * 0.28 / 1000

_NO_LINES: Final[dict[str, Any]] = {"lines": False}

ALL = (
    Contender("rating", "rate() complete: exact, rounded, three tables", _prepare, _totals, within=_HALF_A_CENT),
    Contender("rating, totals only", "rate(lines=False)", _prepare_totals, _only_totals, within=_HALF_A_CENT),
    Contender("rating, odd", "the same on J1-odd", _prepare, _totals, odd=True, within=_HALF_A_CENT + _SIX_CUTS),
)
