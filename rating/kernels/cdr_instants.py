"""Read the instants of plain CDRs, whose places `cdr_text` found, and put the periods one behind the other."""

from __future__ import annotations

from typing import Final

from rating.kernels.arith import index
from rating.kernels.arrays import CdrFields, CdrPeriods, UInt8
from rating.kernels.jit import kernel, scalar
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, US_PER_DAY, US_PER_MIN, US_PER_S

# Keys of a CDR, as `cdr_text` counts them.
_START, _END, _OLD_END = 7, 8, 9
_LENGTH: Final = len("2026-03-02T19:45:00")
_MICRO: Final = 10**6
_DAYS_TO_1970: Final = 719_469  # from the first of March of the year 0, counted from 1


@scalar
def days_since_1970(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a date that exists; -2^62 for one that does not."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = 31
    if month == 4 or month == 6 or month == 9 or month == 11:
        last = 30
    elif month == 2:
        last = 29 if leap else 28
    if month < 1 or month > 12 or day < 1 or day > last:
        return -(2**62)
    # In a year that begins in March, a leap day is the last.
    march = year - 1 if month <= 2 else year
    moon = month + 9 if month <= 2 else month - 3
    return 365 * march + march // 4 - march // 100 + march // 400 + (153 * moon + 2) // 5 + day - _DAYS_TO_1970


@kernel
def read_instants(data: UInt8, lo: int, hi: int, fields: CdrFields, periods: CdrPeriods) -> int:
    """Read the instants of records lo to hi - 1; those that are not plain become odd. Returns how many are odd.

    data (b,). Plain is 2026-03-02T19:45:00Z, with up to six digits of a second, and also without the Z.
    """
    odd, spans, period_first = fields.odd, fields.spans, fields.period_first
    bounds, period_start, period_end = fields.bounds_us, periods.start_us, periods.end_us
    odds = 0
    for r in range(lo, hi):
        if odd[r]:
            odds += 1
            continue
        first, last = period_first[r], period_first[r + 1]
        fine, before_us = True, 0
        for which in range(last - first + 2):
            # First the two of the session, then one for each period.
            if which == 0:
                a, b = spans[r, 2 * _START], spans[r, 2 * _START + 1]
            elif which == 1:
                a, b = spans[r, 2 * _END], spans[r, 2 * _END + 1]
                if a < 0:
                    a, b = spans[r, 2 * _OLD_END], spans[r, 2 * _OLD_END + 1]
                elif spans[r, 2 * _OLD_END] >= 0:
                    a = -1
            else:
                a, b = period_start[first + which - 2], period_end[first + which - 2]
            if a < 0 or b - a < _LENGTH:
                fine = False
                break
            year, month, day, hour, minute, number = 0, 0, 0, 0, 0, 0
            for k in range(_LENGTH):
                c = int(data[index(a + k)])
                if k == 4:
                    fine = fine and c == 45
                    year, number = number, 0
                elif k == 7:
                    fine = fine and c == 45
                    month, number = number, 0
                elif k == 10:
                    fine = fine and c == 84
                    day, number = number, 0
                elif k == 13:
                    fine = fine and c == 58
                    hour, number = number, 0
                elif k == 16:
                    fine = fine and c == 58
                    minute, number = number, 0
                else:
                    fine = fine and c >= 48 and c <= 57
                    number = number * 10 + c - 48
            second, micro, a = number, 0, a + _LENGTH
            if a < b and data[a] == 46:
                a += 1
                place = _MICRO
                while a < b and data[a] >= 48 and data[a] <= 57:
                    place //= 10
                    micro += (int(data[a]) - 48) * place
                    fine = fine and place > 0
                    a += 1
                fine = fine and place < _MICRO
            if a < b:
                fine = fine and a == b - 1 and data[a] == 90
            fine = fine and hour <= 23 and minute <= 59 and second <= 59
            if not fine:
                break
            days = days_since_1970(year, month, day)
            if days < 0:
                fine = False
                break
            at_us = days * US_PER_DAY + (hour * 60 + minute) * US_PER_MIN + second * US_PER_S + micro
            fine = at_us >= INSTANT_MIN_US and at_us <= INSTANT_MAX_US
            if which < 2:
                bounds[r, which] = at_us
            else:
                fine = fine and at_us >= before_us
                period_start[first + which - 2] = at_us
                if which > 2:
                    period_end[first + which - 3] = at_us
            before_us = at_us if which != 1 else bounds[r, 0]
            if not fine:
                break
        fine = fine and before_us <= bounds[r, 1]
        if fine:
            period_end[last - 1] = bounds[r, 1]
        else:
            odd[r] = 1
            odds += 1
    return odds
