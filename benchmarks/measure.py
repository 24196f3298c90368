"""Runs the rows of a job in rounds, each once a round, so that a noisy minute meets all of them alike."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.timing import Others, timed
from benchmarks.trial import FLOOR, Found, Job, Row, Run, SkippedError, Timing, Trial

Say = Callable[[str], None]


def silent(_text: str) -> None:
    """Says nothing."""


def measure(trial: Trial, rounds: int, *, say: Say = silent) -> Found:
    """Times of all rows. AssertionError where a result is wrong, or differs from another that must be the same."""
    try:
        return _measured(trial, rounds, say)
    finally:
        trial.close()


def _measured(trial: Trial, rounds: int, say: Say) -> Found:
    runs, skipped = _prepare(trial, say)
    summaries: dict[str, Any] = {}
    for row in trial.rows:  # one run of each off the clock, for compilers and caches; it is the one that is checked
        if row.name in runs:
            say(f"warming up {row.name}")
            result = runs[row.name]()
            if row.summary is not None:
                summaries[row.name] = row.summary(result)
            del result
    notes = trial.check(summaries)

    ns: dict[str, list[float]] = {name: [] for name in runs}
    rows = {row.name: row for row in trial.rows}
    others = Others()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for name, run in runs.items():
            ns[name].append((rows[name].clock or timed)(run) / rows[name].units)
    busy = others.mean()
    timings = {
        row.name: Timing(row, tuple(ns.get(row.name, ())), summaries.get(row.name), skipped=skipped.get(row.name))
        for row in trial.rows
    }
    return Found(timings, rounds, busy, tuple(notes))


def with_memory(job: Job, size: int, found: Found, *, say: Say = silent) -> Found:
    """What was found, with the peak memory of each row that ran."""
    timings = dict(found.timings)
    for name, timing in found.timings.items():
        if timing.skipped is None and timing.row.memory and not name.startswith(FLOOR):
            say(f"memory of {name}")
            peak, output, whole = memory_of(job, timing.row, size)
            timings[name] = timing._replace(peak_bytes=peak, output_bytes=output, whole_bytes=whole)
    return found._replace(timings=timings)


def memory_of(job: Job, row: Row, size: int) -> tuple[float | None, float | None, float | None]:
    """Bytes a unit that one run needs beyond its inputs, in a process of its own, those of its output, and all it has.

    None: not measurable here.
    """
    command = [sys.executable, "-m", "benchmarks.memory", job.name, row.name, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"measuring the memory of {row.name} failed:\n{done.stderr}")
    told = json.loads(done.stdout)
    peak, output = (None if each is None else each / row.units for each in (told["peak_bytes"], told["output_bytes"]))
    return peak, output, told["whole_bytes"]


def _prepare(trial: Trial, say: Say) -> tuple[dict[str, Run], dict[str, str]]:
    runs, skipped = {}, {}
    for row in trial.rows:
        say(f"preparing {row.name}")
        try:
            runs[row.name] = row.prepare()
        except SkippedError as reason:
            skipped[row.name] = str(reason)
    return runs, skipped
