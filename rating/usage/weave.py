"""Intervals that no table has, put among those of the meter: of totals, and of reservations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rating.usage.batch import Int64, Intervals


def weave(given: Intervals, first: Int64, session: Int64, added: Intervals) -> tuple[Intervals, Int64]:
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
        kind = (more if mine is None else mine).dtype  # type: ignore[union-attr]
        mine = np.full(len(given.energy), nothing, kind) if mine is None else mine
        more = np.full(len(added.energy), nothing, kind) if more is None else more
        return np.insert(mine, at, more)

    rows = np.arange(len(given.energy), dtype=np.int64) if given.row is None else given.row
    assert added.row is not None
    woven = Intervals(
        start_us=np.insert(given.start_us, at, added.start_us),
        end_us=np.insert(given.end_us, at, added.end_us),
        energy=np.insert(given.energy, at, added.energy),
        energy_scale=given.energy_scale,
        activity=both(given.activity, added.activity, 0),
        row=np.insert(rows, at, added.row),
        table=given.table,
        power_mw=both(given.power_mw, added.power_mw, -1),
        current_ma=both(given.current_ma, added.current_ma, -1),
    )
    return woven, first + np.searchsorted(session, np.arange(len(first)))
