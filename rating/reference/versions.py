"""Which version of a tariff is in force when, and what a version needs to know (PRICING 2, "Versions")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rating.reference.clock import cut_moments, first_instant_of, local
from rating.reference.values import Usage
from rating.tariff.model import Tariff, Version, When
from rating.tariff.spot import SpotPrice

_DAY_MIN = 1440


def instant_of(begin: date | int | None, zone: ZoneInfo) -> int | None:
    """A date means the first instant whose local date is that one or a later one (our choice)."""
    return first_instant_of(begin, zone) if isinstance(begin, date) else begin


def version_starts(tariff: Tariff, zone: ZoneInfo) -> list[int | None]:
    """From which instant each version is in force; None: always was."""
    return [instant_of(version.valid_from, zone) for version in tariff.versions]


def version_at(starts: list[int | None], moment_us: int) -> int | None:
    """The version that came into force last at or before a moment; of two at the same instant, the later listed."""
    begun = [(start is not None, start or 0, index) for index, start in enumerate(starts)]
    begun = [entry for entry in begun if not entry[0] or entry[1] <= moment_us]
    return max(begun)[2] if begun else None


def version_of_session(tariff: Tariff, starts: list[int | None], start_us: int, zone: ZoneInfo) -> int | None:
    """The version in force at the session's start. One that has ended by then leaves the session without any."""
    index = version_at(starts, start_us)
    if index is None:
        return None
    until = instant_of(tariff.versions[index].valid_until, zone)
    return None if until is not None and until <= start_us else index


@dataclass(frozen=True, slots=True)
class Epoch:
    """From `start_us` up to the next epoch, one version is in force and no clock reading that matters changes."""

    start_us: int
    version: int
    reading: datetime  # of the clock on the wall at its first instant, by which all of it is judged


def epochs(
    tariff: Tariff,
    starts: list[int | None],
    of_session: int,
    first_us: int,
    last_us: int,
    zone: ZoneInfo,
    spots: Iterable[SpotPrice] = (),
) -> list[Epoch]:
    """The epochs from the first moment of a session (or its reservation) to its last, which begins an epoch too.

    With `on_change: at_once` each moment is priced by the version in force then, else by the one at the session's
    start. Prices of an index begin and end at its instants. A cut between epochs that changes no price moves no amount.
    """
    at_once = tariff.on_change == "at_once"
    moments = {first_us, last_us, *cut_moments(first_us, last_us, zone, clock_minutes(tariff))}
    if at_once:
        moments.update(start for start in starts if start is not None and first_us < start < last_us)
    for spot in spots:
        moments.update(spot.index.bounds_between(first_us, last_us))
    found = []
    for moment in sorted(moments):
        index = version_at(starts, moment) if at_once else of_session
        found.append(Epoch(moment, of_session if index is None else index, local(moment, zone)))
    return found


def clock_minutes(tariff: Tariff) -> set[int]:
    """All minutes of the day that the tariff's windows name."""
    windows = [element.when for version in tariff.versions for element in version.elements]
    named = {minute for when in windows for minute in (when.start_min, when.end_min) if minute is not None}
    return {minute % _DAY_MIN for minute in named}


@dataclass(frozen=True, slots=True)
class Marks:
    """The values at which restrictions of a version begin or cease to hold, ascending."""

    energy_mwh: list[int]
    duration_us: list[int]
    power_mw: list[int]
    current_ma: list[int]


def marks_of(version: Version) -> Marks:
    """Every threshold of every element, whatever else the element asks for."""
    whens = [element.when for element in version.elements]
    return Marks(
        _ascending([(when.min_energy_mwh, when.max_energy_mwh) for when in whens]),
        _ascending([(when.min_duration_us, when.max_duration_us) for when in whens]),
        _ascending([(when.min_power_mw, when.max_power_mw) for when in whens]),
        _ascending([(when.min_current_ma, when.max_current_ma) for when in whens]),
    )


def _ascending(pairs: list[tuple[int | None, int | None]]) -> list[int]:
    return sorted({value for pair in pairs for value in pair if value is not None})


def lacks_fact(version: Version, usage: Usage) -> bool:
    """Whether the version names a connector or a charger's power, which every charger has, and it is not known."""
    return any(_lacks_fact(element.when, usage) for element in version.elements)


def _lacks_fact(when: When, usage: Usage) -> bool:
    by_power = when.min_evse_power_mw is not None or when.max_evse_power_mw is not None
    return (when.connector is not None and usage.connector is None) or (by_power and usage.evse_power_mw is None)
