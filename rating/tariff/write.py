"""Tariffs, plans and coupons -> the YAML that a pricing manager edits.

What is written is read again before it is handed out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rating.errors import Fault, OcpiError
from rating.tariff.calendars import Calendar
from rating.tariff.convert import default_element_name
from rating.tariff.model import Component, Element, Tariff, Version, When
from rating.tariff.plans import Coupon, Plan
from rating.tariff.spot import Index, SpotPrice
from rating.tariff.write_parts import item, limit_text, moment, rates_text, tax_text
from rating.tariff.write_plans import coupon_lines, plan_lines
from rating.tariff.write_when import length, money, number, when_pairs, word
from rating.units import PPM_PER_UNIT


def to_yaml(what: Tariff | Plan | Coupon) -> str:
    """A tariff, a plan or a coupon as a file of the house; reading it gives an equal one.

    Calendars of dates and indexes are named, not written.

    Raises: OcpiError, where OCPI can say what the house's YAML cannot.

    >>> from rating.tariff.load import parse_plan, parse_tariff
    >>> print(to_yaml(parse_tariff("{tariff: night, currency: EUR, versions: [{elements: [{energy: 0.39/kWh}]}]}")))
    # yaml-language-server: $schema=schema.json
    tariff: night
    currency: EUR
    tax: none
    <BLANKLINE>
    versions:
      - elements:
          - energy: 0.39/kWh
    <BLANKLINE>
    >>> print(to_yaml(parse_plan("{plan: gold, currency: EUR, time_zone: Europe/Paris, discounts: [percent: 10]}")))
    # yaml-language-server: $schema=plan.schema.json
    plan: gold
    currency: EUR
    time_zone: Europe/Paris
    discounts:
      - percent: 10
    <BLANKLINE>
    """
    if isinstance(what, Tariff):
        tidy = _tidy(what)
        text = "\n".join(_lines(tidy)) + "\n"
        _check(tidy, text, [element.when.holidays for version in tidy.versions for element in version.elements])
        return text
    text = "\n".join(plan_lines(what) if isinstance(what, Plan) else coupon_lines(what)) + "\n"
    _check(what, text, [])
    return text


def _tidy(tariff: Tariff) -> Tariff:
    """The tariff as our reader makes it: each label as it is written, and nothing that means nothing."""
    versions = []
    for version in tariff.versions:
        elements = tuple(
            replace(each, when=_tidy_when(each.when), components=tuple(map(_tidy_component, each.components)))
            for each in version.elements
        )
        versions.append(replace(version, label=moment(version.valid_from, version.label), elements=elements))
    return replace(tariff, versions=tuple(versions))


def _tidy_when(when: When) -> When:
    start, end = when.start_min, when.end_min
    if start is not None or end is not None:
        start, end = start or 0, end or 1440
        if start == end:  # OCPI's way to write the whole day
            start = end = None
    return replace(when, start_min=start, end_min=end, holidays_in=when.holidays_in or when.holidays is None)


def _tidy_component(component: Component) -> Component:
    return component if component.step else replace(component, round="up")


def _check(tariff: Tariff | Plan | Coupon, text: str, holidays: Iterable[Calendar | None]) -> None:
    """Read what was written. Whatever is refused or comes out otherwise cannot be said in YAML."""
    from rating.tariff.read import Reader

    class Known(Reader):
        """Knows the calendars and indexes of the tariff, whose files may be anywhere."""

        def _calendar(self, name: str, folder: Path | None) -> Calendar:
            return calendars[name]

        def _index(self, name: str, folder: Path | None) -> Index:
            return indexes[name]

    named = [calendar for calendar in holidays if calendar is not None]
    calendars = {calendar.name: calendar for calendar in named}
    followed = _indexes_of(tariff) if isinstance(tariff, Tariff) else []
    indexes = {index.name: index for index in followed}
    reader = Known([])
    again = reader.read_text(text, tariff.id, folder=None)
    faults = [Fault("yaml_cannot", tariff.place, fault.got, fault.want, fault.fix) for fault in reader.faults]
    for calendar in named:
        if calendars[calendar.name] != calendar:
            want, fix = "different names for different calendars", "rename one of the two"
            faults.append(Fault("yaml_cannot", tariff.place, calendar.name, want, fix))
    for index in followed:
        if indexes[index.name] != index:
            want, fix = "different names for different indexes", "rename one of the two"
            faults.append(Fault("yaml_cannot", tariff.place, index.name, want, fix))
    if not faults and again != tariff:
        want, fix = "what our YAML can say", "please report this: it reads back otherwise"
        faults.append(Fault("yaml_cannot", tariff.place, tariff.id, want, fix))
    if faults:
        raise OcpiError(faults)


def _indexes_of(tariff: Tariff) -> list[Index]:
    elements = [element for version in tariff.versions for element in version.elements]
    return [part.spot.index for element in elements for part in element.components if part.spot is not None]


def _lines(tariff: Tariff) -> Iterable[str]:
    yield "# yaml-language-server: $schema=schema.json"
    yield f"tariff: {word(tariff.id)}"
    if tariff.name:
        yield f"name: {word(tariff.name, alone=True)}"
    yield f"currency: {tariff.currency}"
    if tariff.time_zone is not None:
        yield f"time_zone: {tariff.time_zone}"
    yield f"tax: {tax_text(tariff.tax)}"
    if tariff.rounding.mode != "half_up" or tariff.rounding.unit_micro != tariff.minor_micro:
        yield f"rounding: {{mode: {tariff.rounding.mode}, unit: {money(tariff.rounding.unit_micro)}}}"
    if tariff.on_change != "next_session":
        yield f"on_change: {tariff.on_change}"
    yield ""
    yield "versions:"
    for version in tariff.versions:
        yield from item(_version_lines(version))


def _version_lines(version: Version) -> Iterable[str]:
    if version.valid_from is not None:
        yield f"valid_from: {version.label}"
    if version.valid_until is not None:
        yield f"valid_until: {moment(version.valid_until)}"
    yield "elements:"
    for index, element in enumerate(version.elements):
        yield from item(_element_lines(element, index))
    for key, limit in (("min_price", version.min_price), ("max_price", version.max_price)):
        if limit is not None:
            yield f"{key}: {limit_text(limit)}"


def _element_lines(element: Element, index: int) -> Iterable[str]:
    if element.name != default_element_name(index):
        yield f"name: {word(element.name, alone=True)}"
    if pairs := when_pairs(element.when):
        yield f"when: {{{', '.join(pairs)}}}"
    for component in element.components:
        yield f"{component.dimension}: {_component(component)}"


def _component(component: Component) -> str:
    price = f"{money(component.price.amount_micro)}/{component.price.unit_text}"
    pairs: list[str] = []
    if component.spot is not None:
        pairs += _spot(component.spot)
    if component.grace_us:
        pairs.append(f"grace: {length(component.grace_us)}")
    if component.step:
        kind = "energy" if component.dimension == "energy" else "time"
        pairs.append(f"step_size: {length(component.step, kind)}")
    if component.round != "up":
        pairs.append(f"round: {component.round}")
    for key, micro in (("min", component.min_micro), ("max", component.max_micro)):
        if micro is not None:
            pairs.append(f"{key}: {money(micro)}")
    if component.from_first_energy:
        pairs.append("from: first_energy")
    if component.from_charging_end:
        pairs.append("from: charging_end")
    if component.plugged_in:
        pairs.append("counts: plugged_in")
    if component.rates is not None:
        pairs.append(f"tax: {rates_text(component.rates)}")
    if component.spot is not None:
        return f"{{{', '.join(pairs)}}}"
    return f"{{price: {price}, {', '.join(pairs)}}}" if pairs else price


def _spot(spot: SpotPrice) -> Iterable[str]:
    yield f"index: {word(spot.index.name)}"
    if spot.factor_ppm != PPM_PER_UNIT:
        yield f"factor: {number(spot.factor_ppm, 6)}"
    if spot.add_micro:
        yield f"add: {_signed(spot.add_micro)}/kWh"
    for key, micro in (("floor", spot.floor_micro), ("ceiling", spot.ceiling_micro), ("fallback", spot.fallback_micro)):
        if micro is not None:
            yield f"{key}: {_signed(micro)}"


def _signed(micro: int) -> str:
    return f"-{money(-micro)}" if micro < 0 else money(micro)
