"""What is drawn with `Pick.full`, beyond calendar tariffs with one tax.

Thresholds lie on and just beside what sessions reach: both come from the same short lists.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from strategies_pick import Anchor, Pick

from rating.reference import Interval, Usage
from rating.tariff.model import (
    Component,
    DimensionName,
    Element,
    Rates,
    ReservationName,
    Tariff,
    Tax,
    TaxRate,
    Version,
    When,
)
from rating.units import MWH_PER_KWH, SESSION_MAX_US, US_PER_DAY, US_PER_H, US_PER_MIN, US_PER_S

# Half kWh as drawn energies add up to, and thresholds that are no whole Wh.
ENERGIES = [*[n * MWH_PER_KWH // 2 for n in (1, 2, 3, 4, 6, 10, 15, 20, 40)], 1, 115_200, 333_333, 10_000_001]
DURATIONS = [
    *(0, 1, US_PER_S, 7 * US_PER_MIN, 15 * US_PER_MIN, 30 * US_PER_MIN, 45 * US_PER_MIN, US_PER_H),
    *(75 * US_PER_MIN, 90 * US_PER_MIN, 3 * US_PER_H, 5 * US_PER_H, 26 * US_PER_H),
]
# 2 kW is half a kWh in a quarter of an hour.
POWERS = [n * 10**6 for n in (0, 2, 4, 6, 10, 11, 22, 50, 150)]
CURRENTS = [0, 6_000, 10_000, 16_000, 20_000, 32_000, 63_000]
RATINGS = [11 * 10**6, 22 * 10**6, 50 * 10**6, 150 * 10**6]
NAMES: dict[str, list[str]] = {
    "tariff_type": ["AD_HOC_PAYMENT", "REGULAR"],
    "connector": ["CCS", "CHAdeMO", "Type 2"],
    "membership": ["gold", "silver", "fleet"],
    "payment_method": ["card", "app"],
}
# Multiples of 0.025 %, so that the denominators of exact amounts stay far below units.DENOMINATOR_MAX.
RATES = [
    TaxRate("VAT", 210_000),
    TaxRate("VAT", 90_000),
    TaxRate("GST", 50_000),
    TaxRate("QST", 99_750),
    TaxRate("levy", 0),
    TaxRate("levy", 3_250),
]
RESERVATIONS: list[ReservationName] = ["reservation", "reservation", "reservation_expires"]


def near(pick: Pick, values: list[int]) -> int:
    """One of them, or now and then one more or less."""
    return max(0, pick.of(values) + pick.of([0, 0, 0, 1, -1]))


def between(pick: Pick, values: list[int]) -> tuple[int | None, int | None]:
    """A minimum, a maximum above it, or both."""
    least, most = near(pick, values), near(pick, values)
    kind = pick.below(3)
    if kind == 2:
        return min(least, most), max(least, most) + (least == most)
    return (None, most + (most == 0)) if kind == 0 else (least, None)


def restricted(pick: Pick, calendar: When) -> When:
    """One or two more restrictions, half the time in place of those of the calendar."""
    found: dict[str, Any] = {}
    for _ in range(pick.of([0, 1, 1, 1, 2])):
        kind = pick.below(8)
        if kind < 4:
            found["min_energy_mwh"], found["max_energy_mwh"] = between(pick, ENERGIES)
        if kind in (2, 4):
            found["min_duration_us"], found["max_duration_us"] = between(pick, DURATIONS)
        if kind == 5:
            found["min_power_mw"], found["max_power_mw"] = between(pick, POWERS)
        if kind == 6 and pick.one_in(2):
            found["min_current_ma"], found["max_current_ma"] = between(pick, CURRENTS)
        if kind == 7:
            found |= by_fact(pick)
    return replace(When() if found and pick.one_in(2) else calendar, **found)


def by_fact(pick: Pick) -> dict[str, Any]:
    """A restriction by what the session says of itself."""
    name = pick.of(["membership", "membership", "tariff_type", "payment_method", "connector", "evse_power"])
    if name == "evse_power":
        least, most = between(pick, RATINGS)
        return {"min_evse_power_mw": least, "max_evse_power_mw": most}
    return {name: pick.some(NAMES[name], 1, 2)}


def of_reservation(pick: Pick, element: Element) -> Element:
    """The same for reserved time: it has no energy and no parking, and nothing flows."""
    kept: tuple[DimensionName, ...] = ("time", "flat")
    when = replace(
        element.when,
        reservation=pick.of(RESERVATIONS),
        **dict.fromkeys(["min_energy_mwh", "max_energy_mwh", "min_power_mw", "max_power_mw"]),
        **dict.fromkeys(["min_current_ma", "max_current_ma"]),
    )
    parts = tuple(part for part in element.components if part.dimension in kept)
    return replace(element, components=parts, when=when) if parts else element


def rates(pick: Pick) -> Rates:
    """Taxes of a price: one, several, none, or not known."""
    kind = pick.below(8)
    if kind == 7:
        return Rates(None)
    chosen = {rate.name: rate for rate in sorted(pick.some(RATES, 1, 3), key=RATES.index)}  # a name once
    return Rates(tuple(chosen.values()) if kind else ())


def completed(pick: Pick, anchor: Anchor, tariff: Tariff) -> Tariff:
    """With several taxes, and a version that ends."""
    tax = tariff.tax
    if tax is not None and pick.one_in(2):
        tax = Tax(rates(pick), tax.included)
    own = tax is not None and pick.one_in(2)

    def taxed(part: Component) -> Component:
        return replace(part, rates=rates(pick)) if own and pick.below(2) else part

    def with_taxes(version: Version) -> Version:
        elements = tuple(replace(each, components=tuple(map(taxed, each.components))) for each in version.elements)
        return replace(version, elements=elements)

    versions = list(map(with_taxes, tariff.versions))
    on_change = tariff.on_change
    if pick.one_in(8):
        index = pick.below(len(versions))
        ends = anchor.day + timedelta(days=pick.between(-2, 2))
        if pick.below(2):
            versions[index] = replace(versions[index], valid_until=ends)
        else:
            versions[index] = replace(versions[index], valid_until=anchor.at_us + pick.between(-2, 2) * US_PER_H)
        on_change = "next_session"
    return replace(tariff, tax=tax, versions=tuple(versions), on_change=on_change)


def told(pick: Pick, usage: Usage, faulty: bool) -> Usage:
    """The session with what it may say beyond energy: of itself, of power and current, of times, of a reservation."""
    kind = pick.below(6)
    intervals = tuple(_told(pick, each, with_times=kind == 5) for each in usage.intervals)
    # What a CDR says of itself is all of a session; so the times of a reservation are told then too.
    facts: dict[str, Any] = {name: pick.of([*NAMES[name], None]) for name in ("membership", "tariff_type")}
    facts["payment_method"] = pick.of([*NAMES["payment_method"], None])
    facts["connector"] = None if pick.one_in(12) else pick.of(NAMES["connector"])
    facts["evse_power_mw"] = None if pick.one_in(12) else near(pick, RATINGS)
    found = replace(usage, intervals=intervals, **facts)
    if kind in (1, 5) and pick.below(2):
        return _reserved(pick, found, with_times=kind == 5, faulty=faulty)
    return found


def _told(pick: Pick, interval: Interval, with_times: bool) -> Interval:
    found = interval
    if pick.below(2):
        grid = MWH_PER_KWH // 2
        found = replace(found, energy_mwh=found.energy_mwh if found.energy_mwh < 0 else pick.below(21) * grid)
    if pick.one_in(3):
        found = replace(found, power_mw=near(pick, POWERS))
    if not pick.one_in(8):
        found = replace(found, current_ma=near(pick, CURRENTS))
    if with_times:
        length = max(0, found.end_us - found.start_us)
        times = [pick.of([0, length, length // 2, length // 3, 2 * length, US_PER_MIN]) for _ in range(2)]
        reserved = pick.of([0, 0, 0, length, US_PER_MIN, 1])
        found = replace(found, volumes_us=(times[0], times[1], reserved))
    return found


def _reserved(pick: Pick, usage: Usage, with_times: bool, faulty: bool) -> Usage:
    """With one interval of reserved time up to the session's start, or in an expired session to its end."""
    expired = pick.one_in(3)
    until = usage.end_us if expired else usage.start_us
    since = min(until, usage.start_us - near(pick, DURATIONS))
    if expired and pick.below(2):
        since = min(until, usage.start_us + pick.of(DURATIONS[:3]))
    if faulty and pick.one_in(40):
        since = until - SESSION_MAX_US - US_PER_DAY
    length = until - since
    times = (0, 0, pick.of([length, length // 2, US_PER_MIN])) if with_times else None
    reserved = Interval(since, until, 0, "reserved", volumes_us=times)
    measured = () if expired and pick.below(2) else usage.intervals
    return replace(usage, intervals=(reserved, *measured), expired=expired)
