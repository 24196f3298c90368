"""One process of one version: `python -m benchmarks.compare.worker FOLDER JOB INTERVALS REPEATS` prints JSON.

FOLDER is where `rating` must come from. The read floor and the rating are timed in turns, `REPEATS` times each.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

import rating
from benchmarks.data import Job, make_job
from benchmarks.floor import reader
from benchmarks.shapes import (
    PATH,
    QUARTERS,
    RESTRICTIONS,
    columns_of,
    mixed_texts,
    side_by_side_texts,
    with_columns,
    with_names,
    years,
)
from benchmarks.timing import timed


def _loaded(texts: dict[str, str]) -> Any:
    """The tariffs of these texts, by way of a folder."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            (Path(folder) / f"{name}.yaml").write_text(text, encoding="utf-8")
        return rating.load_tariffs(folder)


def _j1(n_intervals: int) -> tuple[Any, Job]:
    return rating.load_tariffs(PATH), make_job(n_intervals)


def _odd(n_intervals: int) -> tuple[Any, Job]:
    return rating.load_tariffs(PATH), make_job(n_intervals, odd=True)


def _years(n_intervals: int) -> tuple[Any, Job]:
    return rating.load_tariffs(PATH), years(max(1, n_intervals // QUARTERS))


def _mixed(n_intervals: int) -> tuple[Any, Job]:
    texts = mixed_texts()
    return _loaded(texts), with_names(make_job(n_intervals), list(texts))


def _restricted(n_intervals: int) -> tuple[Any, Job]:
    texts = side_by_side_texts()
    return _loaded(texts), with_names(with_columns(make_job(n_intervals), columns_of(RESTRICTIONS)), list(texts))


JOBS: Final[dict[str, Callable[[int], tuple[Any, Job]]]] = {
    "J1": _j1,
    "J1-odd": _odd,
    "YEARS": _years,
    "MIXED": _mixed,
    "RESTRICTED": _restricted,
}


def measure(name: str, n_intervals: int, repeats: int) -> dict[str, Any]:
    """Nanoseconds an interval of the floor and of the rating, each time, and what the bills come to."""
    tariffs, job = JOBS[name](n_intervals)
    floor = reader(job)

    def run() -> Any:
        return rating.rate(tariffs, job.sessions, job.intervals)

    floor()
    told = bills(run())
    times = [(timed(floor) / job.n_intervals, timed(run) / job.n_intervals) for _ in range(repeats)]
    return {"floor": [one for one, _ in times], "rate": [other for _, other in times], "bills": told}


def bills(rated: Any) -> str:
    """A digest of what is charged: amounts and volumes of sessions and lines, whatever other columns there are."""
    digest = hashlib.sha256()
    for table, names in (
        (rated.sessions, ("session_id", "net", "tax", "gross")),
        (rated.lines, ("session_id", "line", "billed_volume", "amount", "printed_amount")),
        (rated.rejected, ("session_id", "code")),
    ):
        plain = table.select(list(names)).combine_chunks()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, plain.schema) as stream:
            stream.write_table(plain)
        digest.update(sink.getvalue())
    return digest.hexdigest()[:16]


def main(arguments: list[str]) -> int:
    """Refuses to measure another version than the one that was asked for."""
    folder, name, n_intervals, repeats = arguments
    found = Path(rating.__file__).resolve().parent.parent
    if found != Path(folder).resolve():
        print(f"rating comes from {found}, not from {folder}", file=sys.stderr)
        return 1
    print(json.dumps(measure(name, int(n_intervals), int(repeats))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
