"""Parquet to Parquet: in one go, and streamed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import rating
from benchmarks.suites.data import needs, parts


def _written(folder: Path) -> tuple[Path, Path]:
    job = parts().job
    sessions, intervals = folder / "sessions.parquet", folder / "intervals.parquet"
    pq.write_table(job.sessions, sessions)
    pq.write_table(job.intervals, intervals)
    return sessions, intervals


def test_rate_of_paths(benchmark: Any, tmp_path: Path) -> None:
    sessions, intervals = _written(tmp_path)
    assert benchmark(rating.rate, parts().tariffs, sessions, intervals).rejected.num_rows == 0


@needs("rate_files")
def test_rate_files(benchmark: Any, tmp_path: Path) -> None:
    sessions, intervals = _written(tmp_path)
    count = iter(range(1_000_000))
    benchmark(lambda: rating.rate_files(parts().tariffs, sessions, intervals, tmp_path / f"out-{next(count)}"))
