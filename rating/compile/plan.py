"""The plan of a batch: every timeline that its sessions need, flat, and for each session the one that prices it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.components import ComponentRow, Part, RuleRow, TaxRow, rows
from rating.compile.epochs import timeline, version_end_us, version_start_us
from rating.compile.restricted import Restricted, is_restricted, line_dimension, restricted_timeline
from rating.compile.traits import Traits, split
from rating.compile.zones import load_zone
from rating.errors import Refused
from rating.kernels.arrays import (
    NEVER,
    SPAN_SHIFT,
    Book,
    Components,
    Restrictions,
    Rules,
    Taxes,
    Timelines,
    frozen,
    readonly,
)
from rating.tariff.model import Component, Tariff, Tariffs, Version
from rating.units import ACTIVITY_RESERVED, DIMENSIONS, INSTANT_MIN_US, LINE_DIMENSIONS, US_PER_DAY
from rating.usage.batch import Intervals, Sessions, UsageBatch

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]


class Plan(NamedTuple):
    """How a batch is priced. n sessions, k timelines, c components."""

    timeline: Int32  # (n,) index of the timeline; 0 where status is not 0
    status: UInt8  # (n,) the batch's, with what planning refused
    book: Book
    tariffs: tuple[Tariff, ...]  # (k,) the tariff of each timeline
    versions: tuple[str, ...]  # (k,) the label of each timeline's version
    in_force: tuple[Version, ...]  # (k,) that version
    parts: tuple[Component, ...]  # (c,) the component of each row
    elements: tuple[str, ...]  # names of elements, by Components.element
    units: tuple[str, ...]  # names of units, by Components.unit
    known: Tariffs  # every tariff that was offered, for messages


@dataclass
class _Tables:
    """Rows of all timelines as they are collected."""

    epoch_start_us: list[Int64] = field(default_factory=list)
    epoch_component: list[Int32] = field(default_factory=list)
    hint: list[Int32] = field(default_factory=list)
    components: list[ComponentRow] = field(default_factory=list)
    named: list[tuple[int, int, int]] = field(default_factory=list)  # element, unit, price_micro
    component_count: list[int] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    restricted: list[Restricted | None] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)
    taxes: list[list[TaxRow]] = field(default_factory=list)
    rules: list[RuleRow] = field(default_factory=list)
    tariffs: list[Tariff] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    elements: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)


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

    tables = _Tables()
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
            group = _Group(tariff, zone, traits, every, lo_us, hi_us)
            _assign(tables, group, sessions, where, timeline_of, status)
    return _flat(tables, lo_us, timeline_of, status, tariffs)


def _span(sessions: Sessions, fine: NDArray[np.bool_]) -> tuple[int, int]:
    """The whole UTC days that hold every session, with a day to spare on both sides."""
    if not fine.any():
        return 0, US_PER_DAY
    every = bool(fine.all())
    first = sessions.start_us.min() if every else sessions.start_us[fine].min()
    last = sessions.end_us.max() if every else sessions.end_us[fine].max()
    return (int(first) // US_PER_DAY - 1) * US_PER_DAY, (int(last) // US_PER_DAY + 2) * US_PER_DAY


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


class _Group(NamedTuple):
    """What sessions of one timeline, or of the versions of a tariff, have in common."""

    tariff: Tariff
    zone: str
    traits: Traits
    restricted: bool  # whatever the tariff asks for
    lo_us: int
    hi_us: int


def _assign(
    tables: _Tables,
    group: _Group,
    sessions: Sessions,
    where: NDArray[Any] | slice,
    timeline_of: Int32,
    status: UInt8,
) -> None:
    """Compile the versions in force within the span, and give each session the one in force at its start."""
    versions = group.tariff.versions
    starts = [version_start_us(version, group.zone) for version in versions]
    first_used = max([i for i, start in enumerate(starts) if start <= group.lo_us], default=0)
    last_used = max([i for i, start in enumerate(starts) if start < group.hi_us], default=-1)
    base = len(tables.rules)
    for i in range(first_used, last_used + 1):
        _add_timeline(tables, group, i)

    ends = any(version.valid_until is not None for version in versions)
    if starts[first_used] <= group.lo_us and first_used == last_used and not ends:
        timeline_of[where] = base
        return
    session_start_us = sessions.start_us[where]
    used = np.array(starts[first_used : last_used + 1], np.int64)
    found = np.searchsorted(used, session_start_us, "right").astype(np.int32) - 1
    timeline_of[where] = np.maximum(found, 0) + base
    fails = found < 0
    if ends:
        until = [version_end_us(version, group.zone) for version in versions[first_used : last_used + 1]]
        fails |= session_start_us >= np.array(until or [NEVER], np.int64)[np.maximum(found, 0)]
    part = status[where]
    status[where] = np.where((part == Refused.FINE) & fails, np.uint8(Refused.NO_VERSION), part)


def _add_timeline(tables: _Tables, group: _Group, index: int) -> None:
    tariff, version = group.tariff, group.tariff.versions[index]
    versions = (version,) if tariff.on_change == "next_session" else tariff.versions
    parts: list[Part] = []
    for element in (element for each in versions for element in each.elements):
        for part in element.components:
            parts.append((part, line_dimension(part, element.when)))
            element_code = tables.elements.setdefault(element.name, len(tables.elements))
            unit_code = tables.units.setdefault(part.price.unit_text, len(tables.units))
            tables.named.append((element_code, unit_code, part.price.amount_micro))
    component_rows, rule_row, taxes = rows(tariff, version, parts)

    if group.restricted or is_restricted(tariff, versions, group.traits):
        restricted = restricted_timeline(tariff, index, group.zone, group.lo_us, group.hi_us, group.traits)
        start_us, component = restricted.start_us, np.full((restricted.start_us.size, len(DIMENSIONS)), -1, np.int32)
        rule_row = rule_row._replace(plain=0)
    else:
        restricted = None
        start_us, component = timeline(tariff, index, group.zone, group.lo_us, group.hi_us, group.traits)
    buckets = np.arange(((group.hi_us - group.lo_us) >> SPAN_SHIFT) + 1, dtype=np.int64)
    tables.hint.append((np.searchsorted(start_us, group.lo_us + (buckets << SPAN_SHIFT), "right") - 1).astype(np.int32))
    base = len(tables.components)
    tables.epoch_start_us.append(np.append(start_us, NEVER))
    flat = np.where(component >= 0, component + np.int32(base), np.int32(-1)).astype(np.int32)
    tables.epoch_component.append(np.append(flat.ravel(), np.full(len(DIMENSIONS), -1, np.int32)))
    tables.components += component_rows
    tables.component_count.append(len(parts))
    tables.waits.append(int(any(part.from_first_energy for part, _ in parts)))
    tables.restricted.append(restricted)
    tables.parts += [part for part, _ in parts]
    tables.taxes.append(taxes)
    tables.rules.append(rule_row)
    tables.tariffs.append(tariff)
    tables.versions.append(version)


def _restrictions(tables: _Tables) -> Restrictions:
    """The restricted timelines, one after the other, with indexes that count from the first of all."""
    row_first: list[int] = []
    row: list[Int32] = []
    candidate: list[Int32] = []
    condition: list[Int64] = []
    marks: list[tuple[int, ...]] = []
    durations: list[tuple[int, ...]] = []
    rows_before = candidates_before = conditions_before = 0
    for first_component, restricted in zip(_offsets(tables.component_count), tables.restricted, strict=False):
        row_first.append(rows_before)
        durations.append(() if restricted is None else restricted.durations)
        if restricted is None:
            continue
        lists = [candidates_before] * len(LINE_DIMENSIONS)
        row.append(restricted.row + np.array([*lists, len(marks), 0], np.int32))
        by = np.array([first_component, conditions_before], np.int32)
        candidate.append(restricted.candidate + np.where(restricted.candidate >= 0, by, np.int32(0)).astype(np.int32))
        condition.append(restricted.condition)
        marks += restricted.marks
        rows_before += len(restricted.row)
        candidates_before += len(restricted.candidate)
        conditions_before += len(restricted.condition)
    return frozen(
        Restrictions(
            row_first=np.array(row_first, np.int64),
            row=_joined(row, np.int32).ravel(),
            candidate=_joined(candidate, np.int32).ravel(),
            condition=_joined(condition, np.int64).ravel(),
            mark_first=_offsets([len(each) for each in marks]),
            mark_mwh=np.array([mark for each in marks for mark in each], np.int64),
            duration_first=_offsets([len(each) for each in durations]),
            duration_us=np.array([duration for each in durations for duration in each], np.int64),
        )
    )


def _flat(tables: _Tables, lo_us: int, timeline_of: Int32, status: UInt8, known: Tariffs) -> Plan:
    """Concatenate the rows of all timelines into the arrays that kernels read."""
    rule = [list(column) for column in zip(*tables.rules, strict=True)] or [[] for _ in RuleRow._fields]
    part = [list(column) for column in zip(*tables.components, strict=True)] or [[] for _ in ComponentRow._fields]
    named = [list(column) for column in zip(*tables.named, strict=True)] or [[], [], []]
    components = ComponentRow(*part)  # type: ignore[arg-type]
    rules = RuleRow(*rule)  # type: ignore[arg-type]
    return Plan(
        timeline=timeline_of,
        status=status,
        book=Book(
            timelines=frozen(
                Timelines(
                    epoch_first=_offsets([start.size for start in tables.epoch_start_us]),
                    epoch_start_us=_joined(tables.epoch_start_us, np.int64),
                    epoch_component=_joined(tables.epoch_component, np.int32),
                    hint_first=_offsets([hint.size for hint in tables.hint]),
                    hint=_joined(tables.hint, np.int32),
                    component_first=_offsets(tables.component_count),
                    waits=np.array(tables.waits, np.uint8),
                    restricted=np.array([each is not None for each in tables.restricted], np.uint8),
                    span_start_us=np.array([lo_us], np.int64),
                )
            ),
            restrictions=_restrictions(tables),
            components=frozen(
                Components(
                    **_columns(components._asdict()),
                    element=np.array(named[0], np.int32),
                    unit=np.array(named[1], np.int32),
                    price_micro=np.array(named[2], np.int64),
                )
            ),
            rules=frozen(Rules(**_columns(rules._asdict()))),
            taxes=frozen(
                Taxes(
                    first=_offsets([len(each) for each in tables.taxes]),
                    rate_ppm=np.array([row.tax.rate_ppm for each in tables.taxes for row in each], np.int64),
                    scale_ppm=np.array([row.scale_ppm for each in tables.taxes for row in each], np.int64),
                )
            ),
            component_most=readonly(np.array([max(tables.component_count, default=1)], np.int64)),
        ),
        tariffs=tuple(tables.tariffs),
        versions=tuple(version.label for version in tables.versions),
        in_force=tuple(tables.versions),
        parts=tuple(tables.parts),
        elements=tuple(tables.elements),
        units=tuple(tables.units),
        known=known,
    )


_BYTES = ("dimension", "waits", "step_round", "tax", "mixed", "mode", "plain", "stepped", "limited", "limit_given")


def _columns(rows: dict[str, Any]) -> dict[str, Any]:
    return {name: np.array(column, np.uint8 if name in _BYTES else np.int64).ravel() for name, column in rows.items()}


def _offsets(sizes: list[int]) -> Int64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])


def _joined(arrays: list[Any], dtype: type) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype)
