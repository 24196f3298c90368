"""What the slow twin is told of a session: all that the batch has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rating
from rating.desk.explain import usage_of
from rating.errors import SessionError
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
