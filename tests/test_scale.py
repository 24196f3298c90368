"""Files in slices and parts give the tables that `rate` gives for the whole, whatever the sizes, order and layout."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from images import TABLES, plain
from kill_files import MEMORY, SIZES, TARIFF, content, write_inputs
from test_invariance import joined
from twin import tables

import rating
from rating.errors import InputError, SessionError
from rating.scale.slices import Sizes
from rating.tariff.model import Tariffs

few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
seeds = st.integers(0, 2**32)
numbers = st.integers(1, 40)
drawn_sizes = st.builds(Sizes, numbers, numbers, numbers, numbers, st.just(0))


def world(seed: int, count: int = 6, *, integers: bool = False) -> tuple[Tariffs, pa.Table, pa.Table]:
    """Tariffs, sessions and intervals with faults of every kind, in ascending order of session_id."""
    tariffs, drawn = joined(seed, count)
    names = sorted(usage.session_id for _, usage in drawn)
    sessions, intervals = (_table(columns) for columns in tables(drawn))
    if integers:
        of_name = {name: 1000 + 3 * i for i, name in enumerate(names)}
        sessions, intervals = (_renamed(table, of_name) for table in (sessions, intervals))
    return Tariffs(tuple(tariffs)), sessions.sort_by("session_id"), _in_order(intervals, "session_id")


def _table(columns: dict[str, list[Any]]) -> pa.Table:
    from rating.usage.tables import to_source

    source = to_source(columns, "x", [])
    assert source is not None
    table = source.table
    for i, field in enumerate(table.schema):
        if pa.types.is_null(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.string()))
    return table


def _in_order(table: pa.Table, name: str) -> pa.Table:
    """Sorted by a column, equals as they came: Arrow's sort is not stable."""
    numbered = table.append_column("__n", pa.array(range(table.num_rows)))
    return numbered.sort_by([(name, "ascending"), ("__n", "ascending")]).drop_columns(["__n"])


def _renamed(table: pa.Table, of_name: dict[str, int]) -> pa.Table:
    ids = pa.array([of_name[name] for name in table.column("session_id").to_pylist()], pa.int64())
    return table.set_column(table.column_names.index("session_id"), "session_id", ids)


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    order = list(range(table.num_rows))
    Random(seed).shuffle(order)
    return table.take(pa.array(order, pa.int64()))


def spoiled(sessions: pa.Table, intervals: pa.Table, seed: int) -> tuple[pa.Table, pa.Table]:
    """The same with sessions that are gone, so that intervals are strays, and with sessions given twice."""
    random = Random(seed)
    kept = [row for row in range(sessions.num_rows) if random.random() > 0.2]
    twice = [row for row in kept if random.random() < 0.1]
    return sessions.take(pa.array(sorted(kept + twice), pa.int64())), intervals


def assert_same(tariffs: Tariffs, sizes: Sizes, inputs: dict[str, Any], ways: tuple[str, ...] | None = None) -> None:
    """rate_files on the inputs gives what rate gives for them, table by table and row by row."""
    with TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        paths = {}
        for label, table in inputs.items():
            paths[label] = folder / f"{label}.parquet"
            pq.write_table(table, paths[label], row_group_size=max(1, table.num_rows // 3))
        expected = rating.rate(tariffs, **paths)
        done = rating.rate_files(tariffs, **paths, out=folder / "out", sizes=sizes)
        for table in TABLES:
            found = pq.read_table(done.files[table], partitioning=None)
            assert plain(found).equals(plain(getattr(expected, table)).cast(plain(found).schema)), table
        assert (done.sessions, done.sums.lines) == (expected.sessions.num_rows, expected.lines.num_rows)
        assert done.rejected == expected.rejected.num_rows
        assert sum(each.count for each in done.rejects) == done.rejected
        assert not (folder / "out.partial").exists()


@few
@given(seed=seeds, sizes=drawn_sizes, integers=st.booleans())
def test_files_in_order(seed, sizes, integers):
    tariffs, sessions, intervals = world(seed, integers=integers)
    assert_same(tariffs, sizes, {"sessions": sessions, "intervals": intervals})


@few
@given(seed=seeds, sizes=drawn_sizes, integers=st.booleans())
def test_strays_and_sessions_given_twice_in_order(seed, sizes, integers):
    tariffs, sessions, intervals = world(seed, integers=integers)
    sessions, intervals = spoiled(sessions, intervals, seed)
    assert_same(tariffs, sizes, {"sessions": sessions, "intervals": intervals})


@few
@given(seed=seeds, sizes=drawn_sizes, integers=st.booleans(), which=st.integers(1, 3))
def test_files_in_any_order(seed, sizes, integers, which):
    tariffs, sessions, intervals = world(seed, integers=integers)
    sessions, intervals = spoiled(sessions, intervals, seed)
    if which & 1:
        sessions = shuffled(sessions, seed)
    if which & 2:
        intervals = shuffled(intervals, seed + 1)
    assert_same(tariffs, sizes, {"sessions": sessions, "intervals": intervals})


def with_items(sessions: pa.Table, intervals: pa.Table) -> pa.Table:
    """The sessions with their intervals as a list column; those of a session given twice go to each."""
    rows: dict[Any, list[dict[str, Any]]] = {}
    for row in intervals.to_pylist():
        rows.setdefault(row.pop("session_id"), []).append(row)
    kind = pa.list_(pa.struct([field for field in intervals.schema if field.name != "session_id"]))
    items = [rows.get(name) for name in sessions.column("session_id").to_pylist()]
    return sessions.append_column("intervals", pa.array(items, kind))


@few
@given(seed=seeds, sizes=drawn_sizes, order=st.booleans(), twice=st.booleans())
def test_sessions_that_carry_their_intervals(seed, sizes, order, twice):
    tariffs, sessions, intervals = world(seed)
    if twice:
        sessions, intervals = spoiled(sessions, intervals, seed)
    if order:
        sessions = shuffled(sessions, seed)
    assert_same(tariffs, sizes, {"sessions": with_items(sessions, intervals)})


@few
@given(seed=seeds, sizes=drawn_sizes, order=st.booleans())
def test_sessions_with_totals_only(seed, sizes, order):
    tariffs, sessions, intervals = world(seed)
    sessions, _ = spoiled(sessions, intervals, seed)
    random = Random(seed)
    energy = pa.array([random.randint(0, 50_000) for _ in range(sessions.num_rows)], pa.int64())
    sessions = sessions.append_column("energy_wh", energy)
    if order:
        sessions = shuffled(sessions, seed)
    assert_same(tariffs, sizes, {"sessions": sessions})


@few
@given(seed=seeds, sizes=drawn_sizes, order=st.booleans())
def test_readings(seed, sizes, order):
    tariffs, sessions, intervals = world(seed)
    sessions, _ = spoiled(sessions, intervals, seed)
    random = Random(seed)
    register, rows = 0, []
    for row in intervals.select(["session_id", "start"]).to_pylist():
        register += random.randint(-1, 3000)
        rows.append({"session_id": row["session_id"], "at": row["start"], "register_wh": register})
    readings = pa.Table.from_pylist(rows)
    if order:
        readings = shuffled(readings, seed)
    assert_same(tariffs, sizes, {"sessions": sessions, "readings": readings})


def files_of(folder: Path, label: str, table: pa.Table, kind: str, count: int) -> Path | list[Path] | str:
    """The table in so many files of a kind, as a path, a list, a folder or a pattern."""
    ending = {"csv": "csv", "stream": "arrow", "file": "arrow", "parquet": "parquet"}[kind]
    place = folder / label
    place.mkdir()
    paths = []
    for i in range(count):
        first, last = (table.num_rows * each // count for each in (i, i + 1))
        part, path = table.slice(first, last - first), place / f"{i}.{ending}"
        if kind == "csv":
            pacsv.write_csv(as_text(part), path)
        elif kind == "parquet":
            pq.write_table(part, path)
        else:
            make = pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file
            with make(path, part.schema) as writer:
                writer.write_table(part, max_chunksize=7)
        paths.append(path)
    return paths[0] if count == 1 else [paths, place, f"{place}/*.{ending}"][count % 3]


def as_text(table: pa.Table) -> pa.Table:
    for i, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(i, field.name, pc.strftime(table.column(i), "%Y-%m-%dT%H:%M:%SZ"))
        elif pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.string()))
    return table


@few
@given(
    seed=seeds, kind=st.sampled_from(["csv", "stream", "file", "parquet"]), count=st.integers(1, 4), sizes=drawn_sizes
)
def test_every_kind_of_file_and_several_of_them(seed, kind, count, sizes):
    tariffs, sessions, intervals = world(seed)
    notes = ["", "7", "7.5", "true", "a"][: 1 + seed % 5]
    column = [notes[row * len(notes) // sessions.num_rows] for row in range(sessions.num_rows)]
    sessions = sessions.append_column("note", pa.array(column))
    with TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        paths = {
            "sessions": files_of(folder, "sessions", sessions, kind, count),
            "intervals": files_of(folder, "intervals", intervals, kind, count),
        }
        at_once = rating.rate_files(tariffs, **paths, out=folder / "at once")
        done = rating.rate_files(tariffs, **paths, out=folder / "out", sizes=sizes)
        for table in TABLES:
            expected, found = (pq.read_table(each.files[table], partitioning=None) for each in (at_once, done))
            assert plain(found).equals(plain(expected)), table
        if count == 1:
            expected = rating.rate(tariffs, **paths)
            for table in TABLES:
                found = pq.read_table(at_once.files[table], partitioning=None)
                assert plain(found).equals(plain(getattr(expected, table))), table


def small(folder: Path) -> dict[str, Any]:
    write_inputs(folder, Random(1), shuffled=False)
    (folder / "kill.yaml").write_text(TARIFF)
    files = {"sessions": folder / "sessions.parquet", "intervals": folder / "intervals.parquet"}
    return {**files, "tariffs": rating.load_tariffs(folder / "kill.yaml"), "out": folder / "out"}


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_tables_in_parts_are_read_as_one(tmp_path, format):
    options = small(tmp_path)
    done = rating.rate_files(**options, sizes=SIZES, format=format)
    whole = rating.rate_files(**{**options, "out": tmp_path / "whole"}, format=format)
    assert done.parts > 3
    assert done.sums == whole.sums
    for name in TABLES:
        assert done.files[name].is_dir()
        assert whole.files[name].is_file()
        one = ds.dataset(whole.files[name], format=format).to_table()
        assert plain(ds.dataset(done.files[name], format=format).to_table()).equals(plain(one))
        with duckdb.connect() as database:
            pattern = f"{done.files[name]}/*.{format}"
            (rows,) = database.sql(f"SELECT count(*) FROM '{pattern}'").fetchall()
        assert rows == (one.num_rows,)
        if format == "parquet":
            assert pl.read_parquet(done.files[name]).height == one.num_rows
            assert pd.read_parquet(done.files[name]).shape[0] == one.num_rows


def test_the_sizes_of_batches_and_threads_move_no_byte(tmp_path, monkeypatch):
    options = small(tmp_path)
    rating.rate_files(**options, sizes=SIZES, threads=1)
    expected = content(tmp_path / "out")
    for rows, threads in ((7, 2), (1000, 3)):
        monkeypatch.setattr("rating.scale.files.BATCH_ROWS", rows)
        rating.rate_files(**options, sizes=SIZES, threads=threads)
        assert content(tmp_path / "out") == expected


def test_on_error_raise_names_every_refused_session_and_writes_nothing(tmp_path):
    options = small(tmp_path)
    with pytest.raises(SessionError) as once:
        rating.rate(options["tariffs"], options["sessions"], options["intervals"], on_error="raise")
    with pytest.raises(SessionError) as caught:
        rating.rate_files(**options, sizes=SIZES, on_error="raise")
    assert sorted(map(str, caught.value.faults)) == sorted(map(str, once.value.faults))
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.partial").exists()


def test_progress_is_told_after_each_slice(tmp_path):
    options = small(tmp_path)
    told: list[Any] = []
    rating.rate_files(**options, sizes=SIZES, progress=told.append)
    total = pq.read_metadata(options["intervals"]).num_rows
    assert [each.done for each in told] == sorted({each.done for each in told})
    assert told[-1] == (total, total)


def test_faults_of_columns_are_told_at_once_and_before_anything_is_read(tmp_path):
    options = small(tmp_path)
    sessions, intervals = (pq.read_table(options[name]) for name in ("sessions", "intervals"))
    pq.write_table(sessions.rename_columns(["session_id", "tarif", "start", "end"]), options["sessions"])
    pq.write_table(intervals.drop_columns(["energy_wh"]), options["intervals"])
    with pytest.raises(InputError) as caught:
        rating.rate_files(**options, sizes=SIZES)
    assert [fault.code for fault in caught.value.faults] == ["missing_column"] * 2
    assert not (tmp_path / "out.partial").exists()


def test_without_duckdb_the_message_says_what_to_install(tmp_path, monkeypatch):
    options = small(tmp_path)
    write_inputs(tmp_path, Random(1), shuffled=True)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(InputError) as caught:
        rating.rate_files(**options, sizes=SIZES)
    (fault,) = caught.value.faults
    assert (fault.code, fault.fix) == ("unsorted", "pip install 'rating[files]', or sort both by session_id first")
    assert rating.rate_files(**options).sessions > 0, "small files are sorted in memory"


def test_sessions_of_accounts_are_rated_at_once_whatever_the_sizes(tmp_path):
    options = small(tmp_path)
    sessions = pq.read_table(options["sessions"])
    pq.write_table(sessions.append_column("account", pa.array(["A"] * sessions.num_rows)), options["sessions"])
    accounts = {"account": ["A"], "plan": ["member"], "from": ["2025-01-01"], "until": [None]}
    (tmp_path / "plan.yaml").write_text(
        "plan: member\ncurrency: EUR\ntime_zone: Europe/Amsterdam\n"
        "allowances:\n  - {name: free, energy: 100 kWh, per: month}\n"
    )
    options["tariffs"] = rating.load_tariffs([tmp_path / "kill.yaml", tmp_path / "plan.yaml"])
    expected = rating.rate(options["tariffs"], options["sessions"], options["intervals"], accounts=accounts)
    done = rating.rate_files(**options, sizes=SIZES, accounts=accounts)
    assert done.parts == 1
    for name, path in done.files.items():
        assert plain(pq.read_table(path)).equals(plain(expected.written[name]))
    assert set(done.files) == set(expected.written)


def test_no_row_at_all_and_large_sizes_of_nothing(tmp_path):
    options = small(tmp_path)
    for name in ("sessions", "intervals"):
        pq.write_table(pq.read_table(options[name]).slice(0, 0), options[name])
    done = rating.rate_files(**options, sizes=SIZES)
    assert (done.sessions, done.rejected) == (0, 0)
    assert pq.read_table(done.files["lines"]).num_rows == 0


@pytest.mark.parametrize("wrong", [pa.table({"session_id": [1]}), None, [], [3]])
def test_what_is_no_path_is_told(tmp_path, wrong):
    with pytest.raises(InputError, match="a path, a pattern, or a list of paths"):
        rating.rate_files(**{**small(tmp_path), "sessions": wrong})


def test_bytes_that_are_no_text_are_refused_for_csv(tmp_path):
    options = small(tmp_path)
    sessions = pq.read_table(options["sessions"])
    remark = pa.array([b"\xed\xbf\xbf"] * sessions.num_rows, pa.binary())
    pq.write_table(sessions.append_column("remark", remark), options["sessions"])
    with pytest.raises(InputError, match="write Parquet, or cast"):
        rating.rate_files(**options, sizes=SIZES, format="csv")
    assert rating.rate_files(**options, sizes=SIZES).sessions > 0


def test_a_file_that_changes_while_it_is_read_ends_the_run(tmp_path):
    options = small(tmp_path)

    def touch(_: Any) -> None:
        os.utime(options["intervals"], ns=(1, 1))

    with pytest.raises(InputError, match="files that stay as they are"):
        rating.rate_files(**options, sizes=SIZES, progress=touch)
    assert not (tmp_path / "out").exists()
