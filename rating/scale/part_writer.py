"""The files of one part of a run: written under other names, flushed to the disk, then renamed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from rating.errors import Fault, InputError, Place
from rating.results.write import plain, sync
from rating.scale.parts import TABLES, Run


class PartWriter:
    """The files of one part, slice by slice."""

    def __init__(self, run: Run, part: int) -> None:
        self._run, self.part = run, part
        self._writers: dict[Path, Any] = {}
        self._pool = ThreadPoolExecutor(len(TABLES), thread_name_prefix="rating-table")

    def write(self, tables: dict[tuple[str, str], Any]) -> None:
        """Write the tables of a slice, each in a thread, by the name and kind of their files."""
        jobs = []
        for (name, kind), table in tables.items():
            path = self._run.path(name, self.part, kind)
            if path not in self._writers:
                self._writers[path] = _open(_fresh(path), table, self._run.format)
            jobs.append(self._pool.submit(_write, self._writers[path], table, name, self._run.format))
        for job in jobs:
            job.result()

    def close(self) -> dict[str, int]:
        """Put all files on the disk and under their names; their sizes."""
        list(self._pool.map(lambda item: _settle(item[1], _fresh(item[0])), list(self._writers.items())))
        for path in self._writers:
            _fresh(path).rename(path)
        for folder in {path.parent for path in self._writers}:
            sync(folder)
        self._pool.shutdown()
        return {f"{path.parent.name}/{path.name}": path.stat().st_size for path in sorted(self._writers)}

    def drop(self) -> None:
        """Leave nothing of a part that is not whole."""
        self._pool.shutdown()
        for path, writer in self._writers.items():
            with suppress(OSError, pa.ArrowException):
                writer.close()
            _fresh(path).unlink(missing_ok=True)


def _fresh(path: Path) -> Path:
    return path.with_name(f".{path.name}")


def _open(path: Path, table: Any, format: str) -> Any:
    if format == "parquet":
        import pyarrow.parquet as pq

        return pq.ParquetWriter(path, table.schema)
    from pyarrow import csv

    return csv.CSVWriter(path, plain(table.schema.empty_table()).schema)


def _write(writer: Any, table: Any, name: str, format: str) -> None:
    try:
        writer.write_table(table if format == "parquet" else plain(table))
    except pa.ArrowInvalid as error:
        got = f"{name}: {str(error).splitlines()[0]}"
        want, fix = (
            "columns that can be written",
            "write Parquet, or cast the columns of bytes that travel along to text",
        )
        raise InputError([Fault("output", Place(name), got, want, fix)]) from error


def _settle(writer: Any, path: Path) -> None:
    writer.close()
    sync(path)
