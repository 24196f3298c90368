"""Versions between which no version is in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from rating.errors import Fault
from rating.tariff.clocks import clock_text, moment_text
from rating.tariff.dates import date_bounds_us
from rating.tariff.lint.codes import Code, warning
from rating.tariff.model import Tariff


def version_dates(tariff: Tariff) -> Iterator[Fault]:
    """A warning for each gap. That versions overlap, or come in another order, is refused when they are read."""
    for version, following in pairwise(tariff.versions):
        start, until = following.valid_from, version.valid_until
        if start is not None and until is not None and _surely_before(until, start):
            got = _both_text(until, start, tariff.time_zone)
            want = "a version that ends where the next one starts"
            fix = "sessions that start between the two are refused: write the same date, or leave valid_until out"
            yield warning(Code.VERSION_GAP, version.place, got, want, fix)


def _both_text(until: date | int, start: date | int, zone: str | None) -> str:
    """The two moments; instants are read on one clock, however they were written."""
    clock = clock_text(zone) if isinstance(until, int) or isinstance(start, int) else ""
    return f"valid_until {moment_text(until, zone)}, then valid_from {moment_text(start, zone)}{clock}"


def _surely_before(one: date | int, other: date | int) -> bool:
    """Whether one moment is before another in every zone."""
    if isinstance(one, date) and isinstance(other, date):
        return one < other
    return _bounds_us(one)[1] < _bounds_us(other)[0]


def _bounds_us(moment: date | int) -> tuple[int, int]:
    return date_bounds_us(moment) if isinstance(moment, date) else (moment, moment)
