"""The read floor as a contender: all are measured by it."""

from __future__ import annotations

from benchmarks.contender import Contender
from benchmarks.data import Job
from benchmarks.floor import reader
from benchmarks.prices import Prices
from benchmarks.trial import Run


def _prepare(job: Job, prices: Prices) -> Run:
    return reader(job)


READ_FLOOR = Contender("read floor", "Numba, all cores: the sum of the four interval columns", _prepare, None)
