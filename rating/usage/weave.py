"""Intervals that no table has, put among those of the meter: those of totals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rating.usage.batch import Int64, Intervals

# Of a column (m,), rows of it (k,) that do not decrease, and what goes in front of each (k,): all of it (m + k,).
Insert = Callable[[Int64, Int64, Int64], Int64]


def insert(given: Int64, place: Int64, more: Int64) -> Int64:
    """What `Insert` says, by NumPy."""
    return np.insert(given, place, more)


def weave(given: Intervals, first: Int64, session: Int64, added: Intervals, insert: Insert) -> tuple[Intervals, Int64]:
    """One of `added` (k,) in front of the intervals of each of `session` (k,), which increase; and the new first.

    Both have energies of one scale, and neither has explicit volumes.
    """
    assert given.energy_scale == added.energy_scale
    assert given.volumes_us is None
    assert added.volumes_us is None
    at = first[session]

    def both(mine: NDArray[Any] | None, more: NDArray[Any] | None, nothing: int) -> NDArray[Any] | None:
        """The two of a column; where only one is there, the other is `nothing`."""
        if mine is None and more is None:
            return None
        if mine is None:
            assert more is not None
            found: NDArray[Any] = np.full(len(given.energy) + len(more), nothing, more.dtype)
            found[at + np.arange(len(more))] = more
            return found
        more = np.full(len(added.energy), nothing, mine.dtype) if more is None else more
        return insert(mine, at, more) if mine.dtype == np.int64 else np.insert(mine, at, more)

    rows = np.arange(len(given.energy), dtype=np.int64) if given.row is None else given.row
    assert added.row is not None
    woven = Intervals(
        start_us=insert(given.start_us, at, added.start_us),
        end_us=insert(given.end_us, at, added.end_us),
        energy=insert(given.energy, at, added.energy),
        energy_scale=given.energy_scale,
        activity=both(given.activity, added.activity, 0),
        row=insert(rows, at, added.row),
        table=given.table,
        power_mw=both(given.power_mw, added.power_mw, -1),
        current_ma=both(given.current_ma, added.current_ma, -1),
    )
    return woven, first + np.searchsorted(session, np.arange(len(first)))
