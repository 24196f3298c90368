"""Price epochs: the calendar rules of a version, as a short sorted array of instants (PRICING 2).

Everything is done on readings of the local clock. Each stretch of constant offset shows a slice of those readings, so
an hour that the clock skips is in no slice and an hour that it repeats is in two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.kept import Kept
from rating.compile.traits import NO_TRAITS, Traits, asks_of_session, holds
from rating.compile.zones import offsets
from rating.kernels.arrays import NEVER
from rating.tariff.calendars import Calendar
from rating.tariff.model import DimensionName, Tariff, Version, When
from rating.units import DIMENSIONS, INSTANT_MAX_US, INSTANT_MIN_US, US_PER_DAY, US_PER_MIN

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bool = NDArray[np.bool_]

_EPOCH_DATE = date(1970, 1, 1)
_DAY_MIN = 1440
_ANY_DAY = frozenset(range(7))


def version_start_us(version: Version, zone: str) -> int:
    """The first instant at which the version is in force."""
    return begin_us(version.valid_from, zone)


def begin_us(valid_from: date | int | None, zone: str) -> int:
    """The first instant of a date, or the instant itself; of None, before all that is."""
    return INSTANT_MIN_US - US_PER_DAY if valid_from is None else _instant_us(valid_from, zone)


def version_end_us(version: Version, zone: str) -> int:
    """The first instant at which the version is no longer in force, by its own word."""
    return NEVER if version.valid_until is None else _instant_us(version.valid_until, zone)


def _instant_us(begin: date | int, zone: str) -> int:
    return begin if isinstance(begin, int) else first_instant_us((begin - _EPOCH_DATE).days, zone)


@lru_cache(maxsize=1024)
def first_instant_us(day: int, zone: str) -> int:
    """The first instant of a local date, which is a number of days since 1970-01-01, or of a later one."""
    midnight_us = day * US_PER_DAY
    lo_us, hi_us = midnight_us - 2 * US_PER_DAY, midnight_us + 2 * US_PER_DAY
    if hi_us < INSTANT_MIN_US or lo_us > INSTANT_MAX_US:
        return midnight_us
    start_us, offset_us = offsets(zone, lo_us, hi_us)
    for i in range(start_us.size):
        ends_us = int(start_us[i + 1]) if i + 1 < start_us.size else hi_us
        if ends_us + offset_us[i] > midnight_us:
            return max(int(start_us[i]), midnight_us - int(offset_us[i]))
    raise AssertionError("the stretches cover the date")


def timeline(
    tariff: Tariff, version: int, zone: str, lo_us: int, hi_us: int, traits: Traits = NO_TRAITS
) -> tuple[Int64, Int32]:
    """The epochs that price sessions of a version and of such traits, from lo_us or before to hi_us.

    Returns: starts, us UTC, int64 (e,), and for each the component of each dimension, int32 (e, 4): a number within
    the versions of the timeline, or -1. With `on_change: at_once` every version is on every timeline.
    """
    starts, parts = [], []
    for index, base, from_us, to_us in version_spans(tariff, version, zone, lo_us, hi_us):
        start_us, cell, held = cells_that_hold(tariff.versions[index], zone, from_us, to_us, traits)
        starts.append(start_us)
        parts.append(_first_that_holds(_dimensions(tariff.versions[index]), held, base)[cell])
    if len(starts) == 1:
        return _merged(starts[0], parts[0])
    return _merged(np.concatenate(starts), np.concatenate(parts))


class Layout(NamedTuple):
    """What the epochs of a version alone depend on: a network has fewer of them than it has tariffs."""

    whens: tuple[_Calendar, ...]  # of each element
    dimensions: tuple[tuple[DimensionName, ...], ...]  # of the components of each
    zone: str


def layout_of(version: Version, zone: str, traits: Traits) -> Layout:
    """The layout of a version for sessions of such traits."""
    return Layout(tuple([_by_calendar(each.when, traits) for each in version.elements]), _dimensions(version), zone)


def timeline_of(layout: Layout, lo_us: int, hi_us: int) -> tuple[Int64, Int32]:
    """The timeline of a version alone, as `timeline` has it."""
    start_us, cell, held = _cells((layout.whens, layout.zone, lo_us, hi_us))
    return _merged(start_us, _first_that_holds(layout.dimensions, held, 0)[cell])


def version_spans(
    tariff: Tariff, version: int, zone: str, lo_us: int, hi_us: int
) -> Iterator[tuple[int, int, int, int]]:
    """The versions on a timeline: the index of each, its first component's number, from when and until when."""
    if tariff.on_change == "next_session":
        yield version, 0, lo_us, hi_us
        return
    base = 0
    for i, each in enumerate(tariff.versions):
        from_us = max(lo_us, version_start_us(each, zone)) if i > 0 else lo_us
        following = tariff.versions[i + 1] if i + 1 < len(tariff.versions) else None
        to_us = hi_us if following is None else min(hi_us, version_start_us(following, zone))
        if from_us < to_us:
            yield i, base, from_us, to_us
        base += sum(len(element.components) for element in each.elements)


def _merged(start_us: Int64, component: Int32) -> tuple[Int64, Int32]:
    """Without the cuts at which no price changes: they move no amount, since parts are cut by cumulative floors."""
    keep = np.ones(start_us.size, bool)
    both = component.view(np.int64)  # (e, 2): two components at a time
    changes = both[1:] != both[:-1]
    np.logical_or(changes[:, 0], changes[:, 1], out=keep[1:])
    kept = start_us[keep], component[keep]
    for array in kept:
        array.flags.writeable = False  # they are kept for the next call
    return kept


def cells_that_hold(
    version: Version, zone: str, lo_us: int, hi_us: int, traits: Traits
) -> tuple[Int64, NDArray[np.intp], Bool]:
    """The epochs of one version, the first of which starts at lo_us.

    Returns: starts, int64 (e,); for each its cell, a day and a reading of the clock, intp (e,); and for each element
    the cells in which its restrictions by calendar and traits hold, bool (elements, cells).
    """
    return _cells((tuple(_by_calendar(element.when, traits) for element in version.elements), zone, lo_us, hi_us))


class _Calendar(NamedTuple):
    """The restrictions of an element by clock and calendar alone: a network has fewer of them than it has tariffs."""

    start_min: int | None
    end_min: int | None
    day_of_week: frozenset[int] | None
    months: frozenset[int] | None
    start_date: date | None
    end_date: date | None
    holidays: Calendar | None
    holidays_in: bool
    ever: bool  # False: what the session says of itself rules it out


def _by_calendar(when: When, traits: Traits) -> _Calendar:
    return _Calendar(
        when.start_min,
        when.end_min,
        when.day_of_week,
        when.months,
        when.start_date,
        when.end_date,
        when.holidays,
        when.holidays_in,
        not asks_of_session(when) or holds(when, traits),
    )


def _make_cells(key: tuple[tuple[_Calendar, ...], str, int, int]) -> tuple[Int64, NDArray[np.intp], Bool]:
    whens, zone, lo_us, hi_us = key
    start_us, cell, days, clock_min = _grid((_clock_readings(whens), zone, lo_us, hi_us))
    held = np.zeros((len(whens), days.size * clock_min.size), bool)
    for row, when in zip(held, whens, strict=True):
        if when.ever:
            by_day, by_clock = _days_that_hold(when, days), _readings_that_hold(when, clock_min)
            row[:] = (by_day[:, None] & by_clock).ravel()
    held.flags.writeable = False
    return start_us, cell, held


def _make_grid(key: tuple[tuple[int, ...], str, int, int]) -> tuple[Int64, NDArray[np.intp], Int64, Int64]:
    """The instants at which a clock shows one of these readings, (e,), the first at lo_us, and the cell of each; and
    the days and readings of which the cells are made.
    """
    readings, zone, lo_us, hi_us = key
    offset_start_us, offset_us = offsets(zone, lo_us, hi_us)
    first_day = int(lo_us + offset_us.min()) // US_PER_DAY
    last_day = int(hi_us + offset_us.max()) // US_PER_DAY
    days = np.arange(first_day, last_day + 1, dtype=np.int64)
    clock_min = np.array(readings, np.int64)
    # Readings of the local clock at which something may change, and what holds from each on.
    local_us = (days[:, None] * US_PER_DAY + clock_min[None, :] * US_PER_MIN).ravel()
    starts, picks = [], []
    for i in range(offset_start_us.size):
        from_us = max(int(offset_start_us[i]), lo_us)
        to_us = int(offset_start_us[i + 1]) if i + 1 < offset_start_us.size else hi_us
        shift = int(offset_us[i])
        a = int(np.searchsorted(local_us, from_us + shift, "right")) - 1
        b = int(np.searchsorted(local_us, to_us + shift, "left"))
        start_us = local_us[a:b] - shift
        start_us[0] = from_us
        starts.append(start_us)
        picks.append(np.arange(a, b))
    found = np.concatenate(starts), np.concatenate(picks), days, clock_min
    for array in found:
        array.flags.writeable = False  # they are kept for the next tariff
    return found


_cells = Kept(16 * 2**20, lambda found: sum(int(array.nbytes) for array in found), _make_cells)
_grid = Kept(16 * 2**20, lambda found: sum(int(array.nbytes) for array in found), _make_grid)


def _clock_readings(whens: tuple[_Calendar, ...]) -> tuple[int, ...]:
    """Midnight and each start and end of a window, in minutes, ascending."""
    readings = {0}
    for when in whens:
        readings.update(at for at in (when.start_min, when.end_min) if at is not None)
    return tuple(sorted(readings - {_DAY_MIN}))


def _dimensions(version: Version) -> tuple[tuple[DimensionName, ...], ...]:
    return tuple([tuple([part.dimension for part in element.components]) for element in version.elements])


def _first_that_holds(dimensions: tuple[tuple[DimensionName, ...], ...], held: Bool, base: int) -> Int32:
    """For each cell and each dimension the first component that holds, from `base` on, or -1: int32 (cells, 4).

    `dimensions` are those of the components of each element.
    """
    component = np.full((held.shape[1], len(DIMENSIONS)), -1, np.int32)
    index = base + sum(map(len, dimensions))
    # From the last element to the first, so that the first has the last word.
    for row, names in zip(held[::-1], reversed(dimensions), strict=True):
        for name in reversed(names):
            index -= 1
            np.putmask(component[:, DIMENSIONS.index(name)], row, index)
    return component


def _readings_that_hold(when: _Calendar, clock_min: Int64) -> Bool:
    start = 0 if when.start_min is None else when.start_min
    end = _DAY_MIN if when.end_min is None else when.end_min
    if start < end:
        return np.asarray((clock_min >= start) & (clock_min < end))
    return np.asarray((clock_min >= start) | (clock_min < end))


def _days_that_hold(when: _Calendar, days: Int64) -> Bool:
    holds = np.ones(days.size, bool)
    if when.day_of_week is not None and when.day_of_week != _ANY_DAY:
        holds &= _one_of(when.day_of_week, 7)[(days + _EPOCH_DATE.weekday()) % 7]
    if when.start_date is not None:
        holds &= days >= (when.start_date - _EPOCH_DATE).days
    if when.end_date is not None:
        holds &= days < (when.end_date - _EPOCH_DATE).days
    if when.months is not None:
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
        holds &= _one_of(when.months, 13)[months]
    if when.holidays is not None:
        years = range(_date(days[0]).year, _date(days[-1]).year + 1)
        listed = [(day - _EPOCH_DATE).days for year in years for day in when.holidays.dates(year)]
        holds &= np.isin(days, listed) == when.holidays_in
    return holds


def _one_of(numbers: frozenset[int], count: int) -> Bool:
    """For each number below `count` whether it is one of them: `np.isin` of a month's days takes ten times as long."""
    return np.array([number in numbers for number in range(count)], bool)


def _date(day: np.int64) -> date:
    return _EPOCH_DATE + timedelta(days=int(day))
