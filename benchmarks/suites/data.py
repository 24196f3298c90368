"""What the suites share: a small J1 and its parts."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import pytest

import rating
from benchmarks.data import QUICK, Job, make_job
from benchmarks.shapes import PATH
from rating.compile.plan import Plan, make_plan
from rating.kernels.runs import find_runs
from rating.usage.batch import UsageBatch
from rating.usage.read import read_usage


class Parts(NamedTuple):
    """A job as it passes from room to room."""

    job: Job
    tariffs: Any
    batch: UsageBatch
    plan: Plan


@cache
def parts(*, odd: bool = False) -> Parts:
    """J1 or J1-odd of 200,000 intervals."""
    job, tariffs = make_job(QUICK, odd=odd), rating.load_tariffs(PATH)
    batch = read_usage(job.sessions, job.intervals, None, find_runs=find_runs)
    return Parts(job, tariffs, batch, make_plan(tariffs, batch))


def needs(name: str) -> pytest.MarkDecorator:
    """The mark that skips a suite where `rating` has no such function."""
    return pytest.mark.skipif(name not in rating.__all__, reason=f"this version has no rating.{name}")
