"""Prices that follow an index: epochs begin at each of its instants, and each epoch has a price as exact integers."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.kernels.arith import LOW_BITS
from rating.kernels.arrays import NO_PRICE
from rating.tariff.spot import Index, SpotPrice
from rating.units import AMOUNT_MAX_NANO, FEMTO_PER_NANO, MWH_PER_KWH, US_PER_MIN

Int64 = NDArray[np.int64]

_DEN = FEMTO_PER_NANO * MWH_PER_KWH  # a femto a kWh is this part of a nano a milli-Wh


PLAIN_MWH_MIN = 10**9  # `plain` is for tariffs in which a session of a MWh is far from leaving int64
_NUM_MAX = 2**62
_STEPS_US = (60 * US_PER_MIN, 30 * US_PER_MIN, 15 * US_PER_MIN, 5 * US_PER_MIN)


class Grid(NamedTuple):
    """The same prices at equal steps, which `plain` reads without looking at an instant."""

    start_us: int  # of the first one, at or before all that is priced
    step_us: int
    num: Int64  # (g,) nano a milli-Wh over `den`; NO_PRICE where there is none


class SpotColumn(NamedTuple):
    """The prices of one component: nano a milli-Wh over `den`, for each of e epochs."""

    den: int
    volume_max: int  # milli-Wh that times the greatest price stay in int64, and in the range of amounts
    part: Int64  # (e, 3) whole, high and low (arith.joined); low is -1 where there is no price
    grid: Grid | None  # None: prices do not begin at equal steps, or do not fit int64


class Followed(NamedTuple):
    """The epochs of a timeline in which prices follow indexes."""

    start_us: Int64  # (e,)
    calendar: NDArray[np.intp]  # (e,) of which epoch without indexes each is a part
    columns: tuple[SpotColumn | None, ...]  # of each component


def follow(start_us: Int64, hi_us: int, spots: tuple[SpotPrice | None, ...]) -> Followed:
    """The epochs (e',) up to `hi_us` that begin at `start_us`, cut by the indexes that components follow."""
    lo_us = int(start_us[0])
    indexes = dict.fromkeys(spot.index for spot in spots if spot is not None)
    starts = np.unique(np.concatenate([start_us, *(_bounds(index, lo_us, hi_us) for index in indexes)]))
    columns = tuple(None if spot is None else column(spot, starts, hi_us) for spot in spots)
    return Followed(starts, np.searchsorted(start_us, starts, "right") - 1, columns)


def _bounds(index: Index, lo_us: int, hi_us: int) -> Int64:
    """Where prices begin and end after `lo_us` and before `hi_us`."""
    points = _arrays(index)
    bounds = np.union1d(points.start_us, points.end_us)
    return bounds[(bounds > lo_us) & (bounds < hi_us)]


class _Points(NamedTuple):
    start_us: Int64
    end_us: Int64
    nano: Int64


@lru_cache(maxsize=64)
def _arrays(index: Index) -> _Points:
    points = np.array(index.points, np.int64).reshape(-1, 3)
    return _Points(*(np.ascontiguousarray(points[:, i]) for i in range(3)))


def column(spot: SpotPrice, start_us: Int64, hi_us: int) -> SpotColumn:
    """The price of each epoch, which no instant of the index cuts."""
    femto, priced = _femto(spot, start_us)
    grid_us = _grid_us(spot.index, int(start_us[0]), hi_us)
    grid_femto, grid_priced = _femto(spot, grid_us)
    known = sorted({*femto[priced].tolist(), *grid_femto[grid_priced].tolist()})
    den = _DEN // math.gcd(_DEN, *known)
    most = max(1, *(abs(each) // (_DEN // den) for each in known or [0]))
    num = femto // (_DEN // den)
    part = np.empty((start_us.size, 3), np.int64)
    part[:, 0] = num // den
    part[:, 1] = (num % den) >> LOW_BITS
    part[:, 2] = (num % den) & ((1 << LOW_BITS) - 1)
    part[~priced, 2] = -1
    part.flags.writeable = False
    volume_max = min(_NUM_MAX // most, AMOUNT_MAX_NANO * den // (most + den))
    grid = None
    if volume_max >= PLAIN_MWH_MIN and grid_us.size > 1:
        at_steps = np.full(grid_us.size, NO_PRICE, np.int64)
        at_steps[grid_priced] = grid_femto[grid_priced] // (_DEN // den)
        at_steps.flags.writeable = False
        grid = Grid(int(grid_us[0]), int(grid_us[1] - grid_us[0]), at_steps)
    return SpotColumn(den, volume_max, part, grid)


def _femto(spot: SpotPrice, at_us: Int64) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The price at each instant (n,) in 10^-15 of the currency a kWh, and where there is one; 0 where there is none.

    They are Python's integers, because a price of a million with nine decimals and a factor is beyond 64 bits.
    """
    points = _arrays(spot.index)
    at = np.searchsorted(points.start_us, at_us, "right") - 1
    known = at >= 0
    known[known] = at_us[known] < points.end_us[at[known]]
    femto: NDArray[Any] = np.zeros(at_us.size, object)
    femto[:] = spot.femto(None) or 0
    if known.any():
        used, place = np.unique(points.nano[at[known]], return_inverse=True)
        femto[known] = np.array([spot.femto(nano) for nano in used.tolist()], object)[place]
    return femto, known if spot.fallback_micro is None else np.ones(at_us.size, bool)


def _grid_us(index: Index, lo_us: int, hi_us: int) -> Int64:
    """Instants at equal steps from `lo_us` or before to `hi_us`, between which no price begins; none where none are."""
    bounds = _bounds(index, lo_us, hi_us)
    first = int(bounds[0]) if bounds.size else lo_us
    for step_us in _STEPS_US:
        if not ((bounds - first) % step_us).any():
            start_us = first - -(-(first - lo_us) // step_us) * step_us
            return np.arange(start_us, hi_us + step_us, step_us, dtype=np.int64)
    return np.empty(0, np.int64)
