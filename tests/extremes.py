"""Networks at the limits of `units`: the greatest energies, lengths, prices, limits, taxes, units and denominators."""

from __future__ import annotations

from dataclasses import replace

from strategies import Network, network
from strategies_pick import Pick, random_pick

from rating.reference import Interval, Usage
from rating.tariff.model import Component, Price, PriceLimit, Rounding, Tariff, Tax, Version
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
    tariffs, sessions = network(pick, max_tariffs=2, max_sessions=5, faulty=False)
    return [_tariff(pick, each) for each in tariffs], [(id_, _usage(pick, usage)) for id_, usage in sessions]


def _tariff(pick: Pick, tariff: Tariff) -> Tariff:
    taxed = pick.of([None, True, False])
    unit = pick.of([ROUNDING_UNIT_MAX_MICRO, ROUNDING_UNIT_MAX_MICRO - 1, 999_999_937, 1, tariff.minor_micro])
    return replace(
        tariff,
        versions=tuple(_version(pick, version) for version in tariff.versions),
        rounding=Rounding(tariff.rounding.mode, unit),
        tax=None if taxed is None else Tax("VAT", pick.of([TAX_MAX_PPM, TAX_MAX_PPM - 1, 1, 210_000]), taxed),
    )


def _version(pick: Pick, version: Version) -> Version:
    elements = tuple(
        replace(element, components=tuple(_component(pick, part) for part in element.components))
        for element in version.elements
    )
    least, most = sorted([pick.of(_LIMITS), pick.of(_LIMITS)])
    return replace(
        version,
        elements=elements,
        min_price=pick.of([None, None, PriceLimit(least), PriceLimit(None, least), PriceLimit(least, least)]),
        max_price=pick.of([None, None, PriceLimit(most), PriceLimit(None, most), PriceLimit(most, most)]),
    )


def _component(pick: Pick, part: Component) -> Component:
    unit, count, step, grace = part.price.unit, part.price.count, 0, 0
    if part.dimension == "energy":
        unit, count = pick.of([("kWh", 1), ("kWh", 1), ("Wh", 1), ("Wh", _ODD_WH), ("kWh", 7)])
        step = pick.of([0, 0, ENERGY_MAX_MWH, ENERGY_MAX_MWH - 1, 1])
    elif part.dimension != "flat":
        unit, count = pick.of([("h", 1), ("s", 1), ("s", 1), ("s", _ODD_S), ("h", 9600)])
        step = pick.of([0, 0, SESSION_MAX_US, SESSION_MAX_US - 1, 1])
        grace = pick.of([0, 0, SESSION_MAX_US, 1])
    least, most = sorted([pick.of(_LIMITS), pick.of(_LIMITS)])
    return replace(
        part,
        price=Price(1 if count in (_ODD_WH, _ODD_S) else pick.of(_PRICES), unit, count),
        step=step,
        grace_us=grace,
        min_micro=least if pick.one_in(4) else None,
        max_micro=most if pick.one_in(3) else None,
    )


def _usage(pick: Pick, usage: Usage) -> Usage:
    """One to three intervals of extreme length and energy; two sessions in five begin or end at the end of the world."""
    lengths = [pick.of(_LENGTHS) for _ in range(pick.between(1, 3))]
    start_us = usage.start_us
    total = sum(lengths)
    kind = pick.below(5)
    if kind == 0:
        start_us = INSTANT_MAX_US - total
    elif kind == 1:
        start_us = INSTANT_MIN_US
    intervals, at = [], start_us
    for length in lengths:
        intervals.append(Interval(at, at + length, pick.of(_ENERGIES), pick.of(["auto", "auto", "charging", "parked"])))
        at += length
    whole = kind == 1 and pick.one_in(3)
    return replace(
        usage, start_us=start_us, end_us=start_us + SESSION_MAX_US if whole else at, intervals=tuple(intervals)
    )
