"""Timelines as they are collected, and as the flat arrays that kernels read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.components import ComponentRow, RuleRow
from rating.compile.groups import Epochs, Group, Made, made
from rating.compile.kept import Kept
from rating.compile.restricted import Restricted
from rating.compile.spot import SpotColumn
from rating.compile.taxes import TimelineTaxes
from rating.kernels.arrays import (
    BY_CURRENT,
    NEEDS_CURRENT,
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
from rating.tariff.collecting import no_collection
from rating.tariff.model import Component, Tariff, TaxRate, Version
from rating.units import LINE_DIMENSIONS

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]


@dataclass
class Tables:
    """Rows of all timelines as they are collected."""

    epochs: list[Epochs] = field(default_factory=list)
    number_of: dict[int, int] = field(default_factory=dict)  # of each of them, by its id
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

    @property
    def nbytes(self) -> int:
        """What it takes to keep it, roughly."""
        return sum(int(array.nbytes) for array in self.book.timelines) + 1024 * len(self.parts)


Wanted = tuple[tuple[tuple[Group, int], ...], int]


def compile_timelines(wanted: tuple[tuple[Group, int], ...], lo_us: int) -> Compiled:
    """Compile timelines: each of a group and of the index of one of its versions.

    Raises: TariffError where prices are such that exact amounts would not fit 64 bits.
    """
    if len(wanted) <= _FEW:
        return _few(wanted, lo_us)
    with no_collection():
        found = _many((wanted, lo_us))
    # What was kept is of equal tariffs; the caller's own may stand elsewhere.
    tariffs = tuple(group.tariff for group, _ in wanted)
    versions = tuple(group.tariff.versions[index] for group, index in wanted)
    return found._replace(tariffs=tariffs, versions=versions)


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


# Kept for callers who price one session at a time, and for those who price the same tariffs batch after batch. Nobody
# writes to what kernels read.
_FEW = 8
_few = lru_cache(maxsize=64)(_compile)
_many: Kept[Wanted, Compiled] = Kept(128 * 2**20, lambda each: each.nbytes, lambda key: _compile(*key))


def add_timeline(tables: Tables, group: Group, index: int) -> None:
    """Add the timeline of one version of the group's tariff."""
    each = made((group, index))
    elements, units = tables.elements, tables.units
    for element, unit, price_micro in each.named:
        code = elements.setdefault(element, len(elements)), units.setdefault(unit, len(units)), price_micro
        tables.named.append(code)
    tables.block.append(_add_epochs(tables, each.epochs))
    tables.plain_block.append(tables.block[-1] if each.plain is None else _add_epochs(tables, each.plain))
    tables.spot.append(int(any(each.prices)))
    tables.components += _with_prices(tables, each) if any(each.prices) else each.components
    tables.component_count.append(len(each.parts))
    tables.waits.append(each.waits)
    tables.restricted.append(each.restricted)
    tables.in_order.append(int(any(part.grace_us or part.step for part, _ in each.parts)))
    tables.parts += [part for part, _ in each.parts]
    tables.taxes.append(each.taxes)
    tables.rules.append(each.rule)
    tables.tariffs.append(group.tariff)
    tables.versions.append(group.tariff.versions[index])


def _with_prices(tables: Tables, each: Made) -> list[ComponentRow]:
    """The rows of components, with the places of those prices that follow an index, which are added."""
    found = list(each.components)
    for number, column in enumerate(each.prices):
        if column is not None:
            found[number] = found[number]._replace(spot=tables.price_count, grid=tables.grid_count)
            tables.prices.append(column)
            tables.price_count += each.epochs.start_us.size - 1
            tables.grid_count += 0 if column.grid is None else column.grid.num.size
    return found


def _add_epochs(tables: Tables, epochs: Epochs) -> int:
    """Add a group of epochs where another timeline has not brought the same; return its number."""
    number = tables.number_of.setdefault(id(epochs), len(tables.epochs))
    if number == len(tables.epochs):
        tables.epochs.append(epochs)
    return number


def flat_book(tables: Tables, lo_us: int) -> Book:
    """Concatenate the rows of all timelines into the arrays that kernels read."""
    rule = [list(column) for column in zip(*tables.rules, strict=True)] or [[] for _ in RuleRow._fields]
    part = [list(column) for column in zip(*tables.components, strict=True)] or [[] for _ in ComponentRow._fields]
    named = [list(column) for column in zip(*tables.named, strict=True)] or [[], [], []]
    components = ComponentRow(*part)  # type: ignore[arg-type]
    rules = RuleRow(*rule)  # type: ignore[arg-type]
    epoch_first = _offsets([each.start_us.size for each in tables.epochs])
    hint_first = _offsets([each.hint.size for each in tables.epochs])
    return Book(
        timelines=frozen(
            Timelines(
                epoch_first=epoch_first[tables.block],
                epoch_start_us=_joined([each.start_us for each in tables.epochs], np.int64),
                epoch_component=_joined([each.component.ravel() for each in tables.epochs], np.int32),
                hint_first=hint_first[tables.block],
                hint=_joined([each.hint for each in tables.epochs], np.int32),
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
