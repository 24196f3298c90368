"""What the lint calls never reached is never picked, and what some moment picks is never called so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lint_world import (
    DAY,
    LATE,
    NEVER,
    Moment,
    PriceId,
    component,
    drawn_moment,
    drawn_tariff,
    holds,
    moment_us,
    picked,
    placed,
    reported,
    version_at,
)
from strategies_pick import Pick, hypothesis_pick, random_pick

from rating.tariff.lint.boxes import Budget
from rating.tariff.lint.check import lint
from rating.tariff.lint.days import index_of
from rating.tariff.lint.gaps import gaps_of
from rating.tariff.lint.holes import holes_of
from rating.tariff.lint.span import span_of
from rating.tariff.model import Component, Element, Rounding, Tariff, Version, When
from rating.units import US_PER_DAY

MOMENTS = 400


def drawn_session(pick: Pick) -> tuple[Moment, Moment]:
    """How a session (or a reservation) begins, and a moment later in it."""
    later = drawn_moment(pick)
    begin = drawn_moment(pick)
    days = pick.of((0, 0, 1, 20, 100))
    first = replace(
        later, day=later.day - timedelta(days=days), minute=begin.minute, energy_mwh=0, duration_us=0,
        power_mw=begin.power_mw, current_ma=begin.current_ma,
    )  # fmt: skip
    return (first, later) if moment_us(first) <= moment_us(later) else (first, replace(later, minute=first.minute))


def prices_of(tariff: Tariff, pick: Pick) -> set[PriceId]:
    """What prices the two moments of a drawn session, of which a price of a session is billed once."""
    first, later = drawn_session(pick)
    reserved, expired = pick.one_in(3), pick.one_in(2)
    # Reserved time comes before the session, whose start decides on the version.
    starts_us = moment_us(later) + pick.of((0, 0, 5)) * US_PER_DAY if reserved else moment_us(first)
    found: set[PriceId] = set()
    for at in (first, later):
        number = version_at(tariff, moment_us(at) if tariff.on_change == "at_once" else starts_us)
        if number is None:
            return set()
        flat_is_due = any(name == "flat" for _, _, name in found)
        for index, name in picked(tariff, number, at, reserved, expired):
            if name != "flat" or not flat_is_due:
                found.add((number, index, name))
    return found


def check_honesty(tariff: Tariff, pick: Pick, count: int) -> None:
    called = reported(tariff, (*NEVER, *LATE))  # no drawn session begins with energy in no time
    for _ in range(count):
        assert prices_of(tariff, pick).isdisjoint(called)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_picked_is_never_reported(data: st.DataObject) -> None:
    pick = hypothesis_pick(data.draw)
    tariff = placed(drawn_tariff(pick))
    check_honesty(tariff, random_pick(pick.below(1 << 20)), MOMENTS)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_reported_is_never_picked(seed: int) -> None:
    """As above over many tariffs; and the lint says something about enough of them for this to mean anything."""
    pick = random_pick(seed)
    told: Counter[str] = Counter()
    for _ in range(20):
        tariff = placed(drawn_tariff(pick))
        told.update(fault.code for fault in lint([tariff]))
        check_honesty(tariff, pick, 5 * MOMENTS)
    assert told["never_reached"] > 5
    assert told["never_holds"] > 2


def test_most_that_is_never_picked_is_reported() -> None:
    """Not a promise, but what the rule is for: elements by calendar and energy alone are told apart exactly."""
    pick = random_pick(1)
    missed = 0
    for _ in range(100):
        tariff = placed(calendar_only(drawn_tariff(pick)))
        every = {(0, e, part.dimension) for e, part in parts_of(tariff)}
        seen: set[PriceId] = set()
        for _ in range(3_000):
            seen |= prices_of(tariff, pick)
        missed += len(every - seen - reported(tariff, (*NEVER, *LATE)))
    assert missed <= 5


def calendar_only(tariff: Tariff) -> Tariff:
    """One version, whose elements hold by day, clock and energy."""
    given = ("day_of_week", "start_min", "end_min", "min_energy_mwh", "max_energy_mwh")
    version = tariff.versions[0]
    elements = [
        replace(each, when=When(**{name: getattr(each.when, name) for name in given})) for each in version.elements
    ]
    version = replace(version, valid_from=None, valid_until=None, elements=tuple(elements))
    return replace(tariff, versions=(version,))


def parts_of(tariff: Tariff) -> list[tuple[int, Component]]:
    elements = tariff.versions[0].elements
    return [(e, part) for e, element in enumerate(elements) for part in element.components]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_holes_are_where_nothing_prices_energy(data: st.DataObject) -> None:
    pick = hypothesis_pick(data.draw)
    tariff = drawn_tariff(pick)
    for number, version in enumerate(tariff.versions):
        dates = span_of(tariff, number).whole
        holes = holes_of(version, dates, Budget())
        random = random_pick(pick.below(1 << 20))
        for _ in range(100):
            at = drawn_moment(random)
            if not dates >> index_of(at.day) & 1:
                continue
            in_hole = [minutes for minutes, on in holes.items() if minutes >> at.minute & on >> index_of(at.day) & 1]
            assert len(in_hole) == (0 if priced_at_some_energy(version.elements, at) else 1)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nothing_prices_energy_within_a_gap(data: st.DataObject) -> None:
    pick = hypothesis_pick(data.draw)
    tariff = drawn_tariff(pick)
    for number, version in enumerate(tariff.versions):
        gaps = gaps_of(version, span_of(tariff, number).priced)
        random = random_pick(pick.below(1 << 20))
        for _ in range(100 if gaps else 0):
            at = drawn_moment(random)
            values = {
                "kwh": at.energy_mwh, "duration": at.duration_us, "power": at.power_mw, "current": at.current_ma,
                "evse_power": at.evse_power_mw,
            }  # fmt: skip
            inside = [low for name, low, high in gaps if (low or 0) <= values[name] < (high or values[name] + 1)]
            if inside and span_of(tariff, number).priced >> index_of(at.day) & 1:
                assert not any(
                    element.when.reservation is None
                    and any(part.dimension in ("energy", "time") for part in element.components)
                    and holds(element.when, at)
                    for element in version.elements
                )


def priced_at_some_energy(elements: tuple[Element, ...], at: Moment) -> bool:
    calendar = ("day_of_week", "start_min", "end_min", "start_date", "end_date", "months", "holidays", "holidays_in")
    return any(
        element.when.reservation is None
        and any(part.dimension in ("energy", "time") for part in element.components)
        and holds(When(**{name: getattr(element.when, name) for name in calendar}), at)
        for element in elements
    )


def test_too_much_work_gives_no_answer_and_takes_no_time() -> None:
    """256 elements that cut one another in every way: nothing is claimed that was not proven."""
    pick = random_pick(3)
    elements = []
    for index in range(256):
        days = timedelta(days=pick.below(300)), timedelta(days=pick.below(300) + 301)
        start, energy, power = pick.below(1300), pick.below(10**6), pick.below(10**6)
        when = When(
            start_min=start, end_min=start + 100, start_date=DAY + days[0], end_date=DAY + days[1],
            min_energy_mwh=energy, max_energy_mwh=energy + 10**5, min_power_mw=power, max_power_mw=power + 10**5,
        )  # fmt: skip
        elements.append(Element(f"element {index + 1}", (component("energy", 1),), when))
    everything = Element("all", (component("energy", 1),))
    tariff = Tariff(
        "t", "EUR", 10_000, (Version("always", None, (*elements, everything)),), Rounding("half_up", 10_000)
    )
    assert [fault.code for fault in lint([tariff]) if fault.code == "never_reached"] == []
