"""A CDR as the session that the twin prices, and what it lacks to be priced."""

from __future__ import annotations

from decimal import Decimal

from rating.errors import Fault
from rating.reference.values import Interval, Usage
from rating.tariff.model import Tariff
from rating.units import ACTIVITIES, US_PER_H
from rating.usage.ocpi.session import CdrSession, Stay
from rating.usage.ocpi.values import Cdr, Totals


def usage_of(cdr: Cdr, session: CdrSession, zone: str) -> Usage:
    """The session as the twin takes it."""
    intervals = tuple(_interval(stay, stay.volumes_us) for stay in session.stays)
    return Usage(cdr.id, session.start_us, session.end_us, intervals, zone, expired=session.expired)


def _interval(stay: Stay, volumes_us: tuple[int, int, int]) -> Interval:
    return Interval(
        *(stay.start_us, stay.end_us, stay.energy_mwh, ACTIVITIES[stay.activity]),
        *(stay.power_mw, stay.current_ma, volumes_us),
    )


def with_printed_hours(cdr: Cdr, session: CdrSession, zone: str) -> Usage:
    """The same with times as they are printed, not as the whole seconds that they mean."""
    printed = {period.index: period.volumes for period in cdr.periods}

    def hours(stay: Stay, number: int, key: str) -> int:
        told = stay.volumes_us[number]
        return int(printed[stay.period].get(key, Decimal(0)) * US_PER_H) if told else 0

    keys = ("TIME", "PARKING_TIME", "RESERVATION_TIME")
    intervals = tuple(
        _interval(stay, (hours(stay, 0, keys[0]), hours(stay, 1, keys[1]), hours(stay, 2, keys[2])))
        for stay in session.stays
    )
    return Usage(cdr.id, session.start_us, session.end_us, intervals, zone, expired=session.expired)


def with_clock_times(cdr: Cdr, session: CdrSession, zone: str) -> Usage:
    """The same with the length of each period as its time: parked where it has parking time and no energy."""

    def times(stay: Stay) -> tuple[int, int, int]:
        length_us = stay.end_us - stay.start_us
        which = 2 if stay.volumes_us[2] else 1 if stay.volumes_us[1] and not stay.energy_mwh else 0
        return (length_us if which == 0 else 0, length_us if which == 1 else 0, length_us if which == 2 else 0)

    intervals = tuple(_interval(stay, times(stay)) for stay in session.stays)
    return Usage(cdr.id, session.start_us, session.end_us, intervals, zone, expired=session.expired)


def missing_volumes(cdr: Cdr, totals: Totals, tariff: Tariff) -> list[Fault]:
    """What the tariff prices and the periods do not tell, where the totals say that there was some."""
    given = {kind for period in cdr.periods for kind in period.volumes}
    priced = {
        component.dimension
        for version in tariff.versions
        for element in version.elements
        for component in element.components
        if (component.price.amount_micro or component.spot) and element.when.reservation is None
    }
    timed = bool(given & {"TIME", "PARKING_TIME"})
    lasts = any(period.end_us > period.start_us and not period.only_reserves for period in cdr.periods)
    lacking = []
    if "energy" in priced and "ENERGY" not in given and _positive(totals, "total_energy"):
        lacking.append("ENERGY")
    if "time" in priced and not timed and lasts and _positive(totals, "total_time", default=True):
        lacking.append("TIME")
    if "parking_time" in priced and "PARKING_TIME" not in given and _positive(totals, "total_parking_time"):
        lacking.append("PARKING_TIME")
    place = cdr.place.within("charging_periods")
    fix = "ask for the CDR with the volumes that its tariff prices"
    return [Fault("cdr_volume", place, f"no {kind}", f"{kind}, which {tariff.id} prices", fix) for kind in lacking]


def _positive(totals: Totals, key: str, default: bool = False) -> bool:
    found = totals.quantities.get(key)
    return default if found is None else found.value > 0
