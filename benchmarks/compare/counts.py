"""Instructions an interval, which other work on the machine does not change: by `perf stat`, else by valgrind.

A process rates once, another one four times: what the two differ by is three ratings, without imports and set-up.
Under valgrind a process takes a minute or two, most of it for imports.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.compare.rounds import FailedError
from benchmarks.compare.trees import WORK, Tree

FEW: Final = 1
MORE: Final = 4
_EVENT: Final = "instructions:u"

Count = Callable[[list[str], dict[str, str]], int]


def counter() -> tuple[str, Count] | str:
    """What counts here and how, or why nothing does."""
    if shutil.which("perf") and _perf_counts():
        return "perf stat", _by_perf
    if shutil.which("valgrind"):
        return "valgrind", _by_valgrind
    return "neither perf (with a processor that counts) nor valgrind is here; Debian: apt-get install valgrind"


def instructions(tree: Tree, job: str, n_intervals: int, count: Count) -> float:
    """How many instructions an interval takes, threads apart: one thread rates."""
    totals = []
    for times in (FEW, MORE):
        command = [sys.executable, "-P", "-m", "benchmarks.compare.counted", str(tree.folder), job, str(n_intervals)]
        totals.append(count([*command, str(times)], tree.environment()))
    return (totals[1] - totals[0]) / (MORE - FEW) / n_intervals


def _perf_counts() -> bool:
    done = subprocess.run(["perf", "stat", "-x,", "-e", _EVENT, "true"], capture_output=True, text=True, check=False)
    return done.returncode == 0 and re.search(r"^\d+,", done.stderr, re.MULTILINE) is not None


def _by_perf(command: list[str], environment: dict[str, str]) -> int:
    done = _run(["perf", "stat", "-x,", "-e", _EVENT, *command], environment)
    found = re.search(r"^(\d+),", done.stderr, re.MULTILINE)
    if found is None:
        raise FailedError(f"perf counts nothing:\n{done.stderr.strip()}")
    return int(found.group(1))


def _by_valgrind(command: list[str], environment: dict[str, str]) -> int:
    # Valgrind knows no AVX-512: kernels are compiled for a processor without it, in a cache of their own.
    plain = {**environment, "NUMBA_CPU_NAME": "x86-64-v2", "NUMBA_CPU_FEATURES": "", "OPENBLAS_CORETYPE": "Nehalem"}
    kept = Path(environment.get("RATING_CACHE_DIR", WORK / "here"))
    plain["RATING_CACHE_DIR"] = str(kept.with_name(f"{kept.name}-plain"))
    warm = _run(command, plain)  # compiles outside valgrind, where it takes seconds and not minutes
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--smc-check=all-non-file"]
        done = _run([*tool, *command], plain)
        found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None:
        raise FailedError(f"valgrind counts nothing:\n{done.stderr.strip()}\n{warm.stderr.strip()}")
    return int(found.group(1))


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise FailedError(f"{' '.join(command)}:\n{done.stderr.strip()}")
    return done
