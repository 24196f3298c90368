"""Refusals in words, for powers, reservations, and what a tariff needs and a session lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import rating
from rating.errors import Refused
from rating.results.rejected import refusal
from rating.tariff.model import Element, Tariffs, When
from rating.usage import read_usage
from rating.usage.batch import UsageBatch
from rating.usage.refusals import describe

T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
SESSION: dict[str, Any] = {"session_id": ["a"], "tariff": ["per-kwh"], "start": [T0], "end": [T0 + 4 * HOUR]}
ROWS: dict[str, Any] = {
    "session_id": ["a"] * 2,
    "start": [T0, T0 + HOUR],
    "end": [T0 + HOUR, T0 + 2 * HOUR],
    "energy_wh": [1, 2],
}
SPAN = "2026-03-01T10:00:00Z to 2026-03-01T14:00:00Z"


def door(batch: UsageBatch) -> str:
    """What is said of the session that the door refused, with the place."""
    code, row = int(batch.sessions.status[0]), int(batch.sessions.status_row[0])
    assert code != Refused.FINE
    return str(describe(batch, 0, code, row))


def of_session(**columns: Any) -> UsageBatch:
    return read_usage(SESSION | {"energy_wh": [5]} | columns)


def of_interval(**columns: Any) -> UsageBatch:
    return read_usage(SESSION, ROWS | columns)


POWER = "a power from 0 W to 1 GW in whole thousandths of a W"
CURRENT = "a current from 0 A to 1,000,000 A in whole thousandths of an A"
EMPTY = "correct it, or leave it empty where it is not known"
DOOR: list[tuple[UsageBatch, str]] = [
    (of_session(evse_power_kw=[-1]),
     f"sessions row 0: power_range: read `evse_power_kw -1`, expected {POWER}; {EMPTY}"),
    (of_session(evse_power_w=[float("nan")]),
     f"sessions row 0: power_range: read `evse_power_w nan`, expected {POWER}; {EMPTY}"),
    (of_session(evse_power_kw=["50 kW"]),
     "sessions row 0: power_range: read `evse_power_kw 50 kW`, expected a number such as 3.3; "
     "write digits and a decimal point only: no unit, no other sign"),
    (of_interval(power_w=[1, 10**10]),
     f"intervals row 1: power_range: read `power_w 10000000000`, expected {POWER}; {EMPTY}"),
    (of_interval(power_w=[1, 1], current_a=["16", "16,5"]),
     "intervals row 1: power_range: read `current_a 16,5`, expected a number with a decimal point; "
     "write 16.5 with a decimal point"),
    (of_interval(current_a=["16", "0.0001"]),
     f"intervals row 1: power_range: read `current_a 0.0001`, expected {CURRENT}; {EMPTY}"),
    (of_session(reservation_start=[T0 + HOUR]),
     f"sessions row 0: reservation: read `reservation_start 2026-03-01 11:00:00.000000Z of a session {SPAN}`, "
     "expected a reservation of at most 400 days that starts before its session starts; correct it, or leave it empty"),
    (of_session(reservation_start=["2026-03-02T00:00Z"], reservation_expired=["yes"]),
     f"sessions row 0: reservation: read `reservation_start 2026-03-02T00:00Z of a session {SPAN}`, "
     "expected a reservation of at most 400 days that starts before its session ends; correct it, or leave it empty"),
    (of_session(reservation_expired=["perhaps"]),
     "sessions row 0: reservation: read `reservation_expired perhaps`, expected true or false, yes or no, 1 or 0; "
     "correct it, or leave it empty where nothing expired"),
    (of_session(reservation_start=["2026-03-01"]),
     "sessions row 0: instant_range: read `reservation_start 2026-03-01`, expected an instant: a date with a time of "
     "day and an offset, such as 2026-03-02T19:45+01:00; add the time of day and the offset"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(DOOR)))
def test_what_the_door_finds(case: int) -> None:
    batch, words = DOOR[case]
    assert door(batch) == words


def test_items_of_lists_are_counted_in_their_session() -> None:
    items = [{"start": T0, "end": T0, "energy_wh": 1, "power_w": power} for power in (1, -1)]
    assert door(read_usage(SESSION | {"intervals": [items]})).startswith(
        "sessions row 0, intervals row 1: power_range: read `power_w -1`"
    )


INSTEAD = "or price the session by a tariff that does not need it"
BASE = rating.load_tariffs(Path(__file__).parent.parent / "tariffs" / "per-kwh.yaml")["per-kwh"]


def asking(**when: Any) -> Tariffs:
    """The tariff per-kwh, with an element in front that asks for something."""
    version = BASE.versions[0]
    parts = (Element("asks", version.elements[0].components, When(**when)), *version.elements)
    return Tariffs((replace(BASE, versions=(replace(version, elements=parts),)),))


NEEDS: list[tuple[UsageBatch, dict[str, Any], str]] = [
    (of_session(), {"connector": frozenset({"CCS"})},
     "read `sessions without connector`, expected the column connector, which per-kwh needs; "
     f"add the column, {INSTEAD}"),
    (of_session(), {"min_evse_power_mw": 1},
     "read `sessions without evse_power_kw`, expected the column evse_power_kw, which per-kwh needs; "
     f"add the column, {INSTEAD}"),
    (of_session(connector=["CCS"], evse_power=[50]), {"connector": frozenset({"CCS"}), "max_evse_power_mw": 1},
     "read `sessions without evse_power_kw`, expected the column evse_power_kw, which per-kwh needs; "
     "`evse_power` looks like it: rename it to `evse_power_kw` if it holds kW"),
    (of_session(conector=["CCS"]), {"connector": frozenset({"CCS"})},
     "read `sessions without connector`, expected the column connector, which per-kwh needs; "
     "`conector` looks like it: rename it to `connector`"),
    (of_session(connector=[" "]), {"connector": frozenset({"CCS"})},
     f"read `nothing in connector`, expected a value, which per-kwh needs; fill it in, {INSTEAD}"),
    (of_session(evse_power_w=[None], connector=["CCS"]), {"connector": frozenset({"CCS"}), "min_evse_power_mw": 1},
     f"read `nothing in evse_power_w`, expected a value, which per-kwh needs; fill it in, {INSTEAD}"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(NEEDS)))
def test_what_the_charger_is(case: int) -> None:
    batch, when, words = NEEDS[case]
    fault = refusal(batch, asking(**when), 0, Refused.MISSING_COLUMN, -1)
    assert (str(fault.place), fault.message) == ("sessions row 0", words)
    assert describe(batch, 0, Refused.MISSING_COLUMN).message.startswith("read `")


METER = {"session_id": ["a"] * 3, "at": [T0, T0 + HOUR, T0 + 2 * HOUR], "register_wh": [1, 2, 3]}
ITEMS = [{"start": T0, "end": T0 + HOUR, "energy_wh": 1}]
COLUMN = "expected the column current_a, which per-kwh needs"
VALUE = "expected a value, which per-kwh needs"
CURRENTS: list[tuple[UsageBatch, int, str, str]] = [
    (of_interval(), 1, "intervals row 1", f"read `intervals without current_a`, {COLUMN}; add the column, {INSTEAD}"),
    (of_interval(current=[1, 2]), 1, "intervals row 1",
     f"read `intervals without current_a`, {COLUMN}; "
     "`current` looks like it: rename it to `current_a` if it holds A"),
    (of_interval(current_a=[1, None]), 1, "intervals row 1",
     "read `no current_a in 2026-03-01T11:00:00Z to 2026-03-01T12:00:00Z`, "
     f"{VALUE}; fill it in, {INSTEAD}"),
    (read_usage(SESSION, readings=METER), 1, "readings row 1",
     f"read `readings without current_a`, {COLUMN}; add the column, {INSTEAD}"),
    (read_usage(SESSION, readings=METER | {"current_a": [1, None, 3]}), 2, "readings row 2",
     "read `no current_a in 2026-03-01T11:00:00Z to 2026-03-01T12:00:00Z`, "
     f"{VALUE}; fill it in where that time begins, {INSTEAD}"),
    (read_usage(SESSION | {"intervals": [ITEMS]}), 0, "sessions row 0, intervals row 0",
     f"read `intervals without current_a`, {COLUMN}; add the column, {INSTEAD}"),
    (of_session(), 0, "sessions row 0",
     f"read `a session without intervals that say their current`, {COLUMN}; "
     f"give its intervals with a column current_a, {INSTEAD}"),
    (of_session(reservation_start=[T0 - HOUR], connector=[None]), -1, "sessions row 0",
     f"read `a session without intervals that say their current`, {COLUMN}; "
     f"give its intervals with a column current_a, {INSTEAD}"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(CURRENTS)))
def test_the_current_of_an_interval(case: int) -> None:
    batch, row, place, words = CURRENTS[case]
    fault = refusal(batch, asking(min_current_ma=1), 0, Refused.MISSING_COLUMN, row, True)
    assert (str(fault.place), fault.message) == (place, words)
    if row >= 0:
        assert describe(batch, 0, Refused.MISSING_COLUMN, row) == fault


def test_a_version_that_has_ended() -> None:
    version = BASE.versions[0]

    def said(*versions: Any) -> str:
        tariffs = Tariffs((replace(BASE, versions=versions),))
        return refusal(of_session(), tariffs, 0, Refused.NO_VERSION, -1).message

    clock = "2026-03-01T11:00:00+01:00, clock of Europe/Amsterdam"
    start = f"read `a session that starts {clock}`, expected a version of per-kwh that is in force then"
    begun = replace(version, label="2026-04-01", valid_from=date(2026, 4, 1))
    assert said(begun) == f"{start} (the first is valid from 2026-04-01); add a version with an earlier valid_from"
    ended = replace(version, label="always", valid_from=None, valid_until=date(2026, 2, 1))
    assert said(ended) == f"{start} (they are valid until 2026-02-01); add a version that is valid then"
    closed = replace(begun, valid_until=int((T0 + 999 * HOUR).timestamp()) * 10**6)
    assert said(ended, closed) == (
        f"{start} (they are valid until 2026-02-01, from 2026-04-01 until 2026-04-12T03:00:00+02:00); "
        "add a version that is valid then"
    )


def test_an_overlap_beside_reserved_time() -> None:
    batch = read_usage(
        SESSION | {"reservation_expired": [True]}, ROWS | {"start": [T0 - HOUR, T0], "end": [T0 + HOUR, T0 + HOUR]}
    )
    first, second = (describe(batch, 0, Refused.OVERLAP, row).message for row in (0, 1))
    assert first.startswith(
        "read `2026-03-01T09:00:00Z to 2026-03-01T11:00:00Z`, expected an interval that starts no earlier than "
        "the end of the one before; drop"
    )
    assert "no earlier than 2026-03-01T11:00:00Z, where the one before it ends" in second


def test_a_total_beside_reserved_time_is_found() -> None:
    rows = ROWS | {"session_id": ["b"] * 2}
    pair = {name: values * 2 for name, values in SESSION.items()} | {"session_id": ["a", "b"]}
    batch = read_usage(pair | {"energy_kwh": ["-1", None], "reservation_start": [T0 - HOUR] * 2}, rows)
    assert describe(batch, 0, Refused.NEGATIVE_ENERGY).message.startswith("read `-1 kWh`")


def test_every_code_has_words_for_every_batch() -> None:
    empty = pa.array([None], pa.string())
    batches = [
        of_session(reservation_start=[T0 - HOUR], reservation_expired=[True], connector=["x"], evse_power_kw=[1]),
        of_interval(power_w=[1, None], current_a=[None, 1]),
        read_usage(SESSION | {"reservation_expired": [True], "membership": empty}),
        read_usage(SESSION, readings=METER | {"power_kw": [1, 2, 3]}),
        read_usage(SESSION | {"intervals": [ITEMS], "reservation_start": [T0 - HOUR]}),
    ]
    for batch in batches:
        for code in Refused:
            for row in (-1, 0):
                fault = describe(batch, 0, code, row)
                assert fault.message.startswith("read `")
                assert "`, expected " in fault.message
                assert str(fault.place)
