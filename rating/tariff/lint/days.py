"""Sets of local dates as whole numbers: bit 0 is `FIRST`, and sets meet and join at the speed of a machine word.

The axis is longer than what can be priced (2000 to 2100), so that reservations and long sessions fit on it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from rating.tariff.calendars import Calendar
from rating.tariff.model import When
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, US_PER_DAY

_EPOCH_DAY = date(1970, 1, 1).toordinal()
PRICED_FIRST = date.fromordinal(_EPOCH_DAY + INSTANT_MIN_US // US_PER_DAY)
PRICED_LAST = date.fromordinal(_EPOCH_DAY + INSTANT_MAX_US // US_PER_DAY)
FIRST = PRICED_FIRST - timedelta(days=500)
COUNT = ((PRICED_LAST - FIRST).days + 500) // 7 * 7  # whole weeks
ALL = (1 << COUNT) - 1


def index_of(day: date) -> int:
    """The bit of a date; below 0 or from COUNT on where it is not on the axis."""
    return (day - FIRST).days


def day_at(index: int) -> date:
    """The date of a bit."""
    return FIRST + timedelta(days=index)


def between(start: date | None, end: date | None) -> int:
    """The dates from `start` up to and not with `end`; None: from or to the end of the axis."""
    low = 0 if start is None else min(max(index_of(start), 0), COUNT)
    high = COUNT if end is None else min(max(index_of(end), 0), COUNT)
    return ((1 << high) - 1) & ~((1 << low) - 1)


@lru_cache(maxsize=128)
def on_weekdays(days: frozenset[int]) -> int:
    """The dates on these days of the week, 0 for Monday."""
    weekly = ALL // 127  # a bit each seven days, from bit 0 on
    first = FIRST.weekday()
    return sum(weekly << (day - first) % 7 for day in days) & ALL


@lru_cache(maxsize=128)
def in_months(months: frozenset[int]) -> int:
    """The dates in these months, 1 to 12."""
    found = 0
    for year in range(FIRST.year, day_at(COUNT).year + 1):
        for month in months:
            found |= between(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))
    return found


@lru_cache(maxsize=64)
def in_calendar(calendar: Calendar) -> int:
    """The dates of a calendar."""
    found = 0
    with warnings.catch_warnings():
        # The package says where it knows no holidays of a year: then there are none, as when a session is priced.
        warnings.simplefilter("ignore")
        for year in range(FIRST.year, day_at(COUNT).year + 1):
            for day in calendar.dates(year):
                found |= between(day, day + timedelta(days=1))
    return found


def of_when(when: When) -> int:
    """The dates on which all restrictions by date hold."""
    found = between(when.start_date, when.end_date)
    if when.day_of_week is not None:
        found &= on_weekdays(when.day_of_week)
    if when.months is not None:
        found &= in_months(when.months)
    if when.holidays is not None:
        listed = in_calendar(when.holidays)
        found &= listed if when.holidays_in else ALL & ~listed
    return found


def bits(mask: int) -> Iterator[int]:
    """The numbers in a set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """The stretches of a set: first number, and the first one that is not in it any more.

    >>> list(runs(0b1100111))
    [(0, 3), (5, 7)]
    """
    at = 0
    while mask:
        zeros = (mask & -mask).bit_length() - 1
        mask >>= zeros
        ones = (~mask & (mask + 1)).bit_length() - 1
        yield at + zeros, at + zeros + ones
        mask >>= ones
        at += zeros + ones
