"""A tariff in plain sentences: what holds for all of it, and each version's prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from babel.numbers import get_currency_name

from rating.compile.traits import NO_TRAITS, Traits
from rating.compile.zones import load_zone
from rating.desk.show.language import N_, Speaker
from rating.desk.show.prices import Prices
from rating.desk.show.rows import Group, groups_of
from rating.desk.show.sheet import Edition, Sheet
from rating.tariff.model import RoundingMode
from rating.units import MICRO_PER_UNIT

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MODES: dict[RoundingMode, str] = {
    "half_up": N_("Totals are rounded once, to {unit}, halves up."),
    "half_even": N_("Totals are rounded once, to {unit}, halves to the even one."),
    "half_down": N_("Totals are rounded once, to {unit}, halves down."),
    "up": N_("Totals are rounded up once, to {unit}."),
    "down": N_("Totals are rounded down once, to {unit}."),
}


@dataclass(frozen=True, slots=True)
class EditionText:
    """A version in sentences."""

    edition: Edition
    title: str
    groups: tuple[Group, ...]
    limits: tuple[str, ...]
    speak: Speaker

    def lines(self) -> Iterator[str]:
        """Each sentence under its heading; the element's name says where it stands in the file."""
        for group in self.groups:
            if len(group.rows) == 1 and not group.rows[0].when:
                yield f"  {self.speak.labelled(group.heading, group.rows[0].price)}{_named(group, 0)}"
                continue
            yield f"  {group.heading}"
            for number, row in enumerate(group.rows):
                yield f"    {row.text}{_named(group, number)}"
        if not self.groups:
            return
        yield from (f"  {limit}" for limit in self.limits)


def _named(group: Group, number: int) -> str:
    offer = group.rows[number].offer
    return f"  [{offer.element}]" if offer is not None else ""


@dataclass(frozen=True, slots=True)
class Sentences:
    """A tariff in sentences."""

    title: str
    general: tuple[str, ...]
    editions: tuple[EditionText, ...]

    def text(self) -> str:
        """All of it as plain text."""
        lines = [self.title, *self.general]
        for each in self.editions:
            lines += ["", each.title, *each.lines()]
        return "\n".join(lines) + "\n"


def sentences_of(sheet: Sheet, speak: Speaker) -> Sentences:
    """The sentences for a pricing manager, prices as they are written."""
    prices = Prices(speak, sheet)
    title = f"{sheet.id}: {sheet.name}" if sheet.name else sheet.id
    editions = tuple(edition_text(each, sheet, prices) for each in sheet.editions)
    return Sentences(title, tuple(_general(sheet, prices, editions)), editions)


def edition_text(edition: Edition, sheet: Sheet, prices: Prices, told: Traits = NO_TRAITS) -> EditionText:
    """One version in sentences."""
    limits = [*prices.limit(edition.min_price, least=True), *prices.limit(edition.max_price, least=False)]
    return EditionText(
        edition,
        version_title(edition, sheet, prices.speak),
        groups_of(edition, prices, told),
        tuple(limits),
        prices.speak,
    )


def _general(sheet: Sheet, prices: Prices, editions: tuple[EditionText, ...]) -> Iterator[str]:
    speak = prices.speak
    currency = get_currency_name(sheet.currency, 2, speak.locale)
    if sheet.tax_included is None:
        yield speak.t("Prices in {currency}; no tax applies.", currency=currency)
    elif _each_says_its_tax(sheet):
        yield speak.t("Prices in {currency}; each says its tax.", currency=currency)
    else:
        yield speak.t("Prices in {currency}, {taxes}.", currency=currency, taxes=prices.taxes(sheet.rates))
    if sheet.time_zone:
        yield speak.t("Times are those of the clock in {zone}.", zone=sheet.time_zone)
    else:
        yield speak.t("Times are those of the clock at the site.")
    yield speak.t(_MODES[sheet.rounding.mode], unit=speak.money(Fraction(sheet.rounding.unit_micro, MICRO_PER_UNIT)))
    if any(len(group.rows) > 2 for each in editions for group in each.groups):
        yield speak.t("Where several lines fit, the first one counts.")
    if len(editions) > 1 and sheet.on_change == "at_once":
        yield speak.t("Each moment is priced by the version in force then.")
    elif len(editions) > 1:
        yield speak.t("A session is priced by the version in force at its start.")


def _each_says_its_tax(sheet: Sheet) -> bool:
    offers = [offer for edition in sheet.editions for offer in edition.offers if not offer.shadowed]
    return bool(offers) and all(offer.rates != sheet.rates for offer in offers)


def version_title(edition: Edition, sheet: Sheet, speak: Speaker) -> str:
    """From when to when a version is in force."""
    first = None if edition.valid_from is None else begins(edition.valid_from, sheet, speak)
    last, until = None, edition.valid_until
    if until is None:  # then the next version ends it
        until = next((after.valid_from for before, after in pairwise(sheet.editions) if before is edition), None)
    if isinstance(until, date):
        last = speak.long_date(until - timedelta(days=1))  # people count the last day in
    elif until is not None:
        last = begins(until, sheet, speak)
    if first and last:
        return speak.t("In force from {first} to {last}", first=first, last=last)
    if first:
        return speak.t("In force from {first} on", first=first)
    return speak.t("In force until {last}", last=last) if last else speak.t("In force at all times")


def begins(begin: date | int, sheet: Sheet, speak: Speaker) -> str:
    """A date, or an instant on the tariff's clock; without one, in UTC."""
    if isinstance(begin, date):
        return speak.long_date(begin)
    zone = load_zone(sheet.time_zone) if sheet.time_zone else None
    at = (_EPOCH + timedelta(microseconds=begin)).astimezone(zone or UTC)
    text = f"{speak.long_date(at.date())}, {speak.clock(at.hour * 60 + at.minute)}"
    seconds = Fraction(begin % 60_000_000, 1_000_000)
    text += f":{speak.number(seconds)}" if seconds else ""
    return text if zone else f"{text} UTC"
