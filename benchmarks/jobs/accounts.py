"""J1 with 100,000 accounts, a third of them on plans: what deals cost in time."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa

import rating
from benchmarks.data import FULL, QUICK, SEED, TARIFF, make_job
from benchmarks.data import Job as Data
from benchmarks.rows import bill, floor_row, once, output_bytes, rating_row
from benchmarks.shapes import PATH
from benchmarks.trial import FLOOR, Job, Row, Run, Trial, times_mark
from rating.tariff.load import parse_plan
from rating.tariff.model import Tariffs
from rating.tariff.plans import Plans

ACCOUNTS: Final = 100_000
NAME: Final = "J1 with accounts"

# Three plans with all that costs time: an allowance that some use up, discounts, and loyalty.
_PLAN: Final = """
plan: {name}
currency: USD
time_zone: America/Los_Angeles
fee: 9.90/month
allowances:
  - {{energy: {kwh} kWh, per: month{carry}}}
discounts:
  - {{name: member, percent: {percent}, dimensions: energy}}
loyalty:
  - {{name: frequent, by: sessions, per: {per}, tiers: [{{from: 2, percent: 3}}, {{from: 5, percent: 5}}]}}
"""
_PLANS: Final = (
    {"name": "gold", "kwh": 40, "carry": ", carry_over: 20 kWh", "percent": 10, "per": "month"},
    {"name": "silver", "kwh": 15, "carry": "", "percent": 5, "per": "year"},
    {"name": "bronze", "kwh": 5, "carry": "", "percent": 2, "per": "month"},
)


def build(n_intervals: int) -> Trial:
    """J1, and J1 with accounts."""
    data = once(partial(make_job, n_intervals))

    def asking() -> Run:
        sessions, accounts = with_accounts(data())
        return partial(rating.rate, with_plans(), sessions, data().intervals, accounts=accounts)

    return Trial(
        f"{n_intervals:,} intervals of J1",
        (
            floor_row(data, n_intervals),
            rating_row("J1", "without accounts", lambda: (rating.load_tariffs(PATH), data()), n_intervals),
            Row(NAME, f"{ACCOUNTS:,} accounts, a third of them on plans", asking, n_intervals, bill, output_bytes),
        ),
        bases=(FLOOR, "J1"),
        marks=(times_mark("with accounts: {} times J1", NAME, "J1", 1.5),),
    )


def with_plans() -> Tariffs:
    """The tariff of J1 and the plans."""
    plans = Plans(tuple(parse_plan(_PLAN.format(**each)) for each in _PLANS))
    return Tariffs((rating.load_tariffs(PATH)[TARIFF],), plans=plans)


def with_accounts(job: Data) -> tuple[Any, Any]:
    """The sessions of J1 with the account of each, and the table of accounts: a third of all have a plan."""
    rng = np.random.Generator(np.random.PCG64(SEED + 3))
    count = max(3, ACCOUNTS * job.n_sessions // 416_000)  # a shorter job has as many sessions an account
    names = pa.array([f"A-{number:06}" for number in range(count)])
    of = pa.DictionaryArray.from_arrays(pa.array(rng.integers(0, count, job.n_sessions, dtype=np.int32)), names)
    members = names.take(pa.array(rng.permutation(count)[: count // 3]))
    plan = pa.array([_PLANS[number % len(_PLANS)]["name"] for number in range(len(members))])
    accounts = pa.table({"account": members, "plan": plan, "from": pa.array(["2024-12-31"] * len(members))})
    return job.sessions.append_column("account", of), accounts


JOB: Final = Job("ACCOUNTS", "J1 with accounts on plans", "intervals", FULL, QUICK, build)
