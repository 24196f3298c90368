"""Anything that holds columns -> one pyarrow.Table, without a copy where the source allows it.

Arrow tables, batches and readers, whatever speaks the Arrow PyCapsule interface (pandas, Polars, DuckDB), dicts of
NumPy arrays or lists, lists of dicts, and paths (see `files`). What cannot be read becomes a Fault, never an exception.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from rating.errors import Fault, Place
from rating.usage.files import READ_ERRORS, one_line, read_file

WANTED = (
    "an Arrow table, a data frame (pandas, Polars, DuckDB), a dict of columns, a list of dicts, "
    "or the path of a .parquet, .csv, .arrow, .ipc or .feather file"
)
# pandas keeps an unnamed index as a column of this name. Nobody asked for it, so it does not travel along.
_PANDAS_INDEX = "__index_level_"


class Source(NamedTuple):
    """One input table. `label` is what messages call it; `untyped`: every value came as text, from a CSV file."""

    label: str
    table: pa.Table
    untyped: bool
    names: tuple[str, ...]  # of all columns, of which a file's table may hold the known ones only

    def has(self, name: str) -> bool:
        """Whether there is a column of that name."""
        return bool(self.table.schema.get_all_field_indices(name))  # `column_names` makes a list of them, in 2 us

    def column(self, name: str) -> pa.ChunkedArray:
        """The column of that name, which must be there."""
        return self.table.column(name)


def to_source(
    data: Any, label: str, faults: list[Fault], only: Iterable[str] | None = None, empty: Iterable[str] = ()
) -> Source | None:
    """Read `data` as a table. `only` names the columns that are needed, for files that can skip the others.

    A list without rows says no names of columns: it has those of `empty`.

    Returns None, with a Fault appended to `faults`, where `data` cannot be read.
    """
    if isinstance(data, Source):
        return data
    try:
        if isinstance(data, (str, os.PathLike)):
            found = read_file(data, label, faults, only)
            return None if found is None else Source(label, found.table, found.untyped, found.names)
        data = dict.fromkeys(empty, ()) if isinstance(data, list | tuple) and not data else data
        table = _object_to_table(data, label, faults)
    except READ_ERRORS as error:
        fix = "make each column one type and each name once; the library's own words are what was read"
        faults.append(Fault("unreadable_table", Place(label), one_line(error), f"{WANTED}, for {label}", fix))
        return None
    if table is None:
        return None
    kept = [i for i, name in enumerate(table.column_names) if not name.startswith(_PANDAS_INDEX)]
    if len(kept) < table.num_columns:
        table = table.select(kept)
    return Source(label, table, False, tuple(table.column_names))


def _object_to_table(data: Any, label: str, faults: list[Fault]) -> pa.Table | None:
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if isinstance(data, pa.RecordBatchReader):
        return data.read_all()
    if type(data).__name__ == "LazyFrame":
        fix = "call .collect() first, and pass the data frame that it gives"
        faults.append(Fault("unsupported_source", Place(label), "a LazyFrame, which holds no rows yet", WANTED, fix))
        return None
    if isinstance(data, Mapping):
        return _columns_to_table(data, label, faults)
    if isinstance(data, Sequence) and all(isinstance(row, Mapping) for row in data):
        # pa.Table.from_pylist takes the names from the first row only, and drops what later rows add.
        names = list(dict.fromkeys(name for row in data for name in row))
        return _columns_to_table({name: [row.get(name) for row in data] for name in names}, label, faults)
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return pa.table(data)
    if type(data).__module__.partition(".")[0] == "pandas":  # before pandas 2.2 there is no capsule
        return pa.Table.from_pandas(data)
    fix = "convert it to one of these, or call its own method that gives an Arrow table"
    faults.append(Fault("unsupported_source", Place(label), f"an object of type {type(data).__name__}", WANTED, fix))
    return None


def _columns_to_table(columns: Mapping[Any, Any], label: str, faults: list[Fault]) -> pa.Table | None:
    arrays: dict[str, Any] = {}
    before = len(faults)
    for name, values in columns.items():
        try:
            arrays[str(name)] = _to_array(values, str(name))
        except READ_ERRORS as error:
            fix = "give a list or a one-dimensional NumPy or Arrow array of one type"
            got = f"{name}: {one_line(error)}"
            faults.append(Fault("unreadable_column", Place(label), got, f"one column of values for `{name}`", fix))
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        got = ", ".join(f"{name}: {length} rows" for name, length in lengths.items())
        fix = "find the column that lost or gained rows"
        faults.append(Fault("column_lengths", Place(label), got, "columns of one length", fix))
    return pa.table(arrays) if len(faults) == before else None


def _to_array(values: Any, name: str) -> Any:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    if isinstance(values, np.ndarray):
        return pa.array(_native(values))
    if hasattr(values, "__arrow_c_stream__"):
        return pa.chunked_array(values)
    if hasattr(values, "__arrow_c_array__"):
        return pa.array(values)
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise TypeError(f"a single {type(values).__name__}")
    values = list(values)
    try:
        return pa.array(values)
    except READ_ERRORS:
        # A list of int, float and Decimal has no one Arrow type. As text each keeps the digits that it shows.
        if not name.startswith(("energy_", "register_", "power_", "evse_power_", "current_")):
            raise
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def _native(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The same values as Arrow can take them: in this machine's byte order, instants in a unit that Arrow has."""
    if values.ndim != 1:
        raise ValueError(f"an array of {values.ndim} dimensions")
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    if values.dtype.kind == "M":
        unit, step = np.datetime_data(values.dtype)
        if step != 1 or unit not in ("s", "ms", "us", "ns"):
            if unit in "YMWD":  # days stay dates, which are refused as instants
                return values.astype("datetime64[D]")
            fine = "ns" if unit in ("ns", "ps", "fs", "as") else "us" if unit == "us" else "ms" if unit == "ms" else "s"
            values = values.astype(f"datetime64[{fine}]")
    return values
