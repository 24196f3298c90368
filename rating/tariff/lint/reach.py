"""Prices that no moment reaches, because others always come before them (PRICING 2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from rating.errors import Fault
from rating.tariff.lint.axes import Axes
from rating.tariff.lint.boxes import Box, Budget, SpentError, is_empty, meet, uncovered
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.span import span_of
from rating.tariff.lint.words import part_text
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

    @property
    def text(self) -> str:
        """The price as a warning names it."""
        return f"{self.component.dimension} {part_text(self.component)} of {self.name}"


@dataclass(frozen=True, slots=True)
class _Listed:
    """The prices of each dimension in the order of their elements, `flat` last, and the moments of starts."""

    prices: list[list[_Priced]]
    starts: Box


_Hidden = tuple[_Priced, str]  # a price that is never picked, and what to do


def never_reached(tariff: Tariff) -> Iterator[Fault]:
    """A warning for each price that is never picked, or for the element where none of its prices is."""
    budget = Budget()
    for number in range(len(tariff.versions)):
        found: list[_Hidden] = []
        late: list[_Priced] = []
        with suppress(SpentError):  # what is found by then is true
            for kind in _KINDS:
                listed = _listed(tariff, number, kind)
                for prices in listed.prices:
                    found += _covered(prices, budget)
                if tariff.on_change == "next_session" or len(tariff.versions) == 1:
                    late += _too_late(listed, budget)
        hidden = [priced for priced, _ in found]
        for index, element in enumerate(tariff.versions[number].elements):
            yield from _told(element, [each for each in found if each[0].number == index])
        for priced in late:
            if priced not in hidden:
                want = "a price that is due when the session starts, as another always is"
                fix = "a session has one such price, the first that is due: delete one of the two"
                yield warning(Code.FLAT_TOO_LATE, priced.component.place, priced.text, want, fix)


def _told(element: Element, hidden: list[_Hidden]) -> Iterator[Fault]:
    want = "a price that some moment reaches"
    fixes = {fix for _, fix in hidden}
    if len(hidden) == len(element.components) and len(fixes) == 1:
        yield warning(Code.NEVER_REACHED, element.place, element.name, want, fixes.pop())
        return
    for priced, fix in hidden:
        yield warning(Code.NEVER_REACHED, priced.component.place, priced.text, want, fix)


def _listed(tariff: Tariff, number: int, kind: ReservationName | None) -> _Listed:
    """The prices of the elements for ordinary time, or for one kind of reserved time."""
    span = span_of(tariff, number)
    elements = tariff.versions[number].elements
    chosen = [(index, element) for index, element in enumerate(elements) if element.when.reservation == kind]
    axes = Axes([element.when for _, element in chosen])
    dates = span.priced if kind is None else span.reserved
    boxes = [(index, element, meet(axes.box(element.when), axes.space(dates))) for index, element in chosen]
    # Reserved time has no energy and is not parked: what prices them there is another warning.
    dimensions: tuple[DimensionName, ...] = DIMENSIONS if kind is None else ("time", "flat")
    prices = [
        [
            _Priced(index, element.name, component, box)
            for index, element, box in boxes
            if (component := _first_of(element, dimension)) is not None
        ]
        for dimension in dimensions
    ]
    return _Listed(prices, axes.space(dates, starts=True))


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


def _too_late(listed: _Listed, budget: Budget) -> list[_Priced]:
    """Prices of a session that are not due at its start, where another always is."""
    flats = listed.prices[-1]
    at_start = [meet(each.box, listed.starts) for each in flats]
    if uncovered(listed.starts, at_start, budget):
        return []
    return [each for each, at in zip(flats, at_start, strict=True) if is_empty(at) and not is_empty(each.box)]
