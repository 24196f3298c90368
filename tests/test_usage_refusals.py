"""Refused sessions in words, with their place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from rating.errors import Place, Refused
from rating.usage import read_usage, refusals
from rating.usage.batch import UsageBatch

T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def describe(*args: Any, **context: Any) -> tuple[str, Place]:
    fault = refusals.describe(*args, **context)
    return fault.message, fault.place


def describe_stray(*args: Any) -> tuple[str, Place]:
    fault = refusals.describe_stray(*args)
    return fault.message, fault.place


def batch_of(intervals: list[tuple[Any, ...]], **columns: Any) -> UsageBatch:
    """Session `a` from 10:00 to 14:00, with (hour, hours, energy) intervals."""
    session = {"session_id": ["a"], "tariff": ["tarif"], "start": [T0], "end": [T0 + 4 * HOUR]} | columns
    if not intervals:
        return read_usage(session)
    rows = {
        "session_id": ["a"] * len(intervals),
        "start": [T0 + row[0] * HOUR for row in intervals],
        "end": [T0 + (row[0] + row[1]) * HOUR for row in intervals],
        "energy_kwh": [row[2] for row in intervals],
    }
    if len(intervals[0]) > 3:
        rows["activity"] = [row[3] for row in intervals]
    return read_usage(session, rows)


GOOD = [(0, 1, "1.5"), (1, 1, "2")]
SPAN = "2026-03-01T10:00:00Z to 2026-03-01T14:00:00Z"
CASES: list[tuple[UsageBatch, Refused, int, dict[str, Any], str, str]] = [
    (batch_of(GOOD), Refused.UNKNOWN_TARIFF, -1, {"known": ["tariff", "x"]}, "sessions row 0",
     "read `tarif`, expected the id of a tariff that is loaded; did you mean `tariff`?"),
    (batch_of(GOOD), Refused.UNKNOWN_TARIFF, -1, {}, "sessions row 0",
     "read `tarif`, expected the id of a tariff that is loaded; correct the id, or load that tariff"),
    (batch_of(GOOD), Refused.NO_VERSION, -1, {"hint": "2026-04-01"}, "sessions row 0",
     "read `a session that starts 2026-03-01T10:00:00Z`, expected a version of tarif that is in force then "
     "(the first is valid from 2026-04-01); add a version with an earlier valid_from"),
    (batch_of(GOOD), Refused.TIME_ZONE, -1, {}, "sessions row 0",
     "read `no time_zone`, expected a time zone such as Europe/Amsterdam, for tarif has none of its own; give the "
     "session the zone of its site in a column time_zone, or the tariff its time_zone"),
    (batch_of(GOOD, time_zone=["Mars"]), Refused.TIME_ZONE, -1, {}, "sessions row 0",
     "read `time_zone Mars`, expected the name of a time zone in the IANA database, such as Europe/Amsterdam; "
     "write the zone of the site in the column time_zone"),
    (batch_of([(0, 2, "1"), (1, 1, "2")]), Refused.OVERLAP, 1, {}, "intervals row 1",
     "read `2026-03-01T11:00:00Z to 2026-03-01T12:00:00Z`, expected an interval that starts no earlier than "
     "2026-03-01T12:00:00Z, where the one before it ends; drop the interval that is there twice, "
     "or correct its bounds"),
    (batch_of([(1, 1, "1"), (0, 2, "2")]), Refused.OVERLAP, 0, {}, "intervals row 0",
     "read `2026-03-01T11:00:00Z to 2026-03-01T12:00:00Z`, expected an interval that starts no earlier than "
     "2026-03-01T12:00:00Z, where the one before it ends; drop the interval that is there twice, "
     "or correct its bounds"),
    (batch_of([(3, 2, "1")]), Refused.OUTSIDE_SESSION, 0, {}, "intervals row 0",
     f"read `2026-03-01T13:00:00Z to 2026-03-01T15:00:00Z`, expected an interval within its session, {SPAN}; "
     "correct the session's start and end, or the interval's session_id"),
    (batch_of([(3, -1, "1")]), Refused.END_BEFORE_START, 0, {}, "intervals row 0",
     "read `2026-03-01T13:00:00Z to 2026-03-01T12:00:00Z`, expected an interval that ends no earlier than it starts; "
     "swap or correct start and end"),
    (batch_of([(0, 1, "-0.5")]), Refused.NEGATIVE_ENERGY, 0, {}, "intervals row 0",
     "read `-0.5 kWh`, expected no negative energy, for the tariff does not say how it is priced; correct the meter "
     "value, or leave the session out"),
    (batch_of([(0, 1, "900000"), (1, 1, "900000")]), Refused.ENERGY_RANGE, -1, {}, "sessions row 0",
     "read `1800000 kWh in the session`, expected a number in whole thousandths of a Wh, at most 1000000 kWh a "
     "session; correct it, or round it"),
    (batch_of(GOOD), Refused.AMOUNT_RANGE, -1, {"hint": "9999999999 EUR"}, "sessions row 0",
     "read `9999999999 EUR`, expected an amount of at most 4,000,000,000; check the prices of the tariff and the "
     "session's energy"),
    (batch_of(GOOD), Refused.MISSING_COLUMN, -1, {"hint": "membership"}, "sessions row 0",
     "read `sessions without membership`, expected the column membership, which tarif needs; add the column, or price "
     "the session by a tariff that does not need it"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(CASES)))
def test_what_other_rooms_find(case: int) -> None:
    batch, code, row, context, place, message = CASES[case]
    found, where = describe(batch, 0, code, row, **context)
    assert (str(where), found) == (place, message)


DOOR: list[tuple[UsageBatch, Refused, str, str]] = [
    (batch_of(GOOD, tariff=pa.array([None], pa.string())), Refused.NULL_VALUE, "sessions row 0", "nothing in tariff"),
    (batch_of([], session_id=[None], energy_wh=[1]), Refused.NULL_VALUE, "sessions row 0", "nothing in session_id"),
    (batch_of([(0, 1, "1"), (1, 1, None)]), Refused.NULL_VALUE, "intervals row 1", "nothing in energy_kwh"),
    (batch_of([(0, 1, "1"), (1, 1, "x")]), Refused.ENERGY_RANGE, "intervals row 1", "energy_kwh x"),
    (batch_of([(0, 1, "1", None), (1, 1, "1", "Chargin")]), Refused.UNKNOWN_ACTIVITY, "intervals row 1", "Chargin"),
    (batch_of([], energy_kwh=["1e13"]), Refused.ENERGY_RANGE, "sessions row 0", "energy_kwh 1e13"),
    (batch_of(GOOD, energy_kwh=["3"]), Refused.ENERGY_MISMATCH, "sessions row 0", "energy_kwh 3"),
    (batch_of(GOOD, start=["once"]), Refused.INSTANT_RANGE, "sessions row 0", "start once"),
    (batch_of(GOOD, end=[T0 - HOUR]), Refused.END_BEFORE_START, "sessions row 0",
     "2026-03-01T10:00:00Z to 2026-03-01T09:00:00Z"),
    (batch_of(GOOD, end=[datetime(2028, 1, 1, tzinfo=UTC)]), Refused.SESSION_TOO_LONG, "sessions row 0",
     "2026-03-01T10:00:00Z to 2028-01-01T00:00:00Z"),
    (batch_of(GOOD, charging_end=[T0 - HOUR]), Refused.CHARGING_END, "sessions row 0",
     "charging_end 2026-03-01 09:00:00.000000Z"),
    (batch_of([], energy_wh=[None]), Refused.NO_DATA, "sessions row 0", "no energy data"),
    (batch_of([], start=pa.array([1_772_359_200_000_000_001], pa.timestamp("ns", "UTC")), energy_wh=[1]),
     Refused.INSTANT_RANGE, "sessions row 0", "start 2026-03-01 10:00:00.000000001Z"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(DOOR)))
def test_what_the_door_finds(case: int) -> None:
    batch, code, place, got = DOOR[case]
    status, row = int(batch.sessions.status[0]), int(batch.sessions.status_row[0])
    assert Refused(status) == code
    message, where = describe(batch, 0, status, row)
    assert (str(where), message.partition("`, expected ")[0]) == (place, f"read `{got}")


def test_registers() -> None:
    session = {"session_id": ["a"], "tariff": ["t"], "start": [T0], "end": [T0 + 4 * HOUR]}
    readings = {"session_id": ["a"] * 3, "at": [T0, T0 + HOUR, T0 + 2 * HOUR], "register_kwh": ["7.5", "8", "7.9"]}
    batch = read_usage(session, readings=readings)
    message, place = describe(batch, 0, Refused.REGISTER_BACKWARDS, int(batch.sessions.status_row[0]))
    assert str(place) == "readings row 2"
    assert message == (
        "read `register_kwh 7.9, 0.1 kWh less than before`, expected a register that never falls; "
        "correct the reading, or split the session where the meter was changed"
    )


def test_items_of_list_columns_are_counted_in_their_session() -> None:
    items = [
        [{"start": T0, "end": T0, "energy_wh": 1}] * 3,
        [{"start": T0, "end": T0, "energy_wh": e} for e in (1, None)],
    ]
    session = {"session_id": [1, 2], "tariff": ["t"] * 2, "start": [T0] * 2, "end": [T0] * 2, "intervals": items}
    batch = read_usage(session)
    message, place = describe(batch, 1, int(batch.sessions.status[1]), int(batch.sessions.status_row[1]))
    assert str(place) == "sessions row 1, intervals row 1"
    assert message.startswith("read `nothing in energy_wh`")


def test_strays() -> None:
    session = {"session_id": ["a"], "tariff": ["t"], "start": [T0], "end": [T0]}
    rows = {"session_id": ["x", None, "a"], "start": [T0] * 3, "end": [T0] * 3, "energy_kwh": ["1.5", "x", "1"]}
    batch = read_usage(session, rows)
    (one, where), (other, there) = (describe_stray(batch, stray) for stray in batch.stray)
    assert (str(where), str(there)) == ("intervals row 0", "intervals row 1")
    fix = "expected the id of one of the sessions; add the session, or correct the id"
    assert (one, other) == (f"read `session_id x with 1.5 kWh`, {fix}", f"read `no session_id`, {fix}")


def test_every_code_has_words_for_every_batch() -> None:
    session = {"session_id": ["a"], "tariff": ["t"], "start": [T0], "end": [T0 + 4 * HOUR]}
    readings = {"session_id": ["a"] * 3, "at": [T0, T0 + HOUR, T0 + 2 * HOUR], "register_kwh": ["7.5", "8", "9"]}
    mixed = {"session_id": ["a", "b"], "tariff": ["t"] * 2, "start": [T0] * 2, "end": [T0] * 2, "energy_wh": [1, None]}
    rows = {"session_id": ["b"], "start": [T0], "end": [T0], "energy_wh": [5]}
    batches = [
        batch_of(GOOD),
        batch_of([], energy_wh=[1]),
        read_usage(session, readings=readings),
        read_usage(mixed, rows),
    ]
    for batch in batches:
        for code in Refused:
            for row in (-1, 0):
                message, place = describe(batch, 0, code, row)
                assert message.startswith("read `")
                assert "`, expected " in message
                assert str(place)


@pytest.mark.parametrize("text", ["2026-03-01", " 20260301", "2026-W09-7"])
@pytest.mark.parametrize("name", ["start", "end", "charging_end"])
def test_dates_need_a_time_of_day(text: str, name: str) -> None:
    others = ["2026-03-01T10:00", "2026-03-01T10:00Z", None]
    for other in others[: 2 if name != "charging_end" else 3]:
        columns = {
            "session_id": ["a", "b"],
            "tariff": ["t", "t"],
            "start": [T0] * 2,
            "end": [T0] * 2,
            "energy_wh": [1, 1],
            name: [other, text],
        }
        batch = read_usage(columns)
        assert batch.sessions.status.tolist() == [0, Refused.INSTANT_RANGE]
        message, _ = describe(batch, 1, Refused.INSTANT_RANGE)
        assert message == (
            f"read `{name} {text}`, expected an instant: a date with a time of day and an offset, such as "
            "2026-03-02T19:45+01:00; add the time of day and the offset"
        )


def test_dates_of_intervals_need_a_time_of_day() -> None:
    session = {"session_id": ["a"], "tariff": ["t"], "start": [T0], "end": [T0 + HOUR]}
    rows = {"session_id": ["a"], "start": ["2026-03-01T10:00"], "end": ["2026-03-01"], "energy_wh": [1]}
    batch = read_usage(session, rows)
    message, place = describe(batch, 0, int(batch.sessions.status[0]), int(batch.sessions.status_row[0]))
    assert str(place) == "intervals row 0"
    assert message.endswith("add the time of day and the offset")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"start": ["03/02/2026 19:45"]}, "expected an ISO 8601 instant such as 2026-03-02T19:45Z"),
        ({"start": ["1772442000"]}, "expected an ISO 8601 instant such as 2026-03-02T19:45Z"),
        ({"start": ["1999-03-02T19:45Z"]}, "expected an instant between 2000-01-01 and 2100-01-01"),
        ({"energy_kwh": ["3,3"]}, "; write 3.3 with a decimal point"),
        ({"energy_kwh": ["3.3 kWh"]}, "expected a number such as 3.3"),
        ({"energy_kwh": ["0.0000001"]}, "expected a number in whole thousandths of a Wh"),
    ],
)
def test_unreadable_text(columns: dict[str, Any], words: str) -> None:
    batch = batch_of([], **({"energy_kwh": ["1"]} | columns))
    message, _ = describe(batch, 0, int(batch.sessions.status[0]))
    assert words in message


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Amsterdam", "did you mean `Europe/Amsterdam`"),
        ("Europe/Amsterdan", "did you mean `Europe/Amsterdam`"),
        ("europe/amsterdam", "did you mean `Europe/Amsterdam`"),
        ("US/New York", "`America/New_York`"),
        ("CEST", "write the zone of the site"),
        ("GMT+1", "write the zone of the site"),
        ("qqqq", "write the zone of the site"),
    ],
)
def test_an_unknown_zone_is_named_with_those_that_are_close(zone: str, words: str) -> None:
    message, _ = describe(batch_of(GOOD, time_zone=[zone]), 0, Refused.TIME_ZONE)
    assert message.startswith(f"read `time_zone {zone}`, expected the name of a time zone")
    assert words in message


def test_all_activities_are_listed() -> None:
    batch = batch_of([(0, 1, "1", "x")])
    message, _ = describe(batch, 0, Refused.UNKNOWN_ACTIVITY, 0)
    assert message == "read `x`, expected auto, charging, parked, withheld or nothing; correct it"
