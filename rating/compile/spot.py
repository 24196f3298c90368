"""Prices that follow an index: epochs begin at each of its instants, and each epoch has a price as exact integers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.kernels.arith import LOW_BITS
from rating.kernels.arrays import NO_PRICE
from rating.tariff.spot import Index, SpotPrice
from rating.units import AMOUNT_MAX_NANO, FEMTO_PER_MICRO, FEMTO_PER_NANO, MWH_PER_KWH

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

_DEN = FEMTO_PER_NANO * MWH_PER_KWH  # a femto a kWh is this part of a nano a milli-Wh


PLAIN_MWH_MIN = 10**9  # `plain` is for tariffs in which a session of a MWh is far from leaving int64
_NUM_MAX = 2**62


class SpotColumn(NamedTuple):
    """The prices of one component for each of e epochs: nano a milli-Wh over `den`."""

    den: int
    volume_max: int  # milli-Wh that times the greatest price stay in int64, and in the range of amounts
    num: Int64  # (e,) NO_PRICE where there is none; not to be used where it does not fit int64, with a volume_max of 0
    part: Int64  # (e, 3) whole, high and low (arith.joined); low is -1 where there is none


class Followed(NamedTuple):
    """The epochs of a timeline in which prices follow indexes."""

    start_us: Int64  # (e,)
    calendar: NDArray[np.intp]  # (e,) of which epoch without indexes each is a part
    run: Int32  # (e,) the next one that is part of another
    columns: tuple[SpotColumn | None, ...]  # of each component


def follow(start_us: Int64, hi_us: int, spots: tuple[SpotPrice | None, ...]) -> Followed:
    """The epochs (e',) up to `hi_us` that begin at `start_us`, cut by the indexes that components follow."""
    starts = with_indexes(start_us, hi_us, tuple(spot for spot in spots if spot is not None))
    calendar = np.searchsorted(start_us, starts, "right") - 1
    return Followed(
        starts, calendar, runs(calendar), tuple(None if spot is None else column(spot, starts) for spot in spots)
    )


def with_indexes(start_us: Int64, hi_us: int, spots: tuple[SpotPrice, ...]) -> Int64:
    """The starts of epochs up to `hi_us`, and with them the instants of the indexes."""
    lo_us = int(start_us[0])
    cuts = [start_us]
    for index in dict.fromkeys(spot.index for spot in spots):
        points = _arrays(index)
        cuts += [each[(each > lo_us) & (each < hi_us)] for each in (points.start_us, points.end_us)]
    return np.unique(np.concatenate(cuts))


def runs(epoch: NDArray[np.intp]) -> Int32:
    """For each of e epochs, made of the epochs `epoch` (e,), the next one that is made of another; e for the last."""
    ends = np.append(np.flatnonzero(epoch[1:] != epoch[:-1]) + 1, epoch.size)
    return ends[np.searchsorted(ends, np.arange(epoch.size), "right")].astype(np.int32)


class _Points(NamedTuple):
    start_us: Int64
    end_us: Int64
    nano: Int64


@lru_cache(maxsize=64)
def _arrays(index: Index) -> _Points:
    points = np.array(index.points, np.int64).reshape(-1, 3)
    return _Points(*(np.ascontiguousarray(points[:, i]) for i in range(3)))


def column(spot: SpotPrice, start_us: Int64) -> SpotColumn:
    """The price of each epoch, which no instant of the index cuts."""
    points = _arrays(spot.index)
    at = np.searchsorted(points.start_us, start_us, "right") - 1
    known = at >= 0
    known[known] = start_us[known] < points.end_us[at[known]]
    used, place = np.unique(at[known], return_inverse=True)
    femto: NDArray[Any] = np.zeros(start_us.size, object)
    priced = known if spot.fallback_micro is None else np.ones(start_us.size, bool)
    if spot.fallback_micro is not None:
        femto[:] = spot.fallback_micro * FEMTO_PER_MICRO
    # Python's integers, because a price of a million with nine decimals and a factor is beyond 64 bits.
    nanos = points.nano[used].tolist()
    femto[known] = np.array([spot.femto(nano) for nano in nanos] or [0], object)[place] if used.size else 0
    divisor = int(np.gcd.reduce(np.append(np.array(sorted(set(femto[priced].tolist())), object), _DEN)))
    den = _DEN // divisor
    num = femto // divisor
    part = np.empty((start_us.size, 3), np.int64)
    part[:, 0] = num // den
    part[:, 1] = (num % den) >> LOW_BITS
    part[:, 2] = (num % den) & ((1 << LOW_BITS) - 1)
    part[~priced, 2] = -1
    most = max(int(np.abs(num[priced]).max(initial=0)), 1)
    short = np.full(start_us.size, NO_PRICE, np.int64)
    if most < _NUM_MAX:
        short[priced] = num[priced]
    volume_max = min(_NUM_MAX // most, AMOUNT_MAX_NANO * den // (most + den)) if most < _NUM_MAX else 0
    for array in (part, short):
        array.flags.writeable = False
    return SpotColumn(den, volume_max, short, part)
