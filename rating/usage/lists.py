"""List columns of the sessions: each session carries its intervals or readings as a list of structs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rating.usage.columns import plain
from rating.usage.identity import SessionIds
from rating.usage.tables import Source


def is_list_column(source: Source, name: str) -> bool:
    """Whether the table has that column once, with lists of structs (or of nothing) in it."""
    if source.table.column_names.count(name) != 1:
        return False
    kind = source.column(name).type
    nested = getattr(kind, "value_type", None)
    return nested is not None and not pa.types.is_dictionary(kind) and _is_row(nested)


def _is_row(kind: pa.DataType) -> bool:
    return bool(pa.types.is_struct(kind))


def list_source(sessions: Source, name: str) -> Source:
    """The items of a list column as a table of their own, with the session's position (int64) as `session_id`.

    Null lists have no items. A null item is a row of nulls, which is refused with its session.
    """
    position = 0
    tables = []
    column = sessions.column(name)
    fields = [field.name for field in column.type.value_type]
    for chunk in column.chunks or [pa.array([], column.type)]:
        lists = plain(chunk)
        owners = pc.list_parent_indices(lists).cast(pa.int64())
        items = pc.list_flatten(lists).flatten()
        arrays = [pc.add(owners, position), *items]
        tables.append(pa.table(arrays, names=["session_id", *fields]))
        position += len(chunk)
    table = pa.concat_tables(tables)
    # An id within the items would be a second word on whose they are. The position decides.
    kept = [i for i, field in enumerate(table.column_names) if i == 0 or field != "session_id"]
    table = table.select(kept)
    return Source(f"sessions.{name}", table, False, tuple(table.column_names))


def positions(count: int) -> SessionIds:
    """The sessions known by their position, 0 to count - 1."""
    ids = pa.array(np.arange(count, dtype=np.int64))
    return SessionIds(ids, None, ids, None)
