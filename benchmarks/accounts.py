"""J1 with 100,000 accounts, a third of them on plans: what deals cost in time."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa

import rating
from benchmarks.beside import Pair
from benchmarks.data import SEED, TARIFF, Job, make_job
from benchmarks.prices import PATH
from rating.tariff.load import parse_plan
from rating.tariff.model import Tariffs
from rating.tariff.plans import Plans

ACCOUNTS: Final = 100_000

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


def pair(n_intervals: int) -> Pair:
    """J1, and J1 with accounts."""
    job, tariffs = make_job(n_intervals), with_plans()
    sessions, accounts = with_accounts(job)
    plain = partial(rating.rate, tariffs, job.sessions, job.intervals)
    asking = partial(rating.rate, tariffs, sessions, job.intervals, accounts=accounts)
    return Pair("ACCOUNTS", "with accounts", n_intervals, plain, asking)


def with_plans() -> Tariffs:
    """The tariff of J1 and the plans."""
    plans = Plans(tuple(parse_plan(_PLAN.format(**each)) for each in _PLANS))
    return Tariffs((rating.load_tariffs(PATH)[TARIFF],), plans=plans)


def with_accounts(job: Job) -> tuple[Any, Any]:
    """The sessions of J1 with the account of each, and the table of accounts: a third of all have a plan."""
    rng = np.random.Generator(np.random.PCG64(SEED + 3))
    count = max(3, ACCOUNTS * job.n_sessions // 416_000)  # a shorter job has as many sessions an account
    names = pa.array([f"A-{number:06}" for number in range(count)])
    of = pa.DictionaryArray.from_arrays(pa.array(rng.integers(0, count, job.n_sessions, dtype=np.int32)), names)
    members = names.take(pa.array(rng.permutation(count)[: count // 3]))
    plan = pa.array([_PLANS[number % len(_PLANS)]["name"] for number in range(len(members))])
    accounts = pa.table({"account": members, "plan": plan, "from": pa.array(["2024-12-31"] * len(members))})
    return job.sessions.append_column("account", of), accounts
