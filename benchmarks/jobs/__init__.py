"""Every job, by the name that `--job` takes. A job is a function from a size to a `Trial`; all else is shared.

j1          rating and its peers, the same bills
cdr         OCPI CDRs (the room `cdr/`)
spot        J1 by a quarter-hour index
accounts    J1 with accounts on plans
grid        J1 by many sets of prices in one pass
grow        J1 from 1 to 100 million intervals, with memory
years       a session is a meter's year
mixed       200 tariffs of 4 zones in a batch
restricted  J1 with each restriction of tariffs
threads     J1 on one core, and on more
tariffs     10,000 tariffs, loaded and compiled
files       rate_files() beside pyarrow, with memory
one         one session: quotes, and rate() of plain values
start       imports, and the first rate() of a fresh process
spark       J1 inside Spark, beside the same rows without rating
"""

from __future__ import annotations

from typing import Final

from benchmarks.jobs import (
    accounts,
    cdr,
    files,
    grid,
    grow,
    j1,
    mixed,
    one,
    restricted,
    spark,
    spot,
    start,
    tariffs,
    threads,
    years,
)
from benchmarks.trial import Job

JOBS: Final[tuple[Job, ...]] = (
    j1.JOB,
    cdr.JOB,
    grow.JOB,
    files.JOB,
    threads.JOB,
    years.JOB,
    mixed.JOB,
    restricted.JOB,
    spot.JOB,
    accounts.JOB,
    grid.JOB,
    tariffs.JOB,
    one.JOB,
    start.JOB,
    spark.JOB,  # last: what Spark started goes on until Python ends
)


def find(name: str) -> Job:
    """The job of that name."""
    return next(job for job in JOBS if job.name == name)
