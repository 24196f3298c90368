"""The ways to have CDRs priced, from what a caller holds to what they cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

import rating
from benchmarks.cdr.data import Cdrs
from benchmarks.trial import Run


class Cited(NamedTuple):
    """A figure of the Rust crate `ocpi-tariffs` 0.6.1: ns a CDR, in one thread, by the kind of CDR."""

    about: str
    ns: dict[str, float]


# Given by the design notes of this project: the crate cannot be run here.
PARSED: Final = Cited("pricing a CDR that is parsed already", {"flat": 280.0, "tou": 25_000.0})
FROM_JSON: Final = Cited("from JSON", {"tou": 1e9 / 17_000})


class Way(NamedTuple):
    """`prepare` is off the clock, and what it returns is on it; it takes so many of the CDRs."""

    name: str
    about: str
    takes: Callable[[int, int, int], int]  # of all the CDRs, of those that are objects, of those priced one at a time
    prepare: Callable[[Cdrs, int], Run]
    cited: Cited


def net_cents(result: Any) -> NDArray[np.int64]:
    """What each CDR costs before tax. AssertionError where one was refused."""
    each = result if isinstance(result, list) else [result]
    for rated in each:
        if rated.rejected.num_rows:
            first = rated.rejected.slice(0, 1).to_pylist()
            raise AssertionError(f"rating rejected {rated.rejected.num_rows} CDRs, the first: {first}")
    net = pa.chunked_array([chunk for rated in each for chunk in rated.sessions.column("net").chunks])
    return np.asarray(pc.multiply(net, pa.scalar(100)).cast(pa.int64()))


def _singly(cdrs: Cdrs, count: int) -> Run:
    objects = cdrs.objects[:count]
    return lambda: [rating.rate_cdrs(cdr) for cdr in objects]


def _together(cdrs: Cdrs, count: int) -> Run:
    return lambda: rating.rate_cdrs(cdrs.objects)


def _from_json(cdrs: Cdrs, count: int) -> Run:
    return lambda: rating.rate_cdrs(cdrs.text)


def _read_already(cdrs: Cdrs, count: int) -> Run:
    read = rating.read_cdrs(cdrs.text)
    return lambda: rating.rate_cdrs(read)


def _read_already_alone(cdrs: Cdrs, count: int) -> Run:
    read = rating.read_cdrs(cdrs.text)
    return lambda: rating.rate_cdrs(read, threads=1)


def _every(n: int, objects: int, singly: int) -> int:
    return n


def _objects(n: int, objects: int, singly: int) -> int:
    return objects


def _few(n: int, objects: int, singly: int) -> int:
    return singly


ALL: Final = (
    Way("batch, read already", "rate_cdrs() of what read_cdrs() gave", _every, _read_already, PARSED),
    Way("batch, one thread", "the same with threads=1, as the cited figures are", _every, _read_already_alone, PARSED),
    Way("JSON text", "rate_cdrs() of text, a CDR a line", _every, _from_json, FROM_JSON),
    Way("list of objects", "rate_cdrs() of what Python's json parsed", _objects, _together, PARSED),
    Way("object by object", "a call of rate_cdrs() for each of them", _few, _singly, PARSED),
)
