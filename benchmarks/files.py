"""FILES: `rating.rate_files` beside pyarrow, which reads the same columns and writes the same output and does no more.

pyarrow reads the files piece by piece with all cores, and after each piece writes the four tables that rating made of
one, which it holds in memory: sessions and intervals in, sessions, lines, taxes and rejected out, flushed to the disk
as rating does it. As a second measure it does both at once, and writes the tables side by side. Memory is that of a
process of its own, Python, kernels and all.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow.parquet as pq

import rating
from benchmarks.files_data import Files, write_files
from benchmarks.measure import Say, others_s, timed
from benchmarks.prices import PATH
from benchmarks.report import facts_line

OURS: Final = "rating"
PYARROW: Final = "pyarrow, one after the other"
AT_ONCE: Final = "pyarrow, all at once"
EXTRAPOLATED: Final = 1_000_000_000
_MIB: Final = 2**20


class Result(NamedTuple):
    """Nanoseconds an interval of each round, and the most memory that our process had."""

    n_intervals: int
    input_bytes: int
    output_bytes: int
    ns: dict[str, list[float]]
    peak_bytes: int

    def ratio(self, name: str) -> float:
        """How many times the time of that one ours is: the median of the rounds, each measured in one go."""
        return statistics.median(a / b for a, b in zip(self.ns[OURS], self.ns[name], strict=True))


def measure(n_intervals: int, rounds: int, *, say: Say) -> tuple[Result, float | None]:
    """Times and memory, and the mean number of cores that other processes took meanwhile."""
    with tempfile.TemporaryDirectory(prefix="rating-files-") as name:
        folder = Path(name)
        say("writing the files")
        files = write_files(folder, n_intervals)
        say("rating a piece, for what pyarrow writes")
        tables = rating.rate(rating.load_tariffs(PATH), files.piece.sessions, files.piece.intervals).tables
        runs: dict[str, Callable[[], object]] = {
            PYARROW: lambda: _pyarrow(files, tables, folder / "plain"),
            AT_ONCE: lambda: _pyarrow_at_once(files, tables, folder / "plain"),
            OURS: lambda: _ours(files, folder / "out"),
        }
        ns: dict[str, list[float]] = {each: [] for each in runs}
        before = others_s()
        for number in range(1, rounds + 1):
            for each, run in runs.items():
                say(f"round {number} of {rounds}: {each}")
                ns[each].append(timed(run) / files.n_intervals)
        after = others_s()
        say("memory")
        peak = _peak_bytes(files, folder / "out")
        written = sum(path.stat().st_size for path in (folder / "out").rglob("*") if path.is_file())
        sizes = (files.sessions.stat().st_size + files.intervals.stat().st_size, written)
    others = None if before is None or after is None else (after[1] - before[1]) / (after[0] - before[0])
    return Result(files.n_intervals, *sizes, ns, peak), others


def as_table(result: Result, facts: dict[str, Any], rounds: int) -> str:
    """All three, and how they compare."""
    width = max(map(len, result.ns))
    size = f"{result.input_bytes / 1e9:.2f} GB of Parquet in, {result.output_bytes / 1e9:.2f} GB out"
    rounds_text = "1 round" if rounds == 1 else f"{rounds} rounds"
    lines = [f"FILES: {result.n_intervals:,} intervals of J1, {size}, {rounds_text}", facts_line(facts), ""]
    lines += [
        f"{name.ljust(width)} {min(ns):7.1f} ns an interval at best, {min(ns) * result.n_intervals / 1e9:7.1f} s"
        for name, ns in result.ns.items()
    ]
    lines += ["", *(f"rating takes {result.ratio(name):.2f} times the time of {name}" for name in (PYARROW, AT_ONCE))]
    lines += [f"rating has at most {result.peak_bytes / _MIB:,.0f} MiB of memory in its process"]
    took = min(result.ns[OURS]) * EXTRAPOLATED / 1e9
    lines += [f"at this rate {EXTRAPOLATED:,} intervals take {took:,.0f} s"]
    return "\n".join(lines)


def as_json(result: Result, facts: dict[str, Any], rounds: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "job": "FILES",
        "intervals": result.n_intervals,
        "rounds": rounds,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "input_bytes": result.input_bytes,
        "output_bytes": result.output_bytes,
        "ns": result.ns,
        "ratios": {name: result.ratio(name) for name in (PYARROW, AT_ONCE)},
        "peak_bytes": result.peak_bytes,
    }


def _ours(files: Files, out: Path) -> None:
    done = rating.rate_files(rating.load_tariffs(PATH), files.sessions, files.intervals, out)
    assert done.rejected == 0, done.rejects
    assert done.sums.intervals == files.n_intervals, done.sums.intervals


def _pyarrow(files: Files, tables: dict[str, Any], out: Path) -> None:
    for number in _read(files):
        for name, table in tables.items():
            _write(table, out / name / f"{number}.parquet")
    shutil.rmtree(out)


def _pyarrow_at_once(files: Files, tables: dict[str, Any], out: Path) -> None:
    waiting: list[Future[None]] = []
    with ThreadPoolExecutor(len(tables)) as pool:
        for number in _read(files):
            for job in waiting:
                job.result()
            waiting = [pool.submit(_write, table, out / name / f"{number}.parquet") for name, table in tables.items()]
        for job in waiting:
            job.result()
    shutil.rmtree(out)


def _read(files: Files) -> Any:
    """Read the files piece by piece, and give the number of each."""
    with pq.ParquetFile(files.sessions) as sessions, pq.ParquetFile(files.intervals) as intervals:
        pieces = files.n_intervals // files.piece.n_intervals
        groups = [file.metadata.num_row_groups // pieces for file in (sessions, intervals)]
        for number in range(pieces):
            for file, count in zip((sessions, intervals), groups, strict=True):
                file.read_row_groups(range(number * count, (number + 1) * count), use_threads=True)
            yield number


def _write(table: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path)
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _peak_bytes(files: Files, out: Path) -> int:
    """The most memory that a process of its own has while it rates the files."""
    command = [sys.executable, "-m", "benchmarks.files", str(files.sessions), str(files.intervals), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent, check=True)
    return int(json.loads(done.stdout)["peak_bytes"])


if __name__ == "__main__":
    rating.rate_files(rating.load_tariffs(PATH), *sys.argv[1:4])
    # Not `ru_maxrss`, which a process takes over from the one that started it.
    mark = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({"peak_bytes": int(mark.split()[1]) * 1024}))
