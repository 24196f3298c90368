"""CDRs in the ways in which they come."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.cdr.data import KINDS, Kind, make_cdrs
from benchmarks.cdr.ways import ALL, Way
from benchmarks.jobs.cdr import QUICK, check, sizes


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
@pytest.mark.parametrize("way", ALL, ids=[way.name for way in ALL])
def test_way(benchmark: Any, kind: Kind, way: Way) -> None:
    size = sizes(QUICK // 10)[kind.name]
    cdrs = make_cdrs(kind, size.n, size.objects)
    benchmark.extra_info["cdrs"] = way.takes(*size)
    check(cdrs, kind, way, benchmark(way.prepare(cdrs, size.singly)))
