"""The read floor: the sum of the four interval columns. Nothing that looks at every interval can be faster."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numba import int64, njit, types

from benchmarks.data import Job, columns
from benchmarks.trial import Run

_COLUMN: Final = types.Array(int64, 1, "C", readonly=True)  # what Arrow hands out


def reader(job: Job) -> Run:
    """What reads the columns of a job's intervals, on all cores, and nothing else."""
    kernel = _kernel()
    arrays = columns(job)
    threads = os.cpu_count() or 1
    bounds = np.linspace(0, job.n_intervals, threads + 1).astype(np.int64)
    parts = [tuple(array[lo:hi] for array in arrays) for lo, hi in pairwise(bounds)]
    pool = ThreadPoolExecutor(threads)
    return lambda: sum(pool.map(lambda part: kernel(*part), parts))


@cache
def _kernel() -> Any:
    return njit([int64(_COLUMN, _COLUMN, _COLUMN, _COLUMN)], nogil=True)(_sum)


def _sum(a: Any, b: Any, c: Any, d: Any) -> Any:
    total = 0
    for i in range(len(a)):
        total += a[i] + b[i] + c[i] + d[i]
    return total
