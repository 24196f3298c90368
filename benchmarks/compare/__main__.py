"""`python -m benchmarks.compare BASE`: is this version slower than another, and does it bill the same?"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from benchmarks.compare.counts import Count, counter, instructions
from benchmarks.compare.rounds import FailedError, rounds
from benchmarks.compare.trees import WORK, NoSuchVersionError, Tree, trees
from benchmarks.compare.verdict import SLOWER, Compared, as_json, as_table
from benchmarks.compare.worker import JOBS
from benchmarks.machine import facts_line, machine
from benchmarks.report import progress
from benchmarks.timing import Others

INTERVALS: Final = 2_000_000
COUNTED: Final = 50_000  # intervals: valgrind is fifty times as slow


def main(arguments: list[str] | None = None) -> int:
    """0: as fast as the base and the same bills; 1: not; 2: could not be compared."""
    options = _parser().parse_args(arguments)
    count = counter() if options.instructions else None
    others = Others()
    try:
        with trees(options.base, options.work) as both:
            compared = [_one(job, both, options, count) for job in options.job or list(JOBS)]
    except (NoSuchVersionError, FailedError) as problem:
        progress("")
        print(problem, file=sys.stderr)
        return 2
    progress("")
    most = None if options.any_time else SLOWER
    faults = [fault for each in compared for fault in each.faults(most)]
    print(f"this version beside {options.base}: {options.intervals:,} intervals, {options.rounds} rounds of processes")
    print(f"{facts_line(machine(others.mean()))}\n\n{as_table(compared)}\n")
    if isinstance(count, str):
        print(f"no instructions are counted: {count}\n")
    elif count is not None:
        print(f"instructions of {COUNTED:,} intervals in one thread, counted by {count[0]}\n")
    print("\n".join(faults) if faults else "fine")
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(as_json(compared, faults), indent=1) + "\n")
    return int(bool(faults))


def _one(
    job: str, both: tuple[Tree, Tree], options: argparse.Namespace, count: tuple[str, Count] | str | None
) -> Compared:
    base, here = rounds(both, job, options.intervals, options.rounds, options.repeats, progress)
    if not isinstance(count, tuple):
        return Compared(job, base, here)
    counts = []
    for tree in both:
        progress(f"{job}, {tree.name}: counting instructions")
        counts.append(instructions(tree, job, COUNTED, count[1]))
    return Compared(job, base, here, (counts[0], counts[1]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare",
        description="This folder's version beside a commit's, in turns on this machine. Fails where bills differ, or a "
        f"job takes more than {SLOWER:g} times as long, by the least of its ratios to the read floor.",
    )
    parser.add_argument("base", help="a branch, a tag or a commit")
    parser.add_argument("--job", action="append", choices=list(JOBS), help="this job only; may be given again")
    parser.add_argument("--intervals", type=int, default=INTERVALS, metavar="N", help="of each job (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="processes of each version (%(default)s)")
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="times in each process (%(default)s)")
    parser.add_argument("--any-time", action="store_true", help="only bills can fail it: for a noisy machine")
    parser.add_argument("--instructions", action="store_true", help="count instructions, too (perf or valgrind)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--work", type=Path, default=WORK, metavar="FOLDER", help="for the worktree and the kernels")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
