"""Networks at the limits of `units`: the greatest energies, lengths, prices, limits, taxes, units and denominators."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from strategies import ACTIVITIES, Network, network
from strategies_pick import Pick, random_pick

from rating.reference import Interval, Usage
from rating.tariff.model import Component, Element, Price, PriceLimit, Rounding, Tariff, Tax, Version
from rating.units import (
    AMOUNT_MAX_NANO,
    DENOMINATOR_MAX,
    ENERGY_MAX_MWH,
    INSTANT_MAX_US,
    INSTANT_MIN_US,
    LIMIT_MAX_MICRO,
    MWH_PER_KWH,
    MWH_PER_WH,
    NANO_PER_MICRO,
    PRICE_MAX_MICRO,
    ROUNDING_UNIT_MAX_MICRO,
    SESSION_MAX_US,
    TAX_MAX_PPM,
    US_PER_H,
    US_PER_S,
)

# The energy and the time of which the dearest price makes the greatest amount there may be.
_ENERGY_AT_AMOUNT_MAX = AMOUNT_MAX_NANO // NANO_PER_MICRO // PRICE_MAX_MICRO * MWH_PER_KWH
_TIME_AT_AMOUNT_MAX = AMOUNT_MAX_NANO // NANO_PER_MICRO // PRICE_MAX_MICRO * US_PER_S
# Counts of a unit that leave a denominator just within DENOMINATOR_MAX: of Wh the count, of seconds a thousand times.
_ODD_WH = DENOMINATOR_MAX - 21
_ODD_S = DENOMINATOR_MAX // 1000 - 1

_PRICES = [PRICE_MAX_MICRO, PRICE_MAX_MICRO, PRICE_MAX_MICRO - 1, 1, 999_983, 590_000, 123_456_789_123]
_LIMITS = [LIMIT_MAX_MICRO, LIMIT_MAX_MICRO - 1, 1, 0, 999_999_999_999]
_ENERGIES = [
    *(ENERGY_MAX_MWH, ENERGY_MAX_MWH, ENERGY_MAX_MWH - 1, ENERGY_MAX_MWH // 2 + 1, 1, MWH_PER_WH - 1, 0),
    *(_ENERGY_AT_AMOUNT_MAX, _ENERGY_AT_AMOUNT_MAX, _ENERGY_AT_AMOUNT_MAX + 1, _ENERGY_AT_AMOUNT_MAX - 1),
]
_LENGTHS = [1, US_PER_H, US_PER_H, _TIME_AT_AMOUNT_MAX, _TIME_AT_AMOUNT_MAX + 1, SESSION_MAX_US // 4, 0]


def extreme_network(seed: int) -> Network:
    """A drawn network, pushed to the limits; its exact amounts may be too odd for 64 bits."""
    pick = random_pick(seed)
    tariffs, sessions = network(pick, max_tariffs=1, max_sessions=5, faulty=False)
    return [_tariff(pick, each) for each in tariffs], [(id_, _usage(pick, usage)) for id_, usage in sessions]


def at_amount_max() -> Network:
    """Amounts of exactly AMOUNT_MAX_NANO, a little less and a little more, for every tax, unit and number of lines."""
    energy = Component("energy", Price(PRICE_MAX_MICRO, "kWh"))
    time = Component("time", Price(PRICE_MAX_MICRO, "s"))
    flat = Component("flat", Price(1, "session"))
    tariffs, sessions = [], []
    taxes = [None, Tax.one("VAT", TAX_MAX_PPM, True), Tax.one("VAT", TAX_MAX_PPM, False), Tax.one("VAT", 1, False)]
    for tax, unit, parts in product(taxes, [1, 10_000, ROUNDING_UNIT_MAX_MICRO], [(energy,), (time,), (energy, flat)]):
        id_ = f"t{len(tariffs)}"
        version = Version("always", None, (Element("all", parts),), PriceLimit(LIMIT_MAX_MICRO, LIMIT_MAX_MICRO))
        tariffs.append(Tariff(id_, "EUR", 10_000, (version,), Rounding("up", unit), "UTC", tax))
        for more in (-1, 0, 1):
            length = _TIME_AT_AMOUNT_MAX + more if parts == (time,) else US_PER_H
            start_us, end_us = INSTANT_MAX_US - length, INSTANT_MAX_US
            interval = Interval(start_us, end_us, _ENERGY_AT_AMOUNT_MAX + more, "charging")
            sessions.append((id_, Usage(f"{id_} {more}", start_us, end_us, (interval,))))
    return tariffs, sessions


def _tariff(pick: Pick, tariff: Tariff) -> Tariff:
    """Odd is either a unit or a tax: together they mostly pass DENOMINATOR_MAX."""
    odd_unit = pick.of(["", "", "energy", "time", "parking_time"])
    rates = [TAX_MAX_PPM] if odd_unit else [TAX_MAX_PPM, TAX_MAX_PPM - 1, 1, 210_000]
    taxed = pick.of([None, True, False])
    unit = pick.of([ROUNDING_UNIT_MAX_MICRO, ROUNDING_UNIT_MAX_MICRO - 1, 999_999_937, 1, tariff.minor_micro])
    return replace(
        tariff,
        versions=tuple(_version(pick, version, odd_unit) for version in tariff.versions),
        rounding=Rounding(tariff.rounding.mode, unit),
        tax=None if taxed is None else Tax.one("VAT", pick.of(rates), taxed),
    )


def _version(pick: Pick, version: Version, odd_unit: str) -> Version:
    elements = tuple(
        replace(element, components=tuple(_component(pick, part, odd_unit) for part in element.components))
        for element in version.elements
    )
    least, most = sorted([pick.of(_LIMITS), pick.of(_LIMITS)])
    return replace(
        version,
        elements=elements,
        min_price=pick.of([None, None, PriceLimit(least), PriceLimit(None, least), PriceLimit(least, least)]),
        max_price=pick.of([None, None, PriceLimit(most), PriceLimit(None, most), PriceLimit(most, most)]),
    )


def _component(pick: Pick, part: Component, odd_unit: str) -> Component:
    unit, count, step, grace = part.price.unit, 1, 0, 0
    if part.dimension == "energy":
        unit, count = pick.of([("kWh", 1), ("kWh", 1), ("Wh", 1), ("kWh", 7)])
        if odd_unit == part.dimension:
            unit, count = "Wh", _ODD_WH
        step = pick.of([0, 0, ENERGY_MAX_MWH, ENERGY_MAX_MWH - 1, 1])
    elif part.dimension != "flat":
        unit, count = pick.of([("h", 1), ("s", 1), ("s", 1), ("h", 9600)])
        if odd_unit == part.dimension:
            unit, count = "s", _ODD_S
        step = pick.of([0, 0, SESSION_MAX_US, SESSION_MAX_US - 1, 1])
        grace = pick.of([0, 0, SESSION_MAX_US, 1])
    least, most = sorted([pick.of(_LIMITS), pick.of(_LIMITS)])
    odd = odd_unit == part.dimension
    if odd_unit and not odd:
        unit, count = {"energy": ("Wh", 1), "flat": ("session", 1)}.get(part.dimension, ("s", 1))
    return replace(
        part,
        price=Price(pick.of([1, 2**21 - 1]) if odd else pick.of(_PRICES), unit, count),
        step=step,
        grace_us=grace,
        min_micro=least if pick.one_in(4) else None,
        max_micro=most if pick.one_in(3) else None,
    )


def _usage(pick: Pick, usage: Usage) -> Usage:
    """One to three intervals of extreme length and energy; two sessions in five touch the first or the last instant."""
    lengths = [pick.of(_LENGTHS) for _ in range(pick.between(1, 3))]
    start_us = usage.start_us
    kind = pick.below(5)
    if kind == 0:
        start_us = INSTANT_MAX_US - sum(lengths)
    elif kind == 1:
        start_us = INSTANT_MIN_US
    intervals, at, left = [], start_us, ENERGY_MAX_MWH
    for length in lengths:
        energy_mwh = pick.of(_ENERGIES)
        if not pick.one_in(20):  # or the session is refused
            energy_mwh = min(energy_mwh, left)
        left -= energy_mwh
        intervals.append(Interval(at, at + length, energy_mwh, pick.of(ACTIVITIES)))
        at += length
    if kind == 1 and pick.one_in(3):
        at = start_us + SESSION_MAX_US
    return replace(usage, start_us=start_us, end_us=at, intervals=tuple(intervals))
