"""Local dates, and the periods of plans that they lie in. A date is a number of days since 1970-01-01."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rating.compile.zones import offsets
from rating.tariff.plans import Period
from rating.units import US_PER_DAY

Int64 = NDArray[np.int64]

_MONDAY = 4  # 1970-01-05


def local_days(instant_us: Int64, zone: str) -> Int64:
    """(n,) the local date of each instant."""
    if instant_us.size == 0:
        return np.empty(0, np.int64)
    start_us, offset_us = offsets(zone, int(instant_us.min()), int(instant_us.max()) + 1)
    shift = offset_us[np.searchsorted(start_us, instant_us, "right") - 1]
    return np.asarray((instant_us + shift) // US_PER_DAY)


def period_of(period: Period, day: Int64, joined: Int64) -> tuple[Int64, Int64]:
    """The number of the period that each date lies in, which grows by one from period to period, and its first date.

    `joined` (n,) is the date from which periods with the anchor `start` are counted: its period is number 0.
    """
    if period.per == "day":
        return day, day
    anchored = period.anchor == "start"
    if period.per == "week":
        first = joined if anchored else np.full_like(day, _MONDAY)
        number = (day - first) // 7
        return number, first + 7 * number
    months = 12 if period.per == "year" else 1
    if not anchored:
        number = _months(day) // months
        return number, _first_of_month(number * months)
    since = _months(day) - _months(joined)
    # In the month of an anniversary, what comes before it still belongs to the period before.
    number = since // months
    number -= day < _anniversary(joined, number * months)
    return number, _anniversary(joined, number * months)


def _months(day: Int64) -> Int64:
    return np.asarray(day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


def _first_of_month(month: Int64) -> Int64:
    return np.asarray(month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64))


def _anniversary(joined: Int64, months: Int64) -> Int64:
    """The date so many months after `joined`: the last of a month that is too short for it."""
    first = _first_of_month(_months(joined) + months)
    last = _first_of_month(_months(joined) + months + 1) - 1
    return np.asarray(np.minimum(first + joined - _first_of_month(_months(joined)), last))
