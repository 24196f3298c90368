"""The plan of a batch: every timeline that its sessions need, flat, and for each session the one that prices it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.components import ComponentRow, RuleRow, rows
from rating.compile.epochs import timeline, version_start_us
from rating.compile.zones import load_zone
from rating.errors import Refused
from rating.kernels.arrays import NEVER, SPAN_SHIFT, Book, Components, Rules, Timelines, frozen, readonly
from rating.tariff.model import Component, Tariff, Tariffs
from rating.units import DIMENSIONS, US_PER_DAY
from rating.usage.batch import Sessions

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
    rules: list[RuleRow] = field(default_factory=list)
    tariffs: list[Tariff] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    elements: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)


def make_plan(tariffs: Tariffs, sessions: Sessions) -> Plan:
    """Compile what the sessions of a batch need, and refuse those that no tariff, zone or version can price."""
    status = sessions.status.copy()
    fine = status == Refused.FINE
    lo_us, hi_us = _span(sessions, fine)

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
        _assign_pair(tables, tariff, zone, lo_us, hi_us, sessions, rows_of_pair, timeline_of, status)
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


def _assign_pair(
    tables: _Tables,
    tariff: Tariff,
    zone: str,
    lo_us: int,
    hi_us: int,
    sessions: Sessions,
    where: NDArray[Any] | slice,
    timeline_of: Int32,
    status: UInt8,
) -> None:
    """Compile the versions in force within the span, and give each session the one in force at its start."""
    starts = [version_start_us(version, zone) for version in tariff.versions]
    first_used = max([i for i, start in enumerate(starts) if start <= lo_us], default=0)
    last_used = max([i for i, start in enumerate(starts) if start < hi_us], default=-1)
    base = len(tables.rules)
    for i in range(first_used, last_used + 1):
        _add_timeline(tables, tariff, i, zone, lo_us, hi_us)

    if starts[first_used] <= lo_us and first_used == last_used:
        timeline_of[where] = base
        return
    session_start_us = sessions.start_us[where]
    used = np.array(starts[first_used : last_used + 1], np.int64)
    found = np.searchsorted(used, session_start_us, "right").astype(np.int32) - 1
    timeline_of[where] = np.maximum(found, 0) + base
    part = status[where]
    status[where] = np.where((part == Refused.FINE) & (found < 0), np.uint8(Refused.NO_VERSION), part)


def _add_timeline(tables: _Tables, tariff: Tariff, index: int, zone: str, lo_us: int, hi_us: int) -> None:
    version = tariff.versions[index]
    versions = (version,) if tariff.on_change == "next_session" else tariff.versions
    parts: list[Component] = []
    for element in (element for each in versions for element in each.elements):
        for part in element.components:
            parts.append(part)
            element_code = tables.elements.setdefault(element.name, len(tables.elements))
            unit_code = tables.units.setdefault(part.price.unit_text, len(tables.units))
            tables.named.append((element_code, unit_code, part.price.amount_micro))
    component_rows, rule_row = rows(tariff, version, parts)

    start_us, component = timeline(tariff, index, zone, lo_us, hi_us)
    buckets = np.arange(((hi_us - lo_us) >> SPAN_SHIFT) + 1, dtype=np.int64)
    tables.hint.append((np.searchsorted(start_us, lo_us + (buckets << SPAN_SHIFT), "right") - 1).astype(np.int32))
    base = len(tables.components)
    tables.epoch_start_us.append(np.append(start_us, NEVER))
    flat = np.where(component >= 0, component + np.int32(base), np.int32(-1)).astype(np.int32)
    tables.epoch_component.append(np.append(flat.ravel(), np.full(len(DIMENSIONS), -1, np.int32)))
    tables.components += component_rows
    tables.component_count.append(len(parts))
    tables.waits.append(int(any(part.from_first_energy for part in parts)))
    tables.rules.append(rule_row)
    tables.tariffs.append(tariff)
    tables.versions.append(version.label)


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
                    span_start_us=np.array([lo_us], np.int64),
                )
            ),
            components=frozen(
                Components(
                    **_columns(components._asdict()),
                    element=np.array(named[0], np.int32),
                    unit=np.array(named[1], np.int32),
                    price_micro=np.array(named[2], np.int64),
                )
            ),
            rules=frozen(Rules(**_columns(rules._asdict()))),
            component_most=readonly(np.array([max(tables.component_count, default=1)], np.int64)),
        ),
        tariffs=tuple(tables.tariffs),
        versions=tuple(tables.versions),
        elements=tuple(tables.elements),
        units=tuple(tables.units),
        known=known,
    )


_BYTES = ("dimension", "waits", "step_round", "tax", "mode", "plain", "stepped", "limited", "limit_given")


def _columns(rows: dict[str, Any]) -> dict[str, Any]:
    return {name: np.array(column, np.uint8 if name in _BYTES else np.int64).ravel() for name, column in rows.items()}


def _offsets(sizes: list[int]) -> Int64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])


def _joined(arrays: list[Any], dtype: type) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype)
