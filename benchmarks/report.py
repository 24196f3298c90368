"""What was measured, as a table for people and as JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.machine import facts_line
from benchmarks.trial import Column, Found, Job, Timing, Trial, times_column


def as_table(job: Job, trial: Trial, found: Found, facts: dict[str, Any]) -> str:
    """Rows in their order or the fastest first, by groups; below them what was checked, and the marks."""
    lines = [f"{job.name}: {trial.title}, {found.rounds} round{'s' * (found.rounds != 1)}", facts_line(facts), ""]
    lines += aligned(list(_cells(trial, found)))
    notes = [*found.notes, *trial.closing]
    notes += [f"skipped {each.row.name}: {each.skipped}" for each in found.timings.values() if each.skipped is not None]
    marks = [mark.line(found) for mark in trial.marks]
    for part in (notes, marks):
        if part:
            lines += ["", *part]
    return "\n".join(lines)


def as_json(job: Job, trial: Trial, found: Found, facts: dict[str, Any], size: int) -> dict[str, Any]:
    """One object a run; a row that did not run has `skipped` and no times."""
    return {
        "job": job.name,
        "title": trial.title,
        "size": size,
        "unit": trial.unit,
        "rounds": found.rounds,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "results": [_row_as_json(trial, found, timing) for timing in found.timings.values()],
        "marks": [{"says": each.says, "value": each.value(found), "most": each.most} for each in trial.marks],
        "notes": [*found.notes, *trial.closing],
    }


def _cells(trial: Trial, found: Found) -> Iterator[tuple[str, ...]]:
    columns = _columns(trial, found)
    yield ("", *(column.head for column in columns))
    yield ("", *(column.name for column in columns))
    ran = [timing for timing in found.timings.values() if timing.ns]
    for group in dict.fromkeys(timing.row.group for timing in ran):
        if group:
            yield (group,)
        rows = [timing for timing in ran if timing.row.group == group]
        if trial.fastest_first:
            rows.sort(key=lambda timing: timing.best)
        for timing in rows:
            yield ("  " * bool(group) + timing.row.name, *(column.cell(found, timing) for column in columns))


def _columns(trial: Trial, found: Found) -> list[Column]:
    name, scale = trial.scale
    article = "an" if trial.unit[0] in "aeiou" else "a"
    columns = [
        Column(f"{name} {article} {trial.unit}", "min", lambda _, timing: _figure(timing.best / scale)),
        Column("", "median", lambda _, timing: _figure(timing.median / scale)),
        *map(times_column, trial.bases),
        *trial.columns,
    ]
    timings = found.timings.values()
    if trial.memory and any(timing.peak_bytes is not None for timing in timings):
        columns.append(Column(f"bytes {article}", trial.unit, lambda _, timing: _bytes(timing.peak_bytes)))
        if any(timing.output_bytes is not None for timing in timings):
            columns.append(Column("of them", "output", lambda _, timing: _bytes(timing.output_bytes)))
    return columns


def _figure(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:,.1f}"


def _bytes(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The first column to the left, the others to the right; a row of one cell is a heading."""
    width = len(rows[0])
    widths = [max(len(row[i]) for row in rows if len(row) == width) for i in range(width)]
    lines = []
    for row in rows:
        cells = (cell.rjust(wide) for cell, wide in zip(row[1:], widths[1:], strict=False))
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())
    return lines


def _row_as_json(trial: Trial, found: Found, timing: Timing) -> dict[str, Any]:
    row = timing.row
    common = {"name": row.name, "about": row.about, **({"group": row.group} if row.group else {})}
    if timing.skipped is not None:
        return {**common, "skipped": timing.skipped}
    return {
        **common,
        "units": row.units,
        "ns_min": round(timing.best, 4),
        "ns_median": round(timing.median, 4),
        "ns": [round(one, 4) for one in timing.ns],
        "times": {base: found.times(row.name, base) for base in dict.fromkeys((row.floor, *trial.bases))},
        "peak_bytes": timing.peak_bytes,
        "output_bytes": timing.output_bytes,
        "whole_bytes": timing.whole_bytes,
    }


def progress(text: str) -> None:
    """Progress on a terminal, nothing on a pipe."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
