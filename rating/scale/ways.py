"""The ways in which files become slices, and which one they go.

WHOLE   small files, and sessions with accounts or coupons: all at once, as `rate` has them
MERGE   sessions and their meter's rows both in ascending order of session_id: side by side
SORT    in any other order: the rows of the meter are sorted on disk first
ALONE   sessions that carry their intervals, readings or totals, in ascending order of session_id
ANY     the same in any other order: ids given twice are looked for first
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rating.errors import Fault, InputError, Place
from rating.kernels.insert import insert
from rating.kernels.runs import find_runs
from rating.results.write import sync
from rating.scale.files import Paths, TableFiles, open_files
from rating.scale.slices import KEY, NUMBER, Held, OutOfOrderError, Position, Sizes, Slice, alone, merge
from rating.scale.sort import Sorting, numbered
from rating.usage.batch import WHOLE as ALL
from rating.usage.batch import Int64, UsageBatch
from rating.usage.columns import is_text, plain
from rating.usage.identity import session_ids
from rating.usage.lists import is_list_column
from rating.usage.read import read_usage
from rating.usage.schema import INTERVALS, READINGS, SESSIONS
from rating.usage.tables import Source

WHOLE, MERGE, SORT, ALONE, ANY = "whole", "merge", "sort", "alone", "any"
OTHERWISE: Final = {MERGE: SORT, ALONE: ANY}  # where rows turn out to be in no order

_WHOLE_ROW_BYTES: Final = 32
_IDS_HELD: Final = 4 * 2**20  # session ids that are looked through in memory


class Tables(NamedTuple):
    """The tables of a run: sessions, and what their meters said where that is in files of its own."""

    sessions: TableFiles
    meter: TableFiles | None

    @property
    def rows(self) -> int | None:
        """How many intervals, readings, or else sessions there are; None: nobody says."""
        return self.sessions.items if self.meter is None else self.meter.rows

    @property
    def labels(self) -> tuple[TableFiles, ...]:
        """Those of the two that there are."""
        return (self.sessions,) if self.meter is None else (self.sessions, self.meter)

    def stamps(self) -> list[tuple[int, int]]:
        """The size of every file, and when it was changed."""
        stats = [path.stat() for files in self.labels for path in files.paths]
        return [(stat.st_size, stat.st_mtime_ns) for stat in stats]

    def check(self) -> None:
        """Raise InputError with all that is wrong with the columns, before a row is read."""
        self.usage(Slice(self.sessions.schema.empty_table(), self._meter_schema().empty_table(), ALL, Position()))

    def usage(self, cut: Slice) -> UsageBatch:
        """The checked batch of a slice."""
        meter = {} if self.meter is None else {self.meter.label: self.meter.source(cut.meter)}
        return read_usage(
            self.sessions.source(cut.sessions), **meter, find_runs=find_runs, insert=insert, excerpt=cut.excerpt
        )

    def settled(self) -> Tables:
        """The same, with the types that hold for every row where the files say none."""
        return self._replace(sessions=self.sessions.settled())

    def all_usage(self) -> UsageBatch:
        """The checked batch of everything."""
        meter = {} if self.meter is None else {self.meter.label: _all_of(self.meter, self._meter_schema().names)}
        return read_usage(_all_of(self.sessions, None), **meter, find_runs=find_runs, insert=insert)

    def way(self, deals: bool, sizes: Sizes) -> str:
        """The way that the files go, as far as can be told before they are read."""
        if deals or "coupon" in self.sessions.schema.names or self._is_small(sizes.whole):
            return WHOLE
        if self.meter is not None:
            return MERGE  # bounds in Parquet files are not asked: a flipped bit in them ends the process in Arrow 26
        carried = self._list_column() or any(name in self.sessions.schema.names for name in SESSIONS.energies)
        return ALONE if carried else WHOLE

    def slices(self, way: str, sizes: Sizes, at: Position, sorting: Sorting) -> Iterator[Slice]:
        """The slices from a position on. Raises OutOfOrderError where the way asks for an order that is not there."""
        if way == MERGE:
            assert self.meter is not None
            sessions = Held(self._sessions(at), self._session_schema(), "session_id")
            meter = Held(self._meter(at.meter), self._meter_schema(), "session_id")
            return merge(sessions, meter, sizes, at)
        if way == SORT:
            return self._sorted(sizes, at, sorting)
        return self._alone(way, sizes, at, sorting)

    def _is_small(self, whole: int) -> bool:
        rows = [files.items for files in self.labels]
        if None not in rows:
            return sum(each or 0 for each in rows) <= whole
        return sum(files.size_bytes for files in self.labels) <= whole * _WHOLE_ROW_BYTES

    def _list_column(self) -> str | None:
        source = self.sessions.source(self.sessions.schema.empty_table())
        return next((name for name in ("intervals", "readings") if is_list_column(source, name)), None)

    def _sorted(self, sizes: Sizes, at: Position, sorting: Sorting) -> Iterator[Slice]:
        rows, twice = self._sort(sorting)
        key = pa.field(KEY, pa.int64())
        sessions = Held(numbered(self._sessions(at), at.sessions, KEY), self._session_schema().append(key), KEY)
        schema = _numbered(_with_text(self._meter_schema())).append(key)
        meter = Held(_cast(rows.batches(None, at.meter), schema), schema, KEY)
        for cut in merge(sessions, meter, sizes, at):
            yield _with_twice(cut, twice)

    def _sort(self, sorting: Sorting) -> tuple[TableFiles, Int64]:
        """The sorted rows of the meter, and the rows of sessions whose id others have; kept where they are there."""
        assert self.meter is not None
        folder = sorting.folder
        paths, kept = (folder / "sorted.parquet", folder / "stray.parquet"), folder / "twice.npy"
        if not kept.exists():
            sorter = sorting.begin()
            try:
                twice = sorter.learn_sessions(self._session_ids(), _numbered(self._ids_schema()))
                flat = _flat(self._meter_schema())
                sorter.sort(lambda: numbered(_cast(self._meter(0), flat), 0, NUMBER), _numbered(flat), paths)
            finally:
                sorter.close()
            for path in paths:
                sync(path)
            with (folder / "twice.new").open("wb") as file:
                np.save(file, twice)
            sync(folder / "twice.new")
            (folder / "twice.new").rename(kept)
            sync(folder)
        return open_files(paths, self.meter.label), np.load(kept)

    def _alone(self, way: str, sizes: Sizes, at: Position, sorting: Sorting) -> Iterator[Slice]:
        name = self._list_column()
        items = _one_each if name is None else partial(_lengths, name=name)
        twice = np.empty(0, np.int64) if way == ALONE else self._ids_twice(sorting)
        for cut in alone(self._sessions(at), self._session_schema(), sizes, at, items, way == ALONE):
            yield _with_twice(cut, twice)

    def _ids_twice(self, sorting: Sorting) -> Int64:
        """(d,) the rows of sessions whose id is given more than once, ascending."""
        if self.sessions.rows is not None and self.sessions.rows <= _IDS_HELD:
            ids = pa.Table.from_batches(list(self._session_ids()), _numbered(self._ids_schema())).column("session_id")
            twice = session_ids(ids).twice
            return np.empty(0, np.int64) if twice is None else np.flatnonzero(twice)
        sorter = sorting.begin()
        try:
            return sorter.learn_sessions(self._session_ids(), _numbered(self._ids_schema()))
        finally:
            sorter.close()

    def _id_type(self) -> Any:
        """Whole numbers where one of the tables has those: a CSV file says no types."""
        types = [files.schema.field("session_id").type for files in self.labels]
        given = [each for each in types if not pa.types.is_null(each)]
        return pa.string() if all(map(is_text, given)) else pa.int64()

    def _ids_schema(self) -> Any:
        return pa.schema([("session_id", self._id_type())])

    def _session_schema(self) -> Any:
        return _with_id(self.sessions.schema, self._id_type())

    def _meter_schema(self) -> Any:
        if self.meter is None:
            return pa.schema([])
        schema = self.meter.chosen((READINGS if self.meter.label == "readings" else INTERVALS).names)
        return _with_id(schema, self._id_type()) if "session_id" in schema.names else schema

    def _session_ids(self) -> Iterator[Any]:
        return numbered(_with_ids(self.sessions, self.sessions.batches(["session_id"]), self._ids_schema()), 0, NUMBER)

    def _sessions(self, at: Position) -> Iterator[Any]:
        return _with_ids(self.sessions, self.sessions.batches(None, at.sessions), self._session_schema())

    def _meter(self, skip: int) -> Iterator[Any]:
        assert self.meter is not None
        schema = self._meter_schema()
        return _with_ids(self.meter, self.meter.batches(schema.names, skip), schema)


def open_tables(sessions: Paths, intervals: Paths | None, readings: Paths | None) -> Tables:
    """Look at all files. Raises: InputError with the faults of all of them."""
    faults: list[Fault] = []
    found: list[TableFiles] = []
    for label, paths in (("sessions", sessions), ("intervals", intervals), ("readings", readings)):
        if paths is None and label != "sessions":
            continue
        try:
            found.append(open_files(paths, label))
        except InputError as error:
            faults.extend(error.faults)
    if intervals is not None and readings is not None:
        fix = "pass only one of them: readings become intervals, and the energy would count twice"
        want = "intervals or readings, from one place"
        faults.append(Fault("two_sources", Place("sessions"), "intervals and readings", want, fix))
    if faults:
        raise InputError(faults)
    return Tables(found[0], found[1] if len(found) > 1 else None)


def _all_of(files: TableFiles, only: tuple[str, ...] | list[str] | None) -> Any:
    """Everything as `read_usage` takes it: a file by its path, as in `rate`."""
    if len(files.paths) == 1:
        return files.paths[0]
    files = files.settled() if only is None else files
    return files.source(pa.Table.from_batches(list(files.batches(only)), files.chosen(only)))


def _with_id(schema: Any, kind: Any) -> Any:
    at = schema.names.index("session_id")
    return schema.set(at, pa.field("session_id", kind))


def _with_ids(files: TableFiles, batches: Iterator[Any], schema: Any) -> Iterator[Any]:
    """The batches with plain ids of one type. Raises InputError where one of them is none."""
    at = schema.names.index("session_id")
    kind = schema.field(at).type
    for batch in batches:
        ids = batch.column(at)
        if ids.type != kind:
            try:
                ids = plain(ids).cast(kind)
            except pa.ArrowInvalid as error:
                got = f"session_id {str(error).splitlines()[0]}"
                want = "whole numbers below 2^63, as in the other table"
                raise InputError([Fault("id_types", Place(files.label), got, want, "cast both to text")]) from error
            batch = batch.set_column(at, schema.field(at), ids)
        yield batch


def _numbered(schema: Any) -> Any:
    return schema.append(pa.field(NUMBER, pa.int64()))


def _with_text(schema: Any) -> Any:
    """The schema with text in place of columns without a type, which only Arrow knows."""
    kinds = [pa.string() if pa.types.is_null(each.type) else each.type for each in schema]
    return pa.schema(list(zip(schema.names, kinds, strict=True)))


def _flat(schema: Any) -> Any:
    """The schema as DuckDB keeps it without a loss: instants as whole numbers, names as text."""

    def flat(kind: Any) -> Any:
        if pa.types.is_timestamp(kind):
            return pa.int64()
        return kind.value_type if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind) else kind

    return pa.schema([pa.field(each.name, flat(each.type)) for each in _with_text(schema)])


def _cast(batches: Iterator[Any], schema: Any) -> Iterator[Any]:
    for batch in batches:
        yield batch if batch.schema.equals(schema) else batch.cast(schema)


def _with_twice(cut: Slice, twice: Int64) -> Slice:
    """The slice with a mark at the sessions whose rows are in `twice` (d,)."""
    first, last = cut.excerpt.first_session, cut.behind.sessions
    rows = twice[np.searchsorted(twice, first) : np.searchsorted(twice, last)]
    if not len(rows):
        return cut
    mask = np.zeros(last - first, np.bool_)
    mask[rows - first] = True
    return cut._replace(excerpt=cut.excerpt._replace(twice=mask))


def _one_each(batch: Any) -> Int64:
    return np.ones(batch.num_rows, np.int64)


def _lengths(batch: Any, name: str) -> Int64:
    """(n,) how many items the list of each session has."""
    found: Int64 = pc.list_value_length(plain(batch.column(name))).fill_null(0).to_numpy().astype(np.int64)
    return found


__all__ = ["ALONE", "ANY", "MERGE", "OTHERWISE", "SORT", "WHOLE", "Callable", "OutOfOrderError", "Source", "Tables"]
