"""The text form of a tariff -> the tariff that the engine prices by. Nothing can fail here: all is checked before.

The tree of nodes goes along, for what the text form has lost: where each part stands, and how a date was written.
"""

from __future__ import annotations

from rating.errors import Place
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
from rating.tariff.quick import quick
from rating.tariff.schema import ElementText, TariffText, VersionText
from rating.tariff.schema_parts import PriceLimitText
from rating.tariff.schema_prices import EnergyText, FlatText, ParkingText, TimeText
from rating.tariff.schema_tax import TaxRateText, TaxText
from rating.tariff.spot import SpotPrice
from rating.tariff.tree import Mapping, Node, Scalar, Sequence
from rating.units import PPM_PER_UNIT

_ALWAYS = When()
_NO_PLACE = Place()
_TARIFF, _VERSION, _PRICE_LIMIT = quick(Tariff), quick(Version), quick(PriceLimit)
_ELEMENT, _COMPONENT = quick(Element), quick(Component)
PriceText = EnergyText | TimeText | ParkingText | FlatText


def to_tariff(text: TariffText, document: Document) -> Tariff:
    """Convert a tariff, read from a document."""
    minor = minor_micro(text.currency)
    root = document.root
    versions = zip(text.versions, _items(root, "versions"), strict=True)
    return _TARIFF(
        id=text.tariff,
        currency=text.currency,
        minor_micro=minor,
        versions=tuple([_version(version, document, node) for version, node in versions]),
        rounding=Rounding(text.rounding.mode, text.rounding.unit or minor),
        time_zone=text.time_zone,
        tax=None if text.tax is None else to_tax(text.tax, document.place(_at(root, "tax"))),
        on_change=text.on_change,
        name=text.name,
        place=document.place(_at(root, "tariff")),
    )


def default_element_name(index: int) -> str:
    """The name of an element (index from 0) whose author gave none."""
    return f"element {index + 1}"


def to_tax(text: TaxText | None, place: Place = _NO_PLACE) -> Tax | None:
    """The tax of a tariff, or of a plan's fee."""
    if text is None:
        return None
    if text.rates is not None:
        rates = _rates(text.rates)
    elif text.percent is not None:
        rates = Rates((TaxRate(text.name or "tax", text.percent),))
    else:
        rates = Rates(None)
    return Tax(rates, text.included, place)


def _rates(texts: list[TaxRateText] | None) -> Rates:
    return Rates(None if texts is None else tuple(TaxRate(rate.name, rate.percent) for rate in texts))


def _items(node: Node | None, key: str) -> list[Node]:
    """The nodes of a list in a mapping that has been checked."""
    assert type(node) is Mapping
    found = node.values[key]
    assert type(found) is Sequence
    return found.items


def _version(text: VersionText, document: Document, node: Node) -> Version:
    start = node.values.get("valid_from") if isinstance(node, Mapping) else None
    elements = zip(text.elements, _items(node, "elements"), strict=True)
    return _VERSION(
        start.plain if isinstance(start, Scalar) else "always",
        text.valid_from,
        tuple([_element(each, index, document, at) for index, (each, at) in enumerate(elements)]),
        _limit(text.min_price, document, node, "min_price"),
        _limit(text.max_price, document, node, "max_price"),
        text.valid_until,
        document.place(node),
    )


def _limit(text: PriceLimitText | None, document: Document, version: Node, key: str) -> PriceLimit | None:
    if text is None:
        return None
    return _PRICE_LIMIT(text.before_tax, text.after_tax, document.place(_at(version, key)))


def _element(text: ElementText, index: int, document: Document, node: Node) -> Element:
    # In the order of units.DIMENSIONS.
    prices: tuple[tuple[DimensionName, PriceText | None], ...] = (
        ("energy", text.energy),
        ("time", text.time),
        ("parking_time", text.parking_time),
        ("flat", text.flat),
    )
    return _ELEMENT(
        text.name or default_element_name(index),
        tuple([_component(name, price, document, node) for name, price in prices if price is not None]),
        _ALWAYS if text.when is None else text.when.meant,
        document.place(node),
    )


def _component(dimension: DimensionName, text: PriceText, document: Document, element: Node) -> Component:
    # Which keys a price may have depends on its dimension. It is asked by type: to ask pydantic for what a model does
    # not have took an eighth of the time of loading.
    parked = text if isinstance(text, ParkingText) else None
    timed = text if isinstance(text, TimeText) else parked
    stepped = text if isinstance(text, EnergyText) else timed
    start = None if parked is None else parked.from_
    # By place, in the order of its fields: to give them by name takes longer than to set them.
    return _COMPONENT(
        dimension,
        text.price or Price(0, "kWh"),
        0 if timed is None else timed.grace or 0,
        0 if stepped is None else stepped.step_size or 0,
        "up" if stepped is None else stepped.round or "up",
        text.min,
        text.max,
        start == "first_energy",
        None if text.tax is None else _rates(text.tax.rates),
        start == "charging_end",
        parked is not None and parked.counts == "plugged_in",
        _spot(text) if isinstance(text, EnergyText) else None,
        document.place(_at(element, dimension)),
    )


def _spot(text: EnergyText) -> SpotPrice | None:
    if text.index is None:
        return None
    factor = PPM_PER_UNIT if text.factor is None else text.factor
    return SpotPrice(text.index, factor, text.add or 0, text.floor, text.ceiling, text.fallback)
