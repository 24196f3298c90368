"""Prices that follow an index, as they are drawn: quarter-hour, half-hour and hourly indexes around the drawn sessions,
with prices below zero, gaps with and without a fallback, and prices of so many decimals that sessions settle apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from strategies_pick import Anchor, Pick

from rating.tariff.model import Component, Element, Price, Tariff, Version
from rating.tariff.spot import Index, SpotPrice
from rating.units import INDEX_MAX_NANO, US_PER_H, US_PER_MIN

STEPS = [15 * US_PER_MIN, 15 * US_PER_MIN, 30 * US_PER_MIN, US_PER_H]
FACTORS = [1_000_000, 1_000_000, 1_050_000, 500_000, 1_234_567]
ADDS = [0, 0, 120_000, -50_000, 123_457]
FLOORS = [None, None, 0, -100_000, 50_000]
CEILINGS = [None, None, 900_000, 200_000]
FALLBACKS = [None, 400_000, 0, 333_333]
HOURS = (24, 60, 120, 240, 240)
WEEKS = (240, 1200, 1200, 1200)  # for the sessions of accounts, which are up to six weeks apart
GRAINS = [10_000, 10_000, 1_000_000, 1, 7]


def index(pick: Pick, anchor: Anchor, name: str, lengths: Sequence[int], usual: bool) -> Index:
    """Prices from before the first drawn session on, for so many hours; what comes later is a gap. The `usual` ones
    have cents a MWh for quarters that begin with the hour, which one kernel prices in one pass.
    """
    random = Random(pick.below(2**16))  # a draw for each of a thousand prices would be all that is drawn
    step_us = pick.of(STEPS)
    hours = pick.of(lengths)
    holes = pick.of([0, 0, 0, 1, 20])  # so many in a hundred
    grain = 10_000 if usual else pick.of(GRAINS)
    most = INDEX_MAX_NANO if pick.one_in(60) else 500_000_000
    start_us = anchor.at_us - 32 * US_PER_H + (0 if usual else pick.of([0, 0, 0, 7 * US_PER_MIN, 1]))
    points = []
    for number in range(hours * US_PER_H // step_us):
        at_us = start_us + number * step_us
        if holes == 0 or random.randrange(100) >= holes:
            points.append((at_us, at_us + step_us, random.randrange(-most // 2, most) // grain * grain))
    return Index(name, tuple(points))


def spot(pick: Pick, indexes: list[Index], usual: bool) -> SpotPrice:
    factor_ppm, add_micro = pick.of(FACTORS[: 3 if usual else None]), pick.of(ADDS[: 4 if usual else None])
    return SpotPrice(pick.of(indexes), factor_ppm, add_micro, pick.of(FLOORS), pick.of(CEILINGS), pick.of(FALLBACKS))


def followed(pick: Pick, anchor: Anchor, tariff: Tariff, lengths: Sequence[int] = HOURS) -> Tariff:
    """The tariff with most of its prices of energy by one or two indexes."""
    usual = pick.one_in(2)
    indexes = [index(pick, anchor, name, lengths, usual) for name in ("nl", "be")[: pick.between(1, 2)]]

    def by_index(part: Component) -> Component:
        if part.dimension != "energy" or pick.one_in(3):
            return part
        return replace(part, price=Price(0, "kWh"), step=0, round="up", spot=spot(pick, indexes, usual))

    def changed(element: Element) -> Element:
        return replace(element, components=tuple(map(by_index, element.components)))

    def with_spots(version: Version) -> Version:
        return replace(version, elements=tuple(map(changed, version.elements)))

    return replace(tariff, versions=tuple(map(with_spots, tariff.versions)))
