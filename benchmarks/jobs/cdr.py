"""OCPI CDRs in the ways in which they come, beside the figures that are cited."""

from __future__ import annotations

from functools import partial
from typing import Final, NamedTuple

import numpy as np

from benchmarks.cdr.data import KINDS, Cdrs, Kind, make_cdrs
from benchmarks.cdr.ways import ALL, FROM_JSON, PARSED, Way, net_cents
from benchmarks.rows import once
from benchmarks.trial import Column, Found, Job, Row, Timing, Trial

CITED: Final = (
    f"ocpi-tariffs 0.6.1 (Rust, one thread) is cited, not run: {PARSED.ns['flat'] / 1000:g} us and "
    f"{PARSED.ns['tou'] / 1000:g} us a CDR that is parsed already, {1e9 / FROM_JSON.ns['tou']:,.0f} CDRs a second "
    "of 96 periods from JSON"
)
FULL: Final = 100_000
QUICK: Final = 2_000


class Size(NamedTuple):
    """How many CDRs of a kind: in all, as objects, and one at a time."""

    n: int
    objects: int
    singly: int


def sizes(count: int) -> dict[str, Size]:
    """Of each kind: 100,000 CDRs of 96 periods are 1.5 GB of text; as objects of Python they would be 9 GB, so a
    fiftieth of them does.
    """
    return {
        "flat": Size(count, count, max(2, count // 100)),
        "tou": Size(count, max(2, count // 50), max(2, count // 200)),
    }


def build(count: int) -> Trial:
    """Each way to price each kind of CDR."""
    rows, kinds, ways = [], {}, {}
    for kind in KINDS:
        size = sizes(count)[kind.name]
        cdrs = once(partial(make_cdrs, kind, size.n, size.objects))
        for way in ALL:
            name = f"{kind.name}, {way.name}"
            takes = way.takes(*size)
            about = f"{kind.about}: {way.about}"
            prepare = partial(lambda way, cdrs, size: way.prepare(cdrs(), size.singly), way, cdrs, size)
            summary = partial(lambda kind, way, cdrs, result: check(cdrs(), kind, way, result), kind, way, cdrs)
            rows.append(Row(name, about, prepare, takes, summary, group=kind.about))
            kinds[name], ways[name] = kind, way
    return Trial(
        "OCPI 2.2.1, each with its tariff",
        tuple(rows),
        unit="CDR",
        bases=(),
        scale=("us", 1000),
        columns=(
            Column("", "CDRs", lambda _, timing: f"{timing.row.units:,}"),
            Column("ns a", "period", lambda _, timing: f"{timing.best / kinds[timing.row.name].periods:,.1f}"),
            Column("CDRs a", "second", lambda _, timing: f"{1e9 / timing.best:,.0f}"),
            Column("times as fast as", "ocpi-tariffs", partial(_beside_cited, kinds, ways)),
        ),
        fastest_first=True,
        closing=(CITED,),
    )


def check(cdrs: Cdrs, kind: Kind, way: Way, result: object) -> int:
    """AssertionError unless each CDR costs, to the cent, what its generator says; else how many were looked at."""
    got = net_cents(result)
    expected = cdrs.net_cents[: len(got)]
    if len(got) == 0 or not np.array_equal(got, expected):
        wrong = np.flatnonzero(got != expected)
        where = f"CDR {wrong[0]} costs {got[wrong[0]]} cents, not {expected[wrong[0]]}" if len(wrong) else "no CDR"
        raise AssertionError(f"{kind.name}, {way.name}: {where}")
    return len(got)


def _beside_cited(kinds: dict[str, Kind], ways: dict[str, Way], _found: Found, timing: Timing) -> str:
    ratio = beside_cited(ways[timing.row.name], kinds[timing.row.name], timing.best)
    return "-" if ratio is None else f"{ratio:.3g}"


def beside_cited(way: Way, kind: Kind, best_ns: float) -> float | None:
    """How many times as fast as the cited figure, where there is one."""
    cited = way.cited.ns.get(kind.name)
    return None if cited is None else cited / best_ns


JOB: Final = Job("CDR", "OCPI CDRs, in each way in which they come", "CDRs", FULL, QUICK, build)
