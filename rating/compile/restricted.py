"""Timelines of tariffs whose prices depend on the session: for each epoch the candidates, in their order (PRICING 2).

An epoch's row holds, for each dimension of lines, where its list of candidates begins: components with a condition on
energy, duration, power and current, up to the first that holds always.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.epochs import cells_that_hold, version_spans
from rating.compile.traits import Traits, asks_of_session, lacks_fact
from rating.kernels.arrays import LACKS_FACT, NEEDS_CURRENT, NEVER, ROW_WIDTH, VARIES
from rating.tariff.model import Component, Tariff, Version, When
from rating.units import DIMENSIONS, LINE_DIMENSIONS, RESERVATION_FLAT, RESERVATION_TIME

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Condition = tuple[int, ...]
Candidates = tuple[tuple[int, int], ...]

ALWAYS = -1
_UNCONDITIONAL = ((None, None),) * 4
_RESERVED = {"time": RESERVATION_TIME, "flat": RESERVATION_FLAT}


class Restricted(NamedTuple):
    """A restricted timeline; indexes count from its own first component, candidate, condition and list of marks."""

    start_us: Int64  # (e,)
    row: Int32  # (e, ROW_WIDTH)
    candidate: Int32  # (q, 2) a component below 0 ends a list
    condition: Int64  # (p, 8)
    marks: tuple[tuple[int, ...], ...]
    durations: tuple[int, ...]


def is_restricted(tariff: Tariff, versions: Iterable[Version], traits: Traits) -> bool:
    """Whether a version's prices depend on more than the calendar, or need what the session does not tell."""
    return any(
        any(element.when.reservation or condition_of(element.when) for element in version.elements)
        or (any(asks_of_session(element.when) for element in version.elements) and lacks_fact(version, traits))
        for version in versions
    )


def line_dimension(part: Component, when: When) -> int:
    """The dimension of a component's lines, an index into LINE_DIMENSIONS."""
    # No line has a price of energy or parking of a reservation, which OCPI can say: it prices nothing.
    return _RESERVED.get(part.dimension, RESERVATION_TIME) if when.reservation else DIMENSIONS.index(part.dimension)


def condition_of(when: When) -> Condition | None:
    """What the session must have reached: at least and below, of energy, duration, power and current."""
    pairs = (
        (when.min_energy_mwh, when.max_energy_mwh),
        (when.min_duration_us, when.max_duration_us),
        (when.min_power_mw, when.max_power_mw),
        (when.min_current_ma, when.max_current_ma),
    )
    if pairs == _UNCONDITIONAL:
        return None
    return tuple(value for least, most in pairs for value in (least or 0, NEVER if most is None else most))


def restricted_timeline(tariff: Tariff, version: int, zone: str, lo_us: int, hi_us: int, traits: Traits) -> Restricted:
    """The epochs that price sessions of a version and of such traits, from lo_us or before to hi_us."""
    lists = _Lists()
    starts, rows = [], []
    for index, base, from_us, to_us in version_spans(tariff, version, zone, lo_us, hi_us):
        each = tariff.versions[index]
        start_us, cell, held = cells_that_hold(each, zone, from_us, to_us, traits)
        row_of_cell = lists.rows(each, held, base, traits)
        starts.append(start_us)
        rows.append(row_of_cell[cell])
    start_us, row = np.concatenate(starts), np.concatenate(rows)
    keep = np.ones(start_us.size, bool)
    keep[1:] = (row[1:] != row[:-1]).any(axis=1)
    whens = [element.when for each in tariff.versions for element in each.elements]
    durations = {value for when in whens for value in (when.min_duration_us, when.max_duration_us)}
    return Restricted(
        start_us[keep],
        row[keep],
        np.array(lists.candidates, np.int32).reshape(-1, 2),
        np.array(list(lists.conditions), np.int64).reshape(-1, 8),
        tuple(lists.marks),
        tuple(sorted(value for value in durations if value is not None)),
    )


@dataclass
class _Lists:
    """Lists that are written once, however many epochs they are for."""

    candidates: list[tuple[int, int]] = field(default_factory=list)
    list_of: dict[Candidates, int] = field(default_factory=dict)
    conditions: dict[Condition, int] = field(default_factory=dict)
    marks: dict[tuple[int, ...], int] = field(default_factory=dict)

    def rows(self, version: Version, held: NDArray[np.bool_], base: int, traits: Traits) -> Int32:
        """The row of each cell: `held` is bool (elements, cells); components count from `base`."""
        packed = np.ascontiguousarray(np.packbits(held, axis=0).T)
        _, first, of_cell = np.unique(
            packed.view(f"V{packed.shape[1]}").ravel(), return_index=True, return_inverse=True
        )
        found = [self._row(version, held[:, cell], base, traits) for cell in first]
        return np.array(found, np.int32).reshape(-1, ROW_WIDTH)[of_cell]

    def _row(self, version: Version, held: NDArray[np.bool_], base: int, traits: Traits) -> list[int]:
        kinds = ["reservation_expires", "reservation"] if traits.expired else ["reservation"]
        order = list(enumerate(version.elements))
        # In an expired session those that name expiry go first, whatever their place in the list.
        ordered = [pair for kind in (None, *kinds) for pair in order if pair[1].when.reservation == kind]
        firsts = np.cumsum([0] + [len(element.components) for element in version.elements])
        found: list[list[tuple[int, int]]] = [[] for _ in LINE_DIMENSIONS]
        ended = [False] * len(LINE_DIMENSIONS)
        varies = 0
        for index, element in ordered:
            if not held[index]:
                continue
            condition = condition_of(element.when)
            code = ALWAYS if condition is None else self.conditions.setdefault(condition, len(self.conditions))
            by_power = condition is not None and condition[4:] != (0, NEVER, 0, NEVER)
            for number, part in enumerate(element.components):
                if element.when.reservation and part.dimension not in _RESERVED:
                    continue
                dimension = line_dimension(part, element.when)
                if not ended[dimension]:
                    varies |= by_power * VARIES << dimension
                    found[dimension].append((base + int(firsts[index]) + number, code))
                    ended[dimension] = condition is None
        whens = [element.when for element in version.elements]
        energies = {value for when in whens for value in (when.min_energy_mwh, when.max_energy_mwh)}
        marks = tuple(sorted(value for value in energies if value is not None))
        current = any(when.min_current_ma is not None or when.max_current_ma is not None for when in whens)
        flags = NEEDS_CURRENT * current | LACKS_FACT * lacks_fact(version, traits) | varies
        return [
            *(self._list(tuple(each)) for each in found),
            self.marks.setdefault(marks, len(self.marks)),
            flags,
        ]

    def _list(self, candidates: Candidates) -> int:
        if candidates not in self.list_of:
            self.list_of[candidates] = len(self.candidates)
            self.candidates += [*candidates, (-1, ALWAYS)]
        return self.list_of[candidates]
