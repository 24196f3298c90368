"""Files in any order: rows of the meter come in the order of their sessions, through DuckDB's sort on disk.

Comes in: files of sessions and of intervals or readings, in any order. Goes out: both as streams in order of one key:
the row of a session, and for each row of the meter the row of its session; those of no session come behind all
others, together where their ids are the same, in the order in which the ids first came in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from rating.errors import Fault, InputError, Place
from rating.scale.slices import KEY, NUMBER
from rating.usage.batch import Int64

MEMORY: Final = "384MiB"  # of the one GiB that a run may take
_ROWS: Final = 65_536
_NUMBERS: Final = pa.schema([(NUMBER, pa.int64())])
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
        options = {"memory_limit": MEMORY, "temp_directory": str(folder), "preserve_insertion_order": "false"}
        if threads is not None:
            options["threads"] = str(threads)
        self._database = _duckdb().connect(":memory:", config=options)
        self._database.execute("SET TimeZone = 'UTC'")
        self._failures: list[Exception] = []

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
        rows: list[Int64] = [batch.column(0).to_numpy() for batch in self._batches(twice, _NUMBERS)]
        self._run("DROP TABLE given")
        return np.concatenate([np.empty(0, np.int64), *rows])

    def by_session(self, meter: Callable[[], Iterator[Any]], schema: Any) -> Iterator[Any]:
        """The rows of the meter in order of their sessions, with KEY. `meter()` gives its batches, with NUMBER."""
        out = schema.append(pa.field(KEY, pa.int64()))
        names = ", ".join(f'm."{name}"' for name in schema.names)
        order = f"ORDER BY k.{KEY}, m.{NUMBER}"
        self._register("meter", meter(), schema)
        matched = f"SELECT {names}, k.{KEY} FROM meter m JOIN known k ON m.session_id = k.session_id {order}"
        yield from self._batches(matched, out)
        self._register("meter", meter(), schema)
        lost = "SELECT m.* FROM meter m ANTI JOIN known k ON m.session_id = k.session_id"
        self._run(f"CREATE TABLE stray AS {lost}")
        firsts = f"SELECT session_id, min({NUMBER}) + {_FAR} AS {KEY} FROM stray GROUP BY session_id"
        same = "m.session_id IS NOT DISTINCT FROM k.session_id"
        yield from self._batches(f"SELECT {names}, k.{KEY} FROM stray m JOIN ({firsts}) k ON {same} {order}", out)
        self._run("DROP TABLE stray")

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

    def _batches(self, query: str, schema: Any) -> Iterator[Any]:
        with self._told():
            reader = self._database.sql(query).to_arrow_reader(_ROWS)
        while True:
            with self._told():
                batch = next(reader, None)
            if batch is None:
                return
            yield batch if batch.schema.equals(schema) else batch.cast(schema)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what the files raised; a full disk as OSError."""
        duckdb = _duckdb()
        try:
            yield
        except (duckdb.Error, pa.ArrowException) as error:
            if self._failures:
                raise self._failures[0] from error
            if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException) or "No space left" in str(error):
                raise OSError(f"sorting: {str(error).strip().splitlines()[0]}") from error
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
