"""Indexes that have no price for a time at which a version of the tariff may be in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rating.errors import Fault
from rating.tariff.clocks import moment_text
from rating.tariff.dates import date_bounds_us
from rating.tariff.lint.codes import Code, warning
from rating.tariff.model import Tariff, Version
from rating.tariff.spot import Index

_SHOWN = 3


def index_prices(tariff: Tariff) -> Iterator[Fault]:
    """A warning for each price that follows an index with gaps, and has no fallback.

    A version that goes on for ever is covered up to the last price of the index: it grows day by day.
    """
    for number, version in enumerate(tariff.versions):
        following = tariff.versions[number + 1].valid_from if number + 1 < len(tariff.versions) else None
        for element in version.elements:
            for part in element.components:
                if part.spot is None or part.spot.fallback_micro is not None or not part.spot.index.points:
                    continue
                gaps = part.spot.index.gaps(*_span(version, following, part.spot.index))
                if gaps:
                    yield warning(Code.INDEX_GAP, part.place, _told(part.spot.index, gaps), _WANT, _FIX)


_WANT = "a price of the index for all the time that the version is in force"
_FIX = "add the missing prices, or a `fallback`: sessions with energy there are refused"


def _span(version: Version, following: date | int | None, index: Index) -> tuple[int, int]:
    """From when until when the version is surely in force, in every zone; an open end is that of the index."""
    ends = [end for end in (version.valid_until, following) if end is not None]
    since, until = index.points[0][0], index.points[-1][1]
    if version.valid_from is not None:
        since = _bounds_us(version.valid_from)[1]
    if ends:
        until = min(_bounds_us(end)[0] for end in ends)
    return since, until


def _bounds_us(moment: date | int) -> tuple[int, int]:
    return (moment, moment) if isinstance(moment, int) else date_bounds_us(moment)


def _told(index: Index, gaps: list[tuple[int, int]]) -> str:
    shown = ", ".join(f"from {moment_text(start)} to {moment_text(end)}" for start, end in gaps[:_SHOWN])
    more = f" and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
    return f"{index.name} without a price {shown}{more}"
