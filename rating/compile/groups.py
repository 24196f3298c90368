"""What sessions of one timeline have in common, and all that is compiled of a timeline by itself."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.components import ComponentRow, Part, RuleRow, counts_of, rows
from rating.compile.epochs import Layout, layout_of, timeline, timeline_of
from rating.compile.kept import Kept
from rating.compile.restricted import Restricted, is_restricted, line_dimension, restricted_timeline
from rating.compile.spot import SpotColumn, follow
from rating.compile.taxes import TimelineTaxes
from rating.compile.traits import Traits
from rating.kernels.arrays import CHARGING_ENDED, ENERGY_CAME, FROM_CHARGING_END, FROM_FIRST_ENERGY, NEVER, SPAN_SHIFT
from rating.tariff.model import Tariff
from rating.units import DIMENSIONS

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

_NO_COMPONENT = np.full((1, len(DIMENSIONS)), -1, np.int32)
_KEPT_BYTES = 64 * 2**20
_ROWS_BYTES = 4096  # what a timeline takes beside its arrays, roughly


class Group(NamedTuple):
    """What sessions of one timeline, or of the versions of a tariff, have in common."""

    tariff: Tariff
    zone: str
    traits: Traits
    restricted: bool  # whatever the tariff asks for
    lo_us: int
    hi_us: int


class Epochs(NamedTuple):
    """The epochs of a timeline, with one more at the end that never comes, and the hints to find them by."""

    start_us: Int64  # (e + 1,)
    component: Int32  # (e + 1, 4) a number within the timeline, or -1
    hint: Int32

    @property
    def nbytes(self) -> int:
        """What it takes to keep it."""
        return self.start_us.nbytes + self.component.nbytes + self.hint.nbytes


class Made(NamedTuple):
    """A timeline by itself: components and prices count from its own first."""

    epochs: Epochs
    plain: Epochs | None  # those without the cuts of indexes; None: the same
    components: list[ComponentRow]
    rule: RuleRow
    taxes: TimelineTaxes
    parts: list[Part]
    named: list[tuple[str, str, int]]  # of each component the names of its element and unit, and price_micro
    prices: tuple[SpotColumn | None, ...]
    restricted: Restricted | None
    waits: int

    @property
    def nbytes(self) -> int:
        """What it takes to keep it, roughly."""
        size = _ROWS_BYTES + self.epochs.nbytes + (0 if self.plain is None else self.plain.nbytes)
        if self.restricted is None and not any(self.prices):
            return size
        arrays: list[Any] = []
        if self.restricted is not None:
            arrays += [self.restricted.row, self.restricted.start_us]
        arrays += [each.part for each in self.prices if each is not None]
        arrays += [each.grid.num for each in self.prices if each is not None and each.grid is not None]
        return size + sum(int(array.nbytes) for array in arrays)


def _make(key: tuple[Group, int]) -> Made:
    """Compile the timeline of one version of the group's tariff."""
    group, index = key
    tariff, version = group.tariff, group.tariff.versions[index]
    versions = (version,) if tariff.on_change == "next_session" else tariff.versions
    priced = [(part, element) for each in versions for element in each.elements for part in element.components]
    parts = [(part, line_dimension(part, element.when)) for part, element in priced]
    spots = tuple([part.spot for part, _ in parts])
    restricted = calendar = None
    if group.restricted or is_restricted(tariff, versions, group.traits):
        restricted = restricted_timeline(tariff, index, group.zone, group.lo_us, group.hi_us, group.traits)
        start_us = restricted.start_us
    else:
        calendar = _calendar(group, index)
        start_us = calendar.start_us[:-1]
    followed = follow(start_us, group.hi_us, spots) if any(spots) else None
    if followed is not None:
        start_us = followed.start_us
    if restricted is not None:  # no epoch has a component of its own
        if followed is not None:
            restricted = restricted._replace(start_us=start_us, row=restricted.row[followed.calendar])
        epochs = _with_hints(group.lo_us, group.hi_us, start_us, _NO_COMPONENT.repeat(start_us.size, axis=0))
    else:
        assert calendar is not None
        epochs = calendar
        if followed is not None:
            epochs = _with_hints(group.lo_us, group.hi_us, start_us, calendar.component[:-1][followed.calendar])
    prices = (None,) * len(parts) if followed is None else followed.columns
    component_rows, rule, taxes = rows(tariff, version, parts, prices)
    if restricted is not None:
        rule = rule._replace(plain=0)
    cut = rule.plain and followed is not None
    counts = {counts_of(part) for part, _ in parts}
    waits = ENERGY_CAME * (FROM_FIRST_ENERGY in counts) | CHARGING_ENDED * (FROM_CHARGING_END in counts)
    named = [(element.name, part.price.unit_text, part.price.amount_micro) for part, element in priced]
    plain = calendar if cut else None
    return Made(epochs, plain, component_rows, rule, taxes, parts, named, prices, restricted, waits)


# Ten thousand tariffs of a month are 150 MB by this count, which has what they share many times.
made = Kept(4 * _KEPT_BYTES, lambda each: each.nbytes, _make)


def _calendar(group: Group, index: int) -> Epochs:
    """The epochs of a version that depend on the calendar alone."""
    tariff = group.tariff
    if tariff.on_change == "next_session":
        return _laid((layout_of(tariff.versions[index], group.zone, group.traits), group.lo_us, group.hi_us))
    both = timeline(tariff, index, group.zone, group.lo_us, group.hi_us, group.traits)
    return _with_hints(group.lo_us, group.hi_us, *both)


def _lay(key: tuple[Layout, int, int]) -> Epochs:
    layout, lo_us, hi_us = key
    return _with_hints(lo_us, hi_us, *timeline_of(layout, lo_us, hi_us))


def _with_hints(lo_us: int, hi_us: int, start_us: Int64, component: Int32) -> Epochs:
    """The same object for the same epochs, whichever tariff they are of."""
    return _shared((lo_us, hi_us, start_us.tobytes(), component.tobytes()))


def _make_epochs(key: tuple[int, int, bytes, bytes]) -> Epochs:
    lo_us, hi_us, *both = key
    start_us = np.frombuffer(both[0], np.int64)
    component = np.frombuffer(both[1], np.int32).reshape(-1, len(DIMENSIONS))
    ended = np.empty(start_us.size + 1, np.int64)
    ended[:-1] = start_us
    ended[-1] = NEVER
    last = np.full((start_us.size + 1, len(DIMENSIONS)), -1, np.int32)
    last[:-1] = component
    hint = start_us.searchsorted(_buckets(lo_us, hi_us), "right") - 1
    return Epochs(ended, last, hint.astype(np.int32))


_shared = Kept(_KEPT_BYTES, lambda each: 2 * each.nbytes, _make_epochs)
_laid = Kept(_KEPT_BYTES, lambda each: each.nbytes, _lay)


@lru_cache(maxsize=64)
def _buckets(lo_us: int, hi_us: int) -> Int64:
    return lo_us + (np.arange(((hi_us - lo_us) >> SPAN_SHIFT) + 1, dtype=np.int64) << SPAN_SHIFT)
