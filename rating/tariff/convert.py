"""The text form of a tariff -> the tariff that the engine prices by. Nothing can fail here: all is checked before.

The tree of nodes goes along, for what the text form has lost: where each part stands, and how a date was written.
"""

from __future__ import annotations

from dataclasses import replace

from rating.money import minor_micro
from rating.tariff.model import (
    Component,
    DimensionName,
    Element,
    Price,
    PriceLimit,
    Rates,
    Rounding,
    Tariff,
    Tax,
    TaxRate,
    Version,
    When,
)
from rating.tariff.nodes import Document
from rating.tariff.paths import node_at as _at
from rating.tariff.schema import ElementText, TariffText, VersionText
from rating.tariff.schema_parts import PriceLimitText
from rating.tariff.schema_prices import EnergyText, FlatText, ParkingText, TimeText
from rating.tariff.schema_tax import TaxRateText, TaxText
from rating.tariff.schema_when import WhenText
from rating.tariff.spot import SpotPrice
from rating.tariff.tree import Mapping, Node, Scalar
from rating.units import PPM_PER_UNIT

_ALWAYS = When()
PriceText = EnergyText | TimeText | ParkingText | FlatText


def to_tariff(text: TariffText, document: Document) -> Tariff:
    """Convert a tariff, read from a document."""
    minor = minor_micro(text.currency)
    root = document.root
    versions = enumerate(text.versions)
    return Tariff(
        id=text.tariff,
        currency=text.currency,
        minor_micro=minor,
        versions=tuple(_version(version, document, _at(root, "versions", index)) for index, version in versions),
        rounding=Rounding(text.rounding.mode, text.rounding.unit or minor),
        time_zone=text.time_zone,
        tax=None if (tax := to_tax(text.tax)) is None else replace(tax, place=document.place(_at(root, "tax"))),
        on_change=text.on_change,
        name=text.name,
        place=document.place(_at(root, "tariff")),
    )


def default_element_name(index: int) -> str:
    """The name of an element (index from 0) whose author gave none."""
    return f"element {index + 1}"


def to_tax(text: TaxText | None) -> Tax | None:
    """The tax of a tariff, or of a plan's fee."""
    if text is None:
        return None
    if text.rates is not None:
        return Tax(_rates(text.rates), text.included)
    if text.percent is not None:
        return Tax.one(text.name or "tax", text.percent, text.included)
    return Tax(Rates(None), text.included)


def _rates(texts: list[TaxRateText] | None) -> Rates:
    return Rates(None if texts is None else tuple(TaxRate(rate.name, rate.percent) for rate in texts))


def _version(text: VersionText, document: Document, node: Node) -> Version:
    start = node.values.get("valid_from") if isinstance(node, Mapping) else None
    elements = enumerate(text.elements)
    return Version(
        label=start.plain if isinstance(start, Scalar) else "always",
        valid_from=text.valid_from,
        elements=tuple(_element(each, index, document, _at(node, "elements", index)) for index, each in elements),
        min_price=_limit(text.min_price, document, node, "min_price"),
        max_price=_limit(text.max_price, document, node, "max_price"),
        valid_until=text.valid_until,
        place=document.place(node),
    )


def _limit(text: PriceLimitText | None, document: Document, version: Node, key: str) -> PriceLimit | None:
    if text is None:
        return None
    return PriceLimit(text.before_tax, text.after_tax, document.place(_at(version, key)))


def _element(text: ElementText, index: int, document: Document, node: Node) -> Element:
    # In the order of units.DIMENSIONS.
    prices: tuple[tuple[DimensionName, PriceText | None], ...] = (
        ("energy", text.energy),
        ("time", text.time),
        ("parking_time", text.parking_time),
        ("flat", text.flat),
    )
    return Element(
        name=text.name or default_element_name(index),
        components=tuple(_component(name, price, document, node) for name, price in prices if price is not None),
        when=_ALWAYS if text.when is None else _when(text.when),
        place=document.place(node),
    )


def _component(dimension: DimensionName, text: PriceText, document: Document, element: Node) -> Component:
    # Which keys a price may have depends on its dimension. It is asked by type: to ask pydantic for what a model does
    # not have took an eighth of the time of loading.
    parked = text if isinstance(text, ParkingText) else None
    timed = text if isinstance(text, TimeText) else parked
    stepped = text if isinstance(text, EnergyText) else timed
    return Component(
        dimension=dimension,
        price=text.price or Price(0, "kWh"),
        grace_us=0 if timed is None else timed.grace or 0,
        step=0 if stepped is None else stepped.step_size or 0,
        round="up" if stepped is None else stepped.round or "up",
        min_micro=text.min,
        max_micro=text.max,
        from_first_energy=parked is not None and parked.from_ == "first_energy",
        from_charging_end=parked is not None and parked.from_ == "charging_end",
        plugged_in=parked is not None and parked.counts == "plugged_in",
        rates=None if text.tax is None else _rates(text.tax.rates),
        spot=_spot(text) if isinstance(text, EnergyText) else None,
        place=document.place(_at(element, dimension)),
    )


def _spot(text: EnergyText) -> SpotPrice | None:
    if text.index is None:
        return None
    factor = PPM_PER_UNIT if text.factor is None else text.factor
    return SpotPrice(text.index, factor, text.add or 0, text.floor, text.ceiling, text.fallback)


def _when(text: WhenText) -> When:
    start, end = text.start_time, text.end_time
    if start is not None or end is not None:
        # One alone reaches to the start or to the end of the day.
        start, end = start or 0, 1440 if end is None else end
    calendar, inside = text.holidays or (None, True)
    rating = text.evse_power
    return When(
        day_of_week=text.day_of_week,
        start_min=start,
        end_min=end,
        start_date=text.start_date,
        end_date=text.end_date,
        months=text.months,
        holidays=calendar,
        holidays_in=inside,
        min_energy_mwh=text.min_kwh,
        max_energy_mwh=text.max_kwh,
        min_duration_us=text.min_duration,
        max_duration_us=text.max_duration,
        min_power_mw=text.min_power,
        max_power_mw=text.max_power,
        min_current_ma=text.min_current,
        max_current_ma=text.max_current,
        reservation=text.reservation,
        tariff_type=text.tariff_type,
        connector=text.connector,
        membership=text.membership,
        payment_method=text.payment_method,
        min_evse_power_mw=None if rating is None else rating.min,
        max_evse_power_mw=None if rating is None else rating.max,
    )
