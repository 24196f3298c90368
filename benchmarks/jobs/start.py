"""Fresh processes: what an import takes beside that of NumPy, and the first `rate()` with and without kept code.

Each process times itself: what Python takes to start and to end is not `rating`'s.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.trial import Found, Job, Mark, Row, Run, SkippedError, Trial, best_mark

FULL: Final = 5
QUICK: Final = 1
NUMPY, IMPORT = "import numpy", "import rating"
WARM, COLD, COLD_FULL = "first rate(), code kept", "first rate(), nothing kept", "the same with grace and limits"
MORE_S: Final = 0.25  # than NumPy
WARM_S: Final = 0.5
COLD_S: Final = 5.0
PLAIN: Final = "per-kwh"
GRACE: Final = "harbour-dc"  # with grace and limits: most of the kernels
ROOT: Final = Path(__file__).parent.parent.parent

_IMPORT: Final = """
import sys
from time import perf_counter_ns
begin = perf_counter_ns()
__import__(sys.argv[1])
print('{"ns": %d}' % (perf_counter_ns() - begin))
"""
_RATE: Final = """
import json, sys
from time import perf_counter_ns
import rating
from rating.kernels.native import COMPILED
tariffs = rating.load_tariffs(f"tariffs/{sys.argv[1]}.yaml")
sessions = {"session_id": ["S-1"], "tariff": [sys.argv[1]], "energy_kwh": ["12.5"],
            "start": ["2026-03-02T10:00:00+01:00"], "end": ["2026-03-02T11:30:00+01:00"]}
begin = perf_counter_ns()
rated = rating.rate(tariffs, sessions).sessions
ns = perf_counter_ns() - begin
print(json.dumps({"ns": ns, "compiled": len(COMPILED), "gross": str(rated.column("gross")[0])}))
"""


class Told(NamedTuple):
    """What a process said of itself."""

    ns: int
    compiled: int = 0  # kernels
    gross: str | None = None


def build(processes: int) -> Trial:
    """So many processes of each kind in a round, of which the median counts; of those that compile, one."""
    full = processes >= FULL
    median, one = _median_of(processes), _median_of(1)
    warm = "with its table of sessions and all that it loads, NumPy among it"
    cold = f"{warm}; the machine code goes into a folder of its own"
    return Trial(
        f"fresh processes, the median of {processes} in each round",
        (
            Row(NUMPY, "NumPy alone", lambda: partial(_told, _IMPORT, "numpy"), 1, clock=median),
            Row(
                IMPORT,
                "it loads what it uses when it uses it",
                lambda: partial(_told, _IMPORT, "rating"),
                1,
                clock=median,
            ),
            Row(WARM, warm, _warm, 1, _gross, clock=median),
            Row(COLD, cold, partial(_cold, PLAIN, full=full), 1, _gross, clock=one),
            Row(COLD_FULL, cold, partial(_cold, GRACE, full=full), 1, clock=one),
        ),
        unit="process",
        bases=(),
        check=check,
        marks=(
            Mark("import rating: {} s more than numpy", _more_s, MORE_S),
            best_mark("the first rate() of a process, code kept", WARM, WARM_S, of=(1e9, "s")),
            best_mark("the first rate() of a process, nothing kept", COLD, COLD_S, of=(1e9, "s")),
        ),
        scale=("ms", 1e6),
    )


def check(gross: dict[str, str]) -> list[str]:
    """The same bill by code that was kept and by code that was compiled. AssertionError where it is not."""
    if len(set(gross.values())) > 1:
        raise AssertionError(f"kept code and compiled code charge differently: {gross}")
    return []


def _warm() -> Run:
    """Rates where the code of `rating` is kept on this machine. SkippedError where none can be kept."""
    processes = (_told(_RATE, PLAIN) for _ in range(2))  # the first keeps what it compiles
    if all(told.compiled for told in processes):
        raise SkippedError("no machine code can be kept here: set RATING_CACHE_DIR to a folder that can be written")

    def run() -> Told:
        told = _told(_RATE, PLAIN)
        assert not told.compiled, f"{told.compiled} kernels were compiled, though kept"
        return told

    return run


def _cold(tariff: str, *, full: bool) -> Run:
    """Rates with nothing kept. SkippedError in a small trial: each process compiles for many seconds."""
    if not full:
        raise SkippedError(f"it compiles for many seconds; run it with --size {FULL}")

    def run() -> Told:
        with tempfile.TemporaryDirectory(prefix="rating-start-") as folder:
            told = _told(_RATE, tariff, RATING_CACHE_DIR=folder)
        assert told.compiled, "no kernel was compiled, though none was kept"
        return told

    return run


def _told(code: str, argument: str, **env: str) -> Told:
    command = [sys.executable, "-c", code, argument]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"a fresh process failed:\n{done.stderr}")
    return Told(**json.loads(done.stdout))


def _median_of(processes: int) -> Callable[[Run], float]:
    """The median of what so many processes say of themselves."""
    return lambda run: sorted(run().ns for _ in range(processes))[processes // 2]


def _gross(told: Any) -> Any:
    return told.gross


def _more_s(found: Found) -> float | None:
    numpy, ours = (found.timings[name] for name in (NUMPY, IMPORT))
    return (ours.best - numpy.best) / 1e9 if numpy.ns and ours.ns else None


JOB: Final = Job(
    "START", "imports, and the first rate() of a fresh process", "processes", FULL, QUICK, build, slow=True
)
