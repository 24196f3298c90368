"""J1 rated inside Spark on this machine, beside a job that passes the same rows through without rating.

Both read the same columns of Parquet files, shuffle them in the same way, hand each bucket to the same Python workers
and write as many rows of the same shape as Parquet. So their ratio is what rating costs, once Spark has the data there.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import rating
from benchmarks.data import Job, make_job
from benchmarks.measure import Say, timed
from benchmarks.prices import PATH
from benchmarks.report import facts_line

FULL: Final = 2_000_000
BUCKETS: Final = 8
MOST: Final = 1.5
PASSED, RATED = "passed through", "rated"


class Result(NamedTuple):
    """Seconds of each round."""

    n_intervals: int
    seconds: dict[str, list[float]]

    @property
    def ratio(self) -> float:
        """How many times the best time of passing through the best one of rating is."""
        return min(self.seconds[RATED]) / min(self.seconds[PASSED])


def measure(n_intervals: int, rounds: int, *, say: Say) -> Result:
    """Times of both. What else the machine did meanwhile is not known: Spark's own processes count as others."""
    job = make_job(n_intervals)
    folder = Path(tempfile.mkdtemp(prefix="rating-spark-"))
    session = _session(folder)
    try:
        each = runs(session, job, folder)
        for run in each.values():
            run()
        check(job, folder)
        seconds: dict[str, list[float]] = {name: [] for name in each}
        for number in range(1, rounds + 1):
            say(f"round {number} of {rounds}")
            for name, run in each.items():
                seconds[name].append(timed(run) / 1e9)
    finally:
        session.stop()
        shutil.rmtree(folder)
    return Result(n_intervals, seconds)


def _session(folder: Path) -> Any:
    from pyspark.sql import SparkSession

    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise SystemExit("Spark needs Java 17 or newer (Debian: apt-get install default-jre-headless)")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {
        "spark.driver.memory": "3g",
        "spark.local.dir": str(folder / "spark"),
        "spark.log.level": "ERROR",
        "spark.sql.shuffle.partitions": str(BUCKETS),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[2]").appName("benchmarks")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def runs(session: Any, job: Job, folder: Path) -> dict[str, Callable[[], None]]:
    from rating.scale.spark import in_buckets, rate, used_columns

    tariffs = rating.load_tariffs(PATH)
    tables = {"sessions": job.sessions, "intervals": job.intervals}
    frames = {name: _written(session, table, folder / name) for name, table in tables.items()}
    rows = rate(frames["sessions"], frames["intervals"], tariffs).rows
    names = {name: used_columns(frame, name) for name, frame in frames.items()}
    first = {name: table.slice(0, 1_000) for name, table in tables.items()}
    passed = in_buckets(frames, names, BUCKETS, _pass_through(_sample(tariffs, first)), rows.schema)

    def written(frame: Any, name: str) -> Callable[[], None]:
        return lambda: frame.write.mode("overwrite").parquet(str(folder / name))

    return {PASSED: written(passed, "passed"), RATED: written(rows, "rated")}


def _written(session: Any, table: Any, folder: Path) -> Any:
    """The table in four files, as Spark reads it."""
    folder.mkdir()
    for part in range(4):
        first, last = (len(table) * each // 4 for each in (part, part + 1))
        pq.write_table(table.slice(first, last - first), folder / f"{part}.parquet")
    return session.read.parquet(str(folder))


def _sample(tariffs: Any, tables: dict[str, Any]) -> Any:
    """The rows of the first sessions, as rating gives them."""
    from rating.scale.batches import ROW
    from rating.scale.spark_work import rate_bucket

    numbered = {name: table.append_column(ROW, pa.array(np.arange(len(table)))) for name, table in tables.items()}
    rows = rate_bucket(tariffs, numbered, {name: table.column_names for name, table in tables.items()}, large=False)
    return rows.filter(pc.greater(pc.list_value_length(rows.column("lines")), 0))


def _pass_through(sample: Any) -> Callable[[Any, Any], Any]:
    """A row for each session: its id, and the bill of one of the sample."""

    def passed(sessions: pa.Table, intervals: pa.Table) -> pa.Table:
        rows = sample.take(pa.array(np.arange(len(sessions)) % len(sample)))
        return rows.set_column(0, "session_id", sessions.column(0))

    return passed


def check(job: Job, folder: Path) -> None:
    """Spark came to the bills of `rating.rate`, and the other job wrote as many rows of as many lines."""
    expected = rating.rate(rating.load_tariffs(PATH), job.sessions, job.intervals)
    rated, passed = (pq.read_table(folder / name, columns=["session", "lines"]) for name in ("rated", "passed"))
    gross = pc.sum(pc.struct_field(rated.column("session"), "gross")).as_py()
    lines = [pc.sum(pc.list_value_length(each.column("lines"))).as_py() for each in (rated, passed)]
    assert gross == pc.sum(expected.sessions.column("gross")).as_py(), gross
    assert lines[0] == expected.lines.num_rows, lines
    assert abs(lines[1] - lines[0]) * 10 < lines[0], lines


def as_table(result: Result, facts: dict[str, Any], rounds: int) -> str:
    """The two, and how they compare."""
    lines = [
        f"SPARK: {result.n_intervals:,} intervals of J1 in Spark, local[2], {rounds} rounds",
        facts_line(facts),
        "",
    ]
    lines += [f"{name.ljust(14)} {min(seconds):6.2f} s at best" for name, seconds in result.seconds.items()]
    return "\n".join([*lines, "", f"rated: {result.ratio:.2f} times passed through, at most {MOST}"])


def as_json(result: Result, facts: dict[str, Any], rounds: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "job": "SPARK",
        "intervals": result.n_intervals,
        "rounds": rounds,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "seconds": result.seconds,
        "ratio": result.ratio,
    }
