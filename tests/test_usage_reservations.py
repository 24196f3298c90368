"""Reservations are told of the sessions; intervals stay where they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rating
from rating.errors import InputError, Refused
from rating.usage import read_usage
from rating.usage.batch import Intervals, UsageBatch
from rating.usage.order import put_in_order
from rating.usage.reservations import read_flags

TARIFFS = rating.load_tariffs(Path(__file__).parent.parent / "tariffs" / "per-kwh.yaml")
T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
US = 1_772_359_200_000_000
HOUR = timedelta(hours=1)
HOUR_US = 3_600_000_000
TIMES = pa.timestamp("us", "UTC")


def at(*hours: int | None) -> pa.Array:
    return pa.array([None if hour is None else T0 + hour * HOUR for hour in hours], TIMES)


def sessions(count: int, **more: Any) -> dict[str, Any]:
    """`count` sessions 0, 1, ... of four hours."""
    base = {"session_id": pa.array(range(count), pa.int64()), "tariff": pa.array(["t"] * count, pa.string())}
    return base | {"start": at(*[0] * count), "end": at(*[4] * count)} | more


def intervals(rows: list[tuple[int, int, int]]) -> dict[str, Any]:
    """(session, hour, energy) rows as columns of intervals of one hour."""
    return {
        "session_id": pa.array([row[0] for row in rows], pa.int64()),
        "start": at(*[row[1] for row in rows]),
        "end": at(*[row[1] + 1 for row in rows]),
        "energy_wh": pa.array([row[2] for row in rows], pa.int64()),
    }


def steps(batch: UsageBatch) -> list[list[tuple[Any, ...]]]:
    """For each session, (start hour, end hour, milli-Wh, whether it is reserved) of its reservation and intervals."""
    found, first = batch.intervals, batch.interval_first.tolist()
    hours = [((values - US) / HOUR_US).tolist() for values in (found.start_us, found.end_us)]
    rows = list(zip(*hours, (found.energy * found.energy_scale).tolist(), [False] * len(hours[0]), strict=True))
    return [[*held(batch, i), *rows[a:b]] for i, (a, b) in enumerate(pairwise(first))]


def held(batch: UsageBatch, i: int) -> list[tuple[Any, ...]]:
    """The reservation of a session, as `steps` gives it."""
    since = batch.sessions.reserved_us
    if since is None or since[i] < 0:
        return []
    expired = batch.sessions.expired is not None and batch.sessions.expired[i]
    until = (batch.sessions.end_us if expired else batch.sessions.start_us)[i]
    return [((since[i] - US) / HOUR_US, (until - US) / HOUR_US, 0, True)]


def test_reserved_time_comes_before_the_session() -> None:
    batch = read_usage(
        sessions(3, reservation_start=at(-1, None, 0)), intervals([(0, 0, 5), (0, 1, 6), (1, 0, 7), (2, 0, 8)])
    )
    assert steps(batch) == [
        [(-1, 0, 0, True), (0, 1, 5000, False), (1, 2, 6000, False)],
        [(0, 1, 7000, False)],
        [(0, 0, 0, True), (0, 1, 8000, False)],
    ]
    assert batch.intervals.row is None
    assert batch.sessions.expired is None
    assert batch.sessions.status.tolist() == [0, 0, 0]


def test_an_expired_reservation_lasts_to_the_end_and_needs_no_meter() -> None:
    batch = read_usage(
        sessions(4, reservation_start=at(-1, None, 1, None), reservation_expired=[True, True, True, None]),
        intervals([(1, 0, 7), (3, 0, 9)]),
    )
    assert steps(batch) == [
        [(-1, 4, 0, True)],
        [(0, 4, 0, True), (0, 1, 7000, False)],
        [(1, 4, 0, True)],
        [(0, 1, 9000, False)],
    ]
    assert batch.sessions.status.tolist() == [0, 0, 0, 0]
    assert batch.sessions.expired is not None
    assert (batch.sessions.expired.dtype, batch.sessions.expired.tolist()) == (np.uint8, [1, 1, 1, 0])


def test_a_reservation_is_no_meter_data() -> None:
    batch = read_usage(sessions(2, reservation_start=at(-1, -1)), intervals([(1, 0, 7)]))
    assert batch.sessions.status.tolist() == [Refused.NO_DATA, 0]
    assert steps(batch) == [[], [(-1, 0, 0, True), (0, 1, 7000, False)]]


def test_totals_beside_reservations() -> None:
    batch = read_usage(sessions(3, energy_wh=[5, None, 6], reservation_start=at(None, -2, -1)))
    assert batch.sessions.status.tolist() == [0, Refused.NO_DATA, 0]
    assert steps(batch) == [[(0, 4, 5000, False)], [], [(-1, 0, 0, True), (0, 4, 6000, False)]]
    assert batch.intervals.row is not None
    assert batch.intervals.row.tolist() == [0, 2]
    assert batch.intervals.table == "sessions"
    mixed = sessions(2, energy_kwh=["0.005", "0.006"], reservation_start=at(-1, -1))
    batch = read_usage(mixed, intervals([(1, 2, 6)]))
    assert steps(batch) == [
        [(-1, 0, 0, True), (0, 4, 5000, False)],
        [(-1, 0, 0, True), (2, 3, 6000, False)],
    ]
    assert batch.intervals.row is not None
    assert batch.intervals.row.tolist() == [-1, 0]


def test_expired_reservations_alone() -> None:
    batch = read_usage(sessions(2, reservation_expired=[True, False], reservation_start=at(-1, -1)))
    assert steps(batch) == [[(-1, 4, 0, True)], []]
    assert batch.sessions.status.tolist() == [0, Refused.NO_DATA]
    with pytest.raises(InputError, match="no_data_source"):
        read_usage(sessions(2, reservation_expired=[False, None]))
    with pytest.raises(InputError, match="no_data_source"):
        read_usage(sessions(2, reservation_start=at(-1, -1)))


def test_readings_and_lists_beside_reservations() -> None:
    meter = [{"at": T0 + h * HOUR, "register_wh": h, "activity": "parked", "power_w": 3} for h in range(2)]
    batch = read_usage(sessions(2, readings=[meter, meter], reservation_start=at(-1, None)))
    assert steps(batch) == [[(-1, 0, 0, True), (0, 1, 1000, False)], [(0, 1, 1000, False)]]
    assert batch.intervals.activity is not None
    assert batch.intervals.activity.tolist() == [2, 2]
    assert batch.intervals.power_mw is not None
    assert batch.intervals.power_mw.tolist() == [3000, 3000]
    assert batch.intervals.current_ma is None


def test_the_order_of_rows_is_found_beside_reservations() -> None:
    rows = [(1, 1, 1), (0, 2, 2), (1, 0, 3), (0, 0, 4)]
    batch = read_usage(sessions(2, reservation_start=at(-1, -1)), intervals(rows))
    assert steps(batch) == [
        [(-1, 0, 0, True), (0, 1, 4000, False), (2, 3, 2000, False)],
        [(-1, 0, 0, True), (0, 1, 3000, False), (1, 2, 1000, False)],
    ]
    assert batch.intervals.row is not None
    assert batch.intervals.row.tolist() == [3, 1, 2, 0]


REFUSALS: list[tuple[dict[str, Any], Refused]] = [
    ({"reservation_start": at(0)}, Refused.FINE),
    ({"reservation_start": at(1)}, Refused.RESERVATION),
    ({"reservation_start": at(-400 * 24)}, Refused.FINE),
    ({"reservation_start": at(-400 * 24 - 1)}, Refused.RESERVATION),
    ({"reservation_start": ["soon"]}, Refused.INSTANT_RANGE),
    ({"reservation_start": ["1999-01-01T00:00Z"]}, Refused.INSTANT_RANGE),
    ({"reservation_start": [""]}, Refused.FINE),
    ({"reservation_start": [None]}, Refused.FINE),
    ({"reservation_start": at(4), "reservation_expired": [True]}, Refused.FINE),
    ({"reservation_start": at(5), "reservation_expired": [True]}, Refused.RESERVATION),
    ({"reservation_start": at(-400 * 24 + 4), "reservation_expired": ["yes"]}, Refused.FINE),
    ({"reservation_start": at(-400 * 24), "reservation_expired": ["yes"]}, Refused.RESERVATION),
    ({"reservation_expired": ["yes"]}, Refused.FINE),
    ({"reservation_expired": ["perhaps"]}, Refused.RESERVATION),
    ({"reservation_start": at(1), "end": at(-1)}, Refused.END_BEFORE_START),
    ({"reservation_start": at(-1), "end": [None]}, Refused.NULL_VALUE),
    ({"reservation_expired": [True], "energy_wh": ["x"]}, Refused.ENERGY_RANGE),
]


@pytest.mark.parametrize("case", range(len(REFUSALS)))
def test_refusals(case: int) -> None:
    columns, code = REFUSALS[case]
    batch = read_usage(sessions(1, energy_wh=[5]) | columns)
    assert Refused(int(batch.sessions.status[0])) == code
    assert batch.sessions.status_row.tolist() == [-1]
    if code != Refused.FINE:
        assert not any(reserved for *_, reserved in steps(batch)[0])


def test_what_expired_is_checked_against_its_total_too() -> None:
    batch = read_usage(sessions(1, energy_wh=[9], reservation_expired=[True]), intervals([(0, 0, 8)]))
    assert batch.sessions.status.tolist() == [Refused.ENERGY_MISMATCH]


FLAGS: list[tuple[Any, list[Any]]] = [
    (pa.array([True, None, False]), [1, 0, 0]),
    (pa.array([1, None, 0, 2, -1]), [1, 0, 0, "?", "?"]),
    (pa.array([1, 0], pa.uint8()), [1, 0]),
    (pa.array(["true", "Yes", " 1 ", "FALSE", "no", "0", "", " ", None]), [1, 1, 1, 0, 0, 0, 0, 0, 0]),
    (pa.array(["maybe", "y", "2"], pa.large_string()), ["?", "?", "?"]),
    (pa.array(["true", None, "no"]).dictionary_encode(), [1, 0, 0]),
    (pa.array(["yes", None], pa.string_view()), [1, 0]),
    (pa.array([None, None]), [0, 0]),
]


@pytest.mark.parametrize("case", range(len(FLAGS)))
def test_flags(case: int) -> None:
    column, wanted = FLAGS[case]
    for chunks in ([column], [column.slice(0, 1), column.slice(1)]):
        values, fault = read_flags(pa.chunked_array(chunks))
        codes = [0] * len(values) if fault is None else fault.tolist()
        assert set(codes) <= {0, Refused.RESERVATION}
        assert ["?" if code else value for value, code in zip(values.tolist(), codes, strict=True)] == wanted


@pytest.mark.parametrize("more", [{}, {"reservation_start": at(None, None), "reservation_expired": [False, None]}])
def test_without_reservations_nothing_is_copied(more: dict[str, Any]) -> None:
    table = pa.table(intervals([(0, 0, 5), (1, 0, 6)]))
    batch = read_usage(sessions(2, **more), table)
    for name, values in (("start", batch.intervals.start_us), ("energy_wh", batch.intervals.energy)):
        assert np.shares_memory(values, np.frombuffer(table[name].chunk(0).buffers()[1], np.int64))
    assert (batch.intervals.row, batch.intervals.activity, batch.sessions.expired) == (None, None, None)


def lenient(ids: Any, start_us: Any) -> Any:
    """Finds runs and leaves it open whether they are in order, as the compiled one does."""
    first = np.concatenate(([0], np.flatnonzero(ids[1:] != ids[:-1]) + 1, [len(ids)]))
    return lambda: (first, ids[first[:-1]], True)


def test_put_in_order_beside_reservations() -> None:
    owned = sessions(2, reservation_start=at(-1, 2), reservation_expired=[False, True])
    rows = intervals([(0, 1, 1), (0, 0, 2), (1, 3, 3), (1, 0, 4)]) | {
        "power_w": [1, 2, 3, 4],
        "current_a": [1, 2, 3, None],
    }
    batch = read_usage(owned, rows, find_runs=lenient)
    ordered = put_in_order(batch)
    assert ordered is not None
    assert steps(ordered) == [
        [(-1, 0, 0, True), (0, 1, 2000, False), (1, 2, 1000, False)],
        [(2, 4, 0, True), (0, 1, 4000, False), (3, 4, 3000, False)],
    ]
    assert ordered.intervals.row is not None
    assert ordered.intervals.row.tolist() == [1, 0, 3, 2]
    assert ordered.intervals.power_mw is not None
    assert ordered.intervals.power_mw.tolist() == [2000, 1000, 4000, 3000]
    assert ordered.intervals.current_ma is not None
    assert ordered.intervals.current_ma.tolist() == [2000, 1000, -1, 3000]
    assert put_in_order(ordered) is None


def test_put_in_order_without_reservations() -> None:
    rows = intervals([(0, 1, 1), (0, 0, 2)]) | {"power_w": [1, 2]}
    batch = read_usage(sessions(1), rows, find_runs=lenient)
    volumes = np.array([[1, 0, 0], [2, 0, 0]])
    ordered = put_in_order(batch._replace(intervals=batch.intervals._replace(volumes_us=volumes)))
    assert ordered is not None
    assert ordered.intervals.power_mw is not None
    assert ordered.intervals.volumes_us is not None
    assert (ordered.intervals.power_mw.tolist(), ordered.intervals.volumes_us.tolist()) == (
        [2000, 1000],
        [[2, 0, 0], [1, 0, 0]],
    )


def values_of(found: Intervals) -> list[tuple[int, ...]]:
    power = np.full(len(found.energy), -1) if found.power_mw is None else found.power_mw
    return list(zip(found.start_us.tolist(), found.end_us.tolist(), found.energy.tolist(), power.tolist(), strict=True))


ROW = st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(-9, 9))


@settings(deadline=None)
@given(st.lists(ROW, max_size=12), st.data())
def test_sessions_and_energy_are_conserved(rows: list[tuple[int, int, int]], data: st.DataObject) -> None:
    """The batch with reservations is the one without, and says so of each session that was reserved."""
    count = 5

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return data.draw(st.lists(st.one_of(st.none(), values), min_size=count, max_size=count))

    totals, starts = column(st.integers(-9, 9)), column(st.integers(-30 * 24, 6))
    expired = column(st.sampled_from(["yes", "no", "?"]))
    table = intervals(rows) | {"power_w": pa.array([abs(energy) for *_, energy in rows], pa.int64())}
    owned = sessions(count, energy_wh=pa.array(totals, pa.int64()))
    plain = read_usage(owned, table)
    batch = read_usage(
        owned | {"reservation_start": at(*starts), "reservation_expired": pa.array(expired, pa.string())}, table
    )
    assert values_of(batch.intervals) == values_of(plain.intervals)
    assert batch.interval_first.tolist() == plain.interval_first.tolist()
    assert batch.stray == plain.stray
    assert batch.sessions.id.equals(plain.sessions.id)
    for i in range(count):
        until = 4 if expired[i] == "yes" else 0
        bad = expired[i] == "?" or (starts[i] is not None and starts[i] > until)
        code = int(plain.sessions.status[i])
        if bad:
            code = Refused.RESERVATION
        elif expired[i] == "yes" and code == Refused.NO_DATA:
            code = Refused.FINE
        assert batch.sessions.status[i] == code
        begin = starts[i] if starts[i] is not None else 0
        reserved = code == Refused.FINE and (starts[i] is not None or expired[i] == "yes")
        assert held(batch, i) == [(begin, until, 0, True)] * reserved


@settings(deadline=None)
@given(st.lists(ROW, max_size=12), st.data())
def test_no_session_and_no_energy_is_lost_on_the_way_to_the_tables(rows: list[Any], data: st.DataObject) -> None:
    """Whatever is refused: of readers, and of what comes after them."""
    count = 4

    def column(values: st.SearchStrategy[Any], kind: pa.DataType) -> pa.Array:
        return pa.array(data.draw(st.lists(st.one_of(st.none(), values), min_size=count, max_size=count)), kind)

    owned = sessions(count) | {
        "tariff": pa.array(["per-kwh"] * count),
        "reservation_start": at(*column(st.integers(-9, 6), pa.int64()).to_pylist()),
        "reservation_expired": column(st.sampled_from(["1", "0", "?"]), pa.string()),
        "evse_power_kw": column(st.sampled_from([11.0, -1.0]), pa.float64()),
        "connector": column(st.sampled_from(["CCS", ""]), pa.string()),
    }
    powers = [data.draw(st.sampled_from([None, "1.5", "-1", "x"])) for _ in rows]
    table = intervals(rows) | {"power_kw": pa.array(powers, pa.string()), "current_a": pa.array(powers, pa.string())}
    rated = rating.rate(TARIFFS, owned, table)
    mine = [row for row in rated.rejected.to_pylist() if row["code"] != "unknown_session"]
    assert sorted([*rated.sessions["session_id"].to_pylist(), *(row["session_id"] for row in mine)]) == [0, 1, 2, 3]
    energies = [*rated.sessions["energy_kwh"].to_pylist(), *rated.rejected["energy_kwh"].to_pylist()]
    assert sum(energies) * 1000 == sum(energy for *_, energy in rows)
    for name in ("reservation_start", "reservation_expired", "evse_power_kw", "connector"):
        sent = owned[name].to_pylist()
        assert rated.sessions[name].to_pylist() == [sent[i] for i in rated.sessions["session_id"].to_pylist()]
