"""Clocks on the wall: what an instant reads in a zone, and at which instants a reading that matters begins.

Zones come from the `tzdata` package, never from the system, whose data differs in some zones (DESIGN, traps).
An instant is converted to local time, never the other way round (PRICING 2, "Time zones").
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, US_PER_DAY, US_PER_H, US_PER_MIN

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.date().toordinal()
_MICROSECOND = timedelta(microseconds=1)
_BLOCK_US = 10 * US_PER_DAY


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """All zones that the tzdata package knows."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listed.split())


@lru_cache(maxsize=1024)
def load_zone(name: str) -> ZoneInfo | None:
    """The zone of that name, or None where there is none.

    >>> load_zone("Europe/Amsterdam").key, load_zone("Europe/Atlantis")
    ('Europe/Amsterdam', None)
    """
    if name not in zone_names():
        return None
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def local(instant_us: int, zone: ZoneInfo) -> datetime:
    """What the clock on the wall reads at an instant (it still carries its zone, so that both passes differ)."""
    return (_EPOCH + timedelta(microseconds=instant_us)).astimezone(zone)


def offset_us(instant_us: int, zone: ZoneInfo) -> int:
    """By how much the clock on the wall is ahead of UTC at an instant."""
    offset = local(instant_us, zone).utcoffset()
    assert offset is not None
    return offset // _MICROSECOND


def clock_changes(start_us: int, end_us: int, zone: ZoneInfo) -> list[int]:
    """The instants after start, up to and with end, from which the clock is set differently than just before."""
    blocks = range(start_us // _BLOCK_US, end_us // _BLOCK_US + 1)
    return [change for block in blocks for change in _changes_in(block, zone) if start_us < change <= end_us]


@lru_cache(maxsize=65536)
def _changes_in(block: int, zone: ZoneInfo) -> tuple[int, ...]:
    """The clock changes in one ten-day block, kept for the next session.

    Found by reading the offset every hour, and halving an hour in which it changed down to the microsecond.
    """
    found = []
    for before in range(block * _BLOCK_US, (block + 1) * _BLOCK_US, US_PER_H):
        after = before + US_PER_H
        if offset_us(before, zone) != offset_us(after, zone):
            found.append(_first_with_new_offset(before, after, zone))
    return tuple(found)


def _first_with_new_offset(before: int, after: int, zone: ZoneInfo) -> int:
    old = offset_us(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if offset_us(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def cut_moments(start_us: int, end_us: int, zone: ZoneInfo, minutes: Iterable[int]) -> list[int]:
    """Every instant strictly between start and end at which some clock on the wall may begin to read differently.

    These are all local midnights, all given minutes of each local day, and all clock changes. Each clock reading is
    tried with every UTC offset in use; one that was not in use at that very moment gives a cut that changes nothing,
    and a cut that changes nothing moves no amount, because the parts of an interval are differences of one running
    sum (PRICING 2, "Cutting").
    """
    changes = clock_changes(start_us, end_us, zone)
    offsets = {offset_us(moment, zone) for moment in [start_us, *changes]}
    first_day = local(start_us, zone).date().toordinal() - 1
    last_day = local(end_us, zone).date().toordinal() + 1
    readings = {0, *minutes}
    moments = {
        (day - _EPOCH_DAY) * US_PER_DAY + minute * US_PER_MIN - offset
        for day in range(first_day, last_day + 1)
        for minute in readings
        for offset in offsets
    }
    moments.update(changes)
    return sorted(moment for moment in moments if start_us < moment < end_us)


@lru_cache(maxsize=4096)
def first_instant_of(day: date, zone: ZoneInfo) -> int:
    """The first instant whose local date is that day or a later one (where clocks skip the day, a later one is).

    >>> apia = load_zone("Pacific/Apia")  # it went from 29 to 31 December 2011
    >>> first_instant_of(date(2011, 12, 30), apia) == first_instant_of(date(2011, 12, 31), apia)
    True
    """
    about = (day.toordinal() - _EPOCH_DAY) * US_PER_DAY
    if not INSTANT_MIN_US - 2 * US_PER_DAY < about < INSTANT_MAX_US + 2 * US_PER_DAY:
        return about  # before or after all sessions, whatever the zone
    moments = cut_moments(about - 2 * US_PER_DAY, about + 2 * US_PER_DAY, zone, ())
    return next(moment for moment in moments if local(moment, zone).date() >= day)
