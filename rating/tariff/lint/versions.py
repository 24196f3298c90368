"""Versions that leave a gap, overlap, or are never in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from rating.errors import Fault
from rating.tariff.dates import date_bounds_us
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.words import moment_text
from rating.tariff.model import Tariff, Version


def version_dates(tariff: Tariff) -> Iterator[Fault]:
    """The warnings about each version's start and end, and about those of the next one."""
    for version in tariff.versions:
        start, until = version.valid_from, version.valid_until
        if start is not None and until is not None and not _may_be_before(start, until):
            got = f"valid_from {version.label}, valid_until {moment_text(until)}"
            fix = "write a later valid_until, or delete the version"
            yield warning(Code.VERSION_NEVER, version.place, got, "a valid_until after valid_from", fix)
    for version, following in pairwise(tariff.versions):
        yield from _pair(version, following)


def _pair(version: Version, following: Version) -> Iterator[Fault]:
    start, until = following.valid_from, version.valid_until
    if start is None or (version.valid_from is not None and not _may_be_before(version.valid_from, start)):
        fix = "the later one in the list counts: delete one, or write another date"
        want = f"a valid_from before that of the next version, {following.label}"
        yield warning(Code.VERSION_NEVER, version.place, version.label, want, fix)
    elif until is not None and _surely_before(until, start):
        want = f"a valid_from of {moment_text(until)}, where the version before it ends"
        fix = "sessions that start between the two are refused: let the two dates meet"
        yield warning(Code.VERSION_GAP, following.place, following.label, want, fix)
    elif until is not None and _surely_before(start, until):
        got = f"valid_until {moment_text(until)}"
        fix = f"the next version counts from {following.label} on: let the two dates meet"
        yield warning(Code.VERSION_OVERLAP, version.place, got, "an end at the next version's start, or none", fix)


def _surely_before(one: date | int, other: date | int) -> bool:
    """Whether one moment is before another in every zone."""
    if isinstance(one, date) and isinstance(other, date):
        return one < other
    return _bounds_us(one)[1] < _bounds_us(other)[0]


def _may_be_before(one: date | int, other: date | int) -> bool:
    """Whether one moment is before another in some zone."""
    if isinstance(one, date) and isinstance(other, date):
        return one < other
    return _bounds_us(one)[0] < _bounds_us(other)[1]


def _bounds_us(moment: date | int) -> tuple[int, int]:
    return date_bounds_us(moment) if isinstance(moment, date) else (moment, moment)
