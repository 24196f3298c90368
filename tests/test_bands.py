"""Power and current that go up and down: sessions that come back to a band are priced as the slow twin says.

The draws of `strategies` have few intervals, and seldom come back.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from strategies import DIMENSION_NAMES, component, tariff
from strategies_full import CURRENTS, DURATIONS, ENERGIES, POWERS, between, near
from strategies_pick import ANCHORS, Anchor, Pick, random_pick
from twin import assert_same_where_priceable

from rating.reference import Interval, Usage
from rating.tariff.model import Component, Element, Tariff, When
from rating.units import US_PER_MIN

DRAWS = int(os.environ.get("RATING_DRAWS", "3000"))
SHARDS = 4
SESSIONS_OF_A_TARIFF = 3


def banded(pick: Pick, anchor: Anchor, name: str) -> Tariff:
    """A tariff with one to four elements by power or current, and now and then by energy or duration as well."""
    found = tariff(pick, anchor, name)
    elements = []
    for number in range(pick.between(1, 4)):
        bounds: dict[str, int | None] = {}
        if pick.below(3):
            bounds["min_power_mw"], bounds["max_power_mw"] = between(pick, POWERS[:7])
        if pick.one_in(3):
            bounds["min_current_ma"], bounds["max_current_ma"] = between(pick, CURRENTS)
        if pick.one_in(6):
            bounds["min_energy_mwh"], bounds["max_energy_mwh"] = between(pick, ENERGIES)
        if pick.one_in(6):
            bounds["min_duration_us"], bounds["max_duration_us"] = between(pick, DURATIONS)
        elements.append(Element(f"band {number}", parts(pick), When(**bounds)))
    elements.append(Element("rest", parts(pick), When()))
    versions = tuple(replace(each, elements=(*elements, *each.elements)) for each in found.versions)
    return replace(found, versions=versions)


def parts(pick: Pick) -> tuple[Component, ...]:
    """Prices of one to four dimensions; grace and steps, where the order matters, are rare."""
    names = pick.some(DIMENSION_NAMES, 1, 4)
    made = [component(pick, name) for name in sorted(names, key=DIMENSION_NAMES.index)]
    return tuple(each if pick.one_in(8) else replace(each, grace_us=0, step=0) for each in made)


def restless(pick: Pick, anchor: Anchor, name: str) -> Usage:
    """A session of up to forty intervals, of a few powers and currents in turn; some take no time."""
    start_us = anchor.at_us + pick.between(-600, 600) * US_PER_MIN
    powers = [near(pick, POWERS[:7]) for _ in range(3)]
    told = pick.below(3)
    intervals, at = [], start_us
    for _ in range(pick.between(1, 40)):
        at += 0 if pick.below(12) else 10 * US_PER_MIN
        length = pick.of([0, 15, 15, 15, 15, 15, 15, 10]) * US_PER_MIN
        power = pick.of(powers)
        energy = power * length // (60 * US_PER_MIN) if pick.below(10) else 0
        said = power if told == 1 and pick.below(4) else None
        intervals.append(Interval(at, at + length, energy, "auto", power_mw=said, current_ma=near(pick, CURRENTS)))
        at += length
    return Usage(name, start_us, at + pick.of([0, 0, 30 * US_PER_MIN]), tuple(intervals), anchor.zone)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_restless_sessions_are_priced_alike(shard: int) -> None:
    tariffs: list[Tariff] = []
    drawn: list[tuple[str, Usage]] = []
    for seed in range(DRAWS // SHARDS // SESSIONS_OF_A_TARIFF // 2):
        pick = random_pick(shard * 1_000_000_007 + seed, True)
        anchor = pick.of(ANCHORS)
        tariffs.append(banded(pick, anchor, f"tariff-{seed}"))
        names = [f"S-{seed}-{number}" for number in range(SESSIONS_OF_A_TARIFF)]
        drawn += [(tariffs[-1].id, restless(pick, anchor, name)) for name in names]
    assert_same_where_priceable(tariffs, drawn, chunk_sessions=64)
