"""From what `show` says back to a tariff: only what its sentences say goes in, so that bills tell if it is right."""

from __future__ import annotations

from rating.desk.show.sheet import COUNT_FLAGS, Edition, Offer, Sheet
from rating.tariff.model import Component, Element, Tariff, Tax, Version


def tariff_of(sheet: Sheet) -> Tariff:
    """A tariff with an element for each offer, in the order of the lines of a bill."""
    return Tariff(
        id=sheet.id,
        currency=sheet.currency,
        minor_micro=sheet.minor_micro,
        versions=tuple(map(version_of, sheet.editions)),
        rounding=sheet.rounding,
        time_zone=sheet.time_zone,
        tax=None if sheet.tax_included is None else Tax(sheet.rates, sheet.tax_included),
        on_change=sheet.on_change,
        name=sheet.name,
    )


def version_of(edition: Edition) -> Version:
    elements = tuple(map(element_of, edition.offers))
    begins, ends = edition.valid_from, edition.valid_until
    return Version(edition.label, begins, elements, edition.min_price, edition.max_price, ends)


def element_of(offer: Offer) -> Element:
    flags = {COUNT_FLAGS[offer.counts]: True} if offer.counts in COUNT_FLAGS else {}
    part = Component(
        DIMENSIONS[offer.dimension],
        offer.price,
        grace_us=offer.grace_us,
        step=offer.step,
        round=offer.round,
        min_micro=offer.min_micro,
        max_micro=offer.max_micro,
        rates=offer.rates,
        spot=offer.spot,
        **flags,
    )
    return Element(offer.element, (part,), offer.when)


DIMENSIONS = {
    "energy": "energy",
    "time": "time",
    "parking_time": "parking_time",
    "flat": "flat",
    "reservation_time": "time",
    "reservation_flat": "flat",
}
