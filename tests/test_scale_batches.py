"""Sessions priced part by part are those priced at once, to the byte, wherever their rows were in between."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from images import TABLES, image, plain
from strategies import random_network
from twin import tables as input_tables

import rating
from rating.results.rated import Frames
from rating.scale.batches import ROW, rate_rows, tables
from rating.tariff.model import Tariff, Tariffs

SORT = {
    "sessions": ["session_id"],
    "lines": ["session_id", "line"],
    "taxes": ["session_id", "tax", "percent"],
    "rejected": ["place"],
}
few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def in_order(name: str, table: Any) -> Any:
    return plain(table).sort_by([(key, "ascending") for key in SORT[name]])


def assert_same(found: Any, expected: Any) -> None:
    for name in TABLES:
        one, other = (in_order(name, getattr(each, name)) for each in (found, expected))
        assert one.schema.equals(other.schema), name
        assert one.to_pylist() == other.to_pylist(), name  # which says where they differ
        flat = [field.name for field in other.schema if not pa.types.is_nested(field.type)]
        assert image(one.select(flat)) == image(other.select(flat)), name


def network(seed: int, count: int = 6, **options: Any) -> tuple[Tariffs, Any, Any]:
    """Several random networks as one: tariffs, sessions and intervals."""
    tariffs: list[Tariff] = []
    drawn = []
    for i in range(count):
        known, sessions = random_network(seed + i, **options)
        tariffs += [replace(tariff, id=f"{tariff.id}-{i}") for tariff in known]
        drawn += [(f"{id_}-{i}", replace(usage, session_id=f"{usage.session_id}-{i}")) for id_, usage in sessions]
    sessions, intervals = map(pa.table, input_tables(drawn))
    return Tariffs(tuple(tariffs)), sessions, intervals


def with_orphans(sessions: Any, intervals: Any) -> tuple[Any, Any]:
    """Two sessions have no row, one has two, two have no id, and a tenth of the intervals none either."""
    count = len(sessions)
    rows = [*range(2, count), 3, 4]
    ids = [sessions.column("session_id")[row].as_py() for row in rows]
    ids[-1] = ids[len(ids) // 2] = None
    sessions = sessions.take(pa.array(rows)).set_column(0, "session_id", pa.array(ids, pa.string()))
    ids = [None if i % 10 == 7 else id_ for i, id_ in enumerate(intervals.column("session_id").to_pylist())]
    return sessions, intervals.set_column(0, "session_id", pa.array(ids, pa.string()))


def numbered(sessions: Any, intervals: Any, base: int = 1000) -> tuple[Any, Any]:
    """Whole numbers as ids."""
    known = pa.array([*sessions.column("session_id").unique(), *intervals.column("session_id").unique()]).unique()
    numbers = {id_: None if id_ is None else base + i for i, id_ in enumerate(known.to_pylist())}

    def changed(table: Any) -> Any:
        return table.set_column(0, "session_id", pa.array(map(numbers.get, table[0].to_pylist()), pa.int64()))

    return changed(sessions), changed(intervals)


def parts(table: Any, count: int, rng: np.random.Generator) -> list[Any]:
    """The table in parts by its ids, in no order."""
    table = table.append_column(ROW, pa.array(np.arange(len(table))))
    order = rng.permutation(len(table))
    part = np.array([hash(id_) % count for id_ in table.column("session_id").to_pylist()], np.int64)
    return [table.take(pa.array(order[part[order] == i])) for i in range(count)]


def rated_in_parts(tariffs: Tariffs, sessions: Any, intervals: Any, count: int, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    pairs = zip(parts(sessions, count, rng), parts(intervals, count, rng), strict=True)
    found = [tables(rate_rows(tariffs, *pair)) for pair in pairs]
    return Frames(*map(pa.concat_tables, zip(*found, strict=True)))


@few
@given(seed=st.integers(0, 2**32), count=st.integers(1, 5))
def test_parts_are_the_whole(seed: int, count: int) -> None:
    tariffs, *usage = network(seed)
    for given_, whole_ids in product((usage, with_orphans(*usage)), (False, True)):
        sessions, intervals = numbered(*given_) if whole_ids else given_
        expected = rating.rate(tariffs, sessions, intervals)
        assert_same(rated_in_parts(tariffs, sessions, intervals, count, seed), expected)


@pytest.mark.parametrize("of", [pa.Table.to_batches, lambda table: [table]])
def test_rows_without_numbers_are_those_of_the_part(of: Any) -> None:
    tariffs, sessions, intervals = network(7)
    intervals = with_orphans(sessions, intervals)[1]
    [one], [other] = of(sessions), of(intervals)
    assert_same(tables(rate_rows(tariffs, one, other)), rating.rate(tariffs, sessions, intervals))


def test_a_place_in_a_list_column_names_the_row_of_its_session() -> None:
    at = ["2026-03-02T10:00Z", "2026-03-02T11:00Z", "2026-03-02T12:00Z"]
    spans = [[{"start": at[0], "end": at[1], "energy_wh": 5}], [{"start": at[1], "end": at[2], "energy_wh": -5}]]
    columns = {"session_id": [1, 2], "tariff": ["per-kwh"] * 2, "start": at[:2], "end": at[1:], "intervals": spans}
    sessions = pa.table({**columns, ROW: [40, 30]})
    found = rate_rows(rating.load_tariffs("tariffs/per-kwh.yaml"), sessions)
    assert tables(found).rejected.column("place").to_pylist() == ["sessions row 30, intervals row 0"]
    assert tables(found).sessions.column("session_id").to_pylist() == [1]


def test_nothing_gives_the_columns_of_everything() -> None:
    tariffs, sessions, intervals = network(3)
    found = rate_rows(tariffs, sessions.slice(0, 0), intervals.slice(0, 0))
    assert found.schema == rate_rows(tariffs, sessions, intervals).schema
    assert_same(tables(found), rating.rate(tariffs, sessions.slice(0, 0), intervals.slice(0, 0)))


def test_what_is_no_table_is_told() -> None:
    tariffs, sessions, intervals = network(3, 1)
    with pytest.raises(rating.InputError) as here:
        rate_rows(tariffs, sessions.drop_columns(["start"]), intervals)
    with pytest.raises(rating.InputError) as there:
        rating.rate(tariffs, sessions.drop_columns(["start"]), intervals)
    assert here.value.faults == there.value.faults
