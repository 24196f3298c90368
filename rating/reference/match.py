"""Which price applies at a moment: for each dimension the first element that holds (PRICING 2)."""

from __future__ import annotations

from dataclasses import dataclass

from rating.reference.restrictions import Moment, Restriction, why_not
from rating.reference.values import Usage
from rating.tariff.model import Component, DimensionName, Element, LineDimension, Tariff, Version
from rating.units import FLAT, LINE_DIMENSIONS, RESERVATION_FLAT, RESERVATION_TIME

_NAMES: tuple[LineDimension, ...] = ("energy", "time", "parking_time", "flat", "reservation_time", "reservation_flat")
assert _NAMES == LINE_DIMENSIONS
# By the dimension of a line: the dimension of the component that prices it.
_PRICED_BY: tuple[DimensionName, ...] = ("energy", "time", "parking_time", "flat", "time", "flat")


@dataclass(frozen=True, slots=True, order=True)
class Priced:
    """Which component it is: components of different versions are different ones. Sorts as lines are printed."""

    version: int
    element: int
    dimension: int  # index into units.LINE_DIMENSIONS


@dataclass(frozen=True, slots=True)
class Missed:
    """An element that prices the dimension and comes first, but whose restriction does not hold."""

    version: int
    element: int
    restriction: Restriction


@dataclass(frozen=True, slots=True)
class Match:
    """Who prices one dimension at one moment: a component, or nobody (then the dimension is free)."""

    dimension: LineDimension
    holds: Priced | None
    missed: tuple[Missed, ...]


def component_of(element: Element, dimension: DimensionName) -> Component | None:
    """The element's price of that dimension."""
    return next((component for component in element.components if component.dimension == dimension), None)


def find(tariff: Tariff, priced: Priced) -> tuple[Version, Element, Component]:
    """The version, element and component that `priced` points to."""
    version = tariff.versions[priced.version]
    element = version.elements[priced.element]
    component = component_of(element, _PRICED_BY[priced.dimension])
    assert component is not None
    return version, element, component


def match_all(version_index: int, version: Version, moment: Moment, usage: Usage) -> tuple[Match, ...]:
    """For energy, time, parking time and flat: the first element that prices it and whose restrictions all hold.

    An element with `reservation` prices reserved time only.
    """
    order = range(len(version.elements))
    failing = [
        "reservation" if element.when.reservation else why_not(element.when, moment, usage)
        for element in version.elements
    ]
    return tuple(_match(version_index, version, order, failing, dimension) for dimension in range(FLAT + 1))


def match_reserved(version_index: int, version: Version, moment: Moment, usage: Usage) -> tuple[Match, ...]:
    """The same for reserved time and its flat; the other dimensions are priced by nobody.

    Of an expired reservation, each dimension is priced by the first `reservation_expires` element that holds, else
    by the first `reservation` element that does; of another, by the latter alone.
    """
    elements = version.elements
    failing: list[Restriction | None] = [why_not(element.when, moment, usage) for element in elements]
    ends = [index for index, element in enumerate(elements) if element.when.reservation == "reservation_expires"]
    lasts = [index for index, element in enumerate(elements) if element.when.reservation == "reservation"]
    if not usage.expired:
        for index in ends:
            failing[index] = "reservation_expires"
    order = [*ends, *lasts] if usage.expired else sorted([*ends, *lasts])
    dimensions = (RESERVATION_TIME, RESERVATION_FLAT)
    return tuple(_match(version_index, version, order, failing, dimension) for dimension in dimensions)


def _match(
    version_index: int,
    version: Version,
    order: range | list[int],
    failing: list[Restriction | None],
    dimension: int,
) -> Match:
    missed: list[Missed] = []
    for index in order:
        if component_of(version.elements[index], _PRICED_BY[dimension]) is None:
            continue
        restriction = failing[index]
        if restriction is None:
            return Match(_NAMES[dimension], Priced(version_index, index, dimension), tuple(missed))
        missed.append(Missed(version_index, index, restriction))
    return Match(_NAMES[dimension], None, tuple(missed))
