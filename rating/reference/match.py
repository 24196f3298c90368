"""Which price applies at a moment: the version in force, and for each dimension the element that holds (PRICING 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from rating.reference.clock import first_instant_of
from rating.tariff.model import Component, DimensionName, Element, Tariff, Version, When
from rating.units import DIMENSIONS

Restriction = Literal["start_date", "end_date", "months", "day_of_week", "holidays", "clock"]

_NAMES: tuple[DimensionName, ...] = ("energy", "time", "parking_time", "flat")
assert _NAMES == DIMENSIONS
_DAY_MIN = 1440


@dataclass(frozen=True, slots=True, order=True)
class Priced:
    """Which component it is: components of different versions are different ones. Sorts as lines are printed."""

    version: int
    element: int
    dimension: int  # index into units.DIMENSIONS


@dataclass(frozen=True, slots=True)
class Missed:
    """An element that prices the dimension and comes first, but whose restriction does not hold."""

    version: int
    element: int
    restriction: Restriction


@dataclass(frozen=True, slots=True)
class Match:
    """Who prices one dimension at one moment: a component, or nobody (then the dimension is free)."""

    dimension: DimensionName
    holds: Priced | None
    missed: tuple[Missed, ...]


def component_of(element: Element, dimension: DimensionName) -> Component | None:
    """The element's price of that dimension."""
    return next((component for component in element.components if component.dimension == dimension), None)


def find(tariff: Tariff, priced: Priced) -> tuple[Version, Element, Component]:
    """The version, element and component that `priced` points to."""
    version = tariff.versions[priced.version]
    element = version.elements[priced.element]
    component = component_of(element, _NAMES[priced.dimension])
    assert component is not None
    return version, element, component


def version_starts(tariff: Tariff, zone: ZoneInfo) -> list[int | None]:
    """From which instant each version is in force; None: always was (PRICING 2, "Versions").

    Our choice: a date means the first instant whose local date is that one or a later one.
    """
    return [
        version.valid_from
        if version.valid_from is None or isinstance(version.valid_from, int)
        else first_instant_of(version.valid_from, zone)
        for version in tariff.versions
    ]


def version_at(starts: list[int | None], moment_us: int) -> int | None:
    """The version that came into force last at or before a moment; of two at the same instant, the later listed."""
    begun = [(start is not None, start or 0, index) for index, start in enumerate(starts)]
    begun = [entry for entry in begun if not entry[0] or entry[1] <= moment_us]
    return max(begun)[2] if begun else None


def match_all(version_index: int, version: Version, reading: datetime) -> tuple[Match, ...]:
    """For each dimension on its own, the first element that prices it and whose restrictions all hold."""
    failing = [why_not(element.when, reading) for element in version.elements]
    return tuple(_match(version_index, version, failing, dimension) for dimension in _NAMES)


def _match(version_index: int, version: Version, failing: list[Restriction | None], dimension: DimensionName) -> Match:
    missed: list[Missed] = []
    for index, element in enumerate(version.elements):
        if component_of(element, dimension) is None:
            continue
        restriction = failing[index]
        if restriction is None:
            holds = Priced(version_index, index, _NAMES.index(dimension))
            return Match(dimension, holds, tuple(missed))
        missed.append(Missed(version_index, index, restriction))
    return Match(dimension, None, tuple(missed))


def why_not(when: When, reading: datetime) -> Restriction | None:
    """The first restriction that does not hold at a local clock reading, or None where all hold.

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


def clock_minutes(tariff: Tariff) -> set[int]:
    """All minutes of the day that the tariff's windows name."""
    windows = [element.when for version in tariff.versions for element in version.elements]
    named = {minute for when in windows for minute in (when.start_min, when.end_min) if minute is not None}
    return {minute % _DAY_MIN for minute in named}
