"""`rating.rate_files` beside pyarrow, which reads the same columns and writes the same output and does no more.

pyarrow reads the files piece by piece with all cores, and after each piece writes the four tables that rating made of
one, which it holds in memory: sessions and intervals in, sessions, lines, taxes and rejected out, flushed to the disk
as rating does it. As a second measure it does both at once, and writes the tables side by side. Memory is that of a
process of its own, Python, kernels and all.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial, reduce
from operator import add
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow.parquet as pq

import rating
from benchmarks.data import FULL, QUICK
from benchmarks.files_data import Files, write_files
from benchmarks.rows import none_refused, once
from benchmarks.shapes import PATH
from benchmarks.trial import Found, Job, Mark, Row, Run, Trial, times_mark
from rating.scale.sums import Sums, sums_of

OURS: Final = "rating"
PYARROW: Final = "pyarrow in turn"
AT_ONCE: Final = "pyarrow at once"
MOST: Final = 1.3
MOST_MIB: Final = 1024
_MIB: Final = 2**20

Tables = dict[str, Any]
Way = Callable[[Files, Tables, Path], Path]


class Written(NamedTuple):
    """What a run left on the disk."""

    rows: dict[str, int]  # of each table
    output_bytes: int
    sums: Sums | None = None  # what it says that it charged


def build(n_intervals: int) -> Trial:
    """Whole pieces of ten million intervals, where there are more."""
    stack = ExitStack()
    folder = once(lambda: Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rating-files-"))))
    files = once(lambda: write_files(folder(), n_intervals))
    once_rated = once(lambda: _rated(files()))

    def beside(way: Way) -> Run:
        return partial(way, files(), once_rated().tables, folder() / "plain")

    def ours() -> Run:
        return partial(_ours, files(), folder() / "out")

    def checked(found: dict[str, Written]) -> list[str]:
        return check(found, files(), sums_of(once_rated(), files().piece_intervals))

    return Trial(
        f"{n_intervals:,} intervals of J1 in Parquet files",
        (
            Row(
                PYARROW,
                "reads a piece, writes a table, the next",
                partial(beside, _pyarrow),
                n_intervals,
                _on_disk,
                memory=False,
            ),
            Row(AT_ONCE, "all of that at once", partial(beside, _pyarrow_at_once), n_intervals, _on_disk, memory=False),
            Row(OURS, "rate_files()", ours, n_intervals, lambda done: _on_disk(done.folder, done.sums)),
        ),
        bases=(PYARROW, AT_ONCE),
        check=checked,
        marks=(
            times_mark(f"rating: {{}} times {PYARROW}", OURS, PYARROW, MOST),
            Mark("rating: {} MiB of memory in its process", _mib, MOST_MIB),
        ),
        memory=True,
        closing=("as many seconds for 1,000,000,000 intervals as nanoseconds for one",),
        close=stack.close,
    )


def check(found: dict[str, Written], files: Files, of_piece: Sums) -> list[str]:
    """Every run wrote as many rows, and rating charged what `rate` does: else AssertionError."""
    expected = reduce(add, [of_piece] * files.pieces)
    sums = found[OURS].sums
    if sums != expected:
        raise AssertionError(f"rate_files() comes to {sums}, rate() to {expected}")
    for name, written in found.items():
        if written.rows != found[OURS].rows:
            raise AssertionError(f"{name} wrote {written.rows} rows, {OURS} {found[OURS].rows}")
    input_bytes = sum(path.stat().st_size for path in (files.sessions, files.intervals))
    return [
        f"{input_bytes / 1e9:.3g} GB of Parquet in, {found[OURS].output_bytes / 1e9:.3g} GB out; the sums of rate()"
    ]


def _rated(files: Files) -> Any:
    """A piece, rated in memory."""
    piece = files.piece()
    rated = rating.rate(rating.load_tariffs(PATH), piece.sessions, piece.intervals)
    none_refused(rated)
    return rated


def _ours(files: Files, out: Path) -> Any:
    return rating.rate_files(rating.load_tariffs(PATH), files.sessions, files.intervals, out)


def _pyarrow(files: Files, tables: Tables, out: Path) -> Path:
    shutil.rmtree(out, ignore_errors=True)  # as `rate_files` does away with what an earlier run wrote
    for number in _read(files):
        for name, table in tables.items():
            _write(table, _part(out, name, number))
    return out


def _pyarrow_at_once(files: Files, tables: Tables, out: Path) -> Path:
    shutil.rmtree(out, ignore_errors=True)
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(len(tables)) as pool:
        for number in _read(files):
            for job in waiting:
                job.result()
            waiting = [pool.submit(_write, table, _part(out, name, number)) for name, table in tables.items()]
        for job in waiting:
            job.result()
    return out


def _part(out: Path, name: str, number: int) -> Path:
    return out / f"{name}.parquet" / f"{number}.parquet"


def _read(files: Files) -> Iterator[int]:
    """Read the files piece by piece, and give the number of each."""
    with pq.ParquetFile(files.sessions) as sessions, pq.ParquetFile(files.intervals) as intervals:
        groups = [file.metadata.num_row_groups // files.pieces for file in (sessions, intervals)]
        for number in range(files.pieces):
            for file, count in zip((sessions, intervals), groups, strict=True):
                file.read_row_groups(range(number * count, (number + 1) * count), use_threads=True)
            yield number


def _write(table: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _on_disk(folder: Path, sums: Sums | None = None) -> Written:
    """Rows and bytes of the tables in a folder: a file each, or a folder of files."""
    rows: dict[str, int] = {}
    output_bytes = 0
    for path in sorted(each for each in folder.rglob("*.parquet") if each.is_file()):
        name = path.relative_to(folder).parts[0].removesuffix(".parquet")
        rows[name] = rows.get(name, 0) + pq.read_metadata(path).num_rows
        output_bytes += path.stat().st_size
    return Written(rows, output_bytes, sums)


def _mib(found: Found) -> float | None:
    whole = found.timings[OURS].whole_bytes
    return None if whole is None else whole / _MIB


JOB: Final = Job("FILES", "files of any size, beside pyarrow reading and writing", "intervals", FULL, QUICK, build)
