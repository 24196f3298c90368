"""The text form of a tariff -> the tariff that the engine prices by. Nothing can fail here: all is checked before."""

from __future__ import annotations

from rating.errors import Place
from rating.money import minor_micro
from rating.tariff.model import (
    Component,
    DimensionName,
    Element,
    PriceLimit,
    Rounding,
    StepRound,
    Tariff,
    Tax,
    Version,
    When,
)
from rating.tariff.schema import ElementText, TariffText, VersionText
from rating.tariff.schema_parts import PriceLimitText, WhenText
from rating.tariff.schema_prices import EnergyText, FlatText, ParkingText, TimeText


def to_tariff(text: TariffText, labels: list[str], place: Place) -> Tariff:
    """Convert a tariff. `labels` holds each version's valid_from as its author wrote it."""
    minor = minor_micro(text.currency)
    tax = text.tax
    return Tariff(
        id=text.tariff,
        currency=text.currency,
        minor_micro=minor,
        versions=tuple(_version(version, label) for version, label in zip(text.versions, labels, strict=True)),
        rounding=Rounding(text.rounding.mode, text.rounding.unit or minor),
        time_zone=text.time_zone,
        tax=None if tax is None else Tax.one(tax.name, tax.percent, tax.included),
        on_change=text.on_change,
        name=text.name,
        place=place,
    )


def default_element_name(index: int) -> str:
    """The name of an element (index from 0) whose author gave none."""
    return f"element {index + 1}"


def _version(text: VersionText, label: str) -> Version:
    return Version(
        label=label,
        valid_from=text.valid_from,
        elements=tuple(_element(element, index) for index, element in enumerate(text.elements)),
        min_price=_limit(text.min_price),
        max_price=_limit(text.max_price),
    )


def _limit(text: PriceLimitText | None) -> PriceLimit | None:
    return None if text is None else PriceLimit(text.before_tax, text.after_tax)


def _element(text: ElementText, index: int) -> Element:
    # In the order of units.DIMENSIONS.
    prices: tuple[tuple[DimensionName, EnergyText | TimeText | ParkingText | FlatText | None], ...] = (
        ("energy", text.energy),
        ("time", text.time),
        ("parking_time", text.parking_time),
        ("flat", text.flat),
    )
    components = [_component(dimension, price) for dimension, price in prices if price is not None]
    name = text.name or default_element_name(index)
    return Element(name, tuple(components), When() if text.when is None else _when(text.when))


def _component(dimension: DimensionName, text: EnergyText | TimeText | ParkingText | FlatText) -> Component:
    # Which keys a price may have depends on its dimension; what it does not have is as if left out.
    grace_us: int | None = getattr(text, "grace", None)
    step: int | None = getattr(text, "step_size", None)
    step_round: StepRound | None = getattr(text, "round", None)
    return Component(
        dimension=dimension,
        price=text.price,
        grace_us=grace_us or 0,
        step=step or 0,
        round=step_round or "up",
        min_micro=text.min,
        max_micro=text.max,
        from_first_energy=isinstance(text, ParkingText) and text.from_ == "first_energy",
    )


def _when(text: WhenText) -> When:
    start, end = text.start_time, text.end_time
    if start is not None or end is not None:
        # One alone reaches to the start or to the end of the day.
        start, end = start or 0, 1440 if end is None else end
    calendar, inside = text.holidays or (None, True)
    return When(
        day_of_week=text.day_of_week,
        start_min=start,
        end_min=end,
        start_date=text.start_date,
        end_date=text.end_date,
        months=text.months,
        holidays=calendar,
        holidays_in=inside,
    )
