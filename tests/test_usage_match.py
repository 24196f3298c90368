"""Intervals and readings find their sessions: against a plain twin of dicts and lists, and in any order of rows."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.errors import Refused
from rating.usage import read_usage
from rating.usage.batch import UsageBatch
from rating.usage.identity import find_runs, session_ids
from rating.usage.match import _order_within

BASE = 1_772_359_200_000_000
US = pa.timestamp("us", "UTC")
DAY = 86_400_000_000


class Row(NamedTuple):
    session: Any
    start: int
    energy: int


def sessions_of(ids: list[Any], kind: pa.DataType) -> pa.Table:
    return pa.table(
        {
            "session_id": pa.array(ids, kind),
            "tariff": pa.array(["t"] * len(ids), pa.string()),
            "start": pa.array([BASE] * len(ids), US),
            "end": pa.array([BASE + DAY] * len(ids), US),
        }
    )


def intervals_of(rows: list[Row], kind: pa.DataType) -> pa.Table:
    starts = [BASE + row.start for row in rows]
    return pa.table(
        {
            "session_id": pa.array([row.session for row in rows], kind),
            "start": pa.array(starts, US),
            "end": pa.array(starts, US),
            "energy_wh": pa.array([row.energy for row in rows], pa.int64()),
        }
    )


def cut(table: pa.Table, places: list[int]) -> pa.Table:
    """The same table in chunks that start at `places`."""
    bounds = sorted({0, len(table), *(p for p in places if p < len(table))})
    return pa.concat_tables([table.slice(a, b - a) for a, b in pairwise(bounds)] or [table])


def twin(ids: list[Any], rows: list[Row]) -> tuple[list[list[tuple[int, Row]]], dict[Any, tuple[int, int]]]:
    """The rows of each session in order of start, and energy and first row of each id that is no session's."""
    owner: dict[Any, int] = {}
    for i, name in enumerate(ids):
        if name is not None:
            owner.setdefault(name, i)
    groups: list[list[tuple[int, Row]]] = [[] for _ in ids]
    stray: dict[Any, tuple[int, int]] = {}
    for number, row in enumerate(rows):
        if row.session in owner:
            groups[owner[row.session]].append((number, row))
        else:
            energy, first = stray.get(row.session, (0, number))
            stray[row.session] = (energy + row.energy, first)
    return [sorted(group, key=lambda item: item[1].start) for group in groups], stray


def grouped(batch: UsageBatch, rows: list[Row]) -> list[list[tuple[int, Row]]]:
    first, intervals = batch.interval_first.tolist(), batch.intervals
    number = list(range(len(intervals.energy))) if intervals.row is None else intervals.row.tolist()
    start, energy = intervals.start_us.tolist(), intervals.energy.tolist()
    owners = [rows[n].session for n in number]
    items = [(n, Row(s, a - BASE, e)) for n, s, a, e in zip(number, owners, start, energy, strict=True)]
    return [items[a:b] for a, b in pairwise(first)]


IDS = st.one_of(st.none(), st.integers(0, 6))
ROWS = st.lists(st.builds(Row, IDS, st.integers(0, 5), st.integers(-(2**63), 2**63 - 1)), max_size=30)
KINDS = {
    "int64": (pa.int64(), lambda x: x - 2),
    "uint8": (pa.uint8(), lambda x: x),
    "least": (pa.int64(), lambda x: x - 2**63),
    "text": (pa.string(), lambda x: "s" * x),
    "large": (pa.large_string(), lambda x: f"{x}" * 20),
    "view": (pa.string_view(), lambda x: f"{x}" * 20),
    "dictionary": (pa.dictionary(pa.int8(), pa.string()), str),
}


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_as_the_twin_does(name: str, data: st.DataObject) -> None:
    kind, make = KINDS[name]

    def key(x: int | None) -> Any:
        return None if x is None else make(x)

    ids = [key(x) for x in data.draw(st.lists(IDS, max_size=8))]
    rows = [row._replace(session=key(row.session)) for row in data.draw(ROWS)]
    if data.draw(st.booleans()):
        rows.sort(key=lambda row: ids.index(row.session) if row.session in ids else -1)
    places = data.draw(st.lists(st.integers(0, 30), max_size=3))
    sessions, intervals = cut(sessions_of(ids, kind), places), cut(intervals_of(rows, kind), places)
    batch = read_usage(sessions, intervals)
    groups, stray = twin(ids, rows)
    assert grouped(batch, rows) == groups
    found = {item.session_id: (item.energy_mwh, item.row) for item in batch.stray}
    assert found == {name: (energy * 1000, row) for name, (energy, row) in stray.items()}
    assert [item.session_id for item in batch.stray] == list(stray)
    twice = [name is not None and ids.count(name) > 1 for name in ids]
    code = [
        Refused.NULL_VALUE if i is None else Refused.DUPLICATE_SESSION if t else 0
        for i, t in zip(ids, twice, strict=True)
    ]
    assert batch.sessions.status.tolist() == [
        c or (0 if g else Refused.NO_DATA) for c, g in zip(code, groups, strict=True)
    ]
    # What came in is what is there, session by session and unit by unit.
    total = sum(batch.intervals.energy.tolist()) * 1000 + sum(item.energy_mwh or 0 for item in batch.stray)
    assert total == 1000 * sum(row.energy for row in rows)


@given(st.lists(st.integers(0, 4)), st.data())
def test_find_runs(ids: list[int], data: st.DataObject) -> None:
    starts = data.draw(st.lists(st.integers(0, 9), min_size=len(ids), max_size=len(ids)))
    first, run_ids, in_order = find_runs(np.array(ids, np.int64), np.array(starts, np.int64))()
    wanted = [i for i in range(len(ids)) if i == 0 or ids[i] != ids[i - 1]] + [len(ids)]
    assert first.tolist() == wanted
    assert first.dtype == np.int64
    assert run_ids.tolist() == [ids[i] for i in wanted[:-1]]
    pairs = [i for i in range(1, len(ids)) if ids[i] == ids[i - 1]]
    assert in_order == all(starts[i] > starts[i - 1] for i in pairs)


def test_shuffled_is_sorted_after_reading() -> None:
    rng = np.random.default_rng(3)
    count = 500
    length = rng.integers(0, 30, count)
    ids = np.repeat(rng.permutation(count), length)
    start = np.concatenate([np.sort(rng.choice(DAY, size=k, replace=False)) for k in length]) + BASE
    columns = {"start": pa.array(start).cast(US), "end": pa.array(start).cast(US), "energy_wh": np.arange(len(ids))}
    for kind in (pa.int64(), pa.string()):
        intervals = pa.table({"session_id": pa.array(ids).cast(kind), **columns})
        order = list(dict.fromkeys(ids.tolist())) + sorted(set(range(count)) - set(ids.tolist()))
        sessions = sessions_of(pa.array(order).cast(kind).to_pylist(), kind)
        plain = read_usage(sessions, intervals)
        assert plain.intervals.row is None
        shuffled = read_usage(sessions, intervals.take(pa.array(rng.permutation(len(ids)))))
        for name in ("start_us", "end_us", "energy"):
            assert getattr(plain.intervals, name).tobytes() == getattr(shuffled.intervals, name).tobytes()
        assert plain.interval_first.tobytes() == shuffled.interval_first.tobytes()
        assert plain.sessions.status.tobytes() == shuffled.sessions.status.tobytes()


def test_sessions_without_intervals_in_between_cost_no_copy() -> None:
    intervals = intervals_of([Row(2, 0, 1), Row(2, 1, 2), Row(5, 0, 3)], pa.int64())
    batch = read_usage(sessions_of([1, 2, 3, 5, 6], pa.int64()), intervals)
    assert batch.interval_first.tolist() == [0, 0, 2, 2, 3, 3]
    assert batch.intervals.row is None
    memory = np.frombuffer(intervals["energy_wh"].chunk(0).buffers()[1], np.int64)
    assert np.shares_memory(batch.intervals.energy, memory)


def test_the_first_of_two_equal_sessions_gets_the_intervals() -> None:
    batch = read_usage(
        sessions_of([7, 3, 7], pa.int64()), intervals_of([Row(7, 0, 1), Row(3, 0, 2), Row(7, 1, 4)], pa.int64())
    )
    assert batch.interval_first.tolist() == [0, 2, 3, 3]
    assert batch.sessions.status.tolist() == [Refused.DUPLICATE_SESSION, 0, Refused.DUPLICATE_SESSION]


def test_stray_energy_that_cannot_be_read_is_unknown() -> None:
    intervals = {
        "session_id": ["x", "y", "x", None],
        "start": [datetime(2026, 3, 1, tzinfo=UTC)] * 4,
        "end": [datetime(2026, 3, 1, tzinfo=UTC)] * 4,
        "energy_kwh": ["1", "2", "many", "4"],
    }
    batch = read_usage(sessions_of(["a"], pa.string()), intervals)
    assert batch.stray == (("x", None, 0), ("y", 2_000_000, 1), (None, 4_000_000, 3))


def test_starts_far_apart_are_sorted_too() -> None:
    start = np.array([5, 2**62, -(2**62), 9, 1], np.int64)
    assert _order_within(np.array([3, 2]), start).tolist() == [2, 0, 1, 4, 3]


@pytest.mark.parametrize("ids", [[3, 1, 2], [1, 2, 3], [1, 1, None, None, 2]])
def test_session_ids(ids: list[Any]) -> None:
    for kind, values in ((pa.int32(), ids), (pa.string(), [None if i is None else str(i) for i in ids])):
        found = session_ids(pa.chunked_array([pa.array(values, kind)]))
        assert found.ids.to_pylist() == values
        assert found.ids.type == (pa.int64() if kind == pa.int32() else pa.string())
        wanted = None if len(set(ids)) == len(ids) else [True, True, False, False, False]
        assert (None if found.twice is None else found.twice.tolist()) == wanted
