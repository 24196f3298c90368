"""J1's sessions on 200 tariffs of four zones, mixed in a batch: what it costs that neighbours differ."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa

import rating
from benchmarks.data import FULL, QUICK, SEED, make_job
from benchmarks.data import Job as Data
from benchmarks.prices import PATH
from benchmarks.rows import floor_row, once, rating_row
from benchmarks.trial import FLOOR, Job, Trial, times_mark
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariffs

TARIFFS: Final = 200
ZONES: Final = ("America/Los_Angeles", "America/New_York", "Europe/Amsterdam", "Asia/Kolkata")
PRICES: Final = ("0.62", "0.51", "0.34", "0.48", "0.43", "0.31")  # those of the file


def build(n_intervals: int) -> Trial:
    """J1, and J1 mixed."""
    data = once(partial(make_job, n_intervals))
    mixed = once(lambda: with_names(data(), [tariff.id for tariff in tariffs().values()]))
    name = f"{TARIFFS} tariffs"
    return Trial(
        f"{n_intervals:,} intervals of J1",
        (
            floor_row(data, n_intervals),
            rating_row("one tariff", "J1", lambda: (rating.load_tariffs(PATH), data()), n_intervals),
            rating_row(name, f"mixed, in {len(ZONES)} zones", lambda: (tariffs(), mixed()), n_intervals),
        ),
        bases=(FLOOR, "one tariff"),
        marks=(times_mark(f"{name} in {len(ZONES)} zones: {{}} times one", name, "one tariff", 1.3),),
    )


def tariffs(count: int = TARIFFS) -> Tariffs:
    """As many tariffs of the shape of J1's, each with prices of its own, in turn in each zone."""
    rng = np.random.Generator(np.random.PCG64(SEED + 5))
    text = PATH.read_text(encoding="utf-8")
    made = []
    for number in range(count):
        one = text.replace("tariff: ca-tou", f"tariff: t-{number:03}")
        one = one.replace("America/Los_Angeles", ZONES[number % len(ZONES)])
        for price in PRICES:
            one = one.replace(f"energy: {price}/kWh", f"energy: 0.{rng.integers(20, 90):02}/kWh")
        made.append(parse_tariff(one))
    return Tariffs(tuple(made))


def with_names(job: Data, names: list[str]) -> Data:
    """The job, with one of these tariffs for each session, drawn."""
    rng = np.random.Generator(np.random.PCG64(SEED + 6))
    codes = pa.array(rng.integers(0, len(names), job.n_sessions, dtype=np.int32))
    column: Any = pa.DictionaryArray.from_arrays(codes, pa.array(names))
    at = job.sessions.column_names.index("tariff")
    return job._replace(sessions=job.sessions.set_column(at, "tariff", column))


JOB: Final = Job("MIXED", "200 tariffs of 4 zones in a batch", "intervals", FULL, QUICK, build)
