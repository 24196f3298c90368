"""Find the stretches of equal ids in a column of intervals."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rating.kernels.arrays import readonly
from rating.kernels.jit import kernel

Int64 = NDArray[np.int64]

# Columns shorter than this are not worth a second thread (0.1 ms to start one, 0.5 ns saved a row).
_PART_ROWS = 1_000_000
_STRIDE = 8


@kernel
def _runs(ids: Int64, start_us: Int64, lo: int, hi: int, first: Int64, run_ids: Int64) -> tuple[int, bool]:
    """Write where runs start in rows lo to hi - 1, and their ids; return how many (-1: more than fit), and the flag."""
    count = 0
    descents = 0
    id_before = ids[lo - 1] if lo > 0 else ~ids[lo]
    start_before = start_us[lo - 1] if lo > 0 else start_us[lo]
    i = lo
    while 0 <= i < hi:
        # Eight rows at a time: two times in three none of them starts a run. Row by row it took 1.4 ns a row, so 0.8.
        rows = min(_STRIDE, hi - i)
        other = 0
        if rows == _STRIDE:
            for k in range(_STRIDE):
                other |= ids[i + k] ^ id_before
            if other == 0:
                descents += start_us[i] <= start_before
                for k in range(1, _STRIDE):
                    descents += start_us[i + k] <= start_us[i + k - 1]
        if rows < _STRIDE or other != 0:
            for k in range(rows):
                if ids[i + k] != id_before:
                    if count == first.size:
                        return -1, False
                    id_before = ids[i + k]
                    first[count] = i + k
                    run_ids[count] = id_before
                    count += 1
                elif start_us[i + k] <= start_before:
                    descents += 1
                start_before = start_us[i + k]
        i += rows
        start_before = start_us[i - 1]
    return count, descents == 0


def find_runs(ids: Int64, start_us: Int64) -> tuple[Int64, Int64, bool]:
    """Runs of equal ids, and whether `start_us` increases within each.

    Args: both int64 (m,). Returns: int64 (k + 1,) offsets of k runs, int64 (k,) their ids, and the flag.
    """
    ids, start_us = readonly(ids), readonly(start_us)
    size = ids.size
    parts = max(1, min(os.cpu_count() or 1, size // _PART_ROWS))
    edges = [size * part // parts for part in range(parts + 1)]
    spans = [(lo, hi) for lo, hi in pairwise(edges) if lo < hi]
    if len(spans) > 1:
        with ThreadPoolExecutor(len(spans)) as pool:
            found = list(pool.map(lambda span: _part(ids, start_us, *span), spans))
    else:
        found = [_part(ids, start_us, *span) for span in spans]
    firsts = [first for first, _, _ in found]
    run_ids = [each for _, each, _ in found]
    none = np.empty(0, np.int64)
    return (
        np.concatenate([*firsts, np.array([size] if size else [0], np.int64)]),
        np.concatenate([none, *run_ids]) if len(run_ids) != 1 else run_ids[0],
        all(ascending for _, _, ascending in found),
    )


def _part(ids: Int64, start_us: Int64, lo: int, hi: int) -> tuple[Int64, Int64, bool]:
    room = (hi - lo) // 8 + 16
    while True:
        first, run_ids = np.empty(room, np.int64), np.empty(room, np.int64)
        count, ascending = _runs(ids, start_us, lo, hi, first, run_ids)
        if count >= 0:
            return first[:count], run_ids[:count], bool(ascending)
        room = min(room * 4, hi - lo + 1)
