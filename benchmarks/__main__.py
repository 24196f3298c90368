"""`python -m benchmarks`: J1 side by side, and OCPI CDRs, as tables and as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks import accounts, beside, files, spot
from benchmarks.cdr import measure as cdrs
from benchmarks.cdr import report as cdr_report
from benchmarks.contender import Contender
from benchmarks.data import FULL, QUICK
from benchmarks.measure import CONTENDERS, measure
from benchmarks.readme import put_into
from benchmarks.report import as_json, as_table, machine

LATEST: Final = Path(__file__).parent / "results" / "latest.json"
JOBS: Final = ("J1", "CDR", "SPOT", "ACCOUNTS", "FILES")
TOGETHER: Final = ("J1", "CDR")  # without --job


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 when bills differ."""
    options = _parser().parse_args(arguments)
    jobs = [options.job] if options.job else ["J1"] if options.only else list(TOGETHER)
    chosen = _chosen(options.only)
    try:
        for job in jobs:
            if job != jobs[0]:
                print()
            table, found = _j1(options, chosen) if job == "J1" else OTHERS[job](options)
            _say("")
            beside = options.json.with_name(f"{options.json.stem}-{job.lower()}.json")
            path = options.json if job == "J1" else beside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(found, indent=1) + "\n")
            print(f"{table}\n\nwritten to {path}", flush=True)
            if options.readme is not None:
                put_into(options.readme, job, table)
    except AssertionError as problem:
        _say("")
        print(problem, file=sys.stderr)
        return 1
    return 0


def _j1(options: argparse.Namespace, chosen: list[Contender]) -> tuple[str, dict[str, Any]]:
    n_intervals = options.intervals or (QUICK if options.quick else FULL)
    results, others = measure(chosen, n_intervals, options.rounds, memory=not options.no_memory, say=_say)
    facts = machine(others)
    shown = as_table(results, facts, n_intervals, options.rounds)
    return shown, as_json(results, facts, n_intervals, options.rounds)


def _cdr(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    sizes = cdrs.QUICK if options.quick else cdrs.FULL
    results, others = cdrs.measure(sizes, options.rounds, say=_say)
    facts = machine(others)
    return cdr_report.as_table(results, facts, options.rounds), cdr_report.as_json(results, facts, options.rounds)


def _beside(pair: Callable[[int], beside.Pair], options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    n_intervals = options.intervals or (QUICK if options.quick else FULL)
    result, others = beside.measure(pair(n_intervals), options.rounds, say=_say)
    facts = machine(others)
    return beside.as_table(result, facts, options.rounds), beside.as_json(result, facts, options.rounds)


def _files(options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    n_intervals = options.intervals or (QUICK if options.quick else FULL)
    result, others = files.measure(n_intervals, options.rounds, say=_say)
    facts = machine(others)
    return files.as_table(result, facts, options.rounds), files.as_json(result, facts, options.rounds)


OTHERS: Final[dict[str, Callable[[argparse.Namespace], tuple[str, dict[str, Any]]]]] = {
    "CDR": _cdr,
    "SPOT": partial(_beside, spot.pair),
    "ACCOUNTS": partial(_beside, accounts.pair),
    "FILES": _files,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="J1: rating and its peers side by side; CDR: OCPI CDRs; SPOT: J1 by an index; ACCOUNTS: on plans; "
        "FILES: files of any size.",
    )
    parser.add_argument("--job", choices=JOBS, help="one of them only; without it J1 and CDR")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} intervals instead of {FULL:,}, few CDRs")
    parser.add_argument("--intervals", type=int, metavar="N", help="so many intervals of J1")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="so many rounds (7)")
    parser.add_argument(
        "--only", metavar="NAMES", help="contenders of J1 by the beginnings of their names: rating,numpy"
    )
    parser.add_argument("--no-memory", action="store_true", help="times only")
    parser.add_argument(
        "--json",
        type=Path,
        default=LATEST,
        metavar="FILE",
        help="where to write J1; CDR goes beside it, as -cdr.json (%(default)s)",
    )
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="write the tables into FILE as well, where its markers stand"
    )
    return parser


def _chosen(only: str | None) -> list[Contender]:
    """The contenders whose names begin with one of the given, and the read floor, by which all are measured."""
    if only is None:
        return list(CONTENDERS)
    wanted = tuple(name.strip() for name in only.split(","))
    for name in wanted:
        if not any(contender.name.startswith(name) for contender in CONTENDERS):
            known = ", ".join(contender.name for contender in CONTENDERS)
            raise SystemExit(f"no contender begins with {name!r}; there are: {known}")
    return [c for c in CONTENDERS if c.name.startswith((*wanted, "read floor"))]


def _say(text: str) -> None:
    """Progress on a terminal, nothing on a pipe."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
