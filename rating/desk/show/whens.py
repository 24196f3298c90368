"""How it is said when an offer holds: labels such as "Monday to Friday, 17:00 to 21:00" that stand before a price."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from rating.desk.show.language import N_, Speaker
from rating.tariff.calendars import Calendar
from rating.tariff.model import When

_DAY_MIN = 1440
Say = Callable[[int], str]


def when_text(speak: Speaker, when: When) -> str:
    """All the restrictions but `reservation`, which the heading says; nothing where there are none.

    >>> when_text(Speaker("en_GB", "EUR", 2), When(day_of_week=frozenset({5, 6}), start_min=480, end_min=1440))
    'Saturday and Sunday, 08:00 to 24:00'
    """
    found = [*_facts(speak, when), *calendar_texts(speak, when), *threshold_texts(speak, when)]
    return ", ".join(found)


def calendar_texts(speak: Speaker, when: When) -> list[str]:
    """Dates, months, days, holidays and the clock."""
    found = []
    last = None if when.end_date is None else when.end_date - timedelta(days=1)  # people count the last day in
    if when.start_date is not None and last is not None:
        first = speak.long_date(when.start_date)
        same = last == when.start_date
        found.append(first if same else speak.t("from {first} to {last}", first=first, last=speak.long_date(last)))
    elif when.start_date is not None:
        found.append(speak.t("from {date} on", date=speak.long_date(when.start_date)))
    elif last is not None:
        found.append(speak.t("until {date}, that day included", date=speak.long_date(last)))
    if when.months is not None:
        found.append(speak.months(when.months))
    if when.day_of_week is not None:
        found.append(speak.days(when.day_of_week))
    if when.holidays is not None:
        whole = N_("on holidays ({name})") if when.holidays_in else N_("not on holidays ({name})")
        found.append(speak.t(whole, name=calendar_name(speak, when.holidays)))
    if when.start_min is not None or when.end_min is not None:
        start, end = when.start_min or 0, _DAY_MIN if when.end_min is None else when.end_min
        found.append(speak.t("{start} to {end}", start=speak.clock(start), end=speak.clock(end)))
    return found


def calendar_name(speak: Speaker, calendar: Calendar) -> str:
    """A country's name for its holidays, else the calendar's own."""
    return speak.place(calendar.country, calendar.subdivision) if calendar.country else calendar.name


def _facts(speak: Speaker, when: When) -> list[str]:
    """What the session says of itself."""

    def names(each: frozenset[str]) -> str:
        return speak.listed(sorted(each), "or")

    found = []
    if when.membership is not None:
        found.append(speak.t("members of {names}", names=names(when.membership)))
    if when.connector is not None:
        found.append(speak.t("connector {names}", names=names(when.connector)))
    least, most = when.min_evse_power_mw, when.max_evse_power_mw
    if least is not None and most == least + 1:  # how `evse_power: 50 kW` is kept
        found.append(speak.t("chargers of {x}", x=speak.power(least)))
    else:
        found += _between(speak, least, most, speak.power, _CHARGERS)
    if when.payment_method is not None:
        found.append(speak.t("paid by {names}", names=names(when.payment_method)))
    if when.tariff_type is not None:
        found.append(speak.t("tariff type {names}", names=names(when.tariff_type)))
    return found


_Texts = tuple[str, str, str]
_CHARGERS: Final[_Texts] = (N_("chargers of {a} or more"), N_("chargers below {b}"), N_("chargers of {a} to below {b}"))
_POWER: Final[_Texts] = (N_("charging at {a} or more"), N_("charging below {b}"), N_("charging at {a} to below {b}"))
_ENERGY: Final[_Texts] = (
    *(N_("from {a} of the session on"), N_("up to {b} of the session"), N_("between {a} and {b} of the session")),
)
_DURATION: Final[_Texts] = (
    *(N_("from {a} after the start"), N_("until {b} after the start"), N_("between {a} and {b} after the start")),
)


def threshold_texts(speak: Speaker, when: When) -> list[str]:
    """What the session must have reached."""
    return [
        *_between(speak, when.min_energy_mwh, when.max_energy_mwh, speak.energy, _ENERGY),
        *_between(speak, when.min_duration_us, when.max_duration_us, speak.duration, _DURATION),
        *_between(speak, when.min_power_mw, when.max_power_mw, speak.power, _POWER),
        *_between(speak, when.min_current_ma, when.max_current_ma, speak.current, _POWER),
    ]


def _between(speak: Speaker, least: int | None, most: int | None, say: Say, texts: _Texts) -> list[str]:
    """A least that holds from the value on, a most up to it."""
    from_text, to_text, both = texts
    if least is not None and most is not None:
        return [speak.t(both, a=say(least), b=say(most))]
    if least is not None:
        return [speak.t(from_text, a=say(least))]
    return [] if most is None else [speak.t(to_text, b=say(most))]
