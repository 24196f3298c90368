"""Where the twin cuts an interval, and what each restriction asks: thresholds, power, current, a CDR's own times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from reference_tools import NOON, bill_of, minute, steps, tariff_of, usage_of, volumes

from rating.reference import Interval, trace
from rating.reference.parts import UNLIMITED_MW, mean_power
from rating.reference.restrictions import Moment, Restriction, why_not
from rating.tariff.load import parse_tariff
from rating.tariff.model import When
from rating.units import MWH_PER_KWH, MWH_PER_WH, US_PER_S

KWH, WH = MWH_PER_KWH, MWH_PER_WH
HOUR = Interval(NOON, minute(60), 100 * KWH)  # a kWh in 36 s
ANY = Moment(datetime(2026, 6, 2, 12, tzinfo=UTC))
BOUNDS = [
    ("duration_us", When(min_duration_us=100), "min_duration", When(max_duration_us=100), "max_duration"),
    ("energy_mwh", When(min_energy_mwh=100), "min_energy", When(max_energy_mwh=100), "max_energy"),
    ("power_mw", When(min_power_mw=100), "min_power", When(max_power_mw=100), "max_power"),
    ("current_ma", When(min_current_ma=100), "min_current", When(max_current_ma=100), "max_current"),
]


@pytest.mark.parametrize(("field", "least", "below", "most", "reached"), BOUNDS)
def test_a_minimum_holds_at_its_value_and_a_maximum_does_not(
    field: str, least: When, below: Restriction, most: When, reached: Restriction
) -> None:
    usage = usage_of(HOUR)
    under, on_it = replace(ANY, **{field: 99}), replace(ANY, **{field: 100})
    assert (why_not(least, under, usage), why_not(least, on_it, usage)) == (below, None)
    assert (why_not(most, under, usage), why_not(most, on_it, usage)) == (None, reached)


def test_the_charger_s_rating_is_a_range_too() -> None:
    when = When(min_evse_power_mw=50, max_evse_power_mw=100)
    answers = [why_not(when, ANY, usage_of(HOUR, evse_power_mw=rating)) for rating in (49, 50, 99, 100)]
    assert answers == ["evse_power", None, None, "evse_power"]


@pytest.mark.parametrize("fact", ["tariff_type", "connector", "membership", "payment_method"])
def test_names_are_compared_to_the_letter_and_no_name_is_none(fact: str) -> None:
    when = When(**{fact: frozenset({"a", "b"})})
    answers = [why_not(when, ANY, usage_of(HOUR, **{fact: said})) for said in ("a", "b", "A", "c", None)]
    assert answers == [None, None, fact, fact, fact]


def test_a_threshold_that_is_no_whole_wh_is_met_exactly_and_no_cut_of_the_clock_goes_back_behind_it() -> None:
    # At 12:01 1666.66... Wh flowed, of which the whole Wh are less than the threshold passed 0.006 s before.
    tariff = tariff_of("""
        name: first, when: {max_kwh: 1.6665}, energy: 1/kWh
        name: second, when: {end_time: 12:01}, energy: 1/kWh
        name: third, energy: 1/kWh
    """)
    assert volumes(tariff, usage_of(HOUR)) == {"first": Fraction("1.6665"), "third": 100 - Fraction("1.6665")}
    later = tariff_of("""
        name: first, when: {max_kwh: 1.6665}, energy: 1/kWh
        name: second, when: {end_time: 12:02}, energy: 1/kWh
        name: third, energy: 1/kWh
    """)
    found = volumes(later, usage_of(HOUR))
    assert found == {"first": Fraction("1.6665"), "second": Fraction("1.6665"), "third": Fraction("96.667")}


def test_thresholds_met_at_the_same_instant_as_the_clock_go_first() -> None:
    """8 kWh within a microsecond of noon: 4 kWh, and to the microsecond 4.5 kWh too, are reached at noon itself."""
    tariff = tariff_of("""
        name: a, when: {max_kwh: 4, end_time: 12:00}, energy: 1/kWh
        name: b, when: {max_kwh: 4.5, end_time: 12:00}, energy: 1/kWh
        name: c, when: {end_time: 12:00}, energy: 1/kWh
        name: d, energy: 1/kWh
    """)
    before = Interval(NOON - 1, NOON + 1, 8 * KWH)
    assert volumes(tariff, usage_of(before)) == {"a": 4, "b": Fraction("0.5"), "d": Fraction("3.5")}


def test_an_interval_of_no_length_is_cut_by_energy_alone() -> None:
    tariff = tariff_of("""
        name: first, when: {max_kwh: 1}, energy: 1/kWh
        name: second, when: {max_kwh: 2.5}, energy: 1/kWh
        name: third, energy: 1/kWh
    """)
    usage = usage_of(Interval(NOON, NOON, 4 * KWH))
    assert volumes(tariff, usage) == {"first": 1, "second": Fraction("1.5"), "third": Fraction("1.5")}


def test_energy_counts_whether_it_was_priced_or_not_and_reaching_a_threshold_is_enough_for_other_dimensions() -> None:
    tariff = tariff_of("""
        name: energy, when: {min_kwh: 1, max_kwh: 2}, energy: 1/kWh
        name: early parking, when: {max_kwh: 100}, parking_time: 1/min
        name: late parking, parking_time: 1/min
    """)
    parked = Interval(minute(60), minute(90), 0)
    assert volumes(tariff, usage_of(HOUR, parked)) == {"energy": 1, "late parking": 30}
    less = replace(HOUR, energy_mwh=HOUR.energy_mwh - 1)
    assert volumes(tariff, usage_of(less, parked)) == {"energy": 1, "early parking": 30}


def test_duration_counts_gaps_and_cuts_where_it_is_reached() -> None:
    tariff = tariff_of("""
        name: half hour, when: {max_duration: 30 min}, time: 1/min, parking_time: 1/min
        name: charging, when: {min_duration: 40 min}, time: 1/min
        name: parked, parking_time: 1/min
    """)
    usage = usage_of(Interval(NOON, minute(20), KWH), Interval(minute(35), minute(60), KWH))
    bill = bill_of(tariff, usage)
    found = {(line.element, line.dimension): line.volume for line in bill.lines}
    assert found == {
        ("half hour", "time"): 20,
        ("half hour", "parking_time"): 10,
        ("charging", "time"): 20,
        ("parked", "parking_time"): 5,
    }


def test_with_on_change_at_once_thresholds_are_those_of_the_version_in_force() -> None:
    """The second version's threshold of 1.6665 kWh was passed just before it began, when whole Wh flowed."""
    tariff = parse_tariff("""
tariff: t
currency: EUR
time_zone: UTC
on_change: at_once
versions:
  - elements: [{name: old, when: {max_kwh: 50}, energy: 1/kWh}]
  - valid_from: 2026-06-02T12:01:00Z
    elements:
      - {name: new, when: {max_kwh: 1.6665}, energy: 1/kWh}
      - {name: newer, energy: 1/kWh}
""")
    usage = usage_of(HOUR)
    assert volumes(tariff, usage) == {"old": Fraction("1.666"), "new": Fraction("0.0005"), "newer": Fraction("98.3335")}


def test_the_mean_power_is_taken_where_none_is_told() -> None:
    assert mean_power(Interval(0, 900 * US_PER_S, 5 * KWH)) == 20_000_000
    assert mean_power(Interval(0, 7 * US_PER_S, 1)) == 514  # floored
    assert mean_power(Interval(0, 0, 1)) == UNLIMITED_MW
    assert mean_power(Interval(0, 0, 0)) == 0
    tariff = tariff_of("""
        name: slow, when: {max_power: 20 kW}, energy: 1/kWh
        name: fast, energy: 1/kWh
    """)
    quarter = Interval(NOON, minute(15), 5 * KWH)
    assert volumes(tariff, usage_of(quarter)) == {"fast": 5}
    assert volumes(tariff, usage_of(replace(quarter, energy_mwh=5 * KWH - 1))) == {"slow": 5 - Fraction(1, KWH)}
    assert volumes(tariff, usage_of(replace(quarter, power_mw=19_999_999))) == {"slow": 5}


def test_cuts_of_an_interval_leave_its_power_as_it_is() -> None:
    tariff = tariff_of("""
        name: a, when: {min_power: 100 kW, end_time: 12:00}, energy: 1/kWh
        name: b, when: {min_power: 100 kW, max_power: 100.001 kW}, energy: 1/kWh
    """)
    assert volumes(tariff, usage_of(Interval(minute(-20), minute(40), 100 * KWH))) == {
        "a": Fraction("33.333"),
        "b": Fraction("66.667"),
    }


def test_a_gap_draws_no_power_and_no_current() -> None:
    tariff = tariff_of("""
        name: at rest, when: {max_power: 1 kW, max_current: 1 A}, parking_time: 1/min
        name: flowing, parking_time: 1/min
    """)
    parked = Interval(NOON, minute(20), 0, "parked", power_mw=1_000_000, current_ma=0)
    usage = usage_of(parked, Interval(minute(50), minute(60), 0))
    assert volumes(tariff, usage) == {"flowing": 20, "at rest": 40}


def test_times_that_a_cdr_tells_are_those_of_the_bill_and_flow_evenly() -> None:
    """A period of an hour with 40 min of charging and 10 of parking, and a gap that counts as nothing."""
    tariff = tariff_of("""
        name: charging, when: {end_time: 12:15}, time: 1/s
        name: later, time: 1/s
        name: early parking, when: {max_kwh: 0.001}, parking_time: 1/s
        name: parking, parking_time: 1/s
    """)
    told = Interval(NOON, minute(60), 7 * WH, volumes_us=(2401 * US_PER_S, 601 * US_PER_S, 0))
    usage = replace(usage_of(told), end_us=minute(90))
    bill = bill_of(tariff, usage)
    assert (bill.charging_us, bill.parked_us) == (2401 * US_PER_S, 601 * US_PER_S)
    # Up to 12:15 a quarter, in whole us; up to 1 Wh, which is reached after 514,285,714 us, floor(601 s x that / 1 h).
    early = 601 * US_PER_S * 514_285_714 // (3600 * US_PER_S)
    assert volumes(tariff, usage) == {
        "charging": Fraction("600.25"),
        "later": Fraction("1800.75"),
        "early parking": Fraction(early, US_PER_S),
        "parking": 601 - Fraction(early, US_PER_S),
    }


def test_times_told_of_no_length_go_to_the_last_part() -> None:
    tariff = tariff_of("""
        name: first, when: {max_kwh: 1}, time: 1/s
        name: second, time: 1/s
    """)
    told = Interval(NOON, NOON, 2 * KWH, volumes_us=(10 * US_PER_S, 0, 0))
    assert volumes(tariff, usage_of(told)) == {"second": 10}


def test_a_flat_holds_where_its_energy_is_reached_within_the_session() -> None:
    tariff = tariff_of("""
        name: big, when: {min_kwh: 50}, flat: 1/session
        name: fast, when: {min_power: 150 kW}, flat: 2/session
    """)
    (due,) = steps(bill_of(tariff, usage_of(HOUR)), trace.FlatDue)
    assert (due.at.minute, due.priced.element) == (30, 0)
    # Reached with the last of the energy: from then on no time is left, unless the session lasts longer.
    half = replace(HOUR, energy_mwh=50 * KWH)
    assert volumes(tariff, usage_of(half)) == {}
    assert volumes(tariff, replace(usage_of(half), end_us=minute(61))) == {"big": 1}
    # An instant without length counts only where the session has none.
    instant = Interval(minute(60), minute(60), KWH)
    assert volumes(tariff, usage_of(half, instant)) == {}
    assert volumes(tariff, usage_of(replace(instant, start_us=minute(60)))) == {"fast": 1}
