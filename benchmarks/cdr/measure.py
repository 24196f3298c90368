"""Times the ways to price CDRs in rounds, each once a round, and checks every bill."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from benchmarks.cdr.data import KINDS, Cdrs, Kind, make_cdrs
from benchmarks.cdr.ways import ALL, Way, net_cents
from benchmarks.contender import Run
from benchmarks.measure import Say, others_s, timed


class Size(NamedTuple):
    """How many CDRs of a kind: in all, as objects, and one at a time."""

    n: int
    objects: int
    singly: int


# 100,000 CDRs of 96 periods are 1.5 GB of text; as objects of Python they would be 9 GB, so a fiftieth of them does.
FULL: Final = {"flat": Size(100_000, 100_000, 1_000), "tou": Size(100_000, 2_000, 500)}
QUICK: Final = {"flat": Size(2_000, 200, 20), "tou": Size(200, 20, 20)}


class Result(NamedTuple):
    """A way to price a kind of CDRs: ns a CDR, one for each round."""

    way: Way
    kind: Kind
    cdrs: int
    bytes_a_cdr: float
    ns: tuple[float, ...]

    @property
    def best(self) -> float:
        return min(self.ns)

    @property
    def median(self) -> float:
        return statistics.median(self.ns)

    @property
    def ratio(self) -> float | None:
        """How many times as fast as the cited figure, where there is one."""
        cited = self.way.cited.ns.get(self.kind.name)
        return None if cited is None else cited / self.best


class Measured(NamedTuple):
    """Results by kind and way, and the mean number of cores that other processes took meanwhile."""

    results: tuple[Result, ...]
    others: float | None


def measure(sizes: dict[str, Size], rounds: int, *, say: Say, ways: Sequence[Way] = ALL) -> Measured:
    """AssertionError where a CDR does not cost what its generator says."""
    results, others = [], []
    for kind in KINDS:
        size = sizes[kind.name]
        say(f"making CDRs: {kind.about}")
        cdrs = make_cdrs(kind, size.n, size.objects)
        runs: dict[str, Run] = {}
        for way in ways:
            say(f"warming up {kind.name}, {way.name}")
            runs[way.name] = way.prepare(cdrs, size.singly)
            check(cdrs, way, runs[way.name]())
        ns: dict[str, list[float]] = {way.name: [] for way in ways}
        before = others_s()
        for number in range(1, rounds + 1):
            say(f"{kind.name}, round {number} of {rounds}")
            for way in ways:
                ns[way.name].append(timed(runs[way.name]) / way.takes(cdrs, size.singly))
        after = others_s()
        if before is not None and after is not None:
            others.append((after[1] - before[1]) / (after[0] - before[0]))
        for way in ways:
            width = len(cdrs.text) / cdrs.n
            results.append(Result(way, kind, way.takes(cdrs, size.singly), width, tuple(ns[way.name])))
    return Measured(tuple(results), max(others, default=None))


def check(cdrs: Cdrs, way: Way, result: object) -> None:
    """AssertionError unless each CDR costs, to the cent, what its generator says."""
    got = net_cents(result)
    expected = cdrs.net_cents[: len(got)]
    if len(got) == 0 or not np.array_equal(got, expected):
        wrong = np.flatnonzero(got != expected)
        where = f"CDR {wrong[0]} costs {got[wrong[0]]} cents, not {expected[wrong[0]]}" if len(wrong) else "no CDR"
        raise AssertionError(f"{cdrs.kind.name}, {way.name}: {where}")
