"""One run on the clock, and how busy the machine was with other things."""

from __future__ import annotations

import gc
import os
import statistics
import time
from pathlib import Path

from benchmarks.trial import Clock, Run


def median_of(calls: int) -> Clock:
    """A clock for runs of microseconds: calls many times, each on the clock, and gives their median.

    The collector of garbage stays on, for callers have it on.
    """

    def clock(run: Run) -> float:
        gc.collect()
        times = []
        for _ in range(calls):
            started = time.perf_counter_ns()
            run()
            times.append(time.perf_counter_ns() - started)
        return statistics.median(times)

    return clock


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


class Others:
    """Counts the cores that other processes take, from its making on."""

    def __init__(self) -> None:
        self._before = _others_s()

    def mean(self) -> float | None:
        """How many cores, in the mean; None where /proc does not say."""
        after = _others_s()
        if self._before is None or after is None:
            return None
        return (after[1] - self._before[1]) / (after[0] - self._before[0])


def _others_s() -> tuple[float, float] | None:
    """Seconds on the clock, and seconds of all cores that went to other processes."""
    try:
        ticks = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    except OSError:
        return None
    idle = ticks[3] + ticks[4]  # idle and waiting for a disk
    return time.perf_counter(), (sum(ticks) - idle - _ours_ticks()) / os.sysconf("SC_CLK_TCK")


def _ours_ticks() -> int:
    """What this process and those that it started, and they, and so on have taken, the ended ones as well."""
    took: dict[int, int] = {}
    started: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        number, parent = int(stat.parent.name), int(fields[1])
        took[number] = sum(map(int, fields[11:15]))  # in user and system mode, of its own and of those that ended
        started.setdefault(parent, []).append(number)
    family = [os.getpid()]
    for each in family:  # which grows meanwhile
        family += started.get(each, [])
    return sum(took.get(each, 0) for each in family)
