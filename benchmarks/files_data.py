"""J1 as Parquet files of any size: pieces of at most ten million intervals, one after the other.

Every piece has the sessions of the one before, under ids of its own, so that ids ascend through the whole file and no
more than a piece is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.data import FULL, Job, make_job

PIECE: Final = FULL
GROUP_ROWS: Final = 1_000_000


class Files(NamedTuple):
    """Two files, of so many pieces of so many intervals."""

    sessions: Path
    intervals: Path
    pieces: int
    piece_intervals: int

    @property
    def n_intervals(self) -> int:
        """How many there are in all."""
        return self.pieces * self.piece_intervals

    def piece(self) -> Job:
        """The first piece, made once more: no file holds it in memory."""
        return make_job(self.piece_intervals)


def write_files(folder: Path, n_intervals: int) -> Files:
    """Write the files of so many intervals: whole pieces where there is more than one."""
    pieces = max(1, n_intervals // PIECE)
    if n_intervals > PIECE and n_intervals % PIECE:
        raise ValueError(f"{n_intervals:,} intervals are no whole number of pieces of {PIECE:,}")
    files = Files(folder / "sessions.parquet", folder / "intervals.parquet", pieces, n_intervals // pieces)
    piece = files.piece()
    for path, table in ((files.sessions, piece.sessions), (files.intervals, piece.intervals)):
        with pq.ParquetWriter(path, table.schema) as writer:
            for each in _moved(table, pieces, piece.n_sessions):
                writer.write_table(each, row_group_size=GROUP_ROWS)
    return files


def _moved(table: Any, pieces: int, step: int) -> Iterator[Any]:
    ids = table.column("session_id")
    for number in range(pieces):
        yield table.set_column(0, "session_id", pc.add(ids, pa.scalar(number * step, pa.int64())))
