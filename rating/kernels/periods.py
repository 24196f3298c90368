"""Local dates, and the periods of plans that they lie in. A date is a number of days since 1970-01-01."""

from __future__ import annotations

from typing import NamedTuple

from rating.kernels.arith import index
from rating.kernels.arrays import Int64
from rating.kernels.jit import inlined, lean_kernel, scalar
from rating.units import US_PER_DAY

# How long a period is.
BY_DAY = 0
BY_WEEK = 1
BY_MONTH = 2
BY_YEAR = 3

_MONDAY = 4  # 1970-01-05
_DAYS_BEFORE = 719_468  # from 0000-03-01 on: a year that begins in March ends with its leap day
_MONTHS_BEFORE = 1970 * 12 + 1 - 3  # from March of the year 0 on
_DAYS_OF_400_YEARS = 146_097
_OF_FOUR_YEARS = 2_939_745  # 2^32 ÷ 1461, rounded up: for days of a century it gives the year, and what is left of it
_HALF = 32
_LOW = 2**_HALF - 1


class Clocks(NamedTuple):
    """The clocks of some places, over z stretches of one offset from UTC."""

    first: Int64  # (places + 1,) CSR
    start_us: Int64  # (z,) UTC, ascending within a place
    offset_us: Int64  # (z,)
    reached: Int64  # (z,) the last date that was begun before the stretch


@inlined
def local_day(instant_us: int, place: int, clocks: Clocks) -> int:
    """The date of an instant by the clock of a place; where that is set back over midnight, the new one.

    So dates never go back, and a period begins at the first instant of its first date, as a tariff's version does.
    """
    z, last = clocks.first[place], clocks.first[place + 1]
    while last - z > 1:
        middle = index((z + last) // 2)
        begun = clocks.start_us[middle] <= instant_us  # nobody can foresee it, so there is no branch
        z = middle if begun else z
        last = last if begun else middle
    return int(max((instant_us + clocks.offset_us[z]) // US_PER_DAY, clocks.reached[z]))


@scalar
def month_of(day: int) -> int:
    """The month of a date, as a number of months since January 1970.

    After C. Neri and L. Schneider, Euclidean affine functions and their application to calendar algorithms: years and
    months are straight lines rounded down, so that two divisions are enough.
    """
    quarters = 4 * (day + _DAYS_BEFORE) + 3
    century = quarters // _DAYS_OF_400_YEARS
    days = (quarters - century * _DAYS_OF_400_YEARS) >> 2
    years = _OF_FOUR_YEARS * (4 * days + 3)
    of_year = (years & _LOW) // (4 * _OF_FOUR_YEARS)
    month: int = (2141 * of_year + 197_913) >> 16
    return (100 * century + (years >> _HALF)) * 12 + month - 3 - _MONTHS_BEFORE


@scalar
def first_of_month(month: int) -> int:
    """The first date of a month that `month_of` gives; after the same."""
    months = month + _MONTHS_BEFORE
    year = months // 12
    century = year // 100
    of_year = (979 * (months - year * 12 + 3) - 2919) >> 5
    return (1461 * year >> 2) - century + (century >> 2) + of_year - _DAYS_BEFORE


@scalar
def period_first(per: int, anchored: bool, number: int, joined: int) -> int:
    """The first date of the period of that number; those that are `anchored` are counted from the date `joined`."""
    if per == BY_DAY:
        return number
    if per == BY_WEEK:
        return (joined if anchored else _MONDAY) + 7 * number
    months = number * 12 if per == BY_YEAR else number
    if not anchored:
        return first_of_month(months)
    begins = month_of(joined)
    first = first_of_month(begins + months)
    # The last date of a month that is too short.
    return min(first + joined - first_of_month(begins), first_of_month(begins + months + 1) - 1)


@scalar
def number_in(per: int, anchored: bool, day: int, month: int, joined: int) -> int:
    """As `period_number`, of a date whose `month` is known."""
    if per == BY_DAY:
        return day
    if per == BY_WEEK:
        return (day - (joined if anchored else _MONDAY)) // 7
    number = month
    if anchored:
        number -= month_of(joined)
    if per == BY_YEAR:
        number //= 12
    # In the month of an anniversary, what comes before it still belongs to the period before.
    if anchored and day < period_first(per, anchored, number, joined):
        number -= 1
    return number


@scalar
def period_number(per: int, anchored: bool, day: int, joined: int) -> int:
    """The number of the period that a date lies in, which grows by one from period to period.

    Of those that are `anchored` the one that begins on the date `joined` has the number 0.
    """
    return number_in(per, anchored, day, month_of(day), joined)


@lean_kernel
def local_dates(instant_us: Int64, clocks: Clocks, day: Int64) -> None:
    """Write the date of each of n instants by the first of the clocks."""
    for i in range(instant_us.size):
        day[i] = local_day(instant_us[i], 0, clocks)


@lean_kernel
def periods(per: int, anchored: bool, day: Int64, joined: Int64, number: Int64, first: Int64) -> None:
    """Write the period in which each of n dates lies: its number, and its first date."""
    for i in range(day.size):
        number[i] = period_number(per, anchored, day[i], joined[i])
        first[i] = period_first(per, anchored, number[i], joined[i])


@lean_kernel
def period_starts(per: int, anchored: bool, number: Int64, joined: Int64, first: Int64) -> None:
    """Write the first date of each of n periods."""
    for i in range(number.size):
        first[i] = period_first(per, anchored, number[i], joined[i])
