"""Whether the restrictions of an element hold at a moment of a session (PRICING 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from rating.reference.values import Usage
from rating.tariff.model import When

Restriction = Literal[
    "reservation",
    "reservation_expires",
    "tariff_type",
    "connector",
    "membership",
    "payment_method",
    "evse_power",
    "start_date",
    "end_date",
    "months",
    "day_of_week",
    "holidays",
    "clock",
    "min_duration",
    "max_duration",
    "min_energy",
    "max_energy",
    "min_power",
    "max_power",
    "min_current",
    "max_current",
]

_DAY_MIN = 1440


@dataclass(frozen=True, slots=True)
class Moment:
    """What restrictions ask about a moment, beside the session's own facts."""

    reading: datetime  # of the clock on the wall
    duration_us: int = 0  # since the session's start, or since the reservation's
    energy_mwh: int = 0  # of the session so far
    power_mw: int = 0
    current_ma: int = 0


def why_not(when: When, moment: Moment, usage: Usage) -> Restriction | None:
    """The first restriction that does not hold, or None where all hold; reservations are left to the caller.

    What holds or fails for the whole session goes first, because it is the better answer.
    """
    return fact_fails(when, usage) or calendar_fails(when, moment.reading) or meter_fails(when, moment)


def fact_fails(when: When, usage: Usage) -> Restriction | None:
    """Restrictions by what the session says of itself. Names are compared as they are written; no name is none."""
    if when.tariff_type is not None and usage.tariff_type not in when.tariff_type:
        return "tariff_type"
    if when.connector is not None and usage.connector not in when.connector:
        return "connector"
    if when.membership is not None and usage.membership not in when.membership:
        return "membership"
    if when.payment_method is not None and usage.payment_method not in when.payment_method:
        return "payment_method"
    power_mw = usage.evse_power_mw or 0
    if _below(power_mw, when.min_evse_power_mw) or _reaches(power_mw, when.max_evse_power_mw):
        return "evse_power"
    return None


def calendar_fails(when: When, reading: datetime) -> Restriction | None:
    """Restrictions by the clock and the calendar on the wall.

    Days, dates, months and holidays are those of the local date at that moment, also in the part of a window after
    midnight (our choice, PRICING 2).
    """
    today = reading.date()
    if when.start_date is not None and today < when.start_date:
        return "start_date"
    if when.end_date is not None and today >= when.end_date:
        return "end_date"
    if when.months is not None and today.month not in when.months:
        return "months"
    if when.day_of_week is not None and today.weekday() not in when.day_of_week:
        return "day_of_week"
    if when.holidays is not None and (today in when.holidays.dates(today.year)) != when.holidays_in:
        return "holidays"
    if not in_window(when.start_min, when.end_min, reading.time()):
        return "clock"
    return None


def meter_fails(when: When, moment: Moment) -> Restriction | None:
    """Restrictions by what was measured: each minimum holds from its value on, each maximum up to it and not at it."""
    if _below(moment.duration_us, when.min_duration_us):
        return "min_duration"
    if _reaches(moment.duration_us, when.max_duration_us):
        return "max_duration"
    if _below(moment.energy_mwh, when.min_energy_mwh):
        return "min_energy"
    if _reaches(moment.energy_mwh, when.max_energy_mwh):
        return "max_energy"
    if _below(moment.power_mw, when.min_power_mw):
        return "min_power"
    if _reaches(moment.power_mw, when.max_power_mw):
        return "max_power"
    if _below(moment.current_ma, when.min_current_ma):
        return "min_current"
    if _reaches(moment.current_ma, when.max_current_ma):
        return "max_current"
    return None


def _below(value: int, least: int | None) -> bool:
    return least is not None and value < least


def _reaches(value: int, most: int | None) -> bool:
    return most is not None and value >= most


def in_window(start_min: int | None, end_min: int | None, clock: time) -> bool:
    """Whether a clock reads start or later and earlier than end (PRICING 2, `start_time` / `end_time`).

    Start alone lasts until the end of the day, end alone begins at midnight, `00:00` as end is the end of the day,
    an end before the start passes midnight, and start = end is the whole day (our choices).

    >>> in_window(22 * 60, 6 * 60, time(5, 59, 59)), in_window(22 * 60, 6 * 60, time(6))
    (True, False)
    """
    start = time_of(start_min or 0)
    if end_min in (None, 0, _DAY_MIN):  # until the end of the day
        return clock >= start
    assert end_min is not None
    end = time_of(end_min)
    if start < end:
        return start <= clock < end
    return clock >= start or clock < end


def time_of(minute: int) -> time:
    """A minute of the day as a clock reading."""
    return time(minute // 60 % 24, minute % 60)
