"""Tariffs to arrays: with nothing kept, and once more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rating
from benchmarks.jobs.tariffs import MARCH, compiled, sessions_of
from benchmarks.network import write_folder


@pytest.mark.parametrize("cold", [True, False], ids=["nothing kept", "once more"])
def test_compile_a_hundred(benchmark: Any, tmp_path: Path, cold: bool) -> None:
    write_folder(tmp_path, 100)
    tariffs = rating.load_tariffs(tmp_path)
    batch = sessions_of(list(tariffs), MARCH, 31)
    assert not benchmark(compiled, tariffs, batch, cold=cold).status.any()
