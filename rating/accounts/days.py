"""Local dates, and the periods of plans that they lie in. A date is a number of days since 1970-01-01."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rating.compile.zones import offsets
from rating.tariff.plans import Period
from rating.units import US_PER_DAY

Int64 = NDArray[np.int64]

_MONDAY = 4  # 1970-01-05
_SPAN_DAYS_MAX = 4096
_MONTHS = {"month": 1, "year": 12}


def local_days(instant_us: Int64, zone: str) -> Int64:
    """(n,) the local date of each instant; where a clock was set back over midnight, the new date stays.

    So dates never go back, and a period begins at the first instant of its first date, as a tariff's version does.
    """
    if instant_us.size == 0:
        return np.empty(0, np.int64)
    # The date that a change takes back is one of the last day.
    start_us, offset_us = offsets(zone, int(instant_us.min()) - US_PER_DAY, int(instant_us.max()) + 1)
    day_before = (start_us[1:] - 1 + offset_us[:-1]) // US_PER_DAY  # the change that begins each stretch but the first
    reached = np.concatenate([[day_before.min(initial=0)], np.maximum.accumulate(day_before)])
    at = np.searchsorted(start_us, instant_us, "right") - 1
    return np.asarray(np.maximum((instant_us + offset_us[at]) // US_PER_DAY, reached[at]))


def period_of(period: Period, day: Int64, joined: Int64) -> tuple[Int64, Int64]:
    """The number of the period that each date lies in, which grows by one from period to period, and its first date.

    `joined` (n,) is the date from which periods with the anchor `start` are counted: its period is number 0.
    """
    anchored = period.anchor == "start"
    if period.per == "day":
        return day, day
    if not anchored and len(day) > _SPAN_DAYS_MAX:
        # The calendar is the same for all: it is read once for each date.
        least = int(day.min())
        if int(day.max()) - least < _SPAN_DAYS_MAX:
            dates = np.arange(least, int(day.max()) + 1)
            number, first = period_of(period, dates, dates)
            return number[day - least], first[day - least]
    if period.per == "week":
        number = (day - (joined if anchored else _MONDAY)) // 7
    else:
        months = _MONTHS[period.per]
        number = (_months(day) - (_months(joined) if anchored else 0)) // months
        # In the month of an anniversary, what comes before it still belongs to the period before.
        number = number - (day < first_of(period, number, joined))
    return number, first_of(period, number, joined)


def first_of(period: Period, number: Int64, joined: Int64) -> Int64:
    """The first date of the period of that number."""
    anchored = period.anchor == "start"
    if period.per == "day":
        return number
    if period.per == "week":
        return np.asarray((joined if anchored else _MONDAY) + 7 * number)
    months = number * _MONTHS[period.per]
    return _anniversary(joined, months) if anchored else _first_of_month(months)


def _months(day: Int64) -> Int64:
    return np.asarray(day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


def _first_of_month(month: Int64) -> Int64:
    return np.asarray(month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64))


def _anniversary(joined: Int64, months: Int64) -> Int64:
    """The date so many months after `joined`: the last of a month that is too short for it."""
    first = _first_of_month(_months(joined) + months)
    last = _first_of_month(_months(joined) + months + 1) - 1
    return np.asarray(np.minimum(first + joined - _first_of_month(_months(joined)), last))
