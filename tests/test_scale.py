"""Files in slices and parts give the tables that `rate` gives for the whole, whatever the sizes, order and layout."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from images import TABLES, plain
from test_invariance import joined
from twin import tables

import rating
from rating.scale.slices import Sizes
from rating.tariff.model import Tariffs

few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
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
    with TemporaryDirectory() as name:
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
