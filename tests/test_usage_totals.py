"""Energy totals and list columns of sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.errors import Refused
from rating.usage import read_usage
from rating.usage.batch import UsageBatch

T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
US = 1_772_359_200_000_000
HOUR = timedelta(hours=1)
HOUR_US = 3_600_000_000


def sessions(count: int, **more: Any) -> dict[str, Any]:
    """`count` sessions 0, 1, ... of four hours."""
    base = {"session_id": list(range(count)), "tariff": ["t"] * count}
    return base | {"start": [T0] * count, "end": [T0 + 4 * HOUR] * count} | more


def intervals(rows: list[tuple[int, int, Any]], unit: str = "energy_wh") -> dict[str, Any]:
    """(session, hour, energy) rows as columns of intervals of one hour."""
    return {
        "session_id": [row[0] for row in rows],
        "start": [T0 + row[1] * HOUR for row in rows],
        "end": [T0 + (row[1] + 1) * HOUR for row in rows],
        unit: [row[2] for row in rows],
    }


def steps(batch: UsageBatch) -> list[list[tuple[float, float, int]]]:
    """For each session, (start hour, end hour, milli-Wh) of its intervals."""
    found, first = batch.intervals, batch.interval_first.tolist()
    start = ((found.start_us - US) / HOUR_US).tolist()
    end = ((found.end_us - US) / HOUR_US).tolist()
    rows = list(zip(start, end, (found.energy * found.energy_scale).tolist(), strict=True))
    return [rows[a:b] for a, b in pairwise(first)]


def test_a_total_is_one_interval_until_charging_ends() -> None:
    ends = [None, T0 + HOUR, T0 + HOUR, T0]
    batch = read_usage(sessions(4, energy_wh=[5, 6, 0, 7], charging_end=ends))
    assert steps(batch) == [[(0, 4, 5000)], [(0, 1, 6000)], [(0, 4, 0)], [(0, 0, 7000)]]
    assert batch.sessions.status.tolist() == [0] * 4
    assert (batch.intervals.table, batch.intervals.row, batch.intervals.energy_scale) == ("sessions", None, 1000)
    assert batch.sessions.extra.num_columns == 0


def test_whole_wh_totals_are_not_copied() -> None:
    table = pa.table(sessions(3, energy_wh=np.array([1, 2, 3])))
    batch = read_usage(table)
    assert np.shares_memory(batch.intervals.energy, np.frombuffer(table["energy_wh"].chunk(0).buffers()[1], np.int64))


def test_sessions_without_a_total() -> None:
    batch = read_usage(sessions(3, energy_kwh=["1.5", None, "2"]))
    assert batch.sessions.status.tolist() == [0, Refused.NO_DATA, 0]
    assert batch.interval_first.tolist() == [0, 1, 1, 2]
    assert batch.intervals.row is not None
    assert batch.intervals.row.tolist() == [0, 2]


def test_a_refused_session_keeps_its_energy() -> None:
    batch = read_usage(sessions(1, energy_wh=[5]) | {"tariff": pa.array([None], pa.string())})
    assert batch.sessions.status.tolist() == [Refused.NULL_VALUE]
    assert batch.intervals.energy.tolist() == [5]


@pytest.mark.parametrize("total", ["energy_wh", "energy_kwh"])
@pytest.mark.parametrize("metered", ["energy_wh", "energy_kwh"])
def test_totals_and_intervals_mixed(total: str, metered: str) -> None:
    def in_unit(unit: str, wh: int | None) -> Any:
        return wh if unit == "energy_wh" or wh is None else Decimal(wh) / 1000

    owned = sessions(5, **{total: [in_unit(total, wh) for wh in (9, 3, None, 4, None)]})
    rows = [(1, 0, 1), (1, 2, 2), (2, 0, 7), (3, 1, 5)]
    batch = read_usage(owned, intervals([(s, h, in_unit(metered, wh)) for s, h, wh in rows], metered))
    assert steps(batch) == [[(0, 4, 9000)], [(0, 1, 1000), (2, 3, 2000)], [(0, 1, 7000)], [(1, 2, 5000)], []]
    assert batch.sessions.status.tolist() == [0, 0, 0, Refused.ENERGY_MISMATCH, Refused.NO_DATA]
    assert batch.intervals.row is not None
    assert batch.intervals.row.tolist() == [-1, 0, 1, 2, 3]
    assert batch.intervals.table == "intervals"


def test_activity_and_order_survive_the_mixing() -> None:
    rows = intervals([(2, 1, 1), (0, 0, 2), (2, 0, 3)]) | {"activity": ["parked", "charging", None]}
    batch = read_usage(sessions(3, energy_wh=[None, 8, None]), rows)
    assert batch.intervals.activity is not None
    assert batch.intervals.activity.tolist() == [1, 0, 0, 2]
    assert batch.intervals.row is not None
    assert batch.intervals.row.tolist() == [1, -1, 2, 0]


def test_whole_wh_beyond_the_range_do_not_wrap_when_scaled() -> None:
    owned = sessions(3, energy_kwh=[None, "1", None])
    batch = read_usage(owned, intervals([(0, 0, 2**62), (2, 0, 1), (2, 1, -(2**63))]))
    assert batch.sessions.status.tolist() == [Refused.ENERGY_RANGE, 0, Refused.ENERGY_RANGE]
    assert batch.sessions.status_row.tolist() == [0, -1, 2]
    owned = sessions(2, energy_wh=[2**62, None])
    batch = read_usage(owned, intervals([(1, 0, "0.5")], "energy_kwh"))
    assert batch.sessions.status.tolist() == [Refused.ENERGY_RANGE, 0]


def test_float_columns_may_be_off_by_their_rounding_only() -> None:
    third = 1 / 3
    rows = [(0, h, third) for h in range(3)] + [(1, h, third) for h in range(3)]
    batch = read_usage(sessions(2, energy_kwh=[1.0, 1.000003]), intervals(rows, "energy_kwh"))
    assert batch.sessions.status.tolist() == [0, Refused.ENERGY_MISMATCH]
    exact = [(s, h, "0.333333") for s, h, _ in rows]
    batch = read_usage(sessions(2, energy_kwh=["1", "0.999999"]), intervals(exact, "energy_kwh"))
    assert batch.sessions.status.tolist() == [Refused.ENERGY_MISMATCH, 0]


def test_a_mismatch_is_found_beside_values_that_would_wrap() -> None:
    batch = read_usage(
        sessions(1, energy_wh=[0]), intervals([(0, 0, 2**62), (0, 1, 2**62), (0, 2, 2**62), (0, 3, 2**62)])
    )
    assert batch.sessions.status.tolist() == [Refused.ENERGY_MISMATCH]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(-50, 50)), max_size=12), st.data())
def test_energy_is_conserved(rows: list[tuple[int, int, int]], data: st.DataObject) -> None:
    totals = data.draw(st.lists(st.one_of(st.none(), st.integers(-50, 50)), min_size=4, max_size=4))
    table = intervals(rows) | {"energy_wh": pa.array([row[2] for row in rows], pa.int64())}
    batch = read_usage(sessions(4, energy_wh=pa.array(totals, pa.int64())), table if rows else pa.table(EMPTY))
    own = [[e for s, _, e in rows if s == i] for i in range(4)]
    for i, (given_total, mine) in enumerate(zip(totals, own, strict=True)):
        energy = sum(item[2] for item in steps(batch)[i])
        assert energy == 1000 * (sum(mine) if mine else given_total or 0)
        mismatch = bool(mine) and given_total is not None and given_total != sum(mine)
        wanted = Refused.ENERGY_MISMATCH if mismatch else 0 if mine or given_total is not None else Refused.NO_DATA
        assert batch.sessions.status[i] == wanted


EMPTY: dict[str, Any] = {"session_id": pa.array([], pa.int64()), "start": [], "end": [], "energy_wh": []}

INTERVAL = pa.struct(
    [("start", pa.timestamp("us", "UTC")), ("end", pa.timestamp("us", "UTC")), ("energy_wh", pa.int64())]
)
LISTS = [pa.list_(INTERVAL), pa.large_list(INTERVAL), pa.list_view(INTERVAL)]


def item(hour: int, energy: int) -> dict[str, Any]:
    return {"start": T0 + hour * HOUR, "end": T0 + (hour + 1) * HOUR, "energy_wh": energy}


@pytest.mark.parametrize("kind", LISTS)
def test_list_columns(kind: pa.DataType) -> None:
    lists = [[item(1, 5), item(0, 4)], None, [], [item(0, 7)], [None], [item(2, 1)]]
    table = pa.table(sessions(6, energy_wh=[None, 3, None, 7, None, 1]) | {"intervals": pa.array(lists, kind)})
    wanted = [[(0, 1, 4000), (1, 2, 5000)], [(0, 4, 3000)], [], [(0, 1, 7000)]]
    code = [0, 0, Refused.NO_DATA, 0, Refused.NULL_VALUE, 0]
    for source in (
        table,
        pa.concat_tables([table.slice(i, 1) for i in range(6)]),
        pa.concat_tables([table, table]).slice(0, 6),
    ):
        batch = read_usage(source)
        assert steps(batch)[:4] == wanted
        assert steps(batch)[5] == [(2, 3, 1000)]
        assert batch.sessions.status.tolist() == code
        assert batch.intervals.table == "sessions.intervals"
        assert batch.sessions.extra.num_columns == 0


def test_list_columns_from_plain_python() -> None:
    rows = [{"at": T0 + h * HOUR, "register_kwh": str(h * h)} for h in range(3)]
    batch = read_usage([{"session_id": "x", "tariff": "t", "start": T0, "end": T0 + 4 * HOUR, "readings": rows}])
    assert steps(batch) == [[(0, 1, 10**6), (1, 2, 3 * 10**6)]]


def test_list_columns_of_sessions_with_equal_ids_stay_apart() -> None:
    table = sessions(2) | {"session_id": [7, 7], "intervals": pa.array([[item(0, 1)], [item(0, 2)]])}
    batch = read_usage(table)
    assert steps(batch) == [[(0, 1, 1000)], [(0, 1, 2000)]]
    assert batch.sessions.status.tolist() == [Refused.DUPLICATE_SESSION] * 2
    assert batch.stray == ()


def test_an_empty_list_column_is_no_source_but_a_total_is() -> None:
    batch = read_usage(sessions(1, energy_wh=[5], intervals=[None], readings=[None]))
    assert steps(batch) == [[(0, 4, 5000)]]
