"""`python -m benchmarks`: measures every job, or those that are named, as tables, as JSON and into the README."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks.jobs import JOBS, find, j1
from benchmarks.machine import machine
from benchmarks.measure import measure, with_memory
from benchmarks.readme import put_into
from benchmarks.report import as_json, as_table, progress
from benchmarks.trial import Job

RESULTS: Final = Path(__file__).parent / "results"


def main(arguments: list[str] | None = None) -> int:
    """0, or 1 when bills differ."""
    options = _parser().parse_args(arguments)
    names = options.job or (["J1"] if options.only else [job.name for job in JOBS if not (options.quick and job.slow)])
    try:
        for number, job in enumerate(map(find, names)):
            table, told = _measured(job, options)
            path = options.json / f"{job.name.lower()}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(told, indent=1) + "\n")
            print("\n" * (number > 0) + f"{table}\n\nwritten to {path}", flush=True)
            if options.readme is not None:
                put_into(options.readme, job.marker, table)
    except AssertionError as problem:
        progress("")
        print(problem, file=sys.stderr)
        return 1
    return 0


def _measured(job: Job, options: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    size = options.size or (job.quick if options.quick else job.full)
    trial = j1.build(size, j1.chosen(options.only)) if options.only and job is j1.JOB else job.build(size)

    def say(text: str) -> None:
        progress(f"{job.name}: {text}")

    found = measure(trial, options.rounds, say=say)
    if trial.memory and not options.no_memory:
        found = with_memory(job, size, found, say=say)
    progress("")
    facts = machine(found.others)
    return as_table(job, trial, found, facts), as_json(job, trial, found, facts, size)


def _parser() -> argparse.ArgumentParser:
    jobs = "\n".join(f"  {job.name.ljust(11)} {job.about} ({job.full:,} {job.sized})" for job in JOBS)
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=f"Measures each job in rounds, as ratios in one run. The jobs:\n{jobs}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--job",
        action="append",
        choices=[job.name for job in JOBS],
        metavar="NAME",
        help="this job only; may be given again; without it all of them",
    )
    parser.add_argument("--quick", action="store_true", help="few intervals, to see that all works")
    parser.add_argument("--size", "--intervals", type=int, metavar="N", help="so many intervals, CDRs or tariffs")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="so many rounds (7)")
    parser.add_argument(
        "--only", metavar="NAMES", help="contenders of J1 by the beginnings of their names: rating,numpy"
    )
    parser.add_argument("--no-memory", action="store_true", help="times only")
    parser.add_argument(
        "--json",
        type=Path,
        default=RESULTS,
        metavar="FOLDER",
        help="where to write <job>.json (%(default)s)",
    )
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="write the tables into FILE as well, where its markers stand"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
