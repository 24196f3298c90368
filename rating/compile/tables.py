"""Timelines as they are collected, and as the flat arrays that kernels read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.components import ComponentRow, Part, RuleRow, counts_of, rows
from rating.compile.epochs import timeline
from rating.compile.groups import Group, epochs, restricted_epochs
from rating.compile.restricted import Restricted, is_restricted, line_dimension
from rating.compile.spot import SpotColumn
from rating.compile.taxes import TimelineTaxes
from rating.kernels.arrays import (
    BY_CURRENT,
    CHARGING_ENDED,
    ENERGY_CAME,
    FROM_CHARGING_END,
    FROM_FIRST_ENERGY,
    NEEDS_CURRENT,
    NEVER,
    NO_COMPONENT,
    SPAN_SHIFT,
    Book,
    Components,
    Prices,
    Restrictions,
    Rules,
    Taxes,
    Timelines,
    frozen,
    no_terms,
    readonly,
)
from rating.tariff.model import Component, Tariff, TaxRate, Version
from rating.units import DIMENSIONS, LINE_DIMENSIONS

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]


@dataclass
class Tables:
    """Rows of all timelines as they are collected."""

    epoch_start_us: list[Int64] = field(default_factory=list)
    epoch_component: list[Int32] = field(default_factory=list)
    hint: list[Int32] = field(default_factory=list)
    block_of: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    components: list[ComponentRow] = field(default_factory=list)
    named: list[tuple[int, int, int]] = field(default_factory=list)  # element, unit, price_micro
    component_count: list[int] = field(default_factory=list)
    block: list[int] = field(default_factory=list)  # of each timeline: which of the groups of epochs is its own
    plain_block: list[int] = field(default_factory=list)  # and which is without the cuts of indexes
    spot: list[int] = field(default_factory=list)
    prices: list[SpotColumn] = field(default_factory=list)
    price_count: int = 0
    grid_count: int = 0
    waits: list[int] = field(default_factory=list)
    restricted: list[Restricted | None] = field(default_factory=list)
    in_order: list[int] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)
    taxes: list[TimelineTaxes] = field(default_factory=list)
    rules: list[RuleRow] = field(default_factory=list)
    tariffs: list[Tariff] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    elements: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)


class Compiled(NamedTuple):
    """What kernels read of k timelines, and what the rows of the result name."""

    book: Book
    tariffs: tuple[Tariff, ...]  # (k,)
    versions: tuple[Version, ...]  # (k,)
    taxes: tuple[tuple[TaxRate, ...], ...]  # (k,) those that its prices have
    parts: tuple[Component, ...]  # (c,) by component
    elements: tuple[str, ...]
    units: tuple[str, ...]


def compile_timelines(wanted: tuple[tuple[Group, int], ...], lo_us: int) -> Compiled:
    """Compile timelines: each of a group and of the index of one of its versions.

    Raises: TariffError where prices are such that exact amounts would not fit 64 bits.
    """
    return (_few if len(wanted) <= _FEW else _compile)(wanted, lo_us)


def _compile(wanted: tuple[tuple[Group, int], ...], lo_us: int) -> Compiled:
    tables = Tables()
    for group, index in wanted:
        add_timeline(tables, group, index)
    return Compiled(
        flat_book(tables, lo_us),
        tuple(tables.tariffs),
        tuple(tables.versions),
        tuple(each.each for each in tables.taxes),
        tuple(tables.parts),
        tuple(tables.elements),
        tuple(tables.units),
    )


# Kept for callers who price one session at a time. Nobody writes to what kernels read.
_FEW = 8
_few = lru_cache(maxsize=64)(_compile)


def add_timeline(tables: Tables, group: Group, index: int) -> None:
    """Add the timeline of one version of the group's tariff."""
    tariff, version = group.tariff, group.tariff.versions[index]
    versions = (version,) if tariff.on_change == "next_session" else tariff.versions
    parts: list[Part] = []
    for element in (element for each in versions for element in each.elements):
        for part in element.components:
            parts.append((part, line_dimension(part, element.when)))
            element_code = tables.elements.setdefault(element.name, len(tables.elements))
            unit_code = tables.units.setdefault(part.price.unit_text, len(tables.units))
            tables.named.append((element_code, unit_code, part.price.amount_micro))
    if group.restricted or is_restricted(tariff, versions, group.traits):
        restricted, component, followed = restricted_epochs(group, index, tuple(part.spot for part, _ in parts))
    else:
        restricted = None
        component, followed = epochs(group, index, tuple(part.spot for part, _ in parts))
    start_us, prices = followed.start_us, followed.columns
    component_rows, rule_row, taxes = rows(tariff, version, parts, prices)
    if restricted is not None:
        rule_row = rule_row._replace(plain=0)
    tables.block.append(_add_epochs(tables, group, start_us, component))
    tables.spot.append(int(any(prices)))
    if any(prices) and rule_row.plain:
        calendar_us = timeline(tariff, index, group.zone, group.lo_us, group.hi_us, group.traits)
        tables.plain_block.append(_add_epochs(tables, group, *calendar_us))
    else:
        tables.plain_block.append(tables.block[-1])
    for number, each in enumerate(prices):
        if each is not None:
            rows_of = {"spot": tables.price_count, "grid": tables.grid_count}
            component_rows[number] = component_rows[number]._replace(**rows_of)
            tables.prices.append(each)
            tables.price_count += start_us.size
            tables.grid_count += 0 if each.grid is None else each.grid.num.size
    tables.components += component_rows
    tables.component_count.append(len(parts))
    counts = {counts_of(part) for part, _ in parts}
    tables.waits.append(ENERGY_CAME * (FROM_FIRST_ENERGY in counts) | CHARGING_ENDED * (FROM_CHARGING_END in counts))
    tables.restricted.append(restricted)
    tables.in_order.append(int(any(part.grace_us or part.step for part, _ in parts)))
    tables.parts += [part for part, _ in parts]
    tables.taxes.append(taxes)
    tables.rules.append(rule_row)
    tables.tariffs.append(tariff)
    tables.versions.append(version)


def _add_epochs(tables: Tables, group: Group, start_us: Int64, component: Int32) -> int:
    """Add a group of epochs with their hints; return its number, which is that of an equal one if there is any.

    A network has far fewer kinds of weeks than tariffs: 200 of them in four zones took three times the time of one, for
    their epochs did not fit into the cache of a core.
    """
    key = start_us.tobytes(), component.tobytes()
    if key in tables.block_of:
        return tables.block_of[key]
    tables.block_of[key] = len(tables.hint)
    buckets = np.arange(((group.hi_us - group.lo_us) >> SPAN_SHIFT) + 1, dtype=np.int64)
    tables.hint.append((np.searchsorted(start_us, group.lo_us + (buckets << SPAN_SHIFT), "right") - 1).astype(np.int32))
    tables.epoch_start_us.append(np.append(start_us, NEVER))
    tables.epoch_component.append(np.append(component.ravel(), np.full(len(DIMENSIONS), NO_COMPONENT, np.int32)))
    return len(tables.hint) - 1


def flat_book(tables: Tables, lo_us: int) -> Book:
    """Concatenate the rows of all timelines into the arrays that kernels read."""
    rule = [list(column) for column in zip(*tables.rules, strict=True)] or [[] for _ in RuleRow._fields]
    part = [list(column) for column in zip(*tables.components, strict=True)] or [[] for _ in ComponentRow._fields]
    named = [list(column) for column in zip(*tables.named, strict=True)] or [[], [], []]
    components = ComponentRow(*part)  # type: ignore[arg-type]
    rules = RuleRow(*rule)  # type: ignore[arg-type]
    epoch_first = _offsets([start.size for start in tables.epoch_start_us])
    hint_first = _offsets([hint.size for hint in tables.hint])
    return Book(
        timelines=frozen(
            Timelines(
                epoch_first=epoch_first[tables.block],
                epoch_start_us=_joined(tables.epoch_start_us, np.int64),
                epoch_component=_joined(tables.epoch_component, np.int32),
                hint_first=hint_first[tables.block],
                hint=_joined(tables.hint, np.int32),
                component_first=_offsets(tables.component_count),
                waits=np.array(tables.waits, np.uint8),
                restricted=np.array([_kind(each) for each in tables.restricted], np.uint8),
                span_start_us=np.array([lo_us], np.int64),
                spot=np.array(tables.spot, np.uint8),
                plain_first=epoch_first[tables.plain_block],
                plain_hint_first=hint_first[tables.plain_block],
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
        prices=frozen(
            Prices(
                part=_joined([each.part.ravel() for each in tables.prices], np.int64),
                grid=_joined([each.grid.num for each in tables.prices if each.grid is not None], np.int64),
            )
        ),
        rules=frozen(Rules(**_columns(rules._asdict()))),
        taxes=frozen(
            Taxes(
                first=_offsets([len(each.rows) for each in tables.taxes]),
                rate_ppm=np.array([row.tax.rate_ppm for each in tables.taxes for row in each.rows], np.int64),
                scale_ppm=np.array([row.scale_ppm for each in tables.taxes for row in each.rows], np.int64),
                group_first=_offsets([len(each.groups) for each in tables.taxes]),
                group_bits=np.array([row.bits for each in tables.taxes for row in each.groups], np.int64),
                group_scale_ppm=np.array([row.scale_ppm for each in tables.taxes for row in each.groups], np.int64),
            )
        ),
        terms=no_terms(),
        component_most=readonly(np.array([max(tables.component_count, default=1)], np.int64)),
    )


def _kind(restricted: Restricted | None) -> int:
    if restricted is None:
        return 0
    return BY_CURRENT if (restricted.row[:, -1] & NEEDS_CURRENT).any() else 1


def _restrictions(tables: Tables) -> Restrictions:
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
            in_order=np.array(tables.in_order, np.uint8),
        )
    )


_BYTES = ("dimension", "counts", "step_round", "tax", "mixed", "mode", "plain", "stepped", "limited", "limit_given")


def _columns(rows: dict[str, Any]) -> dict[str, Any]:
    return {name: np.array(column, np.uint8 if name in _BYTES else np.int64).ravel() for name, column in rows.items()}


def _offsets(sizes: list[int]) -> Int64:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])


def _joined(arrays: list[Any], dtype: type) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.empty(0, dtype)
