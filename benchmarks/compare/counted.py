"""The process whose instructions are counted: `python -m benchmarks.compare.counted FOLDER JOB INTERVALS TIMES`."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import rating
from benchmarks.compare.worker import JOBS


def main(arguments: list[str]) -> int:
    """Rates so many times in one thread."""
    folder, name, n_intervals, times = arguments
    assert Path(rating.__file__).resolve().parent.parent == Path(folder).resolve(), rating.__file__
    tariffs, job = JOBS[name](int(n_intervals))
    gc.disable()
    for _ in range(int(times)):
        rating.rate(tariffs, job.sessions, job.intervals, threads=1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
