"""Ranges of energy, duration, power, current and charger power in which energy is free because no element prices it."""

from __future__ import annotations

from collections.abc import Iterator

from rating.errors import Fault
from rating.tariff.lint import days
from rating.tariff.lint.axes import RANGES, Axes
from rating.tariff.lint.boxes import Box, is_empty, meet
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.words import bound_text, range_text
from rating.tariff.model import Version

_FIRST = 2  # the axes before `RANGES`: days and minutes
_SHOWN = 3  # ranges of one version that are told
_GROW = ("kwh", "duration")  # the first of it may well be free, and at the most no energy comes any more

Gap = tuple[str, int | None, int | None]  # one of `RANGES`, where it starts and where it ends; None: open


def gaps_of(version: Version, dates: int) -> list[Gap]:
    """The ranges of each axis in which no element prices energy, whatever the moment and the session are otherwise.

    Each axis for itself: an element fills the values at which it can hold for any session, on any of the dates.
    """
    elements = [
        element
        for element in version.elements
        # Charging time that is priced takes the place of energy.
        if element.when.reservation is None and any(part.dimension in ("energy", "time") for part in element.components)
    ]
    axes = Axes([element.when for element in elements])
    space = axes.space(dates)
    boxes = [box for element in elements if not is_empty(box := meet(axes.box(element.when), space))]
    # Where nothing ever holds, that is what is warned of.
    return [gap for number, name in enumerate(RANGES) if boxes for gap in _on_axis(axes, space, boxes, number, name)]


def _on_axis(axes: Axes, space: Box, boxes: list[Box], number: int, name: str) -> Iterator[Gap]:
    left = space[_FIRST + number]
    end = left.bit_length()
    for box in boxes:
        left &= ~box[_FIRST + number]
    bounds = axes.bounds[number]
    for low, high in days.runs(left):
        # Cell n lies between the bounds n - 1 and n.
        start = bounds[low - 1] if low else None
        if name not in _GROW or start not in (None, RANGES[name][1]):
            yield name, start, bounds[high - 1] if high < end else None


def free_ranges(version: Version, dates: int) -> Iterator[Fault]:
    """A warning for each of the first of them."""
    for name, low, high in gaps_of(version, dates)[:_SHOWN]:
        # What starts one is the maximum of some element, and what ends it the minimum of another.
        sides = (("max", low), ("min", high))
        got = ", ".join(bound_text(side, name, value) for side, value in sides if value is not None)
        free = range_text(name, low, high)
        fix = f"{free} is free, as no element prices it: add one, with a price of 0 where that is meant"
        yield warning(Code.ENERGY_HOLE, version.place, got, "a price of energy in every range", fix)
