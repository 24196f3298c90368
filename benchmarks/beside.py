"""J1 beside a job of the same sessions that asks for more: what that costs in time.

The two run in turns, and the ratio is of their best times: other work on the machine meets both alike.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from benchmarks.measure import Say, others_s, timed
from benchmarks.report import facts_line


class Pair(NamedTuple):
    """Two runs, each of which gives a `Rated`."""

    job: str  # how `--job` names it
    more: str  # what the second asks for: "by an index"
    n_intervals: int
    plain: Callable[[], Any]
    asking: Callable[[], Any]


class Result(NamedTuple):
    """Nanoseconds an interval of each round."""

    job: str
    more: str
    n_intervals: int
    ns: dict[str, list[float]]

    @property
    def ratio(self) -> float:
        """How many times the best time of J1 the best one of the other is."""
        return min(self.ns[f"J1 {self.more}"]) / min(self.ns["J1"])


def measure(pair: Pair, rounds: int, *, say: Say) -> tuple[Result, float | None]:
    """Times of both, and the mean number of cores that other processes took meanwhile."""
    runs = {"J1": pair.plain, f"J1 {pair.more}": pair.asking}
    for run in runs.values():
        rated = run()
        assert rated.rejected.num_rows == 0, rated.rejected.slice(0, 1).to_pylist()
    ns: dict[str, list[float]] = {name: [] for name in runs}
    before = others_s()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for name, run in runs.items():
            ns[name].append(timed(run) / pair.n_intervals)
    after = others_s()
    others = None if before is None or after is None else (after[1] - before[1]) / (after[0] - before[0])
    return Result(pair.job, pair.more, pair.n_intervals, ns), others


def as_table(result: Result, facts: dict[str, Any], rounds: int) -> str:
    """The two, and how they compare."""
    width = max(map(len, result.ns))
    lines = [f"{result.job}: {result.n_intervals:,} intervals of J1, {rounds} rounds", facts_line(facts), ""]
    lines += [f"{name.ljust(width)} {min(ns):6.2f} ns an interval at best" for name, ns in result.ns.items()]
    return "\n".join([*lines, "", f"{result.more}: {result.ratio:.2f} times J1"])


def as_json(result: Result, facts: dict[str, Any], rounds: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "job": result.job,
        "intervals": result.n_intervals,
        "rounds": rounds,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "ns": result.ns,
        "ratio": result.ratio,
    }
