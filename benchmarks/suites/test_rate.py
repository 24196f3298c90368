"""The complete `rating.rate` on small jobs."""

from __future__ import annotations

from typing import Any

import pytest

import rating
from benchmarks.contender import Totals, disagreement
from benchmarks.data import QUICK, Job, make_job
from benchmarks.jobs.j1 import find
from benchmarks.prices import load_prices
from benchmarks.shapes import PATH


@pytest.fixture(scope="module")
def tariffs() -> Any:
    return rating.load_tariffs(PATH)


@pytest.mark.parametrize("odd", [False, True], ids=["J1", "J1-odd"])
def test_rate(benchmark: Any, tariffs: Any, odd: bool) -> None:
    job = make_job(QUICK, odd=odd)
    benchmark.extra_info["intervals"] = job.n_intervals
    rated = benchmark(rating.rate, tariffs, job.sessions, job.intervals)
    ours = find("rating, odd" if odd else "rating")
    assert ours.totals is not None
    assert disagreement(ours.totals(rated), _expected(job, odd=odd), ours.within) is None


def test_rate_one_session(benchmark: Any, tariffs: Any) -> None:
    job = make_job(1_000)
    sessions = job.sessions.slice(0, 1)
    n_intervals = job.intervals.column("session_id").to_pylist().count(sessions.column("session_id")[0].as_py())
    rated = benchmark(rating.rate, tariffs, sessions, job.intervals.slice(0, n_intervals))
    assert rated.sessions.num_rows == 1


def _expected(job: Job, *, odd: bool) -> Totals:
    expert = find("numpy expert, odd" if odd else "numpy expert")
    assert expert.totals is not None
    return expert.totals(expert.prepare(job, load_prices())())
