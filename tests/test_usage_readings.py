"""Readings of registers become intervals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.errors import Refused
from rating.usage import read_usage
from rating.usage.batch import UsageBatch

T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
US = 1_772_359_200_000_000
MIN = timedelta(minutes=1)


def sessions(ids: list[Any], **more: Any) -> dict[str, Any]:
    count = len(ids)
    return {"session_id": ids, "tariff": ["t"] * count, "start": [T0] * count, "end": [T0 + 600 * MIN] * count} | more


def readings(rows: list[tuple[Any, ...]], unit: str = "register_wh") -> dict[str, Any]:
    """(session, minute, register[, activity]) rows as columns."""
    columns = {
        "session_id": [row[0] for row in rows],
        "at": [None if row[1] is None else T0 + row[1] * MIN for row in rows],
        unit: [row[2] for row in rows],
    }
    return columns | ({"activity": [row[3] for row in rows]} if rows and len(rows[0]) > 3 else {})


def steps(batch: UsageBatch, i: int = 0) -> list[tuple[int, int, int]]:
    """(start minute, end minute, milli-Wh) of the intervals of a session."""
    a, b = batch.interval_first[i], batch.interval_first[i + 1]
    found = batch.intervals
    minute = 60_000_000
    start, end = (found.start_us[a:b] - US) // minute, (found.end_us[a:b] - US) // minute
    return list(zip(start.tolist(), end.tolist(), (found.energy[a:b] * found.energy_scale).tolist(), strict=True))


ROWS = [("a", 0, 100), ("a", 30, 150), ("a", 60, 150), ("b", 5, 7), ("b", 10, 9), ("c", 0, 1), ("a", 90, 151)]


def test_consecutive_readings_are_an_interval() -> None:
    batch = read_usage(sessions(["a", "b", "c"]), readings=readings(ROWS))
    assert steps(batch, 0) == [(0, 30, 50_000), (30, 60, 0), (60, 90, 1_000)]
    assert steps(batch, 1) == [(5, 10, 2_000)]
    assert batch.sessions.status.tolist() == [0, 0, Refused.NO_DATA]
    assert batch.intervals.row is not None
    assert batch.intervals.row.tolist() == [1, 2, 6, 4]
    assert batch.intervals.table == "readings"


def test_a_single_reading_leaves_room_for_a_total() -> None:
    batch = read_usage(sessions(["c", "a"], energy_wh=[4, None]), readings=readings(ROWS[5:6] + ROWS[:2]))
    assert (steps(batch, 0), steps(batch, 1)) == ([(0, 600, 4_000)], [(0, 30, 50_000)])
    assert batch.intervals.row is not None
    assert batch.intervals.row.tolist() == [-1, 2]


def test_kwh_registers_are_exact() -> None:
    rows = [("a", 0, "12345.000001"), ("a", 1, "12345.000002"), ("a", 2, "12346")]
    batch = read_usage(sessions(["a"]), readings=readings(rows, "register_kwh"))
    assert steps(batch) == [(0, 1, 1), (1, 2, 999_998)]


def test_a_register_may_be_beyond_what_a_session_may_take() -> None:
    batch = read_usage(sessions(["a"]), readings=readings([("a", 0, 10**14), ("a", 1, 10**14 + 5)]))
    assert steps(batch) == [(0, 1, 5_000)]
    assert batch.sessions.status.tolist() == [0]


@pytest.mark.parametrize(
    ("rows", "code", "row"),
    [
        ([("a", 0, 5), ("a", 1, 4)], Refused.REGISTER_BACKWARDS, 1),
        ([("a", 9, 4), ("a", 0, 5)], Refused.REGISTER_BACKWARDS, 0),
        ([("a", 0, 0), ("a", 1, 10**9 + 1)], Refused.ENERGY_RANGE, 1),
        ([("a", 0, 0), ("a", 1, 2**63 - 1)], Refused.ENERGY_RANGE, 1),
        ([("a", 0, -(2**63)), ("a", 1, 2**63 - 1)], Refused.ENERGY_RANGE, 0),
        ([("a", 0, 5), ("a", 1, None)], Refused.NULL_VALUE, 1),
        ([("a", None, 5), ("a", 1, 6)], Refused.NULL_VALUE, 0),
        ([("a", 0, 5, "asleep"), ("a", 1, 6, None)], Refused.UNKNOWN_ACTIVITY, 0),
    ],
)
def test_refusals(rows: list[tuple[Any, ...]], code: Refused, row: int) -> None:
    batch = read_usage(sessions(["a"]), readings=readings(rows))
    assert (batch.sessions.status.tolist(), batch.sessions.status_row.tolist()) == ([code], [row])


def test_text_registers_are_refused_one_by_one() -> None:
    batch = read_usage(sessions(["a"]), readings=readings([("a", 0, "1"), ("a", 1, "two")]))
    assert (batch.sessions.status.tolist(), batch.sessions.status_row.tolist()) == ([Refused.ENERGY_RANGE], [1])


def test_two_readings_of_one_instant() -> None:
    rows = [("a", 0, 0), ("a", 5, 3), ("a", 5, 3), ("a", 5, 8), ("a", 9, 9), ("a", 9, 9)]
    wanted = [(0, 5, 3_000), (5, 5, 5_000), (5, 9, 1_000)]
    for order in (rows, rows[::-1], [rows[i] for i in (3, 0, 5, 2, 4, 1)]):
        batch = read_usage(sessions(["a"]), readings=readings(order))
        assert steps(batch) == wanted
        assert batch.sessions.status.tolist() == [0]


def test_an_activity_holds_until_the_next_reading() -> None:
    rows = [("a", 0, 0, "charging"), ("a", 1, 0, None), ("a", 2, 0, "parked"), ("a", 3, 1, "withheld")]
    batch = read_usage(sessions(["a"]), readings=readings(rows))
    assert batch.intervals.activity is not None
    assert batch.intervals.activity.tolist() == [1, 0, 2]


def test_stray_readings() -> None:
    rows = [("x", 9, 14), ("a", 0, 0), ("x", 0, 4), (None, 0, 1), ("y", 0, None), ("y", 1, 3), ("a", 1, 1)]
    batch = read_usage(sessions(["a"]), readings=readings(rows))
    assert batch.stray == (("x", 10_000, 0), (None, None, 3), ("y", None, 4))


ROW = st.tuples(st.sampled_from("abcd"), st.integers(0, 6), st.integers(0, 5))


@given(st.lists(ROW, max_size=25), st.randoms())
def test_as_the_twin_does_in_any_order(rows: list[tuple[str, int, int]], random: Any) -> None:
    ids = ["b", "a", "c"]
    batch = read_usage(sessions(ids), readings=readings(rows) if rows else pa.table(EMPTY))
    for i, name in enumerate(ids):
        mine = sorted({(minute, register) for owner, minute, register in rows if owner == name})
        wanted = [(a[0], b[0], (b[1] - a[1]) * 1000) for a, b in pairwise(mine)]
        assert steps(batch, i) == wanted
        backwards = any(energy < 0 for *_, energy in wanted)
        code = Refused.REGISTER_BACKWARDS if backwards else 0 if wanted else Refused.NO_DATA
        assert batch.sessions.status[i] == code
    shuffled = list(rows)
    random.shuffle(shuffled)
    again = read_usage(sessions(ids), readings=readings(shuffled) if rows else pa.table(EMPTY))
    assert [steps(again, i) for i in range(3)] == [steps(batch, i) for i in range(3)]
    assert again.sessions.status.tolist() == batch.sessions.status.tolist()


EMPTY: dict[str, list[Any]] = {"session_id": [], "at": [], "register_wh": []}
