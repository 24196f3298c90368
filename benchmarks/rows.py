"""The rows that most jobs are made of: the read floor, and `rating.rate` of tables and tariffs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, TypeVar

import pyarrow.compute as pc

import rating
from benchmarks.data import Job
from benchmarks.floor import reader
from benchmarks.trial import FLOOR, Row, Run, SkippedError
from rating.tariff.model import Tariffs

T = TypeVar("T")


class Bill(NamedTuple):
    """What a rating came to: enough to tell two of them apart."""

    sessions: int
    lines: int
    gross: Decimal  # of all currencies together: a sum to compare, not to pay


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Makes a value when it is first asked for: measuring the memory of one row makes what this row needs only."""
    return cache(make)


def floor_row(job: Callable[[], Job], count: int, name: str = FLOOR) -> Row:
    """Reading the columns of the intervals."""
    return Row(name, "Numba, all cores: the sum of the four interval columns", lambda: reader(job()), count, floor=name)


def rating_row(
    name: str,
    about: str,
    inputs: Callable[[], tuple[Tariffs, Job]],
    count: int,
    *,
    floor: str = FLOOR,
    summary: Callable[[Any], Any] | None = None,
    **options: Any,
) -> Row:
    """A complete `rating.rate`, with the options of it that are given."""

    def prepare() -> Run:
        needs(*options)
        tariffs, job = inputs()
        return lambda: rating.rate(tariffs, job.sessions, job.intervals, **options)

    return Row(name, about, prepare, count, summary or bill, output_bytes, floor=floor)


def needs(*options: str) -> None:
    """SkippedError unless `rating.rate` has these options."""
    known = inspect.signature(rating.rate).parameters
    if missing := [option for option in options if option not in known]:
        raise SkippedError(f"rate() has no option {', '.join(missing)} in this version")


def bill(rated: Any) -> Bill:
    """AssertionError where a session was refused."""
    none_refused(rated)
    return Bill(rated.sessions.num_rows, rated.lines.num_rows, pc.sum(rated.sessions.column("gross")).as_py())


def none_refused(rated: Any) -> None:
    """AssertionError where a session was refused, with the first of them."""
    if rated.rejected.num_rows:
        first = rated.rejected.slice(0, 1).to_pylist()
        raise AssertionError(f"rating rejected {rated.rejected.num_rows} sessions, the first: {first}")


def output_bytes(rated: Any) -> int:
    """What the tables of a rating take in memory; that of taxes is made when it is asked for, and is not among them."""
    return sum(int(table.nbytes) for table in (rated.sessions, rated.lines, rated.rejected))
