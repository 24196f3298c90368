"""How soon a fresh process has rated: imports, and the first `rate()` with and without machine code that is kept.

What the processes tell of themselves is what is measured: the start of Python is not in it.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.trial import Found, Job, Mark, Row, Run, Told, Trial

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


class Part(NamedTuple):
    """A part of a start: which of the times that a process tells, by which tariff, and with its machine code kept."""

    name: str
    about: str
    place: int
    tariff: str
    kept: bool


PARTS: Final = (
    Part("import numpy", "what every user of arrays pays", 0, PLAIN, True),
    Part("import rating after it", "all that it loads at once", 1, PLAIN, True),
    Part("first rate(), code kept", "of one session", 2, PLAIN, True),
    Part("first rate(), nothing kept", "kernels are compiled", 2, PLAIN, False),
    Part("the same with grace and limits", "most of the kernels are", 2, FULL, False),
)


def build(_: int) -> Trial:
    """Each part in a process of its own, each round."""
    kept = cache(_kept)
    rows = tuple(Row(part.name, part.about, _measured(part, kept), 1) for part in PARTS)
    marks = tuple(
        Mark(f"{part.name}: {{}} s", _best_s(part.name), most)
        for part, most in zip(PARTS[1:4], (0.25, 0.5, 5.0), strict=True)
    )
    return Trial("fresh processes", rows, unit="start", bases=(), scale=("s", 1e9), marks=marks)


def _measured(part: Part, kept: Callable[[], str]) -> Callable[[], Run]:
    def prepare() -> Run:
        def run() -> Told:
            if part.kept:
                return Told(int(_fresh(part.tariff, kept())[part.place] * 1e9))
            with tempfile.TemporaryDirectory() as folder:
                return Told(int(_fresh(part.tariff, folder)[part.place] * 1e9))

        return run

    return prepare


def _kept() -> str:
    """A folder with the machine code of what `PLAIN` needs."""
    folder = tempfile.mkdtemp(prefix="rating-start-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _fresh(PLAIN, folder)
    return folder


def _best_s(name: str) -> Callable[[Found], float | None]:
    def value(found: Found) -> float | None:
        timing = found.timings[name]
        return timing.best / 1e9 if timing.ns else None

    return value


def _fresh(tariff: str, folder: str) -> list[float]:
    """The seconds that a process tells."""
    env = {**os.environ, "RATING_CACHE_DIR": folder}
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, "-c", _CODE, tariff]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


JOB: Final = Job("START", "imports, and the first rate() of a process", "rounds", 1, 1, build, slow=True)
