"""Prices of reservations that price nothing, or leave something out."""

from __future__ import annotations

from collections.abc import Iterator

from rating.errors import Fault
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.words import price_text
from rating.tariff.model import Element, Tariff


def reservations(tariff: Tariff) -> Iterator[Fault]:
    """The warnings about elements with `reservation`."""
    for version in tariff.versions:
        elements = [element for element in version.elements if element.when.reservation is not None]
        for element in elements:
            yield from _without_use(element)
        if elements and all(element.when.reservation == "reservation_expires" for element in elements):
            want = "an element with RESERVATION as well"
            fix = "a reservation that is used costs nothing: add its price, or a price of 0 where that is meant"
            yield warning(Code.RESERVATION_USED, elements[0].place, "RESERVATION_EXPIRES alone", want, fix)


def _without_use(element: Element) -> Iterator[Fault]:
    for part in element.components:
        if part.dimension in ("energy", "parking_time"):
            got = f"{part.dimension} {price_text(part.price)} with {str(element.when.reservation).upper()}"
            fix = "delete it, or move it to an element without `reservation`"
            want = "time or flat: reserved time has no energy and is not parked"
            yield warning(Code.RESERVATION_ENERGY, part.place, got, want, fix)
