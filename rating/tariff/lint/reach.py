"""Prices that no moment reaches, because others always come before them (PRICING 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rating.errors import Fault
from rating.tariff.lint.axes import Axes
from rating.tariff.lint.boxes import Box, Budget, SpentError, is_empty, meet, uncovered
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.span import span_of
from rating.tariff.lint.words import price_text
from rating.tariff.model import Component, DimensionName, Element, ReservationName, Tariff
from rating.units import DIMENSIONS

_KINDS: tuple[ReservationName | None, ...] = (None, "reservation", "reservation_expires")


@dataclass(frozen=True, slots=True)
class _Priced:
    """A price of one dimension: the number of its element, and the moments at which that holds."""

    number: int
    name: str
    component: Component
    box: Box


_Hidden = tuple[_Priced, str]  # a price that is never picked, and what to do


def never_reached(tariff: Tariff) -> Iterator[Fault]:
    """A warning for each price that is never picked, or for the element where none of its prices is."""
    budget = Budget()
    for number in range(len(tariff.versions)):
        elements = tariff.versions[number].elements
        found = [each for kind in _KINDS for each in _of_kind(tariff, number, kind, budget)]
        for index, element in enumerate(elements):
            yield from _told(element, [each for each in found if each[0].number == index])


def _told(element: Element, hidden: list[_Hidden]) -> Iterator[Fault]:
    want = "a price that some moment reaches"
    fixes = {fix for _, fix in hidden}
    if len(hidden) == len(element.components) and len(fixes) == 1:
        yield warning(Code.NEVER_REACHED, element.place, element.name, want, fixes.pop())
        return
    for priced, fix in hidden:
        got = f"{priced.component.dimension} {price_text(priced.component.price)} of {element.name}"
        yield warning(Code.NEVER_REACHED, priced.component.place, got, want, fix)


def _of_kind(tariff: Tariff, number: int, kind: ReservationName | None, budget: Budget) -> Iterator[_Hidden]:
    """The prices that are never picked, of the elements that price ordinary or reserved time."""
    span = span_of(tariff, number)
    elements = tariff.versions[number].elements
    chosen = [(index, element) for index, element in enumerate(elements) if element.when.reservation == kind]
    axes = Axes([element.when for _, element in chosen])
    dates = span.priced if kind is None else span.reserved
    space, starts = axes.space(dates), axes.space(dates, starts=True)
    boxes = [(index, element, meet(axes.box(element.when), space)) for index, element in chosen]
    # Reserved time has no energy and is not parked: what prices them there is another warning.
    dimensions: tuple[DimensionName, ...] = DIMENSIONS if kind is None else ("time", "flat")
    one_version = tariff.on_change == "next_session" or len(tariff.versions) == 1
    try:
        for dimension in dimensions:
            listed = [
                _Priced(index, element.name, component, box)
                for index, element, box in boxes
                if (component := _first_of(element, dimension)) is not None
            ]
            yield from _covered(listed, budget)
            if dimension == "flat" and one_version:
                yield from _too_late(listed, starts, budget)
    except SpentError:
        return


def _first_of(element: Element, dimension: DimensionName) -> Component | None:
    return next((component for component in element.components if component.dimension == dimension), None)


def _covered(listed: list[_Priced], budget: Budget) -> Iterator[_Hidden]:
    """The prices whose moments all belong to those before them."""
    for index, each in enumerate(listed):
        # What never holds at all is another warning.
        if not is_empty(each.box) and _is_covered(each, listed[:index], budget):
            yield each, f"{_who(each, listed[:index], budget)}: move this before it, or delete it"


def _is_covered(each: _Priced, others: list[_Priced], budget: Budget) -> bool:
    return not uncovered(each.box, [other.box for other in others], budget)


def _who(each: _Priced, before: list[_Priced], budget: Budget) -> str:
    """Which of the elements before it are in its way."""
    for other in before:
        if _is_covered(each, [other], budget):
            return f"`{other.name}` comes first and holds whenever it does"
    names = [f"`{other.name}`" for other in before if not is_empty(meet(each.box, other.box))]
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    return f"one of {shown} comes first whenever it holds"


def _too_late(listed: list[_Priced], starts: Box, budget: Budget) -> Iterator[_Hidden]:
    """Prices of a session that never hold at its start, where always another does and is billed for all of it."""
    at_start = [meet(each.box, starts) for each in listed]
    if uncovered(starts, at_start, budget):
        return
    for index, each in enumerate(listed):
        if is_empty(each.box) or _is_covered(each, listed[:index], budget):
            continue
        if not uncovered(at_start[index], at_start[:index], budget):
            fix = "another is billed already when the session starts, and it has one only: delete one of the two"
            yield each, fix
