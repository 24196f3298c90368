"""Indexes that have no price for a time at which a version of the tariff may be in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rating.errors import Fault
from rating.tariff.clocks import date_start_us, moment_text
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
                got = _gaps(part.spot.index, *_span(version, following, tariff.time_zone))
                if got:
                    yield warning(
                        Code.INDEX_GAP, part.place, f"{part.spot.index.name} without a price {got}", _WANT, _FIX
                    )


_WANT = "a price of the index for all the time that the version is in force"
_FIX = "add the missing prices, or a `fallback`: sessions with energy there are refused"


def _span(version: Version, following: date | int | None, zone: str | None) -> tuple[int | None, int | None]:
    """From when until when the version is in force, None: open; without a zone, when it surely is in every zone."""
    ends = [end for end in (version.valid_until, following) if end is not None]
    since = None if version.valid_from is None else _bounds_us(version.valid_from, zone)[1]
    return since, min((_bounds_us(end, zone)[0] for end in ends), default=None)


def _bounds_us(moment: date | int, zone: str | None) -> tuple[int, int]:
    if isinstance(moment, int):
        return moment, moment
    if zone is None:
        return date_bounds_us(moment)
    start_us = date_start_us(moment, zone)
    return start_us, start_us


def _gaps(index: Index, since: int | None, until: int | None) -> str:
    """The stretches without a price, in words; an open end of the version is that of the index."""
    first, last = index.points[0][0], index.points[-1][1]
    if until is None and since is not None and since >= last:
        return f"from {moment_text(since)} on"
    if since is None and until is not None and until <= first:
        return f"up to {moment_text(until)}"
    gaps = index.gaps(first if since is None else since, last if until is None else until)
    shown = ", ".join(f"from {moment_text(start)} to {moment_text(end)}" for start, end in gaps[:_SHOWN])
    more = f" and {len(gaps) - _SHOWN} more" if len(gaps) > _SHOWN else ""
    return shown + more
