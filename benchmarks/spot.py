"""J1 beside the same sessions by a quarter-hour index: what a market price for each quarter costs in time.

The two run in turns, and the ratio is of their best times: other work on the machine meets both alike.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

import rating
from benchmarks.data import SEED, SLOT_US, SLOTS, TARIFF, YEAR_FIRST_US, make_job
from benchmarks.measure import Say, others_s, timed
from benchmarks.prices import PATH
from benchmarks.report import facts_line
from rating.tariff.load import parse_tariff
from rating.tariff.model import Component, Element, Tariff, Tariffs

_ENERGY: Final = """
tariff: spot
currency: USD
versions:
  - elements:
      - energy: {index: ca-day-ahead, factor: 1.05, add: 0.12/kWh, floor: -0.05, ceiling: 0.90}
"""


class Result(NamedTuple):
    """Nanoseconds an interval of each round."""

    n_intervals: int
    ns: dict[str, list[float]]

    @property
    def ratio(self) -> float:
        """How many times the best time of J1 the best one by the index is."""
        return min(self.ns["J1 by an index"]) / min(self.ns["J1"])


def measure(n_intervals: int, rounds: int, *, say: Say) -> tuple[Result, float | None]:
    """Times of both, and the mean number of cores that other processes took meanwhile."""
    job = make_job(n_intervals)
    tariffs = {"J1": rating.load_tariffs(PATH), "J1 by an index": spot_tariffs()}
    for each in tariffs.values():
        rated = rating.rate(each, job.sessions, job.intervals)
        assert rated.rejected.num_rows == 0, rated.rejected.slice(0, 1).to_pylist()
    ns: dict[str, list[float]] = {name: [] for name in tariffs}
    before = others_s()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for name, each in tariffs.items():
            ns[name].append(timed(partial(rating.rate, each, job.sessions, job.intervals)) / n_intervals)
    after = others_s()
    others = None if before is None or after is None else (after[1] - before[1]) / (after[0] - before[0])
    return Result(n_intervals, ns), others


def as_table(result: Result, facts: dict[str, Any], rounds: int) -> str:
    """The two, and how they compare."""
    lines = [f"SPOT: {result.n_intervals:,} intervals of J1, {rounds} rounds", facts_line(facts), ""]
    lines += [f"{name.ljust(16)} {min(ns):6.2f} ns an interval at best" for name, ns in result.ns.items()]
    return "\n".join([*lines, "", f"by an index: {result.ratio:.2f} times J1"])


def as_json(result: Result, facts: dict[str, Any], rounds: int) -> dict[str, Any]:
    """The same for programs."""
    return {
        "job": "SPOT",
        "intervals": result.n_intervals,
        "rounds": rounds,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": facts,
        "ns": result.ns,
        "ratio": result.ratio,
    }


def spot_tariffs() -> Tariffs:
    """The tariff of J1 with its prices of energy by an index of the year, and all its other prices as they are."""
    by_index = parse_tariff(_ENERGY, indexes={"ca-day-ahead": index()}).versions[0].elements[0].components[0]
    return Tariffs((_with_energy(rating.load_tariffs(PATH)[TARIFF], by_index),))


def _with_energy(tariff: Tariff, energy: Component) -> Tariff:
    """Windows of energy alone would be for nothing: the index has the prices of all hours."""

    def others(element: Element) -> tuple[Component, ...]:
        return tuple(part for part in element.components if part.dimension != "energy")

    (version,) = tariff.versions
    kept = [replace(each, components=others(each)) for each in version.elements if others(each)]
    first = Element("by the market", (energy,))
    return replace(tariff, versions=(replace(version, elements=(first, *kept)),))


def index() -> Any:
    """Prices in cents a MWh, some below zero, for every quarter of an hour of 2025 and a day around it."""
    count = SLOTS + 2 * 96
    start_us = YEAR_FIRST_US - 96 * SLOT_US + np.arange(count, dtype=np.int64) * SLOT_US
    cents = np.random.Generator(np.random.PCG64(SEED + 2)).integers(-3_000, 22_000, count).tolist()
    prices = [f"{'-' if each < 0 else ''}{abs(each) // 100}.{abs(each) % 100:02}" for each in cents]
    return pa.table({"start": pa.array(start_us).view(pa.timestamp("us", "UTC")), "price_per_mwh": prices})
