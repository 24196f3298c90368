"""What the slow twin is told of a session: all that the batch has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rating
from rating.desk.usage import usage_of
from rating.errors import InputError, SessionError
from rating.reference import Interval, Usage
from rating.usage import read_usage

T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
US = 1_772_359_200_000_000
HOUR = timedelta(hours=1)
HOUR_US = 3_600_000_000
TARIFFS = Path(__file__).parent.parent / "tariffs"

SESSIONS: dict[str, Any] = {
    "session_id": ["a", "b"],
    "tariff": ["per-kwh"] * 2,
    "start": [T0] * 2,
    "end": [T0 + 4 * HOUR] * 2,
}
SAID = {
    "time_zone": ["Europe/Paris", None],
    "tariff_type": ["REGULAR", None],
    "connector": ["CCS", ""],
    "membership": ["gold", None],
    "payment_method": ["card", None],
    "evse_power_kw": ["50", None],
    "reservation_start": [T0 - HOUR, None],
    "reservation_expired": ["yes", None],
}
INTERVALS: dict[str, Any] = {
    "session_id": ["a", "b", "b"],
    "start": [T0, T0, T0 + HOUR],
    "end": [T0 + HOUR, T0 + HOUR, T0 + 2 * HOUR],
    "energy_wh": [7, 8, 0],
    "activity": ["charging", None, "withheld"],
    "power_w": [None, 11_000, 0],
    "current_a": [16, None, 0],
}


def test_the_twin_is_told_everything() -> None:
    batch = read_usage(SESSIONS | SAID, INTERVALS)
    assert usage_of(batch, 0) == Usage(
        "a",
        US,
        US + 4 * HOUR_US,
        (
            Interval(US - HOUR_US, US + 4 * HOUR_US, 0, "reserved", 0, 0),
            Interval(US, US + HOUR_US, 7_000, "charging", None, 16_000),
        ),
        time_zone="Europe/Paris",
        tariff_type="REGULAR",
        connector="CCS",
        membership="gold",
        payment_method="card",
        evse_power_mw=50_000_000,
        expired=True,
    )
    assert usage_of(batch, 1) == Usage(
        "b",
        US,
        US + 4 * HOUR_US,
        (
            Interval(US, US + HOUR_US, 8_000, "auto", 11_000_000, None),
            Interval(US + HOUR_US, US + 2 * HOUR_US, 0, "withheld", 0, 0),
        ),
    )


def test_the_twin_is_told_no_more_than_there_is() -> None:
    batch = read_usage(SESSIONS | {"energy_wh": [5, 6]})
    assert usage_of(batch, 1) == Usage("b", US, US + 4 * HOUR_US, (Interval(US, US + 4 * HOUR_US, 6_000),))


def test_volumes_that_a_cdr_gives_arrive() -> None:
    batch = read_usage(SESSIONS | {"energy_wh": [5, 6]})
    volumes = np.array([[1, 2, 3], [4, 5, 6]], np.int64)
    given = batch._replace(intervals=batch.intervals._replace(volumes_us=volumes))
    assert [each.volumes_us for each in usage_of(given, 1).intervals] == [(4, 5, 6)]


def test_a_refused_reservation_says_why() -> None:
    late = SESSIONS | {"reservation_start": [T0 + HOUR, None]}
    with pytest.raises(SessionError, match="sessions row 0: reservation: read `reservation_start 2026-03-01 11:00"):
        rating.explain(rating.load_tariffs(TARIFFS), late, INTERVALS, session_id="a")


HELD = """
tariff: held
currency: EUR
time_zone: Europe/Amsterdam
versions:
  - elements:
      - {when: {reservation: reservation}, time: 6.00/h, flat: 2.00/session}
      - {when: {reservation: reservation_expires}, flat: 5.00/session}
      - {when: {membership: gold, max_power: 10 kW}, energy: 0.20/kWh}
      - {when: {membership: gold, min_current: 10 A}, energy: 0.30/kWh}
      - {energy: 0.50/kWh}
"""


def bills(tmp_path: Path, sessions: dict[str, Any], intervals: dict[str, Any]) -> list[str]:
    """What each session has to pay, or where and why it is refused."""
    (tmp_path / "held.yaml").write_text(HELD)
    tariffs = rating.load_tariffs(tmp_path / "held.yaml")
    found = []
    for id_ in ("a", "b"):
        try:
            gross = rating.explain(
                tariffs, SESSIONS | {"tariff": ["held"] * 2} | sessions, INTERVALS | intervals, session_id=id_
            ).bill.gross_micro
            found.append(f"{Decimal(gross or 0).scaleb(-6):.2f}")
        except SessionError as refused:
            found.append(f"{refused.faults[0].place}: {refused.faults[0].code}")
    return found


def test_powers_members_and_reservations_reach_the_bill(tmp_path: Path) -> None:
    asked = {"membership": ["gold", "gold"]}
    # 10 kWh at 7 kW are 2.00; of the other session 10 kWh at 11 kW and 16 A are 3.00 and 10 kWh at 9 A 5.00.
    kwh = {"energy_wh": [10_000] * 3, "power_w": [7_000, 11_000, None], "current_a": [0, 16, 9]}
    assert bills(tmp_path, asked, kwh) == ["2.00", "8.00"]
    assert bills(tmp_path, {}, kwh) == ["5.00", "10.00"]
    assert bills(tmp_path, asked, kwh | {"current_a": [0, 16, None]}) == ["2.00", "intervals row 2: missing_column"]
    # An hour of reservation is 6.00 and 2.00. Where it expired it is 5.00, and 6.00 for each of 5 and of 4 hours.
    held = asked | {"reservation_start": [T0 - HOUR, None]}
    assert bills(tmp_path, held, kwh) == ["10.00", "8.00"]
    assert bills(tmp_path, held | {"reservation_expired": ["yes", "yes"]}, kwh) == ["35.00", "29.00"]


@pytest.mark.parametrize("id_", ["9" * 5000, "²", "1" * 20])
def test_an_id_that_no_number_can_have_is_not_found(id_: str) -> None:
    sessions = {"session_id": [1], "tariff": ["per-kwh"], "energy_kwh": ["1"],
                "start": ["2026-03-02T10:00:00Z"], "end": ["2026-03-02T11:00:00Z"]}  # fmt: skip
    with pytest.raises(InputError, match="no_session"):
        rating.explain(rating.load_tariffs(TARIFFS / "per-kwh.yaml"), sessions, session_id=id_)


def test_a_name_that_differs_in_its_case_alone_is_mentioned():
    """`Gold` is not `gold`, and pays the price of others: who asks why is told of it."""
    sessions = {
        "session_id": ["S"], "tariff": ["members"], "start": ["2026-03-02T10:00Z"], "end": ["2026-03-02T11:00Z"],
        "energy_kwh": ["10"],
    }  # fmt: skip
    tariffs = rating.load_tariffs("tariffs/members.yaml")
    said = "Its membership is Gold, which is not the tariff's gold: upper and lower case are told apart"
    assert said in rating.explain(tariffs, {**sessions, "membership": ["Gold"]}, session_id="S").story.head
    for other in ("gold", "silver"):
        head = rating.explain(tariffs, {**sessions, "membership": [other]}, session_id="S").story.head
        assert not any("upper and lower case" in line for line in head)


def test_the_line_of_rounding_does_not_end_in_a_colon():
    sessions = {
        "session_id": ["S"], "tariff": ["zurich-cash"], "start": ["2026-03-02T10:00Z"], "end": ["2026-03-02T11:30Z"],
        "energy_kwh": ["12.537"],
    }  # fmt: skip
    found = rating.explain(rating.load_tariffs("tariffs/zurich-cash.yaml"), sessions, session_id="S")
    (because,) = [row.because for row in found.story.lines if row.line.kind == "rounding"]
    assert because == ("Rounded once, to 0.05 CHF, halves up",)
    assert "    Rounded once, to 0.05 CHF, halves up\n" in found.text
