"""Pricing and writing lines by chunks, on all cores and on one."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.suites.data import parts
from rating.results.rated import line_writer, make_tables
from rating.settle.chunks import settle


@pytest.mark.parametrize("threads", [1, None], ids=["one thread", "all cores"])
def test_settle(benchmark: Any, threads: int | None) -> None:
    of = parts()
    finish = line_writer(of.batch.sessions.id, of.plan)
    totals, lines = benchmark(settle, of.batch, of.plan, finish, threads=threads)
    assert not totals.status.any()
    assert sum(each.num_rows for each in lines) > of.job.n_sessions


def test_tables(benchmark: Any) -> None:
    of = parts()
    totals, lines = settle(of.batch, of.plan, line_writer(of.batch.sessions.id, of.plan))
    assert benchmark(make_tables, of.batch, of.plan, totals, lines).rejected.num_rows == 0
