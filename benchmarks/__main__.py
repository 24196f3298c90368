"""`python -m benchmarks`: J1 side by side, as a table and as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from benchmarks.contender import Contender
from benchmarks.data import FULL, QUICK
from benchmarks.measure import CONTENDERS, measure
from benchmarks.report import as_json, as_table, machine

LATEST: Final = Path(__file__).parent / "results" / "latest.json"


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 when bills differ."""
    options = _parser().parse_args(arguments)
    n_intervals = options.intervals or (QUICK if options.quick else FULL)
    chosen = _chosen(options.only)
    try:
        results, others = measure(chosen, n_intervals, options.rounds, memory=not options.no_memory, say=_say)
    except AssertionError as problem:
        _say("")
        print(problem, file=sys.stderr)
        return 1
    _say("")
    facts = machine(others)
    print(as_table(results, facts, n_intervals, options.rounds))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(as_json(results, facts, n_intervals, options.rounds), indent=1) + "\n")
    print(f"\nwritten to {options.json}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="J1: rating and its peers side by side.")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} intervals instead of {FULL:,}")
    parser.add_argument("--intervals", type=int, metavar="N", help="so many intervals")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="so many rounds (7)")
    parser.add_argument("--only", metavar="NAMES", help="names or their beginnings, comma-separated: rating,numpy")
    parser.add_argument("--no-memory", action="store_true", help="times only")
    parser.add_argument("--json", type=Path, default=LATEST, metavar="FILE", help="where to write (%(default)s)")
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
