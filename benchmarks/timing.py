"""One run on the clock, and how busy the machine was with other things."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path

from benchmarks.trial import Run, Told


def timed(run: Run) -> int:
    """Nanoseconds of one run, or what it tells of another process.

    The garbage of the run before is collected first, and the result outlives the clock.
    """
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter_ns()
        result = run()
        elapsed = time.perf_counter_ns() - started
    finally:
        gc.enable()
    return result.ns if isinstance(result, Told) else elapsed


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
    return time.perf_counter(), (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK") - time.process_time()
