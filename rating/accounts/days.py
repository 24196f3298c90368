"""Local dates, and the periods of plans that they lie in. A date is a number of days since 1970-01-01."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rating.compile.zones import offsets
from rating.kernels.arrays import frozen, readonly
from rating.kernels.periods import Clocks, local_dates, period_starts, periods
from rating.tariff.plans import Period
from rating.units import US_PER_DAY

Int64 = NDArray[np.int64]

_PERS = ("day", "week", "month", "year")


def clocks_of(zones: Iterable[str], lo_us: int, hi_us: int) -> Clocks:
    """The clocks of zones for instants from `lo_us` to `hi_us`."""
    columns: list[tuple[Int64, ...]] = [(np.empty(0, np.int64),) * 3]
    for zone in zones:
        # The date that a change takes back is one of the last day.
        start_us, offset_us = offsets(zone, lo_us - US_PER_DAY, hi_us + 1)
        day_before = (start_us[1:] - 1 + offset_us[:-1]) // US_PER_DAY  # the change that begins each but the first
        reached = np.concatenate([[day_before.min(initial=0)], np.maximum.accumulate(day_before)])
        columns.append((start_us, offset_us, reached))
    first = np.cumsum([len(each[0]) for each in columns], dtype=np.int64)
    return frozen(Clocks(first, *(np.concatenate(each) for each in zip(*columns, strict=True))))


def local_days(instant_us: Int64, zone: str) -> Int64:
    """(n,) the local date of each instant; where a clock was set back over midnight, the new date stays."""
    if instant_us.size == 0:
        return np.empty(0, np.int64)
    day = np.empty(instant_us.size, np.int64)
    local_dates(readonly(instant_us), clocks_of([zone], int(instant_us.min()), int(instant_us.max())), day)
    return day


def code_of(period: Period) -> tuple[int, bool]:
    """How kernels name a period: how long it is, and whether it is counted from the date of joining."""
    return _PERS.index(period.per), period.anchor == "start"


def period_of(period: Period, day: Int64, joined: Int64) -> tuple[Int64, Int64]:
    """The number of the period that each date lies in, which grows by one from period to period, and its first date.

    `joined` (n,) is the date from which periods with the anchor `start` are counted: its period is number 0.
    """
    number, first = np.empty(len(day), np.int64), np.empty(len(day), np.int64)
    periods(*code_of(period), readonly(day), readonly(joined), number, first)
    return number, first


def first_of(period: Period, number: Int64, joined: Int64) -> Int64:
    """The first date of the period of that number."""
    first = np.empty(len(number), np.int64)
    period_starts(*code_of(period), readonly(number), readonly(joined), first)
    return first
