"""Find the stretches of equal ids in a column of intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rating.kernels.jit import kernel

Int64 = NDArray[np.int64]


@kernel
def _runs(ids: Int64, start_us: Int64, first: Int64) -> tuple[int, bool]:
    """Write where runs start into `first`; return how many (-1: more than fit) and whether starts ascend."""
    count = 0
    ascending = True
    before_id = 0
    before_start = 0
    for i in range(ids.size):
        if i == 0 or ids[i] != before_id:
            if count == first.size - 1:
                return -1, ascending
            first[count] = i
            count += 1
            before_id = ids[i]
        elif start_us[i] < before_start:
            ascending = False
        before_start = start_us[i]
    first[count] = ids.size
    return count, ascending


def find_runs(ids: Int64, start_us: Int64) -> tuple[Int64, bool]:
    """Runs of equal ids, and whether `start_us` never decreases within one.

    Args: both int64 (m,). Returns: int64 (k + 1,) offsets of k runs, and the flag.
    """
    ids, start_us = _read_only(ids), _read_only(start_us)
    room = ids.size // 8 + 16
    while True:
        first = np.empty(room + 1, np.int64)
        count, ascending = _runs(ids, start_us, first)
        if count >= 0:
            return first[: count + 1], bool(ascending)
        room = ids.size if room * 4 > ids.size else room * 4


def _read_only(array: Int64) -> Int64:
    """A read-only view: what Arrow hands out is read-only, and one kind of array is one compilation."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
