"""The kernels in three modes: compiled, compiled with bounds checked, and not compiled with overflow as an error.

This process is the first mode; the others are processes of their own, which compare the same sessions with the slow
twin (see `kernel_modes`), with a cache and a hash seed of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import kernel_modes
import pytest

HERE = Path(__file__).parent
MODES = {"bounds checked": "NUMBA_BOUNDSCHECK", "not compiled": "NUMBA_DISABLE_JIT"}


@lru_cache(maxsize=1)
def compiled() -> dict[str, Any]:
    return kernel_modes.report(spoil=False)


def start(mode: str, cache: Path) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "PYTEST_"))}
    env |= {MODES[mode]: "1", "RATING_CACHE_DIR": str(cache), "PYTHONHASHSEED": str(len(mode))}
    env["PYTHONPATH"] = str(HERE.parent)  # these kernels, whatever is installed
    command = [sys.executable, "-W", "error", str(HERE / "kernel_modes.py")]
    return subprocess.Popen(
        command, cwd=HERE.parent, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def assert_complete(said: dict[str, Any]) -> None:
    """What every mode must have met: enough sessions, refusals, and the greatest amount doubled by tax."""
    assert said["sessions"] >= 350
    assert {"amount_range", "energy_range", "overlap", "outside_session"} <= set(said["refused"])
    assert said["gross"] == "8000000000.000000"


def test_the_compiled_kernels_agree_with_the_twin():
    said = compiled()
    assert said["compiled"]
    assert_complete(said)
    assert said["overflow"] == ""  # silent, which is why every input is bounded at the door


@pytest.mark.parametrize("mode", MODES)
def test_the_kernels_agree_with_the_twin_and_give_the_same_bytes(mode, tmp_path):
    process = start(mode, tmp_path)
    expected = compiled()  # while the other process works
    out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    said = json.loads(out)
    assert_complete(said)
    assert said["digest"] == expected["digest"]
    assert said["short"] == dict.fromkeys(kernel_modes.SHORT, "IndexError")  # the mode is really on
    assert said["compiled"] == (mode == "bounds checked")
    if mode == "not compiled":
        assert said["overflow"] == "RuntimeWarning"
        assert said["without_fast_paths"] >= 100
