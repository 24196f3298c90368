"""Local time as stretches of a constant UTC offset, from the `tzdata` package and never from the system's data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from rating.units import INSTANT_MIN_US, US_PER_DAY, US_PER_S

Int64 = NDArray[np.int64]

_SCAN_STEP = timedelta(hours=6)  # a day's step finds all transitions since 2000 too; this has room for odder rules
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEAR_US = 366 * US_PER_DAY


@lru_cache(maxsize=1)
def tzdata_version() -> str:
    """The release of the zone data, such as 2026b; it goes into the provenance of every bill."""
    import tzdata

    return str(tzdata.IANA_VERSION)


@lru_cache(maxsize=1024)
def load_zone(name: str) -> ZoneInfo | None:
    """The zone of that name from the `tzdata` package, or None."""
    parts = name.split("/")
    if not all(part and part not in (".", "..") and "\\" not in part for part in parts):
        return None
    try:
        with resources.files("tzdata.zoneinfo").joinpath(*parts).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ValueError):
        return None


def offsets(zone: str, lo_us: int, hi_us: int) -> tuple[Int64, Int64]:
    """The stretches of constant offset that cover lo_us to hi_us.

    Returns: their starts in us UTC (the first at or before lo_us), and their offsets in us, both int64 (k,).
    """
    first = (lo_us - INSTANT_MIN_US) // _YEAR_US
    last = (hi_us - INSTANT_MIN_US) // _YEAR_US
    starts: list[Int64] = []
    shifts: list[Int64] = []
    for year in range(first, last + 1):
        start_us, offset_us = _year(zone, year)
        starts.append(start_us)
        shifts.append(offset_us)
    start, shift = np.concatenate(starts), np.concatenate(shifts)
    keep = np.ones(start.size, bool)
    keep[1:] = shift[1:] != shift[:-1]
    start, shift = start[keep], shift[keep]
    i = max(0, int(np.searchsorted(start, lo_us, "right")) - 1)
    j = int(np.searchsorted(start, hi_us, "left"))
    return start[i:j], shift[i:j]


@lru_cache(maxsize=8192)
def _year(zone: str, year: int) -> tuple[Int64, Int64]:
    """The stretches of one block of 366 days, counted from INSTANT_MIN_US."""
    info = load_zone(zone)
    if info is None:
        raise KeyError(zone)
    at = _EPOCH + timedelta(microseconds=INSTANT_MIN_US + year * _YEAR_US)
    found = list(_transitions(info, at, at + timedelta(microseconds=_YEAR_US)))
    return np.array([us for us, _ in found], np.int64), np.array([offset for _, offset in found], np.int64)


def _transitions(info: ZoneInfo, lo: datetime, hi: datetime) -> Iterator[tuple[int, int]]:
    """(instant, offset) at `lo`, and at each change of offset after it and before `hi`."""
    at, offset = lo, _offset(info, lo)
    yield _us(at), _in_us(offset)
    while at < hi:
        ahead = min(at + _SCAN_STEP, hi)
        if _offset(info, ahead) == offset:
            at = ahead
            continue
        low, high = at, ahead
        while high - low > timedelta(seconds=1):
            middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
            if _offset(info, middle) == offset:
                low = middle
            else:
                high = middle
        if high >= hi:
            return
        at, offset = high, _offset(info, high)
        yield _us(at), _in_us(offset)


def _offset(info: ZoneInfo, instant: datetime) -> timedelta:
    delta = instant.astimezone(info).utcoffset()
    assert delta is not None
    return delta


def _in_us(offset: timedelta) -> int:
    """The offset in whole seconds, as microseconds."""
    return offset // timedelta(seconds=1) * US_PER_S


def _us(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)
