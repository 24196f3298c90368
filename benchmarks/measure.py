"""Runs the contenders in rounds, each once a round, so that a noisy minute meets all of them alike."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.contender import Contender, Run, SkippedError, Totals, disagreement
from benchmarks.data import Job, make_job
from benchmarks.ours import ALL as OURS
from benchmarks.peers import PEERS
from benchmarks.prices import Prices, load_prices

CONTENDERS: Final[tuple[Contender, ...]] = (*PEERS, *OURS)

Say = Callable[[str], None]


class Result(NamedTuple):
    """What was found out about a contender: nanoseconds and bytes an interval, or why it did not run."""

    name: str
    about: str
    odd: bool
    ns: tuple[float, ...]  # one for each round
    memory: float | None  # None: not measured
    total: float | None
    skipped: str | None

    @property
    def best(self) -> float:
        return min(self.ns)

    @property
    def median(self) -> float:
        return statistics.median(self.ns)


class Measured(NamedTuple):
    """Results in the order of the contenders, and the mean number of cores that other processes took meanwhile."""

    results: tuple[Result, ...]
    others: float | None  # None: the system does not tell


def measure(contenders: Sequence[Contender], n_intervals: int, rounds: int, *, memory: bool, say: Say) -> Measured:
    """Times, then memory. AssertionError when two bills of the same job differ."""
    prices = load_prices()
    jobs = {odd: make_job(n_intervals, odd=odd) for odd in sorted({contender.odd for contender in contenders})}
    runs, skipped = _prepare(contenders, jobs, prices, say)
    totals = _warm_up(contenders, runs, say)
    check(contenders, totals)

    ns: dict[str, list[float]] = {name: [] for name in runs}
    before = others_s()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for name, run in runs.items():
            ns[name].append(timed(run) / n_intervals)
    after = others_s()
    runs.clear()

    results = []
    for contender in contenders:
        name = contender.name
        peak = None
        if memory and name not in skipped:
            say(f"memory of {name}")
            peak = peak_memory(name, n_intervals)
        total = totals[name].total if name in totals else None
        result = Result(name, contender.about, contender.odd, tuple(ns.get(name, ())), peak, total, skipped.get(name))
        results.append(result)
    others = None if before is None or after is None else (after[1] - before[1]) / (after[0] - before[0])
    return Measured(tuple(results), others)


def check(contenders: Sequence[Contender], totals: dict[str, Totals]) -> None:
    """AssertionError unless the contenders of each job agree, session by session."""
    for odd in (False, True):
        names = [c.name for c in contenders if c.odd is odd and c.name in totals]
        for contender in contenders:
            if contender.name in names[1:]:
                problem = disagreement(totals[contender.name], totals[names[0]], contender.within)
                if problem is not None:
                    raise AssertionError(f"{contender.name} disagrees with {names[0]}: {problem}")


def peak_memory(name: str, n_intervals: int) -> float | None:
    """Bytes an interval that one run needs beyond its inputs, in a process of its own; None: not measurable here."""
    command = [sys.executable, "-m", "benchmarks.memory", name, str(n_intervals)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"measuring the memory of {name} failed:\n{done.stderr}")
    peak = json.loads(done.stdout)["peak_bytes"]
    return None if peak is None else peak / n_intervals


def find(name: str) -> Contender:
    """The contender of that name."""
    return next(contender for contender in CONTENDERS if contender.name == name)


def _prepare(
    contenders: Sequence[Contender], jobs: dict[bool, Job], prices: Prices, say: Say
) -> tuple[dict[str, Run], dict[str, str]]:
    runs, skipped = {}, {}
    for contender in contenders:
        say(f"preparing {contender.name}")
        try:
            runs[contender.name] = contender.prepare(jobs[contender.odd], prices)
        except SkippedError as reason:
            skipped[contender.name] = str(reason)
    return runs, skipped


def _warm_up(contenders: Sequence[Contender], runs: dict[str, Run], say: Say) -> dict[str, Totals]:
    """One run of each off the clock, for compilers and caches; its totals are the ones that are checked."""
    totals = {}
    for contender in contenders:
        if contender.name in runs:
            say(f"warming up {contender.name}")
            result = runs[contender.name]()
            if contender.totals is not None:
                totals[contender.name] = contender.totals(result)
    return totals


def others_s() -> tuple[float, float] | None:
    """Seconds on the clock, and seconds of all cores that went to other processes; None where /proc does not say."""
    try:
        ticks = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    except OSError:
        return None
    idle = ticks[3] + ticks[4]  # idle and waiting for a disk
    return time.perf_counter(), (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK") - time.process_time()


def timed(run: Run) -> int:
    """Nanoseconds of one run; the garbage of the run before is collected first, and the result outlives the clock."""
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter_ns()
        result = run()
        elapsed = time.perf_counter_ns() - started
    finally:
        gc.enable()
    del result
    return elapsed
