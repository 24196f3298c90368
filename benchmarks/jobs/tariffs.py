"""10,000 tariffs: read from a folder of YAML files, and compiled for a month's sessions that name all of them."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

import rating
from benchmarks.network import COUNT, SEED, write_folder
from benchmarks.rows import once
from benchmarks.trial import Found, Job, Mark, Row, Run, Trial
from rating.compile.plan import Plan, make_plan
from rating.kernels.runs import find_runs
from rating.tariff.model import Tariffs
from rating.usage.batch import UsageBatch
from rating.usage.read import read_usage

MARCH: Final = np.datetime64("2025-03-01T00:00", "us")
YEAR: Final = np.datetime64("2025-01-01T00:00", "us")
LOAD_S: Final = 2.0
COMPILE_S: Final = 1.0


def build(count: int) -> Trial:
    """Loading, compiling with nothing compiled before, and once more with all of it."""
    folder = once(partial(_folder, count))
    tariffs = once(lambda: rating.load_tariffs(folder()))

    def compiling(first: np.datetime64, days: int, *, cold: bool) -> Run:
        known, batch = tariffs(), sessions_of(list(tariffs()), first, days)
        return partial(compiled, known, batch, cold=cold)

    rows = (
        Row("load", "load_tariffs() of a folder of files", lambda: partial(rating.load_tariffs, folder()), count),
        Row("compile", "for a month, nothing kept", partial(compiling, MARCH, 31, cold=True), count, _none_refused),
        Row("compile again", "the same month", partial(compiling, MARCH, 31, cold=False), count, _none_refused),
        Row("compile a year", "for a year, nothing kept", partial(compiling, YEAR, 365, cold=True), count),
    )
    # The marks are of 10,000: of fewer, their share.
    marks = (
        Mark(f"loading {COUNT:,}: {{}} s", partial(_seconds, "load"), LOAD_S),
        Mark(f"compiling {COUNT:,} for a month: {{}} s", partial(_seconds, "compile"), COMPILE_S),
    )
    title = f"{count:,} tariffs with versions and windows"
    return Trial(title, rows, unit="tariff", bases=(), scale=("us", 1000), marks=marks)


def sessions_of(names: list[str], first: np.datetime64, days: int) -> UsageBatch:
    """Two sessions of an hour on each tariff, somewhere in the days."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    of = np.tile(np.arange(len(names), dtype=np.int32), 2)
    start = first + rng.integers(0, days * 24 - 1, len(of)).astype("timedelta64[h]")
    utc = pa.timestamp("us", tz="UTC")
    table = {
        "session_id": pa.array(np.arange(len(of))),
        "tariff": pa.DictionaryArray.from_arrays(pa.array(of), pa.array(names)),
        "start": pa.array(start.view(np.int64)).view(utc),
        "end": pa.array((start + np.timedelta64(1, "h")).view(np.int64)).view(utc),
        "energy_wh": pa.array(rng.integers(1_000, 50_000, len(of))),
    }
    return read_usage(pa.table(table), None, None, find_runs=find_runs)


def compiled(tariffs: Tariffs, batch: UsageBatch, *, cold: bool) -> Plan:
    """The plan of a batch; where it is cold, all that compiling keeps for its next call is forgotten first."""
    if cold:
        forget()
    return make_plan(tariffs, batch)


def forget() -> None:
    """Clear every cache of the rooms that read and compile tariffs."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("rating.compile.", "rating.tariff.")):
            for each in vars(module).values():
                clear = getattr(each, "cache_clear", None)
                if callable(clear) and not isinstance(each, type):
                    clear()


def _folder(count: int) -> Path:
    """A folder of so many tariffs, which is gone when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="rating-tariffs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write_folder(folder, count)
    return folder


def _none_refused(plan: Plan) -> int:
    assert not plan.status.any(), "the plan refuses sessions"
    return len(plan.tariffs)


def _seconds(name: str, found: Found) -> float | None:
    timing = found.timings[name]
    return timing.best * COUNT / 1e9 if timing.ns else None


JOB: Final = Job("TARIFFS", "10,000 tariffs, loaded and compiled", "tariffs", COUNT, 200, build)
