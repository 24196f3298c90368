"""Properties of the slow twin that hold for every tariff and session, and its small parts one by one."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from dataclasses import replace
from datetime import date, time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import cases, random_network
from strategies_pick import instant_us

import rating.reference
from rating.errors import Refused
from rating.reference import Bill, Interval, Refusal, Usage, rate_session, tell, trace
from rating.reference.clock import clock_changes, cut_moments, first_instant_of, load_zone, local
from rating.reference.match import find, match_all
from rating.reference.printing import allocate, round_to
from rating.reference.restrictions import Moment, in_window
from rating.reference.versions import version_at, version_starts
from rating.tariff.model import Component, Element, Price, Rounding, Tariff, Tax, Version, When
from rating.units import MWH_PER_KWH, US_PER_DAY, US_PER_H, US_PER_MIN

DRAWN = settings(max_examples=250, deadline=None)
NOON = instant_us("2026-06-02T12:00+00:00")


def steps(bill: Bill, kind: type) -> list:
    return [step for step in bill.trace if isinstance(step, kind)]


def tariff_of(*elements: Element, tax: Tax | None = None, zone: str = "UTC") -> Tariff:
    version = Version("always", None, elements)
    return Tariff("t", "EUR", 10_000, (version,), Rounding("half_up", 10_000), zone, tax)


PER_KWH = tariff_of(Element("all", (Component("energy", Price(390_000, "kWh")),)))


@DRAWN
@given(cases(full=True))
def test_nothing_is_lost_and_lines_add_up(case: tuple[Tariff, Usage]) -> None:
    tariff, usage = case
    bill = rate_session(tariff, usage)
    if isinstance(bill, Refusal):
        assert bill.reason is not Refused.FINE
        return
    spells, stretches = steps(bill, trace.Spell), steps(bill, trace.Stretch)
    assert bill.energy_mwh == sum(interval.energy_mwh for interval in usage.intervals)
    assert sum(part.energy_mwh for part in spells) == bill.energy_mwh
    assert sum(part.charging_us for part in spells) == bill.charging_us
    assert sum(part.parked_us for part in spells) == bill.parked_us
    assert sum(part.reserved_us for part in stretches) == sum(part.reserved_us for part in spells)
    if not usage.expired:
        assert sum(part.energy_mwh for part in stretches) == bill.energy_mwh
        assert sum(part.charging_us for part in stretches) == bill.charging_us
        assert sum(part.parked_us for part in stretches) == bill.parked_us
        if all(interval.volumes_us is None for interval in usage.intervals):
            assert bill.charging_us + bill.parked_us == usage.end_us - usage.start_us

    included = tariff.tax is not None and tariff.tax.included
    known = bill.gross_micro if included else bill.net_micro
    other = bill.net_micro if included else bill.gross_micro
    assert sum(line.printed_micro for line in bill.lines) == known
    assert (other is None) == (bill.tax_micro is None)
    if bill.tax_micro is not None:
        assert bill.net_micro + bill.tax_micro == bill.gross_micro
    (taxed,) = steps(bill, trace.Taxed)
    exact = sum(line.amount for line in bill.lines if line.kind != "rounding")
    assert exact == (taxed.gross if included else taxed.net)
    assert [line.line for line in bill.lines] == list(range(1, len(bill.lines) + 1))


@DRAWN
@given(cases(faulty=False, full=True))
def test_lines_say_how_their_amount_came_about(case: tuple[Tariff, Usage]) -> None:
    bill = rate_session(*case)
    if isinstance(bill, Refusal):
        return
    for line, charged in zip(bill.lines, steps(bill, trace.Charged), strict=False):
        assert line.kind == "usage"
        by_mean = line.billed_volume * Fraction(line.unit_price_micro, 10**6)
        if find(case[0], charged.priced)[2].spot is None:
            assert by_mean == charged.by_price
        else:  # the mean price is to the nearest micro a kWh
            assert abs(by_mean - charged.by_price) <= line.billed_volume / 2 / 10**6
        assert line.amount == charged.amount
        assert line.volume > 0


@DRAWN
@given(cases(faulty=False), st.integers(0, 999))
def test_the_same_elements_hold_throughout_a_stretch(case: tuple[Tariff, Usage], thousandths: int) -> None:
    """Cuts are judged at their first instant; that is right only if none is missing."""
    tariff, usage = case
    bill = rate_session(tariff, usage)
    if isinstance(bill, Refusal):
        return
    (rules,) = steps(bill, trace.Rules)
    zone = load_zone(rules.zone)
    starts = version_starts(tariff, zone)
    at = usage.start_us
    for stretch in steps(bill, trace.Stretch):
        length = stretch.charging_us + stretch.parked_us
        for moment in {at, at + length * thousandths // 1000, at + max(length - 1, 0)}:
            version = version_at(starts, moment) if tariff.on_change == "at_once" else rules.version
            at_moment = Moment(local(moment, zone))
            assert match_all(version, tariff.versions[version], at_moment, usage) == stretch.matches
        at += length
    assert at == usage.end_us


@DRAWN
@given(cases(faulty=False), st.integers(0, 1439), st.integers(1, 1439))
def test_the_order_of_elements_that_never_overlap_does_not_matter(
    case: tuple[Tariff, Usage], start_min: int, length: int
) -> None:
    drawn, usage = case
    end_min = (start_min + length) % 1440
    version = drawn.versions[0]
    inside = replace(version.elements[0], name="inside", when=When(start_min=start_min, end_min=end_min))
    outside = replace(version.elements[-1], name="outside", when=When(start_min=end_min, end_min=start_min))
    first = replace(drawn, versions=(replace(version, valid_from=None, elements=(inside, outside)),))
    second = replace(drawn, versions=(replace(version, valid_from=None, elements=(outside, inside)),))
    one, other = rate_session(first, usage), rate_session(second, usage)
    if isinstance(one, Refusal):
        assert one == other
        return
    assert (one.net_micro, one.tax_micro, one.gross_micro) == (other.net_micro, other.tax_micro, other.gross_micro)
    amounts = [{(line.kind, line.element, line.dimension, line.amount) for line in bill.lines} for bill in (one, other)]
    assert amounts[0] == amounts[1]


@DRAWN
@given(cases(full=True))
def test_rating_and_telling_are_deterministic(case: tuple[Tariff, Usage]) -> None:
    bill = rate_session(*case)
    assert bill == rate_session(*case)
    if isinstance(bill, Bill):
        assert tell(bill) == tell(bill)
        # Quarters of an hour of an index have lines of their own, and the longest session of 26 hours has 104 of them.
        assert len(tell(bill).splitlines()) < 1000


@given(st.lists(st.fractions(-50, 50, max_denominator=700), max_size=8), st.sampled_from([1_000, 10_000, 25_000]))
def test_allocated_lines_add_up_and_stay_within_a_unit(amounts: list[Fraction], unit: int) -> None:
    for mode in ("half_up", "half_even", "half_down", "up", "down"):
        target = round_to(sum(amounts, Fraction(0)), unit, mode)
        printed = allocate(amounts, target, unit)
        assert sum(printed) == target
        if target >= 0:
            off = [abs(Fraction(micro) - amount * 10**6) for micro, amount in zip(printed, amounts, strict=True)]
            assert all(distance < unit for distance in off) or mode == "up"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("half_up", {"0.125": 13, "0.135": 14, "-0.125": -13, "0.1249": 12}),
        ("half_even", {"0.125": 12, "0.135": 14, "-0.125": -12, "0.1251": 13}),
        ("half_down", {"0.125": 12, "0.135": 13, "-0.125": -12, "0.1251": 13}),
        ("up", {"0.121": 13, "0.12": 12, "-0.121": -13, "0": 0}),
        ("down", {"0.129": 12, "0.12": 12, "-0.129": -12, "0": 0}),
    ],
)
def test_rounding_modes(mode, expected) -> None:
    assert {text: round_to(Fraction(text), 10_000, mode) // 10_000 for text in expected} == expected


@pytest.mark.parametrize(
    ("window", "clock", "holds"),
    [
        ((None, None), "00:00", True),
        ((1020, 1260), "17:00", True),
        ((1020, 1260), "21:00", False),
        ((1020, 1260), "20:59:59.999999", True),
        ((1320, 360), "23:00", True),
        ((1320, 360), "05:59", True),
        ((1320, 360), "06:00", False),
        ((1320, 1440), "23:59", True),
        ((1320, 1440), "00:00", False),
        ((1320, None), "23:59", True),
        ((1320, None), "21:59", False),
        ((None, 360), "00:00", True),
        ((None, 360), "06:00", False),
        ((600, 600), "03:00", True),
        ((None, 0), "12:00", True),
    ],
)
def test_windows(window, clock, holds) -> None:
    assert in_window(*window, time.fromisoformat(clock)) is holds


def test_a_window_around_a_change_of_days_cuts_at_each_midnight_and_clock_change() -> None:
    zone = load_zone("Europe/Amsterdam")
    start, end = instant_us("2026-03-28T12:00+00:00"), instant_us("2026-03-30T12:00+00:00")
    change = instant_us("2026-03-29T01:00+00:00")
    assert clock_changes(start, end, zone) == [change]
    readings = {local(moment, zone).isoformat() for moment in cut_moments(start, end, zone, [90])}
    assert {"2026-03-29T00:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T01:30:00+02:00"} <= readings


def test_a_date_begins_at_its_first_instant_also_where_it_begins_twice() -> None:
    # In St John's the clock went from 00:01 on 7 November 2010 back to 23:01 on the 6th.
    zone = load_zone("America/St_Johns")
    assert first_instant_of(date(2010, 11, 7), zone) == instant_us("2010-11-07T00:00-02:30")
    assert first_instant_of(date(1990, 1, 1), zone) < instant_us("2000-01-01T00:00+00:00")


def test_faults_are_found_in_the_stated_order() -> None:
    end = NOON + US_PER_H
    usage = Usage("S", NOON, end, (Interval(NOON, end, -1), Interval(end + 5, end, 1)))
    assert rate_session(PER_KWH, usage) == Refusal("S", Refused.NEGATIVE_ENERGY, 0)
    no_zone = replace(PER_KWH, time_zone=None)
    assert rate_session(no_zone, usage) == Refusal("S", Refused.TIME_ZONE)
    later = replace(PER_KWH, versions=(replace(PER_KWH.versions[0], valid_from=end),))
    assert rate_session(later, usage) == Refusal("S", Refused.NO_VERSION)
    assert rate_session(PER_KWH, replace(usage, intervals=())) == Refusal("S", Refused.NO_DATA)
    assert rate_session(PER_KWH, replace(usage, end_us=NOON - 1)) == Refusal("S", Refused.END_BEFORE_START)
    too_long = replace(usage, end_us=NOON + 401 * US_PER_DAY)
    assert rate_session(PER_KWH, too_long) == Refusal("S", Refused.SESSION_TOO_LONG)


def test_a_year_of_quarters_is_one_session() -> None:
    quarter = 15 * US_PER_MIN
    intervals = tuple(Interval(NOON + n * quarter, NOON + (n + 1) * quarter, 1_000_000) for n in range(365 * 96))
    bill = rate_session(PER_KWH, Usage("year", NOON, intervals[-1].end_us, intervals))
    assert isinstance(bill, Bill)
    assert bill.gross_micro == 365 * 96 * 390_000
    assert bill.energy_mwh == 365 * 96 * MWH_PER_KWH


def test_a_seed_draws_the_same_network_again() -> None:
    assert random_network(7) == random_network(7)
    assert random_network(7) != random_network(8)
    assert random_network(7, full=True) == random_network(7, full=True)


@pytest.mark.parametrize("module", [info.name for info in pkgutil.iter_modules(rating.reference.__path__)])
def test_examples_in_docstrings(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"rating.reference.{module}"))
    assert result.failed == 0
