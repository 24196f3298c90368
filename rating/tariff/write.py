"""`model.Tariff` -> the YAML that a pricing manager edits. What is written is read again before it is handed out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rating.errors import Fault, OcpiError
from rating.tariff.calendars import Calendar
from rating.tariff.convert import default_element_name
from rating.tariff.dates import read_valid_from
from rating.tariff.model import Component, Element, PriceLimit, Rates, Tariff, TaxRate, Version, When
from rating.tariff.refusal import RefusalError
from rating.tariff.write_when import length, money, number, when_pairs, word

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_yaml(tariff: Tariff) -> str:
    """The tariff as a file of the house; reading it gives an equal tariff. Calendars of dates are named, not written.

    Raises: OcpiError, where OCPI can say what the house's YAML cannot.

    >>> from rating.tariff.load import parse_tariff
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
    """
    tidy = _tidy(tariff)
    text = "\n".join(_lines(tidy)) + "\n"
    _check(tidy, text)
    return text


def _tidy(tariff: Tariff) -> Tariff:
    """The tariff as our reader makes it: each label as it is written, and nothing that means nothing."""
    versions = []
    for version in tariff.versions:
        elements = tuple(
            replace(each, when=_tidy_when(each.when), components=tuple(map(_tidy_component, each.components)))
            for each in version.elements
        )
        versions.append(replace(version, label=_moment(version.valid_from, version.label), elements=elements))
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


def _moment(moment: date | int | None, label: str = "") -> str:
    """A date or an instant; as its author wrote it, where that is known."""
    if moment is None:
        return "always"
    try:
        if read_valid_from(label) == moment:
            return label
    except RefusalError:
        pass
    if isinstance(moment, date):
        return moment.isoformat()
    return (_EPOCH + timedelta(microseconds=moment)).isoformat().replace("+00:00", "Z")


def _check(tariff: Tariff, text: str) -> None:
    """Read what was written. Whatever is refused or comes out otherwise cannot be said in YAML."""
    from rating.tariff.read import Reader

    class Known(Reader):
        """Knows the calendars of the tariff, whose files may be anywhere."""

        def _calendar(self, name: str, folder: Path | None) -> Calendar:
            return calendars[name]

    holidays = (element.when.holidays for version in tariff.versions for element in version.elements)
    named = [calendar for calendar in holidays if calendar is not None]
    calendars = {calendar.name: calendar for calendar in named}
    reader = Known([])
    again = reader.read_text(text, tariff.id, folder=None)
    faults = [Fault("yaml_cannot", tariff.place, fault.got, fault.want, fault.fix) for fault in reader.faults]
    for calendar in named:
        if calendars[calendar.name] != calendar:
            want, fix = "different names for different calendars", "rename one of the two"
            faults.append(Fault("yaml_cannot", tariff.place, calendar.name, want, fix))
    if not faults and again != tariff:
        want, fix = "a tariff that our YAML can say", "please report this: it reads back otherwise"
        faults.append(Fault("yaml_cannot", tariff.place, tariff.id, want, fix))
    if faults:
        raise OcpiError(faults)


def _lines(tariff: Tariff) -> Iterable[str]:
    yield "# yaml-language-server: $schema=schema.json"
    yield f"tariff: {word(tariff.id)}"
    if tariff.name:
        yield f"name: {word(tariff.name, alone=True)}"
    yield f"currency: {tariff.currency}"
    if tariff.time_zone is not None:
        yield f"time_zone: {tariff.time_zone}"
    yield f"tax: {_tax(tariff)}"
    if tariff.rounding.mode != "half_up" or tariff.rounding.unit_micro != tariff.minor_micro:
        yield f"rounding: {{mode: {tariff.rounding.mode}, unit: {money(tariff.rounding.unit_micro)}}}"
    if tariff.on_change != "next_session":
        yield f"on_change: {tariff.on_change}"
    yield ""
    yield "versions:"
    for version in tariff.versions:
        yield from _item(_version_lines(version))


def _item(lines: Iterable[str]) -> Iterable[str]:
    """Lines as an item of a list below a key."""
    for index, line in enumerate(lines):
        yield f"  {'  ' if index else '- '}{line}"


def _version_lines(version: Version) -> Iterable[str]:
    if version.valid_from is not None:
        yield f"valid_from: {version.label}"
    if version.valid_until is not None:
        yield f"valid_until: {_moment(version.valid_until)}"
    yield "elements:"
    for index, element in enumerate(version.elements):
        yield from _item(_element_lines(element, index))
    for key, limit in (("min_price", version.min_price), ("max_price", version.max_price)):
        if limit is not None:
            yield f"{key}: {_limit(limit)}"


def _element_lines(element: Element, index: int) -> Iterable[str]:
    if element.name != default_element_name(index):
        yield f"name: {word(element.name, alone=True)}"
    if pairs := when_pairs(element.when):
        yield f"when: {{{', '.join(pairs)}}}"
    for component in element.components:
        yield f"{component.dimension}: {_component(component)}"


def _component(component: Component) -> str:
    price = f"{money(component.price.amount_micro)}/{component.price.unit_text}"
    pairs = []
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
        pairs.append(f"tax: {_rates(component.rates)}")
    return f"{{price: {price}, {', '.join(pairs)}}}" if pairs else price


def _tax(tariff: Tariff) -> str:
    tax = tariff.tax
    if tax is None:
        return "none"
    included = f"included: {'true' if tax.included else 'false'}"
    if tax.rates.each is None:
        return f"{{{included}}}"
    if len(tax.rates.each) == 1:
        return f"{{{_rate(tax.rates.each[0])}, {included}}}"
    return f"{{rates: {_rates(tax.rates)}, {included}}}"


def _rates(rates: Rates) -> str:
    if not rates.each:
        return "unknown" if rates.each is None else "none"
    each = [f"{{{_rate(rate)}}}" for rate in rates.each]
    return each[0] if len(each) == 1 else f"[{', '.join(each)}]"


def _rate(rate: TaxRate) -> str:
    return f"name: {word(rate.name)}, percent: {number(rate.rate_ppm, 4)}"


def _limit(limit: PriceLimit) -> str:
    sides = (("before_tax", limit.before_tax_micro), ("after_tax", limit.after_tax_micro))
    return f"{{{', '.join(f'{key}: {money(micro)}' for key, micro in sides if micro is not None)}}}"
