"""The kernels on arrays, in one thread: finding the sessions of intervals, and pricing them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.data import columns
from benchmarks.suites.data import parts
from rating.kernels.runs import find_runs
from rating.settle.chunks import settle


def test_find_runs(benchmark: Any) -> None:
    session_id, start_us, _, _ = columns(parts().job)
    _, ids, _ = benchmark(lambda: find_runs(session_id, start_us)())
    assert ids.tolist() == np.unique(session_id).tolist()


@pytest.mark.parametrize("odd", [False, True], ids=["J1", "J1-odd"])
def test_price_in_one_chunk(benchmark: Any, odd: bool) -> None:
    """All sessions in one call of the kernels; lines are dropped as they come."""
    of = parts(odd=odd)
    count = of.job.n_sessions
    totals, _ = benchmark(settle, of.batch, of.plan, lambda lines: None, threads=1, chunk_sessions=count)
    assert not totals.status.any()
