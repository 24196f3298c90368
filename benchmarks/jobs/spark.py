"""J1 rated inside Spark on this machine, beside a job that passes the same rows through without rating."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from benchmarks import spark
from benchmarks.data import make_job
from benchmarks.spark import PASSED, RATED
from benchmarks.trial import Job, Row, Run, Trial, times_mark

FULL: Final = 2_000_000
QUICK: Final = 20_000
MOST: Final = 1.5


def build(n_intervals: int) -> Trial:
    """Both; what else the machine did is not known: Spark's own processes count as others."""

    @cache
    def runs() -> tuple[dict[str, Callable[[], None]], Callable[[], None]]:
        job = make_job(n_intervals)
        folder = Path(tempfile.mkdtemp(prefix="rating-spark-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        session = spark.session_in(folder)
        atexit.register(session.stop)
        return spark.runs(session, job, folder), lambda: spark.check(job, folder)

    def row(name: str, about: str) -> Row:
        def prepare() -> Run:
            return runs()[0][name]

        return Row(name, about, prepare, n_intervals, summary=lambda _: name)

    def check(ran: dict[str, Any]) -> list[str]:
        if ran:
            runs()[1]()
        return ["the bills of rating.rate"] if ran else []

    return Trial(
        f"{n_intervals:,} intervals of J1 in Spark, local[2]",
        (row(PASSED, "the same rows, a bill of a sample for each"), row(RATED, "rating.scale.spark.rate")),
        bases=(PASSED,),
        check=check,
        marks=(times_mark("rated: {} times passed through", RATED, PASSED, MOST),),
    )


JOB: Final = Job("SPARK", "J1 inside Spark, beside passing rows through", "intervals", FULL, QUICK, build, slow=True)
