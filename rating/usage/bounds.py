"""What holds for all sessions of a table, found in one go over their columns.

In pieces that stay in cache. It waits for memory: to share them with another thread took as long, for that wakes first.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from rating.units import INSTANT_MAX_US, INSTANT_MIN_US
from rating.usage.batch import Int64
from rating.usage.columns import Column, view

_PIECE_ROWS: Final = 32768


class Bounds(NamedTuple):
    """The least and the most of n sessions, all of which start and end between INSTANT_MIN_US and INSTANT_MAX_US."""

    increasing: bool  # each id is above the one before
    start_us: tuple[int, int]
    end_us: tuple[int, int]
    length_us: tuple[int, int]


def bounds_of(ids: pa.ChunkedArray, start: Column, end: Column) -> Bounds | None:
    """The bounds of sessions with integer ids; None where ids are none, a value is missing or instants are too far."""
    if ids.num_chunks != 1 or not len(ids) or not pa.types.is_int64(ids.type) or ids.null_count:
        return None
    if start.fault is not None or end.fault is not None:
        return None
    own, start_us, end_us = view(ids.chunk(0), np.int64), start.values, end.values

    found: list[Bounds] = []
    for lo in range(0, len(own), _PIECE_ROWS):
        hi = lo + _PIECE_ROWS
        piece = _piece(own[max(lo - 1, 0) : hi], start_us[lo:hi], end_us[lo:hi])
        if piece is None:
            return None
        found.append(piece)
    columns = list(zip(*found, strict=True))
    most = [(min(least for least, _ in each), max(most for _, most in each)) for each in columns[1:]]
    return Bounds(all(columns[0]), *most)


def _piece(ids: Int64, start_us: Int64, end_us: Int64) -> Bounds | None:
    start, end = _both(start_us), _both(end_us)
    if min(start[0], end[0]) < INSTANT_MIN_US or max(start[1], end[1]) > INSTANT_MAX_US:
        return None  # lengths may be beyond int64
    return Bounds(bool((ids[1:] > ids[:-1]).all()), start, end, _both(end_us - start_us))


def _both(values: Int64) -> tuple[int, int]:
    return int(values.min()), int(values.max())
