"""Prices of staying: after charging ended, and of all plugged-in time; what is said of them and what cuts them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from strategies_pick import instant_us
from twin import assert_same

from rating import load_tariffs
from rating.reference import Bill, Interval, Usage, rate_session, tell
from rating.reference.parts import charging_end
from rating.reference.values import Activity
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariff
from rating.units import US_PER_MIN

ROOT = Path(__file__).parent.parent
EXAMPLES = {
    "plugged-in-hours": "plugged-in",
    "after-charging-ended": "after-charging",
    "overstay-after-a-booked-slot": "booked-slot",
    "charging-speeds": "speeds",
}
NOON = instant_us("2026-06-02T12:00+00:00")


def minute(count: int) -> int:
    return NOON + count * US_PER_MIN


def interval(start: int, end: int, kwh: int, activity: Activity = "auto", **more: Any) -> Interval:
    return Interval(minute(start), minute(end), kwh * 1_000_000, activity, **more)


def session(*intervals: Interval, end: int = 240, **more: Any) -> Usage:
    return Usage("S", NOON, minute(end), intervals, **more)


def tariff(*elements: str) -> Tariff:
    listed = "".join(f"\n      - {element}" for element in elements)
    return parse_tariff(f"tariff: t\ncurrency: EUR\ntime_zone: UTC\nversions:\n  - elements:{listed}\n")


def parking(tariff: Tariff, usage: Usage) -> list[tuple[float, float]]:
    """Volume and billed volume of the lines of parking time; both raters say the same."""
    rated = assert_same([tariff], [("t", usage)])
    rows = [row for row in rated.lines.to_pylist() if row["dimension"] == "parking_time"]
    return [(float(row["volume"]), float(row["billed_volume"])) for row in rows]


@pytest.mark.parametrize("case", EXAMPLES)
def test_the_examples_are_the_tariffs_of_their_cases(case: str) -> None:
    id_ = EXAMPLES[case]
    examples = load_tariffs(ROOT / "tariffs" / f"{id_}.yaml")
    assert load_tariffs(ROOT / "tests" / "cases" / case / "tariff.yaml")[id_] == examples[id_]


CHARGING_ENDS: list[tuple[Usage, int]] = [
    (session(interval(0, 30, 5), interval(30, 60, 0)), 30),
    (session(interval(0, 30, 5), interval(30, 60, 0, "withheld")), 60),
    (session(interval(0, 30, 5), interval(30, 60, 1, "parked")), 30),
    (session(interval(0, 30, 5), interval(40, 40, 1)), 30),  # energy in no time is no charging time
    (session(interval(0, 30, 0)), 0),
    (session(interval(0, 30, 5), charging_end_us=minute(10)), 10),
    (session(interval(0, 30, 5, volumes_us=(60, 0, 0)), interval(30, 60, 5, volumes_us=(0, 60, 0))), 30),
]


@pytest.mark.parametrize(("usage", "ended"), CHARGING_ENDS)
def test_when_charging_ended(usage: Usage, ended: int) -> None:
    assert charging_end(usage) == minute(ended)
    after = tariff("parking_time: {price: 0.10/min, from: charging_end, grace: 7 min, step_size: 5 min}")
    assert_same([after], [("t", usage)])


def test_an_interval_is_cut_at_the_microsecond_where_charging_ended() -> None:
    after = tariff("parking_time: {price: 1/s, from: charging_end, grace: 1 s}")
    usage = session(interval(0, 30, 5), interval(30, 60, 0), end=60, charging_end_us=minute(59) + 1_500_000)
    assert parking(after, usage) == [(58.5, 57.5)]


def test_charging_after_charging_ended_is_no_parking() -> None:
    after = tariff("parking_time: {price: 1/min, from: charging_end}")
    usage = session(interval(0, 30, 5), interval(40, 50, 1), end=60, charging_end_us=minute(20))
    assert parking(after, usage) == [(20, 20)]  # from 30 to 40, and from 50 to 60


def test_grace_of_parking_counts_each_price_on_its_own_clock() -> None:
    """All parked time uses up the grace of a price that counts it, and that of the other only what comes after."""
    both = tariff(
        "{when: {max_duration: 1 h}, parking_time: {price: 1/min, grace: 30 min}}",
        "parking_time: {price: 2/min, grace: 30 min, from: charging_end}",
    )
    usage = session(interval(0, 20, 0), interval(20, 50, 5), end=120)
    # Parked to 0:20 and from 0:50, where charging ended. The first price has 30 min until 1:00, all of them free. Then
    # the clock of the second stands at 10 min, so that 20 of its 60 min are free.
    assert parking(both, usage) == [(30, 0), (60, 40)]


def test_grace_of_plugged_in_time_begins_where_such_a_price_does() -> None:
    late = tariff(
        "{when: {min_duration: 1 h, end_time: 13:10}, parking_time: {price: 1/min, counts: plugged_in, grace: 15 min}}",
        "{when: {min_duration: 90 min}, parking_time: {price: 2/min, counts: plugged_in, grace: 30 min}}",
    )
    usage = session(interval(0, 100, 5), end=120)
    # 10 min of the first, free; then 20 min without a price; then 30 min of the second, whose clock stands at 10.
    assert parking(late, usage) == [(10, 0), (30, 10)]


def test_time_is_not_stepped_beside_plugged_in_time() -> None:
    both = tariff("{time: {price: 1/min, step_size: 1 h}, parking_time: {price: 1/min, counts: plugged_in}}")
    rated = assert_same([both], [("t", session(interval(0, 40, 5), end=50))])
    rows = rated.lines.to_pylist()
    assert [(row["dimension"], float(row["billed_volume"])) for row in rows] == [("time", 40), ("parking_time", 50)]


def test_a_restricted_price_is_cut_where_charging_ended() -> None:
    """Among thresholds of energy and duration at the same instant, and beyond the fast path."""
    bands = tariff(
        "{when: {max_kwh: 2, min_power: 1 kW}, energy: 1/kWh}",
        "{when: {min_duration: 30 min, max_duration: 45 min}, parking_time: {price: 1/min, from: charging_end}}",
        "{energy: 2/kWh, parking_time: {price: 3/min, from: charging_end}, time: 0.01/min}",
    )
    quarters = [interval(15 * n, 15 * n + 15, 1 if n < 4 else 0) for n in range(8)]
    for end_us in (minute(30), minute(30) + 1, minute(29), minute(7), minute(60), minute(61), minute(120), None):
        assert_same([bands], [("t", session(*quarters, end=121, charging_end_us=end_us))])


def test_what_is_said_of_time_after_charging() -> None:
    after = tariff("{name: idle, parking_time: {price: 0.20/min, from: charging_end, grace: 10 min}}")
    bill = rate_session(after, session(interval(0, 30, 0), interval(30, 60, 5), end=120))
    assert isinstance(bill, Bill)
    assert (
        "  parking time, idle: 1 h since charging ended at 13:00, of which 10 min free of charge\n"
        "    50 min at 0.20 EUR/min = 10.00 EUR\n"
    ) in tell(bill)


def test_what_is_said_of_plugged_in_time() -> None:
    stay = tariff("{name: stay, when: {min_duration: 1 h}, parking_time: {price: 6.00/h, counts: plugged_in}}")
    bill = rate_session(stay, session(interval(0, 90, 5), end=120))
    assert isinstance(bill, Bill)
    text = tell(bill)
    assert '    1 h plugged in: "stay" at 6.00 EUR/h\n' in text
    assert "  parking time, stay: 1 h plugged in\n    1 h at 6.00 EUR/h = 6.00 EUR\n" in text
