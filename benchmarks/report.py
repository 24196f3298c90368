"""What was measured, as a table for people and as JSON for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Result

PACKAGES: Final = ("rating", "numpy", "numba", "pyarrow", "pandas", "polars", "duckdb", "tzdata")


def machine(others: float | None) -> dict[str, Any]:
    """The facts without which a time says nothing; `others` is how many cores other processes took meanwhile."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "cores_of_others": None if others is None else round(max(others, 0.0), 2),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def as_json(results: Sequence[Result], facts: dict[str, Any], n_intervals: int, rounds: int) -> dict[str, Any]:
    """One object a run; a contender that did not run has `skipped` and no times."""
    return {
        "job": "J1",
        "intervals": n_intervals,
        "rounds": rounds,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "results": [_result_as_json(result) for result in results],
    }


def as_table(results: Sequence[Result], facts: dict[str, Any], n_intervals: int, rounds: int) -> str:
    """Fastest first, those that did not run last."""
    ran = sorted((result for result in results if result.ns), key=lambda result: result.best)
    by_name = {result.name: result for result in ran}
    floor, ours = by_name.get("read floor"), by_name.get("rating")
    head = ("", "ns an interval", "", "times", "times", "bytes an")
    names = ("", "min", "median", "read floor", "rating", "interval")
    rows = [head, names]
    for result in ran:
        memory = "-" if result.memory is None else f"{result.memory:.1f}"
        times = (f"{result.best:.2f}", f"{result.median:.2f}", _ratio(result, floor), _ratio(result, ours))
        rows.append((result.name, *times, memory))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = [f"J1: {n_intervals:,} intervals, {rounds} rounds; peak memory beyond the inputs", facts_line(facts), ""]
    for row in rows:
        cells = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())
    lines += ["", *_bills(results)]
    lines += [f"skipped {result.name}: {result.skipped}" for result in results if result.skipped is not None]
    return "\n".join(lines)


def _bills(results: Sequence[Result]) -> list[str]:
    """What the contenders of each job agreed on: `measure` refuses bills that differ."""
    lines = []
    for job, odd in (("J1", False), ("J1-odd", True)):
        totals = [result.total for result in results if result.odd is odd and result.total is not None]
        if totals:
            lines.append(f"{job}: {totals[0]:,.2f}, the same for {len(totals)} contender{'s' * (len(totals) > 1)}")
    return lines


def facts_line(facts: dict[str, Any]) -> str:
    """The machine in a line."""
    versions = ", ".join(f"{name} {facts[name]}" for name in ("python", *PACKAGES) if facts[name] is not None)
    others = facts["cores_of_others"]
    taken = "" if others is None else f" ({others:.2f} of them taken by other processes meanwhile)"
    return f"{facts['cpu']}, {facts['cores']} cores{taken}; {versions}"


def _ratio(result: Result, base: Result | None) -> str:
    return "-" if base is None else f"{result.best / base.best:.2f}"


def _result_as_json(result: Result) -> dict[str, Any]:
    common = {"name": result.name, "about": result.about, "job": "J1-odd" if result.odd else "J1"}
    if result.skipped is not None:
        return {**common, "skipped": result.skipped}
    return {
        **common,
        "ns_min": round(result.best, 4),
        "ns_median": round(result.median, 4),
        "ns": [round(one, 4) for one in result.ns],
        "peak_bytes_an_interval": None if result.memory is None else round(result.memory, 2),
        "total": result.total,
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
