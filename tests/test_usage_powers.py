"""Power and current: each type that a column may have, value by value, and their way into the batch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rating.errors import InputError, Refused
from rating.units import CURRENT_MAX_MA, POWER_MAX_MW
from rating.usage import read_usage
from rating.usage.batch import UsageBatch
from rating.usage.powers import POWERS, read_power

T0 = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
BAD = "POWER_RANGE"
NAN, INF = float("nan"), float("inf")
D = Decimal

VALUES: dict[str, tuple[Any, str, list[Any]]] = {
    "int64 W": (pa.array([0, 7, None, -1]), "power_w", [0, 7_000, -1, BAD]),
    "int64 W of far too much": (pa.array([10**9, 10**9 + 1, 2**63 - 1, -(2**63)]), "power_w", [10**12, BAD, BAD, BAD]),
    "uint64 W": (pa.array([5, 2**64 - 1], pa.uint64()), "power_w", [5_000, BAD]),
    "int8 kW": (pa.array([5, None, -5], pa.int8()), "power_kw", [5_000_000, -1, BAD]),
    "int64 kW": (pa.array([10**6, 10**6 + 1]), "power_kw", [10**12, BAD]),
    "decimal kW": (pa.array([D("7.36"), D("0"), None, D("-0.01")]), "power_kw", [7_360_000, 0, -1, BAD]),
    "decimal finer than a thousandth": (pa.array([D("7.3612345"), D("1.0000000")]), "power_kw", [BAD, 10**6]),
    "float kW": (pa.array([7.4, 1e-7, None, NAN, INF, -0.1]), "power_kw", [7_400_000, 0, -1, BAD, BAD, BAD]),
    "float32 W": (pa.array([0.5, 3680.25], pa.float32()), "power_w", [500, 3_680_250]),
    "float of almost nothing below zero": (pa.array([-1e-9, -0.0]), "power_kw", [0, 0]),
    "text W": (pa.array(["3680", "1e3", "", None, " 2.5 "]), "power_w", [3_680_000, 10**6, -1, -1, 2_500]),
    "text that is none": (pa.array(["11 kW", "nan", "7,4", "-1", "0.0001"]), "power_w", [BAD] * 5),
    "dictionary": (pa.array(["7.4", None, "7.4"]).dictionary_encode(), "power_kw", [7_400_000, -1, 7_400_000]),
    "null": (pa.array([None, None], pa.null()), "power_w", [-1, -1]),
    "A": (pa.array([16, 0, None, -1, 10**6, 10**6 + 1]), "current_a", [16_000, 0, -1, BAD, 10**9, BAD]),
    "float A": (pa.array([16.0004, 16.0006]), "current_a", [16_000, 16_001]),
    "text A": (pa.array(["48.125", "48.1255"]), "current_a", [48_125, BAD]),
}


def read(column: pa.ChunkedArray, name: str) -> list[Any]:
    values, fault = read_power(column, *POWERS[name])
    assert values.dtype == np.int64
    assert fault is None or fault.any()
    codes = [0] * len(values) if fault is None else fault.tolist()
    assert all(value == -1 for value, code in zip(values, codes, strict=True) if code)
    return [Refused(code).name if code else value for value, code in zip(values.tolist(), codes, strict=True)]


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    column, unit, wanted = VALUES[name]
    assert read(pa.chunked_array([column]), unit) == wanted
    assert read(pa.chunked_array([column.slice(i, 1) for i in range(len(column))]), unit) == wanted
    assert read(pa.chunked_array([column.slice(1)]), unit) == wanted[1:]


@settings(deadline=None)
@given(st.integers(0, POWER_MAX_MW))
def test_milli_watts_come_back_from_whatever_they_are_written_as(milli: int) -> None:
    exact = Decimal(milli)
    for name, value in (("power_kw", exact.scaleb(-6)), ("power_w", exact.scaleb(-3))):
        assert read(pa.chunked_array([pa.array([format(value, "f")])]), name) == [milli]
        assert read(pa.chunked_array([pa.array([float(value)])]), name) == [milli]
    if milli <= CURRENT_MAX_MA:
        assert read(pa.chunked_array([pa.array([format(exact.scaleb(-3), "f")])]), "current_a") == [milli]


def sessions(count: int = 2, **more: Any) -> dict[str, Any]:
    base = {"session_id": list(range(count)), "tariff": ["t"] * count}
    return base | {"start": [T0] * count, "end": [T0 + 9 * HOUR] * count} | more


def intervals(owners: list[int], hours: list[int], **more: Any) -> dict[str, Any]:
    starts = [T0 + hour * HOUR for hour in hours]
    return {
        "session_id": owners,
        "start": starts,
        "end": [start + HOUR for start in starts],
        "energy_wh": [hour + 1 for hour in hours],
    } | more


def flows(batch: UsageBatch) -> list[tuple[int, int, int]]:
    """(milli-Wh, milli-W, milli-A) of each interval."""
    power, current = batch.intervals.power_mw, batch.intervals.current_ma
    assert power is not None
    assert current is not None
    energy = batch.intervals.energy * batch.intervals.energy_scale
    return list(zip(energy.tolist(), power.tolist(), current.tolist(), strict=True))


ROWS = intervals([0, 0, 1], [0, 1, 0], power_kw=["7.4", None, "3.68"], current_a=[32, 0, None])
WANTED = [(1000, 7_400_000, 32_000), (2000, -1, 0), (1000, 3_680_000, -1)]


def test_intervals_in_order_and_not() -> None:
    assert flows(read_usage(sessions(), ROWS)) == WANTED
    for seed in range(6):
        order = [0, 1, 2]
        Random(seed).shuffle(order)
        shuffled = {name: [values[i] for i in order] for name, values in ROWS.items()}
        batch = read_usage(sessions(), shuffled)
        assert flows(batch) == WANTED
        assert batch.sessions.status.tolist() == [0, 0]


@pytest.mark.parametrize("make", [pl.from_arrow, lambda t: duckdb.connect().from_arrow(t), pa.Table.to_pandas])
def test_data_frames(make: Any) -> None:
    assert flows(read_usage(sessions(), make(pa.table(ROWS)))) == WANTED


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"i.{suffix}"
    (pq.write_table if suffix == "parquet" else pacsv.write_csv)(pa.table(ROWS), path)
    assert flows(read_usage(sessions(), path)) == WANTED


def test_where_the_columns_are_not_there_nothing_is() -> None:
    plain = {name: values for name, values in ROWS.items() if name not in ("power_kw", "current_a")}
    for more in ({}, {"power_kw": [None] * 3, "current_a": pa.array([None] * 3, pa.float64())}):
        batch = read_usage(sessions(), plain | more)
        assert (batch.intervals.power_mw, batch.intervals.current_ma) == (None, None)
    assert read_usage(sessions(energy_wh=[1, 2])).sessions.evse_power_mw is None
    assert read_usage(sessions(energy_wh=[1, 2], evse_power_w=[None] * 2)).sessions.evse_power_mw is None


def test_lists_of_mixed_numbers_keep_their_digits() -> None:
    batch = read_usage(sessions(), ROWS | {"power_kw": [7, D("7.400001"), "3"], "current_a": [16, D("0.1"), None]})
    assert [row[1:] for row in flows(batch)] == [(7_000_000, 16_000), (7_400_001, 100), (3_000_000, -1)]


def test_list_columns() -> None:
    items = [{"start": T0 + h * HOUR, "end": T0 + (h + 1) * HOUR, "energy_wh": h + 1} for h in range(2)]
    items = [items[1] | {"power_w": 5.5, "current_a": None}, items[0] | {"power_w": None, "current_a": 16.0}]
    batch = read_usage(sessions(intervals=[items, []]))
    assert flows(batch) == [(1000, -1, 16_000), (2000, 5_500, -1)]
    bad = [items[0], items[1] | {"current_a": NAN}]
    batch = read_usage(sessions(intervals=[[items[1]], bad]))
    assert batch.sessions.status.tolist() == [0, Refused.POWER_RANGE]
    assert batch.sessions.status_row.tolist() == [-1, 2]
    meter = [{"at": T0 + h * HOUR, "register_wh": h, "power_kw": str(h), "current_a": str(h)} for h in range(3)]
    batch = read_usage(sessions(readings=[meter[::-1], None], energy_wh=[2, 5]))
    assert flows(batch) == [(1000, 0, 0), (1000, 10**6, 1000), (5000, -1, -1)]


def test_a_total_among_intervals_has_no_power() -> None:
    batch = read_usage(sessions(3, energy_wh=[9, None, None]), ROWS | {"session_id": [1, 1, 2]})
    assert flows(batch) == [(9000, -1, -1), *WANTED]


def test_a_reading_holds_until_the_next_one() -> None:
    readings = {
        "session_id": [0, 0, 0, 0],
        "at": [T0 + hour * HOUR for hour in (2, 0, 1, 1)],
        "register_kwh": ["9", "0", "4", "4"],
        "power_kw": [99, 4, None, 88],
        "current_a": [99, 16, 17, 88],
    }
    batch = read_usage(sessions(1), readings=readings)
    assert flows(batch) == [(4_000_000, 4_000_000, 16_000), (5_000_000, -1, 17_000)]


REFUSED: list[tuple[dict[str, Any], list[int]]] = [
    ({"power_kw": [7.4, NAN, 1.0]}, [1, -1]),
    ({"power_kw": [None, "x", "y"]}, [1, 2]),
    ({"power_kw": [-1, -2, 0]}, [0, -1]),
    ({"current_a": [0, 0, 10**6 + 1]}, [-1, 2]),
    ({"power_kw": [0, 0, D("0.0000001")], "current_a": [-1, 0, 0]}, [0, 2]),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_a_session_is_refused_for_its_first_faulty_row(case: int) -> None:
    columns, rows = REFUSED[case]
    batch = read_usage(sessions(), ROWS | columns)
    assert batch.sessions.status.tolist() == [0 if row < 0 else Refused.POWER_RANGE for row in rows]
    assert batch.sessions.status_row.tolist() == rows
    assert (batch.intervals.energy * batch.intervals.energy_scale).tolist() == [1000, 2000, 1000]


def test_what_else_is_wrong_with_a_row_comes_first() -> None:
    batch = read_usage(sessions(), ROWS | {"energy_wh": [1, None, 1], "power_kw": [1, -1, 1]})
    assert batch.sessions.status.tolist() == [Refused.NULL_VALUE, 0]


def test_the_chargers_own_power() -> None:
    batch = read_usage(sessions(3, energy_wh=[1, 2, 3], evse_power_w=[50_000, -1, None]))
    assert batch.sessions.status.tolist() == [0, Refused.POWER_RANGE, 0]
    assert batch.sessions.status_row.tolist() == [-1, -1, -1]
    assert batch.sessions.evse_power_mw is not None
    assert batch.sessions.evse_power_mw.tolist() == [50_000_000, -1, -1]


def test_faults_of_whole_tables() -> None:
    for table, more, words in (
        (ROWS, {"power_w": [1, 2, 3]}, "two_units: read `power_kw and power_w`, expected power in one unit"),
        (ROWS, {"Current_A": [1, 2, 3]}, "read `Current_A`, expected a column `current_a`, in that very spelling"),
        (intervals([0], [0]), {"powerKw": [1]}, "rename it to `power_kw`"),
        (intervals([0], [0]), {"power_w": [True]}, "column_type: read `power_w of type bool`, expected numbers"),
        (intervals([0], [0]), {"current_a": [T0]}, "cast the column to int64, decimal128 or string"),
    ):
        with pytest.raises(InputError) as caught:
            read_usage(sessions(), table | more)
        assert words in str(caught.value)


def test_sorted_columns_are_read_where_they_lie() -> None:
    table = pa.table(intervals([0, 0, 1], [0, 1, 0]) | {"power_w": [1, 2, 3]})
    batch = read_usage(sessions(), table)
    assert batch.intervals.row is None
    assert np.shares_memory(batch.intervals.energy, np.frombuffer(table["energy_wh"].chunk(0).buffers()[1], np.int64))
