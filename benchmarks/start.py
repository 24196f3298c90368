"""How soon a fresh process has rated: imports, and the first `rate()` with and without machine code that is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Say, others_s
from benchmarks.report import facts_line

_CODE: Final = """
import json, sys
from time import perf_counter
begin = perf_counter()
import numpy
with_numpy = perf_counter()
import rating
with_rating = perf_counter()
tariffs = rating.load_tariffs(f"tariffs/{sys.argv[1]}.yaml")
sessions = {"session_id": ["S-1"], "tariff": [sys.argv[1]], "energy_kwh": ["12.5"],
            "start": ["2026-03-02T10:00:00+01:00"], "end": ["2026-03-02T11:30:00+01:00"]}
loaded = perf_counter()
rating.rate(tariffs, sessions).sessions
rated = perf_counter()
print(json.dumps([with_numpy - begin, with_rating - with_numpy, rated - loaded]))
"""
PLAIN: Final = "per-kwh"
FULL: Final = "harbour-dc"  # with grace and limits: most of the kernels
NUMPY, IMPORT, WARM, COLD, COLD_FULL = (
    "import numpy",
    "import rating after it",
    "first rate(), code kept",
    "first rate(), nothing kept",
    "the same with grace and limits",
)


def measure(rounds: int, *, say: Say) -> tuple[dict[str, list[float]], float | None]:
    """Seconds in each round, and the mean number of cores that other processes took meanwhile."""
    found: dict[str, list[float]] = {name: [] for name in (NUMPY, IMPORT, WARM, COLD, COLD_FULL)}
    before = others_s()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        with tempfile.TemporaryDirectory() as folder:
            found[COLD].append(_fresh(PLAIN, f"{folder}/plain")[2])
            found[COLD_FULL].append(_fresh(FULL, f"{folder}/full")[2])
            numpy_s, import_s, warm_s = _fresh(PLAIN, f"{folder}/plain")
        found[NUMPY].append(numpy_s)
        found[IMPORT].append(import_s)
        found[WARM].append(warm_s)
    after = others_s()
    others = None if before is None or after is None else (after[1] - before[1]) / (after[0] - before[0])
    return found, others


def _fresh(tariff: str, folder: str) -> list[float]:
    env = {**os.environ, "RATING_CACHE_DIR": folder}
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", _CODE, tariff]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


def as_table(found: dict[str, list[float]], facts: dict[str, Any], rounds: int) -> str:
    """A line for each, at best."""
    width = max(map(len, found))
    lines = [f"START: fresh processes, {rounds} rounds", facts_line(facts), ""]
    return "\n".join([*lines, *(f"{name.ljust(width)} {min(s):6.3f} s at best" for name, s in found.items())])
