"""A part of the sessions with all of their intervals in, one row a session out: what distributed engines call.

A plain function from Arrow to Arrow, which knows no engine. Whatever runs it has to see that all rows of one session
id, of sessions and of intervals, come to the same call; the calls need nothing of one another. `spark` does so for
PySpark. The same function fits Ray Data (`map_groups`), Dask (`map_partitions`) and Daft (a UDF), all of which hand on
Arrow; where sessions carry their intervals as a list column and each id comes once, a session is one row, and even a
plain `map_batches` will do.

One row a session, and not four tables: so that an engine, which takes one table from a function, prices once; and not
rows of four kinds in one wide table, in which each line would carry the empty columns of sessions, taxes and refusals.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.engine import rate
from rating.results.rated import Frames, Rated
from rating.tariff.model import Tariffs

# Of a part of a table: the number (int64) of each row in the whole of it, by which rows are put in order, and which
# the places of refusals name. Without this column they name rows of the part.
ROW: Final = "_rating_row"


def rate_rows(tariffs: Tariffs, sessions: Any, intervals: Any = None, readings: Any = None) -> Any:
    """Price some sessions on one thread: a `pyarrow.Table` of one row for each that came in, or is named by intervals.

    Args:
        tariffs: what `load_tariffs` gave.
        sessions: an Arrow table or record batch, as for `rating.rate`; with `ROW` or without.
        intervals: the same; all of these sessions, and no other session's unless nobody has it.
        readings: the same, instead of intervals.

    The columns are `session_id`; `session`, a struct of the other columns of `Rated.sessions`, null where it is
    refused; `lines` and `taxes`, lists of structs, null likewise; `rejected`, a struct, null where the session is
    rated. Columns of names are plain text here, for few engines have dictionaries. `tables` makes the four tables
    of it again.

    Raises: InputError where a table cannot be read at all.

    >>> from rating import load_tariffs
    >>> sessions = pa.table({"session_id": [7], "tariff": ["per-kwh"], "energy_kwh": ["12.5"],
    ...     "start": ["2026-03-02T10:00+01:00"], "end": ["2026-03-02T11:30+01:00"]})
    >>> [row] = rate_rows(load_tariffs("tariffs/per-kwh.yaml"), sessions).to_pylist()
    >>> row["session_id"], row["session"]["gross"], len(row["lines"]), row["rejected"]
    (7, Decimal('4.880000'), 1, None)
    """
    given = {"sessions": sessions, "intervals": intervals, "readings": readings}
    found = {name: _in_order(table) for name, table in given.items() if table is not None}
    parts = {name: table for name, (table, _) in found.items()}
    rated = rate(tariffs, **parts, threads=1)
    return nested(rated, {name: numbers for name, (_, numbers) in found.items() if numbers is not None})


def nested(rated: Rated, numbers: dict[str, NDArray[np.int64]] | None = None) -> Any:
    """The four tables as one row a session. `numbers`: of the rows of a table, for the places of refusals."""
    sessions, rejected = _plain(rated.sessions), _plain(rated.rejected)
    places = [_renumbered(place, numbers or {}) for place in rejected.column("place").to_pylist()]
    at = rejected.column_names.index("place")
    rejected = rejected.set_column(at, rejected.schema.field(at), pa.array(places, pa.string()))
    ids, refused = _one(sessions.column("session_id")), _struct(rejected)

    def above(array: Any) -> Any:
        return pa.concat_arrays([array, pa.nulls(len(refused), array.type)]) if len(refused) else array

    return pa.table(
        {
            "session_id": pa.concat_arrays([ids, _one(rejected.column("session_id")).cast(ids.type)]),
            "session": above(_struct(sessions)),
            "lines": above(_lists(rated.lines, ids)),
            "taxes": above(_lists(rated.taxes, ids)),
            "rejected": pa.concat_arrays([pa.nulls(len(ids), refused.type), refused]),
        }
    )


def tables(rows: Any) -> Frames:
    """The four tables of such rows, in the order of the rows.

    >>> from rating import load_tariffs
    >>> nothing = {"session_id": [], "tariff": [], "start": [], "end": [], "energy_wh": []}
    >>> tables(rate_rows(load_tariffs("tariffs/per-kwh.yaml"), pa.table(nothing))).lines.num_rows
    0
    """
    rows = rows.combine_chunks()
    ids = _one(rows.column("session_id"))
    return Frames(*(_unpacked(ids, _one(rows.column(name))) for name in ("session", "lines", "taxes", "rejected")))


def _unpacked(ids: Any, column: Any) -> Any:
    """A table of the structs of a column, or of those in its lists, that are there."""
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        owners, items = pc.list_parent_indices(column), pc.list_flatten(column)
    else:
        owners = pc.indices_nonzero(column.is_valid())
        items = column.take(owners)
    return pa.table([ids.take(owners), *items.flatten()], names=["session_id", *(each.name for each in items.type)])


def _in_order(table: Any) -> tuple[Any, NDArray[np.int64] | None]:
    """The table in the order of the column `ROW`, without it; and that column, sorted. As it is where it has none."""
    table = pa.Table.from_batches([table]) if isinstance(table, pa.RecordBatch) else table
    if not isinstance(table, pa.Table) or ROW not in table.column_names:
        return table, None
    numbers: NDArray[np.int64] = _one(table.column(ROW)).to_numpy()
    table = table.drop_columns([ROW]).combine_chunks()
    if (numbers[1:] > numbers[:-1]).all():
        return table, numbers
    order = np.argsort(numbers, kind="stable")  # which merges the few sorted runs that a shuffle leaves: 20 ns a row
    return table.take(pa.array(order)), numbers[order]


def _renumbered(place: str, numbers: dict[str, NDArray[np.int64]]) -> str:
    """A place with the number that its row has in the whole table.

    >>> _renumbered("sessions row 1, intervals row 0", {"sessions": np.array([40, 70])})
    'sessions row 70, intervals row 0'
    """
    name, row, rest = place.split(" ", 2)
    number, comma, inner = rest.partition(",")
    return f"{name} {row} {numbers[name][int(number)]}{comma}{inner}" if name in numbers else place


def _plain(table: Any) -> Any:
    """Text instead of dictionaries."""
    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            column = table.column(i).cast(field.type.value_type)
            table = table.set_column(i, pa.field(field.name, column.type), column)
    return table


def _one(column: Any) -> Any:
    """All rows of a column as one array."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _struct(table: Any) -> Any:
    """The columns of a table but `session_id`, as structs."""
    table = table.drop_columns(["session_id"])
    return pa.StructArray.from_arrays([_one(column) for column in table.columns], fields=list(table.schema))


def _lists(table: Any, ids: Any) -> Any:
    """The rows of a table as a list for each of `ids`, in whose order they are."""
    owners = pc.index_in(table.column("session_id"), value_set=ids)
    counts = np.bincount(_one(owners).to_numpy(), minlength=len(ids))
    first = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(first), _struct(_plain(table)))
