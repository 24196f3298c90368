"""Files in any order: rows of the meter come in the order of their sessions, through DuckDB's sort on disk.

Comes in: files of sessions and of intervals or readings, in any order. Goes out: the rows of sessions whose id others
have, and the rows of the meter with a key: the row of their session. Those of no session come behind all others,
together where their ids are the same, in the order in which the ids first came in. They are kept as Parquet, so that
DuckDB and its memory are gone when the rating begins, and a run that is gone on with need not sort again.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from rating.errors import Fault, InputError, Place
from rating.scale.slices import KEY, NUMBER
from rating.usage.batch import Int64

MEMORY: Final = "512MiB"  # of the one GiB that a run may take; the rest of it begins when DuckDB has ended
_ROWS: Final = 65_536
_THREADS: Final = 2  # each asks for a share of MEMORY
_FAR: Final = 2**62  # no file has so many rows: keys of rows without a session begin here


def numbered(batches: Iterator[Any], skip: int, name: str) -> Iterator[Any]:
    """The batches with a column `name` that counts rows from `skip`."""
    for batch in batches:
        rows = pa.array(np.arange(skip, skip + batch.num_rows, dtype=np.int64))
        skip += batch.num_rows
        yield batch.append_column(name, rows)


class Sorter:
    """A DuckDB that keeps on disk what does not fit into MEMORY."""

    def __init__(self, folder: Path, threads: int | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        options = {"memory_limit": MEMORY, "temp_directory": str(folder), "threads": str(min(threads or 2, _THREADS))}
        self._database = _duckdb().connect(":memory:", config=options)
        self._database.execute("SET TimeZone = 'UTC'")
        self._failures: list[Exception] = []

    def interrupt(self) -> None:
        """End what is being done, from another thread."""
        self._database.interrupt()

    def close(self) -> None:
        """Let go of memory and disk."""
        self._database.close()

    def learn_sessions(self, ids: Iterator[Any], schema: Any) -> Int64:
        """Keep which session has which id. Goes out: int64 (d,), ascending, the rows of sessions whose id others have.

        `ids`: batches of session_id and NUMBER.
        """
        self._register("sessions", ids, schema)
        self._run(f"CREATE TABLE given AS SELECT session_id, {NUMBER} FROM sessions WHERE session_id IS NOT NULL")
        counted = f"SELECT session_id, min({NUMBER}) AS {KEY}, count(*) AS times FROM given GROUP BY session_id"
        self._run(f"CREATE TABLE known AS {counted}")
        twice = f"SELECT {NUMBER} FROM given JOIN known USING (session_id) WHERE times > 1 ORDER BY {NUMBER}"
        with self._told():
            rows: Int64 = self._database.sql(twice).fetchnumpy()[NUMBER]
        self._run("DROP TABLE given")
        return np.asarray(rows, np.int64)

    def sort(self, meter: Callable[[], Iterator[Any]], schema: Any, paths: tuple[Path, Path]) -> None:
        """Write the rows of the meter with KEY: those of sessions, those of none. `meter()`: batches with NUMBER."""
        names = ", ".join(f'm."{name}"' for name in schema.names)
        order = f"ORDER BY k.{KEY}, m.{NUMBER}"
        self._register("meter", meter(), schema)
        self._write(
            f"SELECT {names}, k.{KEY} FROM meter m JOIN known k ON m.session_id = k.session_id {order}", paths[0]
        )
        self._register("meter", meter(), schema)
        lost = "SELECT m.* FROM meter m ANTI JOIN known k ON m.session_id = k.session_id"
        self._run(f"CREATE TABLE stray AS {lost}")
        firsts = f"SELECT session_id, min({NUMBER}) + {_FAR} AS {KEY} FROM stray GROUP BY session_id"
        same = "m.session_id IS NOT DISTINCT FROM k.session_id"
        self._write(f"SELECT {names}, k.{KEY} FROM stray m JOIN ({firsts}) k ON {same} {order}", paths[1])
        self._run("DROP TABLE stray")

    def _write(self, query: str, path: Path) -> None:
        name = str(path).replace("'", "''")
        self._run(f"COPY ({query}) TO '{name}' (FORMAT parquet, ROW_GROUP_SIZE {_ROWS})")

    def _register(self, name: str, batches: Iterator[Any], schema: Any) -> None:
        def heard() -> Iterator[Any]:
            try:
                yield from batches
            except Exception as failure:  # DuckDB would tell it in words of its own
                self._failures.append(failure)
                raise

        self._database.register(name, pa.RecordBatchReader.from_batches(schema, heard()))

    def _run(self, query: str) -> None:
        with self._told():
            self._database.execute(query)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what the files raised; a full disk as OSError."""
        duckdb = _duckdb()
        try:
            yield
        except (duckdb.Error, pa.ArrowException) as error:
            if self._failures:
                raise self._failures[0] from error
            words = f"sorting: {str(error).strip().splitlines()[0]}"
            if isinstance(error, duckdb.IOException) or "No space left" in words:
                raise OSError(words) from error
            if isinstance(error, duckdb.OutOfMemoryException):
                full = "max_temp_directory_size" in str(error)  # it never takes more of a disk than nine tenths
                raise (OSError(errno.ENOSPC, words) if full else MemoryError(words)) from error
            raise


def _duckdb() -> Any:
    """DuckDB. Raises InputError where it is not installed."""
    try:
        import duckdb
    except ImportError as error:
        got = "rows in another order than session_id, and no DuckDB to sort them on disk"
        want = "sessions and their meter data in ascending order of session_id, or the package duckdb"
        fix = "pip install 'rating[files]', or sort both by session_id first"
        raise InputError([Fault("unsorted", Place("intervals"), got, want, fix)]) from error
    return duckdb


class Sorting(NamedTuple):
    """Where and how rows are sorted, if they have to be; `halt` is filled with what ends it from another thread."""

    folder: Path
    threads: int | None
    halt: list[Callable[[], None]]

    def begin(self) -> Sorter:
        """A sorter; the caller closes it."""
        sorter = Sorter(self.folder, self.threads)
        self.halt.append(sorter.interrupt)
        return sorter
