"""Every kind of source gives the same batch, and what is right already is not copied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from rating import load_tariffs, rate
from rating.usage import read_usage
from rating.usage.batch import UsageBatch

US = pa.timestamp("us", "UTC")
START = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sessions_table() -> pa.Table:
    return pa.table(
        {
            "session_id": ["a", "b", "c"],
            "tariff": ["t", "u", "t"],
            "start": pa.array([START, START + HOUR, START + 5 * HOUR], US),
            "end": pa.array([START + 3 * HOUR, START + 4 * HOUR, START + 6 * HOUR], US),
            "account": ["x", None, "y"],
        }
    )


def intervals_table() -> pa.Table:
    starts = [START, START + HOUR, START + HOUR, START + 5 * HOUR]
    return pa.table(
        {
            "session_id": ["a", "a", "b", "c"],
            "start": pa.array(starts, US),
            "end": pa.array([start + HOUR for start in starts], US),
            "energy_wh": pa.array([1500, 0, 2250, 7], pa.int64()),
        }
    )


def content(batch: UsageBatch) -> tuple[Any, ...]:
    """All that is rated, free of how it is stored."""
    sessions, intervals = batch.sessions, batch.intervals
    names = [sessions.tariff_names[code] for code in sessions.tariff]
    return (
        *(sessions.id.to_pylist(), sessions.start_us.tolist(), sessions.end_us.tolist(), names),
        *(sessions.status.tolist(), batch.interval_first.tolist()),
        *(intervals.start_us.tolist(), intervals.end_us.tolist()),
        (intervals.energy * intervals.energy_scale).tolist(),
        batch.stray,
    )


EXPECTED = content(read_usage(sessions_table(), intervals_table()))


class OnlyCapsule:
    """An object that speaks the PyCapsule interface and nothing else."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


class OnlyArrayCapsule:
    def __init__(self, table: pa.Table) -> None:
        self._batch = table.combine_chunks().to_batches()[0]

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        return self._batch.__arrow_c_array__(requested_schema)


def numpy_columns(table: pa.Table) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_timestamp(column.type):
            columns[name] = column.cast(pa.timestamp("us")).to_numpy()
        elif pa.types.is_integer(column.type):
            columns[name] = column.to_numpy()
        else:
            columns[name] = column.to_pylist()
    return columns


def offset_columns(table: pa.Table) -> dict[str, list[Any]]:
    """Python lists, where instants have an offset of their own each."""
    zones = [timezone(timedelta(hours=h)) for h in (-8, 0, 1, 5)]

    def local(value: Any, i: int) -> Any:
        return value.astimezone(zones[i % 4]) if isinstance(value, datetime) else value

    return {name: [local(v, i) for i, v in enumerate(column)] for name, column in table.to_pydict().items()}


def text_columns(table: pa.Table) -> dict[str, list[Any]]:
    """Instants as ISO text of several forms, energy as text."""
    forms = [
        lambda t: t.isoformat(),
        lambda t: t.isoformat(sep=" ").replace("+00:00", ""),
        lambda t: t.astimezone(timezone(timedelta(hours=2))).isoformat(),
        lambda t: t.strftime("%Y-%m-%dT%H:%MZ"),
    ]

    def write(value: Any, i: int) -> Any:
        if isinstance(value, datetime):
            return forms[i % 4](value)
        return f"{value}.000" if isinstance(value, int) else value

    return {name: [write(v, i) for i, v in enumerate(column)] for name, column in table.to_pydict().items()}


def polars_frame(table: pa.Table) -> Any:
    return pl.from_arrow(table)


def duckdb_relation(table: pa.Table) -> Any:
    return duckdb.connect().from_arrow(table)


SOURCES = {
    "table": lambda t: t,
    "batch": lambda t: t.to_batches()[0],
    "reader": lambda t: t.to_reader(max_chunksize=1),
    "stream capsule": OnlyCapsule,
    "array capsule": OnlyArrayCapsule,
    "pandas": lambda t: t.to_pandas(),
    "pandas with an index": lambda t: t.to_pandas().set_index("session_id"),
    "pandas filtered": lambda t: (
        pd.concat([t.to_pandas(), t.to_pandas()]).iloc[: len(t)].set_axis(range(5, 5 + len(t)))
    ),
    "polars": polars_frame,
    "duckdb": duckdb_relation,
    "numpy": numpy_columns,
    "series": lambda t: dict(t.to_pandas().items()),
    "lists": lambda t: t.to_pydict(),
    "rows": lambda t: t.to_pylist(),
    "offsets": offset_columns,
    "text": text_columns,
    "chunks": lambda t: pa.concat_tables([t.slice(i, 1) for i in range(len(t))]),
    "empty chunks": lambda t: pa.concat_tables([t.slice(0, 0), t, t.slice(0, 0)]),
    "slice": lambda t: pa.concat_tables([t.slice(0, 1), t]).combine_chunks().slice(1),
}


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_gives_the_same_batch(name: str) -> None:
    make = SOURCES[name]
    assert content(read_usage(make(sessions_table()), make(intervals_table()))) == EXPECTED


def write_ipc_stream(table: pa.Table, path: Path) -> None:
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


def write_csv(table: pa.Table, path: Path) -> None:
    pacsv.write_csv(table, path)


WRITERS = {
    "x.parquet": pq.write_table,
    "x.pq": pq.write_table,
    "x.csv": write_csv,
    "x.feather": feather.write_feather,
    "x.arrow": write_ipc_stream,
    "x.ipc": lambda table, path: feather.write_feather(table, path, compression="uncompressed"),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("kind", [str, Path])
def test_files(tmp_path: Path, name: str, kind: Any) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "i").mkdir()
    WRITERS[name](sessions_table(), tmp_path / "s" / name)
    WRITERS[name](intervals_table().append_column("more", pa.array([1, 2, 3, 4])), tmp_path / "i" / name)
    batch = read_usage(kind(tmp_path / "s" / name), kind(tmp_path / "i" / name))
    assert content(batch) == EXPECTED
    assert batch.sessions.extra.column_names == ["account"]


def test_csv_keeps_zeros_of_ids_and_all_decimals(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "session_id,tariff,start,end,energy_kwh,coupon,note\n"
        "007,t,2026-03-01T10:00:00Z,2026-03-01T11:00:00Z,0.100001,0042,3\n"
        "NA,t,2026-03-01T10:00:00+01:00,2026-03-01T11:00:00Z,,,\n"
    )
    batch = read_usage(path)
    assert batch.sessions.id.to_pylist() == ["007", "NA"]
    assert batch.intervals.energy.tolist() == [100_001]
    assert batch.sessions.extra.to_pydict() == {"coupon": ["0042", None], "note": [3, None]}


def test_csv_ids_follow_the_whole_numbers_of_the_other_table(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("session_id,tariff,start,end\n7,t,2026-03-01T10:00:00Z,2026-03-01T11:00:00Z\n")
    intervals = {"session_id": [7], "start": [START], "end": [START + HOUR], "energy_wh": [5]}
    batch = read_usage(path, intervals)
    assert batch.sessions.id.to_pylist() == [7]
    assert batch.interval_first.tolist() == [0, 1]


def numeric(count: int = 1000) -> tuple[pa.Table, pa.Table]:
    """Sessions 10, 20, ... of four intervals each, in order."""
    ids = np.arange(count) * 10
    start = 1_772_359_200_000_000 + np.arange(count) * 1_000_000
    sessions = {
        "session_id": ids,
        "tariff": ["t"] * count,
        "start": pa.array(start).cast(US),
        "end": pa.array(start + 4_000_000).cast(US),
    }
    starts = np.repeat(start, 4) + np.tile(np.arange(4), count) * 1_000_000
    intervals = {
        "session_id": np.repeat(ids, 4),
        "start": pa.array(starts).cast(US),
        "end": pa.array(starts + 1_000_000).cast(US),
        "energy_wh": np.arange(4 * count),
    }
    return pa.table(sessions), pa.table(intervals)


def memory(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    return np.frombuffer(column.chunk(0).buffers()[1], np.int64)


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Amsterdam"])
def test_right_columns_are_not_copied(zone: str | None) -> None:
    sessions, intervals = numeric()
    intervals = intervals.set_column(1, "start", intervals["start"].cast(pa.timestamp("us", zone)))
    batch = read_usage(sessions, intervals)
    assert np.shares_memory(batch.intervals.start_us, memory(intervals["start"]))
    assert np.shares_memory(batch.intervals.end_us, memory(intervals["end"]))
    assert np.shares_memory(batch.intervals.energy, memory(intervals["energy_wh"]))
    assert np.shares_memory(batch.sessions.start_us, memory(sessions["start"]))
    assert np.shares_memory(batch.sessions.end_us, memory(sessions["end"]))
    assert batch.intervals.row is None
    assert batch.intervals.activity is None
    assert batch.interval_first.tolist() == list(range(0, 4001, 4))


def test_numpy_arrays_are_not_copied() -> None:
    sessions, intervals = numeric()
    columns = {name: column.to_numpy() for name, column in zip(intervals.column_names, intervals.columns, strict=True)}
    batch = read_usage(sessions, columns)
    assert np.shares_memory(batch.intervals.start_us, columns["start"])
    assert np.shares_memory(batch.intervals.energy, columns["energy_wh"])


def test_find_runs_gets_the_columns_themselves() -> None:
    sessions, intervals = numeric()
    seen = []

    def find(ids: Any, start_us: Any) -> Any:
        seen.append((ids, start_us))
        return lambda: (np.arange(0, 4001, 4), ids[::4].copy(), True)

    read_usage(sessions, intervals, find_runs=find)
    ((ids, start_us),) = seen
    assert np.shares_memory(ids, memory(intervals["session_id"]))
    assert np.shares_memory(start_us, memory(intervals["start"]))


@pytest.mark.parametrize("swap", [True, False])
@pytest.mark.parametrize("step", [1, 2, -1])
def test_odd_numpy_arrays(swap: bool, step: int) -> None:
    sessions, intervals = numeric(8)
    wanted = content(read_usage(sessions, intervals))

    def odd(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        spread = np.repeat(values, abs(step))
        spread = (spread[::-1] if step < 0 else spread)[::step]
        return spread.astype(spread.dtype.newbyteorder(">")) if swap else spread

    columns = {name: odd(c.to_numpy()) for name, c in zip(intervals.column_names, intervals.columns, strict=True)}
    assert content(read_usage(sessions, columns)) == wanted


def test_empty_tables() -> None:
    sessions, intervals = numeric(3)
    batch = read_usage(sessions.slice(0, 0), intervals.slice(0, 0))
    assert batch.interval_first.tolist() == [0]
    assert len(batch.sessions.id) == 0
    batch = read_usage(sessions, intervals.slice(0, 0))
    assert batch.interval_first.tolist() == [0, 0, 0, 0]
    batch = read_usage(sessions.slice(0, 0), intervals)
    assert len(batch.stray) == 3
    nothing: dict[str, list[Any]] = {name: [] for name in ("session_id", "tariff", "start", "end")}
    empty = read_usage(nothing, {name: [] for name in ("session_id", "start", "end", "energy_kwh")})
    assert empty.interval_first.tolist() == [0]
    assert read_usage({**nothing, "energy_kwh": []}).interval_first.tolist() == [0]
    readings: dict[str, list[Any]] = {name: [] for name in ("session_id", "at", "register_wh")}
    assert read_usage(nothing, readings=readings).interval_first.tolist() == [0]


def test_columns_travel_along_untouched() -> None:
    extra = {
        "account": pa.array(["x", None, "y"]).dictionary_encode(),
        "evse_power_kw": pa.array([11.5, None, 50.0]),
        "time_zone": pa.array(["Europe/Paris", None, "Europe/Paris"]),
        "nested": pa.array([{"a": 1}, None, {"a": 2}]),
        "reservation_start": pa.array([None, START, None], pa.timestamp("ns", "Asia/Tokyo")),
    }
    sessions = sessions_table().drop_columns(["account"])
    for name, column in extra.items():
        sessions = sessions.append_column(name, column)
    batch = read_usage(sessions, intervals_table())
    assert batch.sessions.extra.equals(pa.table(extra))
    assert batch.sessions.time_zone is not None
    assert batch.sessions.time_zone.tolist() == [0, -1, 0]
    assert batch.sessions.zone_names == ("Europe/Paris",)


def test_import_is_cheap() -> None:
    import subprocess
    import sys

    code = "import sys, rating; sys.exit('pyarrow' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_list_without_rows_is_a_table_without_rows() -> None:
    tariffs = load_tariffs(Path(__file__).parent.parent / "tariffs" / "per-kwh.yaml")
    session = {"session_id": "a", "tariff": "per-kwh", "start": "2026-01-01T10:00Z", "end": "2026-01-01T11:00Z"}
    total = session | {"energy_kwh": "3"}
    for nothing in ({"intervals": []}, {"readings": []}, {"accounts": []}):
        assert rate(tariffs, [total], **nothing).sessions["gross"].to_pylist() == [Decimal("1.17")]
    assert rate(tariffs, [session], []).rejected["code"].to_pylist() == ["no_data"]
    assert rate(tariffs, []).sessions.num_rows == 0
