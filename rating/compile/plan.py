"""The plan of a batch: every timeline that its sessions need, flat, and for each session the one that prices it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.epochs import version_end_us, version_start_us
from rating.compile.groups import Group
from rating.compile.tables import compile_timelines
from rating.compile.traits import split
from rating.compile.zones import load_zone
from rating.errors import Refused
from rating.kernels.arrays import NEVER, Book
from rating.tariff.model import Component, Tariff, Tariffs, TaxRate, Version
from rating.tariff.plans import Allowance, Cap, Coupon, Discount, Points
from rating.units import ACTIVITY_RESERVED, INSTANT_MAX_US, INSTANT_MIN_US, US_PER_DAY
from rating.usage.batch import Intervals, Sessions, UsageBatch

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]


# Epochs are compiled for whole blocks of so many days, so that sessions of other days find them compiled.
_BLOCK_US = 32 * US_PER_DAY


class Term(NamedTuple):
    """What sessions on one tariff are given, each list in its order."""

    tariff: str
    allowances: tuple[Allowance, ...] = ()
    discounts: tuple[Discount, ...] = ()  # the plan's own, then those of the tiers that are reached
    coupon: Coupon | None = None
    points: Points | None = None  # where the session is to be paid with some
    caps: tuple[Cap, ...] = ()


class Plan(NamedTuple):
    """How a batch is priced. n sessions, k timelines, c components."""

    timeline: Int32  # (n,) index of the timeline; 0 where status is not 0
    status: UInt8  # (n,) the batch's, with what planning refused
    book: Book
    tariffs: tuple[Tariff, ...]  # (k,) the tariff of each timeline
    versions: tuple[str, ...]  # (k,) the label of each timeline's version
    in_force: tuple[Version, ...]  # (k,) that version
    taxes: tuple[tuple[TaxRate, ...], ...]  # (k,) all that a session of the timeline may have, by name and rate
    parts: tuple[Component, ...]  # (c,) the component of each row
    elements: tuple[str, ...]  # names of elements, by Components.element
    units: tuple[str, ...]  # names of units, by Components.unit
    known: Tariffs  # every tariff that was offered, for messages
    terms: tuple[Term, ...] = ()  # what deals give, by Book.terms


def make_plan(tariffs: Tariffs, batch: UsageBatch) -> Plan:
    """Compile what the sessions of a batch need, and refuse those that no tariff, zone or version can price."""
    sessions = batch.sessions
    status = sessions.status.copy()
    fine = status == Refused.FINE
    # Reserved time and times that a CDR tells are for the walk that can do all.
    reserves = has_reserved(batch.intervals)
    every = reserves or sessions.expired is not None or batch.intervals.volumes_us is not None
    lo_us, hi_us = _span(sessions, fine)
    if reserves:
        first_us = max(INSTANT_MIN_US, int(batch.intervals.start_us.min()))
        lo_us = min(lo_us, (first_us // US_PER_DAY - 1) * US_PER_DAY)

    wide = in_blocks(lo_us, hi_us)
    wanted: list[tuple[Group, int]] = []
    timeline_of = np.zeros(status.size, np.int32)
    for tariff_index, zone_index in _pairs(sessions, fine):
        rows_of_pair = _rows_of_pair(sessions, tariff_index, zone_index)
        name = sessions.tariff_names[tariff_index]
        if name not in tariffs:
            _refuse(status, rows_of_pair, Refused.UNKNOWN_TARIFF)
            continue
        tariff = tariffs[name]
        zone = tariff.time_zone or (sessions.zone_names[zone_index] if zone_index >= 0 else "")
        if load_zone(zone) is None:
            _refuse(status, rows_of_pair, Refused.TIME_ZONE)
            continue
        for traits, where in split(sessions, tariff, rows_of_pair):
            group = Group(tariff, zone, traits, every, *wide)
            base = len(wanted)
            first, last = _assign(group, (lo_us, hi_us), base, sessions, where, timeline_of, status)
            wanted += [(group, index) for index in range(first, last + 1)]
    found = compile_timelines(tuple(wanted), wide[0])
    return Plan(
        timeline=timeline_of,
        status=status,
        book=found.book,
        tariffs=found.tariffs,
        versions=tuple(version.label for version in found.versions),
        in_force=found.versions,
        taxes=found.taxes,
        parts=found.parts,
        elements=found.elements,
        units=found.units,
        known=tariffs,
    )


def _span(sessions: Sessions, fine: NDArray[np.bool_]) -> tuple[int, int]:
    """The whole UTC days that hold every session, with a day to spare on both sides."""
    if not fine.any():
        return 0, US_PER_DAY
    every = bool(fine.all())
    first = sessions.start_us.min() if every else sessions.start_us[fine].min()
    last = sessions.end_us.max() if every else sessions.end_us[fine].max()
    return span_of_days(int(first), int(last))


def span_of_days(first_us: int, last_us: int) -> tuple[int, int]:
    """The whole UTC days from one instant to another, with a day to spare on both sides."""
    return (first_us // US_PER_DAY - 1) * US_PER_DAY, (last_us // US_PER_DAY + 2) * US_PER_DAY


def in_blocks(lo_us: int, hi_us: int) -> tuple[int, int]:
    """The blocks that hold a span, up to the first and the last instant that any span reaches."""
    from_us = max(lo_us // _BLOCK_US * _BLOCK_US, INSTANT_MIN_US // US_PER_DAY * US_PER_DAY - US_PER_DAY)
    to_us = min(-(-hi_us // _BLOCK_US) * _BLOCK_US, (INSTANT_MAX_US // US_PER_DAY + 2) * US_PER_DAY)
    return min(lo_us, from_us), max(hi_us, to_us)


def _pairs(sessions: Sessions, fine: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The (tariff, zone) indexes that occur, zone -1 where the sessions have none."""
    if len(sessions.tariff_names) == 1 and not sessions.zone_names:
        return [(0, -1)] if fine.any() else []
    wide = len(sessions.zone_names) + 1
    key = sessions.tariff.astype(np.int64) * wide
    if sessions.time_zone is not None:
        key += sessions.time_zone + 1
    counts = np.bincount(key if fine.all() else key[fine], minlength=1)
    return [(int(k) // wide, int(k) % wide - 1) for k in np.flatnonzero(counts)]


def _rows_of_pair(sessions: Sessions, tariff: int, zone: int) -> NDArray[Any] | slice:
    """Which sessions have that tariff and zone: all of them as a slice where there is one pair only."""
    if len(sessions.tariff_names) == 1 and len(sessions.zone_names) == 0:
        return slice(None)
    where = sessions.tariff == tariff
    if sessions.time_zone is not None and sessions.zone_names:
        where &= sessions.time_zone == zone
    return np.flatnonzero(where)


def _refuse(status: UInt8, where: NDArray[Any] | slice, code: Refused) -> None:
    part = status[where]
    status[where] = np.where(part == Refused.FINE, np.uint8(code), part)


def has_reserved(intervals: Intervals) -> bool:
    """Whether any interval is reserved time."""
    return intervals.activity is not None and bool((intervals.activity == ACTIVITY_RESERVED).any())


def _assign(
    group: Group,
    span_us: tuple[int, int],
    base: int,
    sessions: Sessions,
    where: NDArray[Any] | slice,
    timeline_of: Int32,
    status: UInt8,
) -> tuple[int, int]:
    """Give each session the version in force at its start; return the first and the last in force within the span."""
    lo_us, hi_us = span_us
    versions = group.tariff.versions
    starts = [version_start_us(version, group.zone) for version in versions]
    first_used = max([i for i, start in enumerate(starts) if start <= lo_us], default=0)
    last_used = max([i for i, start in enumerate(starts) if start < hi_us], default=-1)
    ends = any(version.valid_until is not None for version in versions)
    if starts[first_used] <= lo_us and first_used == last_used and not ends:
        timeline_of[where] = base
        return first_used, last_used
    session_start_us = sessions.start_us[where]
    used = np.array(starts[first_used : last_used + 1], np.int64)
    found = np.searchsorted(used, session_start_us, "right").astype(np.int32) - 1
    # Where no version is in force within the span there are no timelines, and base is past the last one of all.
    timeline_of[where] = np.maximum(found, 0) + base if first_used <= last_used else 0
    fails = found < 0
    if ends:
        until = [version_end_us(version, group.zone) for version in versions[first_used : last_used + 1]]
        fails |= session_start_us >= np.array(until or [NEVER], np.int64)[np.maximum(found, 0)]
    part = status[where]
    status[where] = np.where((part == Refused.FINE) & fails, np.uint8(Refused.NO_VERSION), part)
    return first_used, last_used
