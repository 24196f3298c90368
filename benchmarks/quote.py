"""One session at a time: quotes, and `rate` of a table of one session."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter_ns
from typing import Any, Final

import rating
from benchmarks.measure import Say, others_s
from benchmarks.report import facts_line

CALLS: Final = 2000  # of each in a round
_START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
_QUARTER: Final = timedelta(minutes=15)


def runs() -> dict[str, Callable[[], Any]]:
    """What is measured."""
    tariffs = rating.load_tariffs("tariffs/")
    facts: dict[str, Any] = {"start": "2026-03-02T10:00+01:00", "end": "2026-03-02T11:30+01:00", "energy_kwh": "23.4"}
    rows = [
        {"start": _START + i * _QUARTER, "end": _START + (i + 1) * _QUARTER, "energy_wh": 1000 + i} for i in range(24)
    ]
    bounds: dict[str, Any] = {"start": rows[0]["start"], "end": rows[-1]["end"]}
    sessions = {"session_id": ["S-1"], "tariff": ["harbour-dc"], **{name: [value] for name, value in facts.items()}}
    return {
        "quote, a price a kWh": lambda: rating.quote(tariffs, "per-kwh", **facts),
        "quote, windows, grace and limits": lambda: rating.quote(tariffs, "harbour-dc", **facts),
        "quote, by a quarter-hour index": lambda: rating.quote(tariffs, "spot", **facts),
        "quote of 24 intervals": lambda: rating.quote(tariffs, "harbour-dc", **bounds, intervals=rows),
        "quote with its lines": lambda: rating.quote(tariffs, "harbour-dc", **facts).lines,
        "rate of one session": lambda: rating.rate(tariffs, sessions),
        "rate of one session with its tables": lambda: _tables(rating.rate(tariffs, sessions)),
    }


def _tables(rated: Any) -> Any:
    return rated.sessions, rated.lines, rated.rejected


def measure(rounds: int, *, say: Say) -> tuple[dict[str, list[float]], float | None]:
    """Median microseconds a call in each round, and the mean number of cores that other processes took meanwhile."""
    every = runs()
    for run in every.values():
        run()
    found: dict[str, list[float]] = {name: [] for name in every}
    before = others_s()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for name, run in every.items():
            times = []
            for _ in range(CALLS):
                begin = perf_counter_ns()
                run()
                times.append(perf_counter_ns() - begin)
            found[name].append(statistics.median(times) / 1000)
    after = others_s()
    others = None if before is None or after is None else (after[1] - before[1]) / (after[0] - before[0])
    return found, others


def as_table(found: dict[str, list[float]], facts: dict[str, Any], rounds: int) -> str:
    """A line for each; the median of the best round."""
    width = max(map(len, found))
    lines = [f"ONE: one session, {CALLS:,} calls in each of {rounds} rounds", facts_line(facts), ""]
    return "\n".join([*lines, *(f"{name.ljust(width)} {min(us):7.1f} us in the median" for name, us in found.items())])
