"""What a Spark worker runs on each bucket. No Spark is imported here, so that it starts as fast as it can."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from rating.scale.batches import ROW, rate_rows
from rating.usage.schema import CONSUMED

# The numbers of rows are those of `monotonically_increasing_id`: the partition, and below so many bits the row in it.
PARTITION_BITS: Final = 33
# A column of one row a bucket: how many rows of each partition of each data frame are known to be.
SEEN: Final = "seen"

Names = tuple[str | None, ...]  # of a data frame's columns by position; None: left out


def bucket_function(tariffs: Any, names: Mapping[str, Names], large: bool) -> Callable[..., Any]:
    """What prices a bucket. `tariffs` is a broadcast of them, `names` has the columns of sessions, and of intervals or
    readings where there are some; `large`: Spark is told to use Arrow's large types.
    """
    usage = next((name for name in names if name != "sessions"), "")

    # Spark counts the arguments.
    def sessions_alone(sessions: pa.Table) -> pa.Table:
        return rate_bucket(tariffs.value, {"sessions": sessions}, names, large)

    def sessions_and_usage(sessions: pa.Table, metered: pa.Table) -> pa.Table:
        return rate_bucket(tariffs.value, {"sessions": sessions, usage: metered}, names, large)

    return sessions_and_usage if usage else sessions_alone


def rate_bucket(tariffs: Any, tables: dict[str, Any], names: Mapping[str, Names], large: bool) -> Any:
    """The rows of a bucket, and one that says which rows were in it."""
    seen = [each for name, table in tables.items() for each in _seen(name, table)]
    named = {name: _as_utc(_named(table, names[name])) for name, table in tables.items()}
    rows = rate_rows(tariffs, **named)
    along = {name for name in names["sessions"] if name not in CONSUMED}
    rows = rows.append_column(SEEN, pa.nulls(len(rows), _SEEN_TYPE))
    no_session = {field.name: pa.nulls(1, field.type) for field in rows.schema}
    last = pa.table({**no_session, SEEN: pa.array([seen], _SEEN_TYPE)})
    rows = pa.concat_tables([rows, last])
    fields = [(field.name, _written(field.type, along, large)) for field in rows.schema]
    return rows.cast(pa.schema(fields)).combine_chunks()


_SEEN_TYPE: Final = pa.list_(pa.struct({"source": pa.string(), "partition": pa.int64(), "rows": pa.int64()}))


def _named(table: Any, names: Names) -> Any:
    """The table with its own names of columns, which were called by their position on the way."""
    return table.rename_columns([name for name in names if name is not None] + [ROW])


def _seen(name: str, table: Any) -> list[dict[str, Any]]:
    """For each partition of a data frame that has rows in this bucket, how many rows it has at least."""
    numbers = np.sort(table.column(ROW).to_numpy(), kind="stable")
    partition = numbers >> PARTITION_BITS
    last = np.flatnonzero(np.append(partition[1:] != partition[:-1], True)[: len(numbers)])
    rows = (numbers[last] & ((1 << PARTITION_BITS) - 1)) + 1
    pairs = zip(partition[last].tolist(), rows.tolist(), strict=True)
    return [{"source": name, "partition": of, "rows": count} for of, count in pairs]


def _as_utc(table: Any) -> Any:
    """The same instants in UTC: Spark hands them on in the zone of its session, in which messages would tell them."""
    return table.cast(pa.schema([field.with_type(_utc(field.type)) for field in table.schema]))


def _utc(kind: Any) -> Any:
    """A type with every zone in it UTC.

    >>> _utc(pa.list_(pa.timestamp("us", "Asia/Kolkata")))
    ListType(list<item: timestamp[us, tz=UTC]>)
    """
    if pa.types.is_timestamp(kind):
        return pa.timestamp(kind.unit, kind.tz and "UTC")
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_utc(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_utc(kind.value_type)))
    if pa.types.is_map(kind):
        return pa.map_(kind.key_field.with_type(_utc(kind.key_type)), kind.item_field.with_type(_utc(kind.item_type)))
    return kind


def _written(kind: Any, along: set[str | None], large: bool) -> Any:
    """The type in which Spark wants a column of the result; `along`: the columns of sessions that stay as they came."""
    if pa.types.is_struct(kind):
        return pa.struct([f if f.name in along else f.with_type(_written(f.type, set(), large)) for f in kind])
    if pa.types.is_list(kind):
        return pa.list_(pa.field("element", _written(kind.value_type, set(), large)))
    return pa.large_string() if large and pa.types.is_string(kind) else kind
