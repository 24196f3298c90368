"""The facts without which a time says nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

PACKAGES: Final = ("rating", "numpy", "numba", "pyarrow", "pandas", "polars", "duckdb", "tzdata")


def machine(others: float | None) -> dict[str, Any]:
    """The machine and what runs on it; `others` is how many cores other processes took meanwhile."""
    return {
        "cpu": _cpu(),
        "cores": cores(),
        "cores_of_others": None if others is None else round(max(others, 0.0), 2),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def facts_line(facts: dict[str, Any]) -> str:
    """The machine in a line."""
    versions = ", ".join(f"{name} {facts[name]}" for name in ("python", *PACKAGES) if facts[name] is not None)
    others = facts["cores_of_others"]
    taken = "" if others is None else f" ({others:.2f} of them taken by other processes meanwhile)"
    return f"{facts['cpu']}, {facts['cores']} cores{taken}; {versions}"


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
