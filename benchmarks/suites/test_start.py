"""Fresh processes: what an import takes, beside that of NumPy, and filling the cache of kernels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click import Context

ROOT = Path(__file__).parent.parent.parent


def _run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("code", ["pass", "import numpy", "import rating"])
def test_import(benchmark: Any, code: str) -> None:
    benchmark.pedantic(_run, (code,), rounds=5, warmup_rounds=1)


def test_first_rate_with_a_warm_cache(benchmark: Any) -> None:
    code = """
import rating
session = {"session_id": [1], "tariff": ["per-kwh"], "start": ["2026-03-02T10:00Z"], "end": ["2026-03-02T11:00Z"]}
assert rating.rate(rating.load_tariffs("tariffs/per-kwh.yaml"), {**session, "energy_kwh": [12]}).sessions.num_rows == 1
"""
    benchmark.pedantic(_run, (code,), rounds=5, warmup_rounds=1)


def test_warmup(benchmark: Any) -> None:
    from rating.cli import main

    if "warmup" not in main.list_commands(Context(main)):
        pytest.skip("this version has no `rating warmup`")
    command = [sys.executable, "-c", "from rating.cli import main; main()", "warmup"]
    benchmark.pedantic(lambda: subprocess.run(command, check=True, cwd=ROOT), rounds=3, warmup_rounds=1)
