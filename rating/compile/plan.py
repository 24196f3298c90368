"""The plan of a batch: every timeline that its sessions need, flat, and for each session the one that prices it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.epochs import begin_us, version_end_us
from rating.compile.groups import Group
from rating.compile.tables import Compiled, compile_timelines
from rating.compile.traits import NO_TRAITS, asks, split
from rating.compile.zones import load_zone
from rating.errors import Refused
from rating.kernels.arrays import NEVER, Book
from rating.tariff.model import Component, Tariff, Tariffs, TaxRate, Version
from rating.tariff.plans import Allowance, Cap, Coupon, Discount, Points
from rating.units import ACTIVITY_RESERVED, INSTANT_MAX_US, INSTANT_MIN_US, US_PER_DAY
from rating.usage.batch import Intervals, Sessions, UsageBatch
from rating.usage.names import SOME_ROWS

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
    # Intervals of reserved time and times that a CDR tells are for the walk that can do all.
    reserves = has_reserved(batch.intervals)
    every = reserves or sessions.expired is not None or batch.intervals.volumes_us is not None
    lo_us, hi_us = _span(sessions, fine)
    lo_us = min([lo_us, *((us // US_PER_DAY - 1) * US_PER_DAY for us in _reserved_from(batch, reserves))])
    wide = in_blocks(lo_us, hi_us)
    wanted: list[tuple[Group, int]] = []
    timeline_of = np.zeros(status.size, np.int32)
    pairs = _Pairs(sessions, fine)
    for number, (tariff_index, zone_index) in enumerate(pairs.each):
        name = sessions.tariff_names[tariff_index]
        if name not in tariffs:
            _refuse(status, pairs.rows(number), Refused.UNKNOWN_TARIFF)
            continue
        tariff = tariffs[name]
        zone = tariff.time_zone or (sessions.zone_names[zone_index] if zone_index >= 0 else "")
        if load_zone(zone) is None:
            _refuse(status, pairs.rows(number), Refused.TIME_ZONE)
            continue
        in_force = _in_force(tariff, zone, lo_us, hi_us)
        if in_force.all_the_time and not asks(sessions, tariff):
            pairs.all_on(number, len(wanted), timeline_of)
            wanted.append((Group(tariff, zone, NO_TRAITS, every, *wide), in_force.first))
            continue
        for traits, where in split(sessions, tariff, pairs.rows(number)):
            group = Group(tariff, zone, traits, every, *wide)
            _assign(group, in_force, len(wanted), sessions, where, timeline_of, status)
            wanted += [(group, index) for index in range(in_force.first, in_force.last + 1)]
    pairs.assign(timeline_of)
    found = compile_timelines(tuple(wanted), wide[0])
    return plan_of(found, timeline_of, status, tariffs)


def plan_of(found: Compiled, timeline: Int32, status: UInt8, known: Tariffs) -> Plan:
    """The plan of sessions on these timelines: `timeline` and `status` are (n,), see `Plan`."""
    return Plan(
        timeline=timeline,
        status=status,
        book=found.book,
        tariffs=found.tariffs,
        versions=tuple(version.label for version in found.versions),
        in_force=found.versions,
        taxes=found.taxes,
        parts=found.parts,
        elements=found.elements,
        units=found.units,
        known=known,
    )


def _span(sessions: Sessions, fine: NDArray[np.bool_]) -> tuple[int, int]:
    """The whole UTC days that hold every session, with a day to spare on both sides."""
    if not fine.any():
        return 0, US_PER_DAY
    every = bool(fine.all())
    if every and sessions.span_us is not None:
        return span_of_days(*sessions.span_us)
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


class _Pairs:
    """The (tariff, zone) indexes that occur, zone -1 where the sessions have none, and which sessions have each.

    Of ten thousand tariffs, to look for the sessions of each among all takes longer than to price them: those of pairs
    that are all on one timeline are told by a table, and only for others the sessions are sorted, once.
    """

    def __init__(self, sessions: Sessions, fine: NDArray[np.bool_]) -> None:
        self._key: Int64 | Int32 | None = None
        self._table: Int32 | None = None
        self._sorted: tuple[NDArray[np.intp], Int64 | Int32] | None = None
        self.each: list[tuple[int, int]] = []
        if len(sessions.tariff_names) == 1 and not sessions.zone_names:
            self.each = [(0, -1)] if fine.any() else []
            return
        wide = len(sessions.zone_names) + 1
        self._key = sessions.tariff
        if wide == 1 and fine.all() and _all_occur(sessions.tariff[:SOME_ROWS], len(sessions.tariff_names)):
            self._keys = np.arange(len(sessions.tariff_names))
        else:
            key = sessions.tariff.astype(np.int64) * wide
            if sessions.time_zone is not None:
                key += sessions.time_zone + 1
            self._key = key
            self._keys = np.flatnonzero(np.bincount(key if fine.all() else key[fine], minlength=1))
        self.each = [(k // wide, k % wide - 1) for k in self._keys.tolist()]

    def rows(self, number: int) -> NDArray[Any] | slice:
        """The sessions of a pair: all of them as a slice where there is one pair only."""
        if self._key is None:
            return slice(None)
        if self._sorted is None:
            # Up to 16 bits NumPy sorts by counting, five times as fast.
            narrow = int(self._key.max()) < 2**15 and int(self._key.min()) >= -(2**15)
            order = np.argsort(self._key.astype(np.int16) if narrow else self._key, kind="stable")
            self._sorted = order, self._key[order]
        order, key = self._sorted
        k = self._keys[number]
        return order[np.searchsorted(key, k, "left") : np.searchsorted(key, k, "right")]

    def all_on(self, number: int, timeline: int, timeline_of: Int32) -> None:
        """All sessions of a pair are on a timeline: `assign` says so to each."""
        if self._key is None:
            timeline_of[:] = timeline
            return
        if self._table is None:
            self._table = np.full(int(self._keys[-1]) + 1, -1, np.int32)
        self._table[self._keys[number]] = timeline

    def assign(self, timeline_of: Int32) -> None:
        """Write the timelines that `all_on` was told of."""
        if self._table is None or self._key is None:
            return
        if int(self._key.min()) >= 0 and int(self._key.max()) < self._table.size:
            told = self._table.take(self._key)
        else:
            known = (self._key >= 0) & (self._key < self._table.size)
            told = np.full(timeline_of.size, -1, np.int32)
            told[known] = self._table[self._key[known]]
        if int(told.min()) >= 0:
            timeline_of[:] = told
        else:
            np.copyto(timeline_of, told, where=told >= 0)


def _all_occur(codes: Int32, count: int) -> bool:
    """Whether each of so many codes occurs, which some rows mostly tell: to count them in all takes 0.7 ms a batch."""
    return bool(codes.size) and int(codes.min()) >= 0 and bool(np.bincount(codes, minlength=count).all())


def _refuse(status: UInt8, where: NDArray[Any] | slice, code: Refused) -> None:
    part = status[where]
    status[where] = np.where(part == Refused.FINE, np.uint8(code), part)


def _reserved_from(batch: UsageBatch, reserves: bool) -> Iterator[int]:
    """Since when places were reserved at the earliest, as sessions say it, and as intervals do."""
    since_us = batch.sessions.reserved_us
    if since_us is not None:
        yield min(NEVER, int(since_us.view(np.uint64).min(initial=NEVER)))  # -1 is none, and more than any
    if reserves:
        yield max(INSTANT_MIN_US, int(batch.intervals.start_us.min()))


def has_reserved(intervals: Intervals) -> bool:
    """Whether any interval is reserved time."""
    return intervals.activity is not None and bool((intervals.activity == ACTIVITY_RESERVED).any())


class _InForce(NamedTuple):
    """Which versions are in force within a span, each from its start on; last < first: none."""

    first: int
    last: int
    starts_us: list[int]  # of all versions
    all_the_time: bool  # one is in force in all of the span


def _in_force(tariff: Tariff, zone: str, lo_us: int, hi_us: int) -> _InForce:
    bounds = tuple([(version.valid_from, version.valid_until is not None) for version in tariff.versions])
    return _found_in_force(bounds, zone, lo_us, hi_us)


@lru_cache(maxsize=1024)
def _found_in_force(bounds: tuple[tuple[date | int | None, bool], ...], zone: str, lo_us: int, hi_us: int) -> _InForce:
    """`bounds`: of each version since when it is in force, and whether it ends by its own word."""
    starts = [begin_us(valid_from, zone) for valid_from, _ in bounds]
    first = max([i for i, start in enumerate(starts) if start <= lo_us], default=0)
    last = max([i for i, start in enumerate(starts) if start < hi_us], default=-1)
    alone = starts[first] <= lo_us and first == last
    return _InForce(first, last, starts, alone and not any(ends for _, ends in bounds))


def _assign(
    group: Group,
    in_force: _InForce,
    base: int,
    sessions: Sessions,
    where: NDArray[Any] | slice,
    timeline_of: Int32,
    status: UInt8,
) -> None:
    """Give each session the version in force at its start."""
    first, last, starts_us, all_the_time = in_force
    if all_the_time:
        timeline_of[where] = base
        return
    session_start_us = sessions.start_us[where]
    used = np.array(starts_us[first : last + 1], np.int64)
    found = np.searchsorted(used, session_start_us, "right").astype(np.int32) - 1
    # Where no version is in force within the span there are no timelines, and base is past the last one of all.
    timeline_of[where] = np.maximum(found, 0) + base if first <= last else 0
    fails = found < 0
    versions = group.tariff.versions[first : last + 1]
    if any(version.valid_until is not None for version in group.tariff.versions):
        until = [version_end_us(version, group.zone) for version in versions]
        fails |= session_start_us >= np.array(until or [NEVER], np.int64)[np.maximum(found, 0)]
    part = status[where]
    status[where] = np.where((part == Refused.FINE) & fails, np.uint8(Refused.NO_VERSION), part)
