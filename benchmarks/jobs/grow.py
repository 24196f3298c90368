"""J1 at 1, 3, 10, 30 and 100 hundredths of its size: whether an interval costs the same in time and memory at any size.

The intervals of all sizes are made of the same blocks, each a J1 with a seed of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

import rating
from benchmarks.data import SEED, Int64, columns, make_job, tables
from benchmarks.data import Job as Data
from benchmarks.rows import floor_row, once, rating_row
from benchmarks.shapes import PATH
from benchmarks.trial import FLOOR, Found, Job, Mark, Row, Trial
from rating.tariff.model import Tariffs

PARTS: Final = (1, 3, 10, 30, 100)
FLAT: Final = 1.15  # the dearest size beside the cheapest
BEYOND: Final = 8.0  # bytes an interval, beyond the inputs and the output


def build(n_intervals: int) -> Trial:
    """Five sizes up to `n_intervals`."""
    block = n_intervals // PARTS[-1]
    rows: list[Row] = []
    names = [f"{block * part:,} intervals" for part in PARTS]
    for name, part in zip(names, PARTS, strict=True):
        data = once(partial(long_job, block, part))
        floor = f"{FLOOR}, {name}"
        rows += [
            floor_row(data, block * part, floor),
            rating_row(name, "rate() complete", partial(_inputs, data), block * part, floor=floor),
        ]
    totals, largest = f"{names[-1]}, totals only", rows[-2].name
    rows.append(rating_row(totals, "without lines", partial(_inputs, data), n_intervals, floor=largest, lines=False))
    return Trial(
        f"J1 from {names[0]} to {names[-1]}; peak memory beyond the inputs",
        tuple(rows),
        marks=(
            Mark("the dearest size: {} times the cheapest", partial(_flatness, names), FLAT),
            Mark("beyond inputs and output: {} bytes an interval", partial(_beyond, names), BEYOND),
        ),
        memory=True,
    )


def long_job(block: int, count: int) -> Data:
    """`count` blocks of a J1 of `block` intervals, written in place: never is more held than the job and a block."""
    n_intervals = block * count
    whole = [np.empty(n_intervals, np.int64) for _ in range(4)]
    lengths: list[Int64] = []
    first_id = 1_000_000
    for number in range(count):
        part = make_job(block, seed=SEED + 1_000 + number)
        for into, column in zip(whole, columns(part), strict=True):
            into[number * block : (number + 1) * block] = column
        ids = whole[0][number * block : (number + 1) * block]
        ids += first_id - ids[0]
        first_id = int(ids[-1]) + 1
        lengths.append(np.bincount(ids - ids[0]))
    return tables("J1, long", np.concatenate(lengths), *whole)


def _inputs(data: Callable[[], Data]) -> tuple[Tariffs, Data]:
    return rating.load_tariffs(PATH), data()


def _flatness(names: list[str], found: Found) -> float | None:
    best = [found.timings[name].best for name in names if found.timings[name].ns]
    return max(best) / min(best) if best else None


def _beyond(names: list[str], found: Found) -> float | None:
    """The most that any size needs."""
    each = [(found.timings[name].peak_bytes, found.timings[name].output_bytes) for name in names]
    known = [peak - output for peak, output in each if peak is not None and output is not None]
    return max(known, default=None)


JOB: Final = Job("GROW", "J1 from 1 to 100 million intervals, with memory", "intervals", 100_000_000, 1_000_000, build)
