"""J1 rated inside Spark on this machine, beside a job that passes the same rows through without rating.

Both read the same columns of Parquet files, shuffle them in the same way, hand each bucket to the same Python workers
and write as many rows of the same shape as Parquet. So their ratio is what rating costs, once Spark has the data there.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import rating
from benchmarks.data import Job
from benchmarks.shapes import PATH
from benchmarks.trial import SkippedError

BUCKETS: Final = 8
PASSED, RATED = "passed through", "rated"


def session_in(folder: Path) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise SkippedError("pyspark is not installed (pip install '.[spark]')") from None
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise SkippedError("Spark needs Java 17 or newer (Debian: apt-get install default-jre-headless)")
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
