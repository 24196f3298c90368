"""Periods of plans: in which one a date lies, and when each begins.

Periods of one kind are numbered one after the other, so that those that passed in between can be counted.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from rating.tariff.plans import Period

_DAYS_PER_WEEK = 7
_MONTHS = {"month": 1, "year": 12}
_MONTHS_PER_YEAR = 12


def number_of(period: Period, joined: date, day: date) -> int:
    """The number of the period that a date lies in; `joined` is where those with the anchor `start` are counted from.

    >>> number_of(Period("month", "start"), date(2024, 1, 31), date(2024, 2, 28))
    0
    >>> number_of(Period("month", "start"), date(2024, 1, 31), date(2024, 2, 29))
    1
    """
    if period.per == "day":
        return day.toordinal()
    if period.per == "week":
        return (day - _first(period, joined)).days // _DAYS_PER_WEEK
    months = (_month_number(day) - _month_number(_first(period, joined))) // _MONTHS[period.per]
    # In the month of an anniversary, what comes before it still belongs to the period before.
    return months if day >= start_of(period, joined, months) else months - 1


def start_of(period: Period, joined: date, number: int) -> date:
    """The first date of a period: of months from the 31st, the last day of one that is shorter.

    >>> [str(start_of(Period("month", "start"), date(2024, 1, 31), number)) for number in (1, 2, 3)]
    ['2024-02-29', '2024-03-31', '2024-04-30']
    """
    if period.per == "day":
        return date.fromordinal(number)
    first = _first(period, joined)
    if period.per == "week":
        return first + timedelta(days=number * _DAYS_PER_WEEK)
    year, month = divmod(_month_number(first) + number * _MONTHS[period.per], _MONTHS_PER_YEAR)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _first(period: Period, joined: date) -> date:
    """When number 0 begins: where the account joined, or at a Monday and a first of January long ago."""
    return joined if period.anchor == "start" else date(1900, 1, 1)


def _month_number(day: date) -> int:
    return day.year * _MONTHS_PER_YEAR + day.month - 1
