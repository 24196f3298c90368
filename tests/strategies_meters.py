"""Sessions as most meters tell them, an interval of one length after the other, at the prices of an index and the rest
as plain as can be: `kernels.spot` prices them in one pass.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from strategies import Network
from strategies_pick import Pick, instant_us
from twin import instant

from rating.reference.values import Interval, Usage
from rating.tariff.load import parse_tariff
from rating.tariff.model import Component, Tariff
from rating.tariff.spot import Index
from rating.units import US_PER_H, US_PER_MIN

START_US = instant_us("2026-03-28T20:00+00:00")  # the clocks change within the next day
LENGTHS_US = [15 * US_PER_MIN, 15 * US_PER_MIN, 5 * US_PER_MIN, 30 * US_PER_MIN, US_PER_H, 90 * US_PER_MIN]
STEPS_US = [15 * US_PER_MIN, 15 * US_PER_MIN, 5 * US_PER_MIN, 30 * US_PER_MIN, US_PER_H]
CLOCKS = ["00:00", "02:00", "03:15", "06:07", "07:30", "12:00", "18:45", "22:01"]
BY_INDEX = ["{index: nl}", "{index: nl, factor: 1.05, add: 0.12/kWh, floor: -0.02}", "{index: nl, fallback: 0.40}"]
FIXED = "0.31/kWh"


def metered(pick: Pick) -> Network:
    """A tariff by an index, with up to two windows in which other prices hold, and up to six sessions."""
    step_us = pick.of(STEPS_US)
    holes = pick.of([0, 0, 2, 8])  # so many in a hundred
    points = []
    for number in range(60 * US_PER_H // step_us):
        at_us = START_US - 4 * US_PER_H + number * step_us
        if pick.below(100) >= holes:
            points.append((at_us, at_us + step_us, (pick.below(300) - 100) * 1_000_000))
    numbers = range(pick.between(1, 6))
    tariff = _tariff(pick, Index("nl", tuple(points)))
    return [tariff], [(tariff.id, _usage(pick, f"S-{number}")) for number in numbers]


def _tariff(pick: Pick, index: Index) -> Tariff:
    windows = []
    for number in range(pick.between(0, 2)):
        price, clocks = pick.of([FIXED, *BY_INDEX]), (pick.of(CLOCKS), pick.of(CLOCKS))
        if clocks[0] != clocks[1]:
            when = f'{{start_time: "{clocks[0]}", end_time: "{clocks[1]}"}}'
            windows.append(f"{{name: w{number}, energy: {price}, when: {when}}}")
    always = [f"{{name: all, energy: {pick.of(BY_INDEX)}, time: 1.20/h, parking_time: 0.05/min, flat: 0.35/session}}"]
    text = (
        "{tariff: market, currency: EUR, time_zone: Europe/Amsterdam, "
        "tax: {name: VAT, percent: 21, included: false}, versions: [elements: [%s]]}"
    )
    start = [instant(at_us) for at_us, _, _ in index.points]
    whole = {"start": [start[0], start[0] + timedelta(hours=1)], "price_per_kwh": ["0.10", "0.20"]}  # none is missing
    tariff = parse_tariff(text % ", ".join(windows + always), indexes={"nl": whole})

    def by(part: Component) -> Component:
        return part if part.spot is None else replace(part, spot=replace(part.spot, index=index))

    (version,) = tariff.versions
    elements = tuple(replace(each, components=tuple(map(by, each.components))) for each in version.elements)
    return replace(tariff, versions=(replace(version, elements=elements),))


def _usage(pick: Pick, session_id: str) -> Usage:
    """Many begin within a price; in three of eight an interval is shorter, is missing, or ends sooner or later together
    with the next one, which begins when it ends.
    """
    length_us = pick.of(LENGTHS_US)
    start_us = START_US + pick.below(96) * 15 * US_PER_MIN + (pick.of([1, 7 * US_PER_MIN]) if pick.one_in(4) else 0)
    intervals = []
    at_us = start_us
    for _ in range(pick.between(1, 24)):
        energy_mwh = pick.of([0, 1, 999, 1_000, 250_000, 2_750_001, 5_000_000])
        intervals.append(Interval(at_us, at_us + length_us, energy_mwh, "auto"))
        at_us += length_us
    odd = pick.below(8 * len(intervals))
    if odd < len(intervals):
        shorter_us = pick.of([1, length_us // 3, length_us // 2])
        intervals[odd] = replace(intervals[odd], end_us=intervals[odd].end_us - shorter_us)
    elif odd < 2 * len(intervals) and len(intervals) > 1:
        del intervals[odd - len(intervals)]
    elif odd < 3 * len(intervals) - 1:
        at = odd - 2 * len(intervals)
        if at >= 0:
            between_us = intervals[at].end_us + pick.of([-1, 1, length_us // 3, -length_us // 2])
            intervals[at] = replace(intervals[at], end_us=between_us)
            intervals[at + 1] = replace(intervals[at + 1], start_us=between_us)
    return Usage(session_id, start_us, at_us + pick.of([0, 0, 20 * US_PER_MIN]), tuple(intervals), "Europe/Amsterdam")
