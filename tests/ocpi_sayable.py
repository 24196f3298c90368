"""A tariff drawn for the twin -> one near it that OCPI can say."""

from __future__ import annotations

from dataclasses import replace

from rating.tariff.model import (
    Component,
    Element,
    PriceLimit,
    Rates,
    Rounding,
    Tariff,
    Tax,
    TaxRate,
    Version,
    When,
)
from rating.tariff.ocpi.fields import OcpiVersion
from rating.units import LIMIT_MAX_MICRO, US_PER_S


def sayable(tariff: Tariff, version: OcpiVersion, time_zone: str | None) -> Tariff:
    """The tariff without what no OCPI can say; some prices of odd units may be left that OCPI has no number for."""
    tax = tariff.tax
    if tax is not None:
        tax = Tax(one_rate(tax.rates, version), tax.included and version == "2.3.0")
    bare = replace(
        tariff,
        rounding=Rounding("half_up", tariff.minor_micro),
        on_change="next_session",
        tax=tax,
        time_zone=tariff.time_zone or time_zone,
    )
    return replace(bare, versions=tuple(sayable_version(each, bare, version) for each in tariff.versions))


def sayable_version(found: Version, tariff: Tariff, version: OcpiVersion) -> Version:
    elements = tuple(sayable_element(each, index, version) for index, each in enumerate(found.elements))
    rates = {tariff.rates_of(part) for each in elements for part in each.components}
    own = Rates(()) if tariff.tax is None else tariff.tax.rates
    least = found.min_price
    if rates != {own}:
        least = None  # OCPI has no rate for a minimum but that of the prices
    if least is not None:
        least = PriceLimit(least.before_tax_micro or 0, least.after_tax_micro)
    most = found.max_price
    if most is not None and most.before_tax_micro is None:
        most = PriceLimit(LIMIT_MAX_MICRO, most.after_tax_micro)
    return replace(found, elements=elements, min_price=least, max_price=most)


def sayable_element(element: Element, index: int, version: OcpiVersion) -> Element:
    parts = tuple(sayable_component(part, version) for part in element.components)
    return Element(f"element {index + 1}", parts, sayable_when(element.when))


def sayable_component(part: Component, version: OcpiVersion) -> Component:
    rates = None if part.rates is None else one_rate(part.rates, version)
    return Component(part.dimension, replace(part.price, count=1), step=part.step, rates=rates)


def sayable_when(when: When) -> When:
    return replace(
        when,
        months=None,
        holidays=None,
        holidays_in=True,
        connector=None,
        membership=None,
        payment_method=None,
        tariff_type=None,
        min_evse_power_mw=None,
        max_evse_power_mw=None,
        min_duration_us=whole_seconds(when.min_duration_us),
        max_duration_us=whole_seconds(when.max_duration_us),
    )


def whole_seconds(us: int | None) -> int | None:
    return us and us // US_PER_S * US_PER_S


def one_rate(rates: Rates, version: OcpiVersion) -> Rates:
    """The first of several taxes by OCPI's name; where it is none, or not known, what the version has a word for."""
    if rates.each:
        return Rates((TaxRate("VAT", rates.each[0].rate_ppm),))
    if version == "2.2.1":
        return Rates(())
    return Rates(None) if rates.each is None else Rates((TaxRate("VAT", 0),))
