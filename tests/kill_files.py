"""Kills a run through files again and again: `python tests/kill_files.py FOLDER KILLS SEED shuffled|sorted`.

The process warms up, and then forks a child for each run, because starting Python and loading kernels takes a second
and the run itself a tenth. Each child goes on where the one before it was killed, until one of them ends by itself;
then the tables are compared byte for byte with those of a run that nobody disturbed, and the next run begins.
Prints JSON: how many runs ended, how many kills there were, and at how many of them parts were whole.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import rating
from rating.scale.slices import Sizes

# Where flushing a file takes no time; None: where temporary files are.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
SIZES = Sizes(slice_meter=40, slice_sessions=8, part_meter=80, part_sessions=16, whole=0)
TARIFF = """
tariff: kill
currency: EUR
time_zone: Europe/Amsterdam
tax: {name: VAT, percent: 21, included: true}
versions:
  - elements:
      - {name: day, when: {start_time: 07:00, end_time: 21:00}, energy: 0.41/kWh}
      - {name: night, energy: 0.29/kWh, parking_time: 0.10/min}
"""


def write_inputs(folder: Path, random: Random, shuffled: bool) -> None:
    """Some 100 sessions of a few intervals each, some of them refused, and intervals of no session."""
    start = 1_767_225_600_000_000
    quarter = 900_000_000
    sessions: dict[str, list[Any]] = {name: [] for name in ("session_id", "tariff", "start", "end")}
    intervals: dict[str, list[Any]] = {name: [] for name in ("session_id", "start", "end", "energy_wh")}
    for number in range(100):
        count, first = random.randint(1, 9), start + random.randint(0, 9000) * quarter
        if random.random() > 0.05:
            tariff = "kill" if random.random() > 0.05 else "unknown"
            for name, value in zip(sessions, (number, tariff, first, first + count * quarter), strict=True):
                sessions[name].append(value)
        for k in range(count):
            bounds = (first + k * quarter, first + (k + 1) * quarter)
            for name, value in zip(intervals, (number, *bounds, random.randint(0, 5000)), strict=True):
                intervals[name].append(value)
    for name, columns in (("sessions", sessions), ("intervals", intervals)):
        utc = pa.timestamp("us", "UTC")
        table = pa.table(
            {key: pa.array(each, utc if key in ("start", "end") else None) for key, each in columns.items()}
        )
        order = list(range(table.num_rows))
        if shuffled:
            random.shuffle(order)
        pq.write_table(table.take(pa.array(order)), folder / f"{name}.parquet", row_group_size=50)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(folder: Path, out: str, resume: bool) -> None:
    tariffs = rating.load_tariffs(folder / "kill.yaml")
    files = (folder / "sessions.parquet", folder / "intervals.parquet")
    rating.rate_files(tariffs, *files, folder / out, resume=resume, sizes=SIZES, threads=1)


def killed(folder: Path, resume: bool, after_s: float) -> bool:
    """Run in a child, and kill it; whether it was still at work."""
    child = os.fork()
    if child == 0:
        try:
            run(folder, "out", resume)
        except BaseException as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise SystemExit("a run failed")
    return os.WIFSIGNALED(status)


def main(folder: Path, kills: int, seed: int, shuffled: bool) -> None:
    random = Random(seed)
    (folder / "kill.yaml").write_text(TARIFF)
    write_inputs(folder, random, shuffled)
    run(folder, "first", False)
    begun = time.monotonic()
    run(folder, "whole", False)
    took_s = time.monotonic() - begun
    expected = content(folder / "whole")
    done = halfway = runs = 0
    resume = False
    while done < kills:
        was_killed = killed(folder, resume, random.uniform(0, 1.2 * took_s))
        done += was_killed
        resume = was_killed
        halfway += was_killed and any((folder / "out.partial" / "parts").glob("*.json"))
        if not was_killed:
            if content(folder / "out") != expected:
                raise SystemExit("the tables differ from those of a run that nobody disturbed")
            runs += 1
            shutil.rmtree(folder / "out")
    run(folder, "out", True)
    left = sorted(path.name for path in folder.iterdir() if "partial" in path.name)
    if content(folder / "out") != expected or left:
        raise SystemExit(f"the tables differ at the end, or something is left: {left}")
    print(json.dumps({"runs": runs, "kills": done, "halfway": halfway, "files": len(expected)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "shuffled")
