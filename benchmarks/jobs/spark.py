"""J1 rated inside Spark on this machine, beside a job that passes the same rows through without rating.

Both read the same columns of Parquet files, shuffle them in the same way, hand each bucket to the same Python workers
and write as many rows of the same shape as Parquet. So their ratio is what rating costs, once Spark has the data there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import rating
from benchmarks.data import QUICK, make_job
from benchmarks.data import Job as Data
from benchmarks.rows import once
from benchmarks.shapes import PATH
from benchmarks.trial import Job, Row, Run, SkippedError, Trial, times_mark

FULL: Final = 2_000_000
BUCKETS: Final = 8
MOST: Final = 1.5
JAVA_MIN: Final = 17
PASSED, RATED = "passed through", "rated"


class Written(NamedTuple):
    """What a job of Spark wrote, or `rating.rate` would have."""

    gross: Decimal
    lines: int


def build(n_intervals: int) -> Trial:
    """Both jobs, in one session of Spark."""
    stack = ExitStack()
    data = once(partial(make_job, n_intervals))

    @once
    def jobs() -> dict[str, Run]:
        needs_spark()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rating-spark-")))
        session = session_in(folder)
        stack.callback(session.stop)
        return {name: partial(_written_by, run, folder / name) for name, run in runs(session, data(), folder).items()}

    def prepare(name: str) -> Run:
        return jobs()[name]

    return Trial(
        f"{n_intervals:,} intervals of J1 in Spark, local[2]",
        tuple(
            Row(name, about, partial(prepare, name), 1, written)
            for name, about in ((PASSED, "the same rows, without rating"), (RATED, "rating.scale.spark.rate()"))
        ),
        unit="job",
        bases=(PASSED,),
        check=lambda found: check(expected(data()), found) if found else [],
        marks=(times_mark("rated: {} times passed through", RATED, PASSED, MOST),),
        scale=("s", 1e9),
        close=stack.close,
    )


def needs_spark() -> None:
    """SkippedError where Spark cannot start."""
    if java_version() < JAVA_MIN:
        raise SkippedError(f"Spark needs Java {JAVA_MIN} or newer (Debian: apt-get install default-jre-headless)")
    try:
        import pyspark  # noqa: F401
    except ImportError:
        raise SkippedError("pyspark is not installed: pip install 'rating[spark]'") from None


def java_version() -> int:
    """The Java that Spark would start; 0: none that starts."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def session_in(folder: Path) -> Any:
    """A session of two cores, which keeps what it needs on disk in a folder."""
    from pyspark.sql import SparkSession

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


def runs(session: Any, job: Data, folder: Path) -> dict[str, Callable[[], None]]:
    """Both jobs, which write into folders of their names."""
    from rating.scale.spark import in_buckets, rate, used_columns

    tariffs = rating.load_tariffs(PATH)
    tables = {"sessions": job.sessions, "intervals": job.intervals}
    frames = {name: _as_frame(session, table, folder / name) for name, table in tables.items()}
    rows = rate(frames["sessions"], frames["intervals"], tariffs).rows
    names = {name: used_columns(frame, name) for name, frame in frames.items()}
    first = {name: table.slice(0, 1_000) for name, table in tables.items()}
    passed = in_buckets(frames, names, BUCKETS, _pass_through(_sample(tariffs, first)), rows.schema)

    def write(frame: Any, name: str) -> None:
        frame.write.mode("overwrite").parquet(str(folder / name))

    return {PASSED: partial(write, passed, PASSED), RATED: partial(write, rows, RATED)}


def _written_by(run: Callable[[], None], folder: Path) -> Path:
    run()
    return folder


def _as_frame(session: Any, table: Any, folder: Path) -> Any:
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


def written(folder: Path) -> Written:
    """What a job wrote into its folder."""
    table = pq.read_table(folder, columns=["session", "lines"])
    gross = pc.sum(pc.struct_field(table.column("session"), "gross")).as_py()
    return Written(gross, pc.sum(pc.list_value_length(table.column("lines"))).as_py())


def expected(job: Data) -> Written:
    """What `rating.rate` comes to."""
    rated = rating.rate(rating.load_tariffs(PATH), job.sessions, job.intervals)
    return Written(pc.sum(rated.sessions.column("gross")).as_py(), rated.lines.num_rows)


def check(expects: Written, found: dict[str, Written]) -> list[str]:
    """Spark came to the bills of `rating.rate`, and the other job wrote about as many lines: else AssertionError."""
    if found[RATED] != expects:
        raise AssertionError(f"Spark came to {found[RATED]}, rate() to {expects}")
    if abs(found[PASSED].lines - expects.lines) * 10 >= expects.lines:
        raise AssertionError(f"the job that passes through wrote {found[PASSED].lines} lines beside {expects.lines}")
    return [f"{expects.gross:,.2f} in {expects.lines:,} lines, as by rate()"]


JOB: Final = Job(
    "SPARK", "J1 inside Spark, beside the same rows without rating", "intervals", FULL, QUICK, build, slow=True
)
