"""The job J1: a year of charging in California as two Arrow tables, the same bytes on each run.

Comes in: a number of intervals. Goes out: `sessions` (session_id, tariff, start, end) and `intervals` (session_id,
start, end, energy_wh). Intervals are grouped by session and sorted by start; sessions ascend by id, and their starts
are in no order, as in the export of a network of many sites: nobody can profit from neighbours in the same week.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Int64 = NDArray[np.int64]

FULL: Final = 10_000_000
QUICK: Final = 200_000
SEED: Final = 20250101
TARIFF: Final = "ca-tou"

US_PER_S: Final = 1_000_000
SLOT_US: Final = 15 * 60 * US_PER_S
YEAR_FIRST_US: Final = 1_735_689_600 * US_PER_S  # 2025-01-01 UTC
SLOTS: Final = 365 * 96  # quarters of an hour in 2025; every interval on the grid lies in one of them
LENGTH_MIN: Final = 4
LENGTH_MAX: Final = 44  # with the minimum of 4 a mean of 24
IDLE_SHARE: Final = 0.37
ENERGY_MIN_WH: Final = 150
ENERGY_MAX_WH: Final = 5_500  # 22 kW for a quarter of an hour

_UTC = pa.timestamp("us", tz="UTC")


class Job(NamedTuple):
    """The two tables, as any caller of `rating.rate` would hold them."""

    name: str
    sessions: Any  # pyarrow.Table
    intervals: Any  # pyarrow.Table

    @property
    def n_sessions(self) -> int:
        return int(self.sessions.num_rows)

    @property
    def n_intervals(self) -> int:
        return int(self.intervals.num_rows)


def make_job(n_intervals: int = FULL, *, odd: bool = False, seed: int = SEED) -> Job:
    """J1, or with `odd` J1-odd: sessions start at any second, so that prices change within intervals."""
    if n_intervals < 2 * LENGTH_MAX:
        raise ValueError(f"a job of {n_intervals} intervals is too small: at least {2 * LENGTH_MAX}")
    rng = np.random.Generator(np.random.PCG64(seed))
    length = _lengths(rng, n_intervals)
    n = len(length)
    first = np.zeros(n + 1, np.int64)
    np.cumsum(length, out=first[1:])

    # One slot less than the year has, so that an odd session still ends within it.
    start_us = YEAR_FIRST_US + rng.integers(0, SLOTS - 1 - length, endpoint=True) * SLOT_US
    if odd:
        # A generator of its own, so that J1 and J1-odd have the same energy and idle times.
        start_us += np.random.Generator(np.random.PCG64(seed + 1)).integers(0, SLOT_US // US_PER_S, n) * US_PER_S
    interval_start_us = np.repeat(start_us - first[:-1] * SLOT_US, length)
    interval_start_us += np.arange(n_intervals, dtype=np.int64) * SLOT_US
    energy_wh = rng.integers(ENERGY_MIN_WH, ENERGY_MAX_WH, n_intervals, endpoint=True)
    energy_wh[_idle(rng, length, first)] = 0

    session_id = np.repeat(np.arange(1_000_000, 1_000_000 + n, dtype=np.int64), length)
    name = "J1-odd" if odd else "J1"
    return tables(name, length, session_id, interval_start_us, interval_start_us + SLOT_US, energy_wh)


def tables(name: str, length: Int64, session_id: Int64, start_us: Int64, end_us: Int64, energy_wh: Int64) -> Job:
    """The two tables of intervals that lie session by session, of sessions of so many intervals: all on one tariff."""
    last = np.cumsum(length) - 1
    first = last - length + 1
    tariff = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(length), np.int32)), pa.array([TARIFF]))
    sessions = {
        "session_id": pa.array(session_id[first]),
        "tariff": tariff,
        "start": _instants(start_us[first]),
        "end": _instants(end_us[last]),
    }
    intervals = {
        "session_id": pa.array(session_id),
        "start": _instants(start_us),
        "end": _instants(end_us),
        "energy_wh": pa.array(energy_wh),
    }
    return Job(name, pa.table(sessions), pa.table(intervals))


def columns(job: Job) -> tuple[Int64, Int64, Int64, Int64]:
    """The four interval columns without a copy: session_id, start and end in microseconds, energy_wh."""
    names = ("session_id", "start", "end", "energy_wh")
    arrays = (job.intervals.column(name).chunk(0) for name in names)
    session_id, start, end, energy_wh = (array.view(pa.int64()).to_numpy(zero_copy_only=True) for array in arrays)
    return session_id, start, end, energy_wh


def _lengths(rng: np.random.Generator, n_intervals: int) -> Int64:
    """How many intervals each session has; they add up to `n_intervals`."""
    length = rng.integers(LENGTH_MIN, LENGTH_MAX, n_intervals // LENGTH_MIN, endpoint=True)
    total = np.cumsum(length)
    kept = int(np.searchsorted(total, n_intervals - LENGTH_MIN, side="right"))
    rest = n_intervals - int(total[kept - 1])
    last = [rest] if rest <= LENGTH_MAX else [rest // 2, rest - rest // 2]
    return np.concatenate([length[:kept], np.array(last, np.int64)])


def _idle(rng: np.random.Generator, length: Int64, first: Int64) -> NDArray[np.bool_]:
    """Which intervals have no energy: the tail of a session is parked, and a few intervals in between are idle."""
    charging = length - np.minimum(length - 1, np.rint(length * rng.beta(1.2, 2.4, len(length))).astype(np.int64))
    n_intervals = int(first[-1])
    position = np.arange(n_intervals, dtype=np.int64) - np.repeat(first[:-1], length)
    idle = position >= np.repeat(charging, length)
    missing = IDLE_SHARE * n_intervals - np.count_nonzero(idle)
    between = missing / (n_intervals - np.count_nonzero(idle))
    return np.asarray(idle | (rng.random(n_intervals) < between))


def _instants(us: Int64) -> Any:
    return pa.array(us).view(_UTC)
