"""How the restrictions of an element are said to people."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

from rating.reference.restrictions import Restriction
from rating.reference.words import DAYS, MONTHS, current, duration, energy, listed, power
from rating.tariff.model import When


def only_when(when: When, restriction: Restriction) -> str:
    """When an element holds, as far as one of its restrictions says.

    >>> only_when(When(min_energy_mwh=10_000_000), "min_energy")
    'only from 10 kWh on'
    """
    return _TEXTS[restriction](when)


def conditions(when: When) -> list[str]:
    """All that must hold for an element, in words; nothing for one that always holds.

    >>> conditions(When(day_of_week=frozenset(range(5)), start_min=420))
    ['only on Mon to Fri', 'only from 07:00 to 24:00']
    """
    return [_DATES.get(restriction, said)(when) for restriction, said in _TEXTS.items() if _SET[restriction](when)]


def _holidays(when: When) -> str:
    name = when.holidays.name if when.holidays else ""
    return f"only on holidays of {name}" if when.holidays_in else f"not on holidays of {name}"


def _evse_power(when: When) -> str:
    least = [f"from {power(when.min_evse_power_mw)} on"] if when.min_evse_power_mw is not None else []
    most = [f"below {power(when.max_evse_power_mw)}"] if when.max_evse_power_mw is not None else []
    return f"only at chargers {listed(least + most)}"


def _one_of(names: frozenset[str] | None) -> str:
    return listed(sorted(names or ()), "or")


_TEXTS: dict[Restriction, Callable[[When], str]] = {
    "reservation": lambda _: "only for a reservation",
    "reservation_expires": lambda _: "only for a reservation that expires",
    "tariff_type": lambda when: f"only for the tariff type {_one_of(when.tariff_type)}",
    "connector": lambda when: f"only for the connector {_one_of(when.connector)}",
    "membership": lambda when: f"only for members of {_one_of(when.membership)}",
    "payment_method": lambda when: f"only when paid by {_one_of(when.payment_method)}",
    "evse_power": _evse_power,
    "start_date": lambda when: f"begins on {when.start_date}",
    "end_date": lambda when: f"ended before {when.end_date}",
    "months": lambda when: f"only in {runs(when.months or (), MONTHS, first=1)}",
    "day_of_week": lambda when: f"only on {runs(when.day_of_week or (), DAYS)}",
    "holidays": _holidays,
    "clock": lambda when: f"only from {_minute(when.start_min or 0)} to {_minute(when.end_min or 1440)}",
    "min_duration": lambda when: f"only from {duration(when.min_duration_us or 0)} on",
    "max_duration": lambda when: f"only in the first {duration(when.max_duration_us or 0)}",
    "min_energy": lambda when: f"only from {energy(when.min_energy_mwh or 0)} on",
    "max_energy": lambda when: f"only below {energy(when.max_energy_mwh or 0)}",
    "min_power": lambda when: f"only from {power(when.min_power_mw or 0)} on",
    "max_power": lambda when: f"only below {power(when.max_power_mw or 0)}",
    "min_current": lambda when: f"only from {current(when.min_current_ma or 0)} on",
    "max_current": lambda when: f"only below {current(when.max_current_ma or 0)}",
}

# A date that is to come, or has gone, is said otherwise than one that a condition names.
_DATES: dict[Restriction, Callable[[When], str]] = {
    "start_date": lambda when: f"only from {when.start_date} on",
    "end_date": lambda when: f"only before {when.end_date}",
}
_SET: dict[Restriction, Callable[[When], bool]] = {
    "reservation": lambda when: when.reservation == "reservation",
    "reservation_expires": lambda when: when.reservation == "reservation_expires",
    "clock": lambda when: when.start_min is not None or when.end_min is not None,
    "evse_power": lambda when: when.min_evse_power_mw is not None or when.max_evse_power_mw is not None,
    "tariff_type": lambda when: when.tariff_type is not None,
    "connector": lambda when: when.connector is not None,
    "membership": lambda when: when.membership is not None,
    "payment_method": lambda when: when.payment_method is not None,
    "start_date": lambda when: when.start_date is not None,
    "end_date": lambda when: when.end_date is not None,
    "months": lambda when: when.months is not None,
    "day_of_week": lambda when: when.day_of_week is not None,
    "holidays": lambda when: when.holidays is not None,
    "min_duration": lambda when: when.min_duration_us is not None,
    "max_duration": lambda when: when.max_duration_us is not None,
    "min_energy": lambda when: when.min_energy_mwh is not None,
    "max_energy": lambda when: when.max_energy_mwh is not None,
    "min_power": lambda when: when.min_power_mw is not None,
    "max_power": lambda when: when.max_power_mw is not None,
    "min_current": lambda when: when.min_current_ma is not None,
    "max_current": lambda when: when.max_current_ma is not None,
}


def runs(numbers: Collection[int], names: tuple[str, ...], first: Literal[0, 1] = 0) -> str:
    """Numbers as names, with neighbours drawn together.

    >>> runs({0, 1, 2, 3, 4, 6}, DAYS)
    'Mon to Fri, Sun'
    """
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    texts = []
    for run in found:
        ends = names[run[0] - first], names[run[-1] - first]
        texts.append(ends[0] if len(run) == 1 else (", " if len(run) == 2 else " to ").join(ends))
    return ", ".join(texts) or "no day"


def _minute(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
