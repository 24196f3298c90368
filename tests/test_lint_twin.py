"""A price that the slow twin bills is never called unreachable, whatever the tariff restricts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from lint_world import placed, reported
from strategies import random_network
from strategies_pick import Pick, random_pick

from rating.reference import Bill, Interval, Usage, rate_session
from rating.tariff.model import DimensionName, Element, ReservationName, Tariff, When
from rating.units import MWH_PER_KWH, US_PER_H

SEEDS = 40
SESSIONS = 30
_KINDS: tuple[ReservationName, ...] = ("reservation", "reservation", "reservation_expires")
_DIMENSIONS: dict[str, DimensionName] = {"reservation_time": "time", "reservation_flat": "flat"}


def restricted(when: When, pick: Pick) -> When:
    """More restrictions than the calendar's, of the size of the sessions."""
    low, high = sorted(pick.between(0, 12) for _ in range(2))
    if pick.one_in(3):
        when = replace(
            when,
            min_energy_mwh=low * MWH_PER_KWH if pick.one_in(2) else None,
            max_energy_mwh=(high + 1) * MWH_PER_KWH if pick.one_in(2) else None,
        )
    if pick.one_in(4):
        when = replace(
            when,
            min_duration_us=low * US_PER_H // 4 if pick.one_in(2) else None,
            max_duration_us=(high + 1) * US_PER_H // 4 if pick.one_in(2) else None,
        )
    if pick.one_in(6):
        when = replace(when, max_power_mw=(high + 1) * 2_000_000)
    if pick.one_in(6):
        when = replace(when, membership=frozenset({"gold"}))
    if pick.one_in(5):
        when = replace(when, reservation=pick.of(_KINDS))
    return when


def restricted_tariff(tariff: Tariff, pick: Pick) -> Tariff:
    """The tariff with such restrictions, and elements that are named by their version and number."""
    versions = []
    for v, version in enumerate(tariff.versions):
        elements = []
        for e, element in enumerate(version.elements):
            when = restricted(element.when, pick)
            fitting = [part for part in element.components if part.dimension in ("time", "flat")]
            if when.reservation is not None and not fitting:
                when = replace(when, reservation=None)
            parts = element.components if when.reservation is None else tuple(fitting)
            elements.append(Element(f"{v} {e}", parts, when))
        versions.append(replace(version, elements=tuple(elements), min_price=None, max_price=None))
    return placed(replace(tariff, versions=tuple(versions)))


def drawn_usage(usage: Usage, pick: Pick) -> Usage:
    """The session with a membership now and then, and with a reservation before it or instead of it."""
    usage = replace(usage, membership=pick.of((None, "gold")))
    if pick.one_in(3):
        before = Interval(usage.start_us - pick.between(1, 90) * 60_000_000, usage.start_us, 0, "reserved")
        usage = replace(usage, intervals=(before, *usage.intervals), expired=pick.one_in(3))
    return usage


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_the_twin_bills_is_never_reported(seed: int) -> None:
    pick = random_pick(seed)
    network = random_network(seed, max_tariffs=4, max_sessions=SESSIONS, faulty=False)
    billed = Counter[str]()
    for drawn in network[0]:
        tariff = restricted_tariff(drawn, pick)
        called = reported(tariff)
        for _, usage in network[1]:
            bill = rate_session(tariff, drawn_usage(usage, pick))
            if not isinstance(bill, Bill):
                continue
            for line in bill.lines:
                if line.element is None or line.dimension is None:
                    continue
                v, e = (int(number) for number in line.element.split())
                dimension = _DIMENSIONS.get(line.dimension, line.dimension)
                assert (v, e, dimension) not in called
                billed[line.dimension] += 1
    assert billed.total() > 0
