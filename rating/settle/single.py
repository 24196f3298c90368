"""What depends on a tariff only, compiled once and kept; and the kernels for one session of it.

Kept are the last KEPT_MAX timelines that were asked for, each of one version in one zone for what sessions answer to
its restrictions, over whole blocks of 32 days. Nothing is shared between threads but what nobody writes to.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from struct import Struct
from typing import Any, Final, NamedTuple

import numpy as np

from rating.compile.epochs import version_end_us, version_start_us
from rating.compile.groups import Group
from rating.compile.plan import Plan, in_blocks, plan_of, span_of_days
from rating.compile.tables import compile_timelines
from rating.compile.traits import Questions, Traits, answers, questions
from rating.compile.zones import load_zone
from rating.kernels.arrays import Lines, Totals, Usage, frozen_deals, no_deals, readonly
from rating.kernels.price import DONE, bound
from rating.memory import Block
from rating.settle.room import room_for_block, room_for_lines, room_for_totals
from rating.tariff.model import Tariff, Tariffs
from rating.usage.facts import Facts, Metered

KEPT_MAX: Final = 512
_TARIFFS_MAX: Final = 4096
_WORKPLACES_MAX: Final = 4  # kept for each timeline: so many threads price sessions of it without making one
_STRETCHES: Final = 48
_LINES: Final = 24


class _Same:
    """A tariff as a key: the very same one, since to compare all that it says takes longer than to price a session."""

    __slots__ = ("tariff",)

    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff

    def __hash__(self) -> int:
        return id(self.tariff)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.tariff is other.tariff


@lru_cache(maxsize=_TARIFFS_MAX)
def _questions(same: _Same) -> Questions:
    return questions(same.tariff)


@lru_cache(maxsize=_TARIFFS_MAX)
def _bounds(same: _Same, zone: str) -> tuple[list[int], list[int]]:
    versions = same.tariff.versions
    return [version_start_us(each, zone) for each in versions], [version_end_us(each, zone) for each in versions]


def _version_at(same: _Same, zone: str, start_us: int) -> int:
    """The version in force at an instant, -1: none is."""
    starts, ends = _bounds(same, zone)
    found = bisect_right(starts, start_us) - 1
    return found if found >= 0 and start_us < ends[found] else -1


class Kept(NamedTuple):
    """A group of arrays as bytes: what is written next goes elsewhere, and arrays are made of it when asked for."""

    layout: tuple[Any, ...]  # for each array its type, shape, and offset in the bytes; or the array itself
    data: bytes

    def arrays(self, rows: int | None = None) -> list[Any]:
        """The arrays; the first `rows` of each that has as many."""
        data = bytearray(self.data)  # what makes tables writes to some
        found: list[Any] = [
            each if isinstance(each, np.ndarray) else np.ndarray(each[1], each[0], data, each[2])
            for each in self.layout
        ]
        return found if rows is None else [each[:rows] for each in found]


def _layout(group: Any) -> tuple[Any, tuple[Any, ...]]:
    """The block that holds the arrays of a group, and where each of them is in it."""
    block = group[0].base
    start = block.__array_interface__["data"][0]
    return block, tuple(
        (each.dtype, each.shape, each.__array_interface__["data"][0] - start) if each.base is block else each
        for each in group
    )


class Raw(NamedTuple):
    """A priced session, as the kernels left it."""

    plan: Plan
    hash: str  # of the tariff
    numbers: tuple[int, ...]  # energy, charging, parked, net, tax, gross
    known: bool  # what its tax is
    kept_totals: Kept
    kept_lines: Kept
    line_count: int  # how many lines there are

    @property
    def totals(self) -> Totals:
        """What is found for the session."""
        return Totals(*self.kept_totals.arrays())

    @property
    def lines(self) -> Lines:
        """Its lines."""
        return Lines(*self.kept_lines.arrays(self.line_count))


_NUMBER: Final = Struct("q")


def _view(array: Any) -> memoryview:
    """Of one item it takes a third of the time that the array takes."""
    return memoryview(array)


class Workplace:
    """The arrays of one session: what kernels read of it, and what they write."""

    def __init__(self, plan: Plan, room: int) -> None:
        self.room = room
        self._plan = plan
        self._hash = plan.tariffs[0].hash
        self._block = Block()
        facts = np.zeros(6 + 3 * room, np.int64)
        self._array, self._facts = facts, _view(facts)
        facts[5] = 1  # the number of intervals
        lo = 6
        one = np.ones(1, np.int64)
        usage = Usage(
            session_id=facts[:0],
            session_start_us=facts[0:1],
            session_end_us=facts[1:2],
            timeline=np.zeros(1, np.int32),
            status=np.zeros(1, np.uint8),
            interval_first=facts[4:6],
            start_us=facts[lo : lo + room],
            end_us=facts[lo + room : lo + 2 * room],
            energy=facts[lo + 2 * room : lo + 3 * room],
            energy_scale=one,
            activity=np.empty(0, np.uint8),
            power_mw=facts[:0],
            current_ma=facts[:0],
            volumes_us=np.empty((0, 3), np.int64),
            expired=np.empty(0, np.uint8),
            reserved_us=np.empty(0, np.int64),
            charging_end_us=facts[2:3],
        )
        scratch = room_for_block(self._block, _STRETCHES, plan, sessions=1)
        self._totals = room_for_totals(1, plan)
        self._lines = room_for_lines(_LINES, plan)
        self._run = bound(_NO_ROWS, usage, plan.book, _NO_DEALS, scratch, self._totals, self._lines)
        self._totals_block, self._totals_layout = _layout(self._totals)
        self._lines_block, self._lines_layout = _layout(self._lines)
        names = ("energy_mwh", "charging_us", "parked_us", "net_micro", "tax_micro", "gross_micro")
        at = dict(zip(Totals._fields, self._totals_layout, strict=True))
        taxed = len(self._totals.tax_micro) > 0
        self._offsets = [at[name][2] for name in names if name != "tax_micro" or taxed]
        self._status, self._unknown = _view(self._totals.status), _view(self._totals.unknown)

    def price(self, start_us: int, end_us: int, charging_end_us: int, meter: Metered) -> Raw | None:
        """Price a session; None where it is refused, or too odd for these kernels."""
        facts, room, count = self._facts, self.room, len(meter.start_us)
        facts[0], facts[1], facts[2], facts[5] = start_us, end_us, charging_end_us, count
        if count == 1:
            facts[6], facts[6 + room], facts[6 + 2 * room] = meter.start_us[0], meter.end_us[0], meter.energy_mwh[0]
        else:
            for column, at in zip(meter, (6, 6 + room, 6 + 2 * room), strict=True):
                self._array[at : at + count] = column
        _, lines, why = self._run(0, 1, 0)
        if why != DONE or self._status[0] != 0:
            return None
        data = self._totals_block.tobytes()
        numbers = tuple([_NUMBER.unpack_from(data, at)[0] for at in self._offsets])
        if len(numbers) < 6:  # no tax
            numbers = (*numbers[:4], 0, numbers[4])
        known = not (self._unknown and self._unknown[0])
        totals, kept = Kept(self._totals_layout, data), Kept(self._lines_layout, self._lines_block.tobytes())
        if any(type(each) is np.ndarray and each.size for each in self._totals_layout):  # taxes one by one
            totals = Kept(tuple(each.copy() if type(each) is np.ndarray else each for each in totals.layout), data)
        return Raw(self._plan, self._hash, numbers, known, totals, kept, lines)


_NO_ROWS: Final = readonly(np.empty(0, np.int64))
_NO_DEALS: Final = frozen_deals(no_deals())


class Prepared:
    """A timeline, and workplaces for sessions on it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._free: deque[Workplace] = deque(maxlen=_WORKPLACES_MAX)  # a thread takes one, and puts it back

    def price(self, start_us: int, end_us: int, charging_end_us: int, meter: Metered) -> Raw | None:
        """Price a session, see `Workplace.price`."""
        count = len(meter.start_us)
        try:
            place = self._free.pop()
        except IndexError:
            place = Workplace(self._plan, max(1, count))
        if place.room < count:
            place = Workplace(self._plan, 2 * count)
        raw = place.price(start_us, end_us, charging_end_us, meter)
        self._free.append(place)
        return raw


@lru_cache(maxsize=KEPT_MAX)
def _prepared(same: _Same, version: int, zone: str, traits: Traits, lo_us: int, hi_us: int) -> Prepared:
    group = Group(same.tariff, zone, traits, False, lo_us, hi_us)
    found = compile_timelines(((group, version),), lo_us)
    plan = plan_of(found, np.zeros(1, np.int32), np.zeros(1, np.uint8), Tariffs((same.tariff,)))
    return Prepared(plan)


def prepared(
    tariff: Tariff,
    zone: str | None,
    said: Mapping[str, Any],
    start_us: int,
    end_us: int,
) -> Prepared | None:
    """The timeline of a session; None where there is none. `said` are the answers to what the tariff asks: its names,
    and `evse_power_mw`.
    """
    same, zone = _Same(tariff), tariff.time_zone or zone or ""
    if load_zone(zone) is None:
        return None
    version = _version_at(same, zone, start_us)
    if version < 0:
        return None
    traits = answers(_questions(same), said)
    return _prepared(same, version, zone, traits, *in_blocks(*span_of_days(start_us, end_us)))


def price_single(tariff: Tariff, facts: Facts) -> Raw | None:
    """Price one session; None where it is refused, or too odd."""
    start_us, end_us = facts.bounds
    meter = facts.meter
    if isinstance(meter, int):
        # As `usage.totals` spreads a total: until charging ended, and where there is none over the whole session.
        until = facts.charging_end_us if facts.charging_end_us >= 0 and meter > 0 else end_us
        meter = Metered([start_us], [until], [meter])
    timeline = prepared(tariff, facts.zone, facts.said, start_us, end_us)
    return None if timeline is None else timeline.price(start_us, end_us, facts.charging_end_us, meter)
