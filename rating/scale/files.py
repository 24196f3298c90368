"""Files of one table as a stream of record batches that begins at any row: Parquet, Arrow IPC and CSV.

Comes in: a path, a pattern such as `2026-*.parquet`, a folder, or several of them. Goes out: `TableFiles`, which knows
the columns and, where the format says it, the rows, and reads the columns that are wanted, batch by batch.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from glob import glob, has_magic
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from rating.errors import Fault, InputError, Place
from rating.scale.csv_types import settle
from rating.usage.files import (
    ARROW,
    CSV,
    PARQUET,
    READ_ERRORS,
    csv_options,
    damaged,
    kind_of,
    not_readable,
    other_separator,
)
from rating.usage.tables import Source

# Rows of a record batch. Of 10 million rows of four columns, batches of 64 Ki take 15 to 19 ns a row with two cores,
# batches of 2 Mi 23 to 84: what was decoded is still in the cache when it is used.
BATCH_ROWS: Final = 65_536
# Of a column chunk so much is read at a time: a file of one row group takes no more memory than one of many.
_PARQUET_BUFFER_BYTES: Final = 2**20
_CSV_BLOCK_BYTES: Final = 2**20

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


@dataclass(frozen=True)
class TableFiles:
    """The files of one table, one after the other. `schema` is that of all their columns."""

    label: str
    paths: tuple[Path, ...]
    kind: str  # PARQUET, ARROW or CSV
    schema: Any  # pyarrow.Schema
    rows: int | None  # None: the format does not say
    items: int | None  # values in the longest column, those of lists counted one by one

    @property
    def batch_rows(self) -> int:
        """Rows of a batch: fewer where each holds a list, for a meter year is one of 35,136 items."""
        if not self.rows or not self.items:
            return BATCH_ROWS
        return max(1, BATCH_ROWS * self.rows // self.items)

    @property
    def size_bytes(self) -> int:
        """The size of all files."""
        return sum(path.stat().st_size for path in self.paths)

    def source(self, table: Any) -> Source:
        """A table of these files, for `read_usage`."""
        return Source(self.label, table, self.kind == CSV, tuple(self.schema.names))

    def chosen(self, only: Iterable[str] | None) -> Any:
        """The schema of the columns that are wanted, of those that are there; None: of all."""
        if only is None:
            return self.schema
        return pa.schema([self.schema.field(name) for name in only if self.schema.names.count(name) == 1])

    def settled(self) -> TableFiles:
        """The same, where columns of CSV files that travel along have the types that hold for every row."""
        known = {name for name, kind in csv_options(self.label).column_types.items() if kind == pa.string()}
        own = {field.name: field.type for field in self.schema if field.name not in known}
        if self.kind != CSV or not own:
            return self

        def open_all(types: dict[str, Any]) -> Iterator[Any]:
            for path in self.paths:
                with _csv_reader(path, self.label, list(types), types) as reader:
                    yield from reader

        with _told(self.paths[0], self.label):
            types = settle(own, self.schema.names, open_all)
        fields = [pa.field(field.name, types.get(field.name, field.type)) for field in self.schema]
        return replace(self, schema=pa.schema(fields))

    def batches(self, only: Iterable[str] | None = None, skip: int = 0) -> Iterator[Any]:
        """Record batches of those columns, after the first `skip` rows.

        Raises: InputError where a file is damaged, or has other columns than the first one.
        """
        schema = self.chosen(only)
        left = _Skip(skip)
        for path in self.paths:
            with _told(path, self.label):
                for batch in _READERS[self.kind](path, self, schema, left):
                    taken = min(left.rows, batch.num_rows)
                    left.rows -= taken
                    if batch.num_rows > taken:
                        yield _as(batch.slice(taken), schema)


@dataclass
class _Skip:
    """How many rows are still to be skipped; readers take off what they need not decode."""

    rows: int


@contextmanager
def _told(path: Path, label: str) -> Iterator[None]:
    """Tell what a file lacks in the words of a fault."""
    try:
        yield
    except READ_ERRORS as error:
        raise InputError([damaged(path, label, error)]) from error


def open_files(data: Paths | None, label: str) -> TableFiles:
    """Look at the files of a table: their columns, and how many rows they have.

    Raises: InputError with every file that is missing, damaged, of another suffix, or has other columns than the first.
    """
    paths = _paths(data, label)
    faults = [fault for path in paths if (fault := not_readable(path, label)) is not None]
    kinds = sorted({str(kind_of(path)) for path in paths})
    if not faults and len(kinds) > 1:
        fix = "pass the files of one kind, or convert the others"
        faults.append(Fault("file_kinds", Place(label), " and ".join(kinds), "files of one kind", fix))
    if faults:
        raise InputError(faults)
    kind, looked = kinds[0], []
    for path in paths:
        try:
            with _told(path, label):
                looked.append(_LOOKS[kind](path, label))
        except InputError as error:
            faults.extend(error.faults)
    for path, (schema, _, _) in zip(paths, looked, strict=False):
        same = schema.names == looked[0][0].names if kind == CSV else sorted(schema.names) == sorted(looked[0][0].names)
        if not faults and not same:
            got = f"{path} with {', '.join(schema.names)}"
            want = f"the columns of {paths[0]}: {', '.join(looked[0][0].names)}"
            faults.append(Fault("file_columns", Place(label), got, want, "write the files with the same columns"))
    if faults:
        raise InputError(faults)
    rows, items = (_total([each[i] for each in looked]) for i in (1, 2))
    return TableFiles(label, tuple(paths), kind, looked[0][0], rows, items)


def _total(counts: list[int | None]) -> int | None:
    known = [each for each in counts if each is not None]
    return sum(known) if len(known) == len(counts) else None


def _paths(data: Paths | None, label: str) -> list[Path]:
    """The files that are meant, those of a folder and of a pattern in order of their names."""
    found: list[Path] = []
    given = [data] if isinstance(data, str | os.PathLike) else list(data) if isinstance(data, list | tuple) else [None]
    if not given or not all(isinstance(each, str | os.PathLike) for each in given):
        fix = "name the files; tables in memory are for rating.rate"
        got = f"an object of type {type(data).__name__}"
        raise InputError([Fault("unsupported_source", Place(label), got, "a path, a pattern, or a list of paths", fix)])
    for each in given:
        assert each is not None
        path = Path(each)
        if path.is_dir():
            inside = sorted(
                file for file in path.rglob("*") if file.is_file() and kind_of(file) and _is_data(file, path)
            )
            if not inside:
                fix = "check the path, or name the files"
                raise InputError(
                    [Fault("file_missing", Place(label), str(path), "a folder with files of a table", fix)]
                )
            found += inside
        elif has_magic(str(each)) and not path.exists():
            found += [Path(name) for name in sorted(glob(str(each), recursive=True))] or [path]
        else:
            found.append(path)
    return found


def _is_data(file: Path, folder: Path) -> bool:
    """Names that begin with `_` or `.` are notes of the program that wrote the folder, for every reader of them."""
    return not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)


def _look_parquet(path: Path, label: str) -> tuple[Any, int | None, int | None]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        most = max((group.column(i).num_values for group in groups[:1] for i in range(group.num_columns)), default=0)
        each = [max((group.column(i).num_values for i in range(group.num_columns)), default=0) for group in groups]
        return file.schema_arrow, file.metadata.num_rows, sum(each) if groups else most


def _look_arrow(path: Path, label: str) -> tuple[Any, int | None, int | None]:
    with pa.OSFile(str(path)) as source:
        return _arrow_reader(source).schema, None, None


def _look_csv(path: Path, label: str) -> tuple[Any, int | None, int | None]:
    if wrong := other_separator(path, label):
        raise InputError([wrong])
    with _csv_reader(path, label) as reader:
        return reader.schema, None, None


def _read_parquet(path: Path, files: TableFiles, schema: Any, left: _Skip) -> Iterator[Any]:
    import pyarrow.parquet as pq

    # Pages whose checksum was written are checked: without one, a flipped bit may pass for another energy. Arrow's
    # `pre_buffer` would keep every byte that it has read until the file is closed: 2.8 GB of 300 million intervals.
    options = {"buffer_size": _PARQUET_BUFFER_BYTES, "pre_buffer": False, "page_checksum_verification": True}
    with pq.ParquetFile(path, **options) as file:
        groups = list(range(file.metadata.num_row_groups))
        while groups and file.metadata.row_group(groups[0]).num_rows <= left.rows:
            left.rows -= file.metadata.row_group(groups.pop(0)).num_rows
        if groups:
            yield from file.iter_batches(files.batch_rows, row_groups=groups, columns=schema.names)


def _read_arrow(path: Path, files: TableFiles, schema: Any, left: _Skip) -> Iterator[Any]:
    # Not memory-mapped: a file that another program shortens would end this process, not raise.
    with pa.OSFile(str(path)) as source:
        reader = _arrow_reader(source)
        count = getattr(reader, "num_record_batches", None)
        batches = reader if count is None else (reader.get_batch(i) for i in range(count))
        for batch in batches:
            chosen = batch.select(schema.names)
            for first in range(0, chosen.num_rows, BATCH_ROWS):
                yield chosen.slice(first, BATCH_ROWS)


def _arrow_reader(source: Any) -> Any:
    try:
        return pa.ipc.open_file(source)
    except pa.ArrowInvalid:  # the stream format has no footer
        source.seek(0)
        return pa.ipc.open_stream(source)


def _read_csv(path: Path, files: TableFiles, schema: Any, left: _Skip) -> Iterator[Any]:
    with _csv_reader(path, files.label, schema.names, {field.name: field.type for field in schema}) as reader:
        for batch in reader:
            for first in range(0, batch.num_rows, BATCH_ROWS):
                yield batch.slice(first, BATCH_ROWS)


def _csv_reader(path: Path, label: str, names: Sequence[str] = (), types: dict[str, Any] | None = None) -> Any:
    import pyarrow.csv as pacsv

    options = csv_options(label, include_columns=list(names))
    if types is not None:
        options.column_types = types
    return pacsv.open_csv(path, pacsv.ReadOptions(block_size=_CSV_BLOCK_BYTES), convert_options=options)


def _as(batch: Any, schema: Any) -> Any:
    """The batch with the columns of the schema, in its order and of its types."""
    if batch.schema.names != schema.names:
        batch = batch.select(schema.names)
    return batch if batch.schema.equals(schema) else batch.cast(schema)


_LOOKS: Final = {PARQUET: _look_parquet, ARROW: _look_arrow, CSV: _look_csv}
_READERS: Final = {PARQUET: _read_parquet, ARROW: _read_arrow, CSV: _read_csv}
