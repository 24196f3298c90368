"""J1 beside the same sessions of 100,000 accounts, a third of them on plans: what deals cost in time.

The two run in turns, and the ratio is of their best times: other work on the machine meets both alike.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import rating
from benchmarks.data import SEED, TARIFF, Job, make_job
from benchmarks.measure import Say, others_s, timed
from benchmarks.prices import PATH
from benchmarks.report import facts_line
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


class Result(NamedTuple):
    """Nanoseconds an interval of each round, and how many sessions were on plans."""

    n_intervals: int
    ns: dict[str, list[float]]
    on_plans: int

    @property
    def ratio(self) -> float:
        """How many times the best time of J1 the best one with accounts is."""
        return min(self.ns["J1 with accounts"]) / min(self.ns["J1"])


def measure(n_intervals: int, rounds: int, *, say: Say) -> tuple[Result, float | None]:
    """Times of both, and the mean number of cores that other processes took meanwhile."""
    job = make_job(n_intervals)
    tariffs = with_plans()
    sessions, accounts = with_accounts(job)
    runs = {
        "J1": partial(rating.rate, tariffs, job.sessions, job.intervals),
        "J1 with accounts": partial(rating.rate, tariffs, sessions, job.intervals, accounts=accounts),
    }
    for run in runs.values():
        rated = run()
        assert rated.rejected.num_rows == 0, rated.rejected.slice(0, 1).to_pylist()
    ns: dict[str, list[float]] = {name: [] for name in runs}
    before = others_s()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for name, run in runs.items():
            ns[name].append(timed(run) / n_intervals)
    after = others_s()
    others = None if before is None or after is None else (after[1] - before[1]) / (after[0] - before[0])
    members = pc.is_in(sessions["account"].cast(pa.string()), accounts["account"])
    return Result(n_intervals, ns, pc.sum(members).as_py()), others


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


def as_table(result: Result, facts: dict[str, Any], rounds: int) -> str:
    """The two, and how they compare."""
    lines = [
        f"ACCOUNTS: {result.n_intervals:,} intervals of J1, {result.on_plans:,} sessions on plans, {rounds} rounds"
    ]
    lines += [facts_line(facts), ""]
    lines += [f"{name.ljust(16)} {min(ns):6.2f} ns an interval at best" for name, ns in result.ns.items()]
    return "\n".join([*lines, "", f"with accounts: {result.ratio:.2f} times J1"])


def as_json(result: Result, facts: dict[str, Any], rounds: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "job": "ACCOUNTS",
        "intervals": result.n_intervals,
        "on_plans": result.on_plans,
        "rounds": rounds,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "ns": result.ns,
        "ratio": result.ratio,
    }
