"""What was measured of CDRs, as a table for people and as JSON for programs, beside the figures that are cited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from benchmarks.cdr.measure import Result
from benchmarks.cdr.ways import FROM_JSON, PARSED
from benchmarks.report import facts_line

CITED: Final = (
    f"ocpi-tariffs 0.6.1 (Rust, one thread) is cited, not run: {PARSED.ns['flat'] / 1000:g} us and "
    f"{PARSED.ns['tou'] / 1000:g} us a CDR that is parsed already, {1e9 / FROM_JSON.ns['tou']:,.0f} CDRs a second "
    "of 96 periods from JSON"
)


def as_table(results: Sequence[Result], facts: dict[str, Any], rounds: int) -> str:
    """By kind, the fastest first."""
    head = ("", "", "us a CDR", "", "ns a", "CDRs a", "times as fast as")
    names = ("", "CDRs", "min", "median", "period", "second", "ocpi-tariffs")
    rows: list[tuple[str, ...]] = [head, names]
    for kind in dict.fromkeys(result.kind for result in results):
        of_kind = [result for result in results if result.kind == kind]
        rows.append((f"{kind.about}; {of_kind[0].bytes_a_cdr:,.0f} bytes a CDR",))
        rows += [_row(result) for result in sorted(of_kind, key=lambda result: result.best)]
    widths = [max(len(row[i]) for row in rows if len(row) > 1) for i in range(len(head))]
    lines = [f"CDR: OCPI 2.2.1, each with its tariff; {rounds} rounds", facts_line(facts), ""]
    for row in rows:
        cells = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=False))
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())
    return "\n".join([*lines, "", CITED])


def as_json(results: Sequence[Result], facts: dict[str, Any], rounds: int) -> dict[str, Any]:
    """One object a run."""
    return {
        "job": "CDR",
        "rounds": rounds,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "cited": CITED,
        "results": [_result_as_json(result) for result in results],
    }


def _row(result: Result) -> tuple[str, ...]:
    ratio = "-" if result.ratio is None else f"{result.ratio:.3g}"
    times = (f"{result.best / 1000:.3f}", f"{result.median / 1000:.3f}", f"{result.best / result.kind.periods:,.1f}")
    return (f"  {result.way.name}", f"{result.cdrs:,}", *times, f"{1e9 / result.best:,.0f}", ratio)


def _result_as_json(result: Result) -> dict[str, Any]:
    return {
        "name": f"{result.kind.name}, {result.way.name}",
        "about": f"{result.kind.about}: {result.way.about}",
        "cdrs": result.cdrs,
        "periods_a_cdr": result.kind.periods,
        "bytes_a_cdr": round(result.bytes_a_cdr, 1),
        "ns_min": round(result.best, 1),
        "ns_median": round(result.median, 1),
        "ns": [round(one, 1) for one in result.ns],
        "cited": result.way.cited.about,
        "times_as_fast_as_cited": None if result.ratio is None else round(result.ratio, 4),
    }
