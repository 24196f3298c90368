"""Drawn tariffs with every restriction, and a matcher for single moments that shares nothing with the lint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from strategies_pick import Pick

from rating.errors import Place
from rating.tariff.calendars import Calendar
from rating.tariff.lint.check import lint
from rating.tariff.model import (
    Component,
    DimensionName,
    Element,
    OnChange,
    Price,
    ReservationName,
    Rounding,
    Tariff,
    Version,
    When,
)
from rating.units import US_PER_DAY

UNITS: dict[DimensionName, str] = {"energy": "kWh", "time": "min", "parking_time": "min", "flat": "session"}
NAMES: tuple[DimensionName, ...] = ("energy", "time", "parking_time", "flat")
DAY = date(2026, 3, 2)  # a Monday
FAIR = Calendar("fair", listed=frozenset({DAY + timedelta(days=2), DAY + timedelta(days=9)}))
MINUTES = (0, 60, 420, 1020, 1380, 1440)
STEPS = (0, 1, 5, 9)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moment:
    """What is known of a session at a moment. The site's clock is UTC's."""

    day: date
    minute: int
    energy_mwh: int
    duration_us: int
    power_mw: int
    current_ma: int
    evse_power_mw: int
    connector: str | None
    membership: str | None

    @property
    def starts(self) -> bool:
        return self.energy_mwh == self.duration_us == 0


def drawn_when(pick: Pick) -> When:
    """Few values for each restriction, so that elements cover one another often."""

    def limits(one_in: int) -> tuple[int | None, int | None]:
        if not pick.one_in(one_in):
            return None, None
        return pick.of((None, *STEPS)), pick.of((None, None, *STEPS, 20))

    energy, duration, power, current, evse = limits(3), limits(4), limits(7), limits(9), limits(9)
    window = pick.one_in(2)
    return When(
        day_of_week=pick.some(range(7), 1, 7) if pick.one_in(3) else None,
        start_min=pick.of(MINUTES[:-1]) if window else None,
        end_min=pick.of(MINUTES[1:]) if window else None,
        start_date=DAY + timedelta(days=pick.between(-20, 20)) if pick.one_in(6) else None,
        end_date=DAY + timedelta(days=pick.between(-20, 20)) if pick.one_in(6) else None,
        months=pick.some((1, 2, 3, 4), 1, 3) if pick.one_in(7) else None,
        holidays=FAIR if pick.one_in(7) else None,
        holidays_in=pick.one_in(2),
        min_energy_mwh=energy[0],
        max_energy_mwh=energy[1],
        min_duration_us=duration[0],
        max_duration_us=duration[1],
        min_power_mw=power[0],
        max_power_mw=power[1],
        min_current_ma=current[0],
        max_current_ma=current[1],
        min_evse_power_mw=evse[0],
        max_evse_power_mw=evse[1],
        connector=pick.some(("CCS", "Type2"), 1, 2) if pick.one_in(6) else None,
        membership=frozenset({"gold"}) if pick.one_in(6) else None,
        reservation=pick.of(_KINDS) if pick.one_in(4) else None,
    )


_KINDS: tuple[ReservationName, ...] = ("reservation", "reservation_expires")


def simplified(when: When, pick: Pick) -> When:
    """The same with most restrictions left out, so that wide elements come about."""
    given = [name for name in When.__dataclass_fields__ if name not in ("holidays_in", "reservation", "end_min")]
    for name in given:
        if not pick.one_in(3):
            when = replace(when, **{name: None})
    return replace(when, end_min=None) if when.start_min is None else when


def component(dimension: DimensionName, amount: int) -> Component:
    return Component(dimension, Price(amount, UNITS[dimension]))


def drawn_tariff(pick: Pick) -> Tariff:
    """Up to six elements in one to three versions, about the date of `DAY`."""
    starts = pick.of(((None,), (None, 0), (0,), (-10, 5), (None, -3, 5)))
    versions = []
    for number, start in enumerate(starts):
        valid_from = None if start is None else DAY + timedelta(days=start)
        if valid_from is not None and pick.one_in(3):
            begin = datetime(valid_from.year, valid_from.month, valid_from.day, 12, tzinfo=UTC)
            moment: date | int = (begin - _EPOCH) // timedelta(microseconds=1)
        else:
            moment = valid_from or DAY
        elements = []
        for index in range(pick.between(1, 6)):
            chosen = pick.between(1, 15)
            parts = tuple(component(name, index + 1) for bit, name in enumerate(NAMES) if chosen >> bit & 1)
            when = simplified(drawn_when(pick), pick) if pick.one_in(2) else drawn_when(pick)
            elements.append(Element(f"element {index + 1}", parts, when))
        last = number + 1 == len(starts)
        until = DAY + timedelta(days=pick.between(4, 30)) if last and pick.one_in(3) else None
        versions.append(Version(f"v{number}", None if start is None else moment, tuple(elements), valid_until=until))
    change: OnChange = "at_once" if pick.one_in(3) and versions[-1].valid_until is None else "next_session"
    return Tariff("t", "EUR", 10_000, tuple(versions), Rounding("half_up", 10_000), "UTC", on_change=change)


def drawn_moment(pick: Pick) -> Moment:
    energy, duration = (0, 0) if pick.one_in(4) else (pick.of((0, 1, 3, 5, 9, 30)), pick.of((0, 1, 3, 5, 9, 30)))
    return Moment(
        day=DAY + timedelta(days=pick.between(-30, 40)),
        minute=pick.of((0, 1, 59, 60, 419, 420, 700, 1019, 1020, 1379, 1380, 1439)),
        energy_mwh=energy,
        duration_us=duration,
        power_mw=pick.of((0, 1, 3, 5, 9, 30)),
        current_ma=pick.of((0, 1, 3, 5, 9, 30)),
        evse_power_mw=pick.of((0, 1, 3, 5, 9, 30)),
        connector=pick.of((None, "CCS", "Type2", "other")),
        membership=pick.of((None, "gold", "other")),
    )


def holds(when: When, at: Moment) -> bool:
    """Whether every restriction but `reservation` holds at a moment."""
    calendar = when.holidays
    checks = [
        when.day_of_week is None or at.day.weekday() in when.day_of_week,
        when.start_date is None or at.day >= when.start_date,
        when.end_date is None or at.day < when.end_date,
        when.months is None or at.day.month in when.months,
        calendar is None or (at.day in calendar.listed) == when.holidays_in,
        _in_window(when, at.minute),
        _within(when.min_energy_mwh, at.energy_mwh, when.max_energy_mwh),
        _within(when.min_duration_us, at.duration_us, when.max_duration_us),
        _within(when.min_power_mw, at.power_mw, when.max_power_mw),
        _within(when.min_current_ma, at.current_ma, when.max_current_ma),
        _within(when.min_evse_power_mw, at.evse_power_mw, when.max_evse_power_mw),
        when.connector is None or at.connector in when.connector,
        when.membership is None or at.membership in when.membership,
    ]
    return all(checks)


def _within(least: int | None, value: int, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value < most)


def _in_window(when: When, minute: int) -> bool:
    if when.start_min is None or when.end_min is None or when.start_min == when.end_min:
        return True
    if when.start_min < when.end_min:
        return when.start_min <= minute < when.end_min
    return minute >= when.start_min or minute < when.end_min


def version_at(tariff: Tariff, at_us: int) -> int | None:
    """The version in force at a moment, or None."""
    found = None
    for number, version in enumerate(tariff.versions):
        if version.valid_from is None or _us(version.valid_from) <= at_us:
            found = number
    if found is not None:
        until = tariff.versions[found].valid_until
        if until is not None and _us(until) <= at_us:
            return None
    return found


def moment_us(at: Moment) -> int:
    return _us(at.day) + at.minute * 60_000_000


def _us(moment: date | int) -> int:
    return moment if isinstance(moment, int) else (moment - _EPOCH.date()).days * US_PER_DAY


PriceId = tuple[int, int, DimensionName]  # version, element, dimension
NEVER = ("never_reached", "never_holds")  # what some of the codes claim
LATE = ("flat_too_late",)


def placed(tariff: Tariff) -> Tariff:
    """The tariff with a place of its own for each element and price."""
    versions = []
    for v, version in enumerate(tariff.versions):
        elements = []
        for e, element in enumerate(version.elements):
            parts = tuple(replace(part, place=Place(part.dimension, v, e)) for part in element.components)
            elements.append(replace(element, components=parts, place=Place("", v, e)))
        versions.append(replace(version, elements=tuple(elements)))
    return replace(tariff, versions=tuple(versions))


def reported(tariff: Tariff, codes: tuple[str, ...] = NEVER) -> set[PriceId]:
    """The prices that are called never reached or never to hold: version, element and dimension."""
    found: set[PriceId] = set()
    for fault in lint([tariff]):
        if fault.code in codes:
            assert fault.place.line is not None
            assert fault.place.column is not None
            element = tariff.versions[fault.place.line].elements[fault.place.column]
            for part in element.components:
                if fault.place.source in ("", part.dimension):
                    found.add((fault.place.line, fault.place.column, part.dimension))
    return found


Kinds = tuple[ReservationName | None, ...]


def picked(
    tariff: Tariff, number: int, at: Moment, reserved: bool, expired: bool
) -> Iterator[tuple[int, DimensionName]]:
    """Which element of a version prices each dimension at a moment."""
    kinds: Kinds = (None,)
    if reserved:
        kinds = ("reservation_expires", "reservation") if expired else ("reservation",)
    names: tuple[DimensionName, ...] = ("time", "flat") if reserved else NAMES
    for name in names:
        first = next((index for kind in kinds for index in _holding(tariff, number, kind, name, at)), None)
        if first is not None:
            yield first, name


def _holding(
    tariff: Tariff, number: int, kind: ReservationName | None, name: DimensionName, at: Moment
) -> Iterator[int]:
    for index, element in enumerate(tariff.versions[number].elements):
        has = any(part.dimension == name for part in element.components)
        if has and element.when.reservation == kind and holds(element.when, at):
            yield index
