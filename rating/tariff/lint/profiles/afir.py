"""Regulation (EU) 2023/1804 (AFIR), Article 5(4): what ad hoc prices at publicly accessible chargers may be made of.

First subparagraph: at 50 kW and above the price is per kWh, and besides there may be an occupancy fee per minute.
Second: both are shown, and known before the session starts. Third, below 50 kW: all components are shown and known
before it starts, in the order per kWh, per minute, per session, any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rating.errors import Fault
from rating.tariff.lint.prices import step_text
from rating.tariff.lint.profiles.profile import Profile, ProfileCode, finding
from rating.tariff.lint.profiles.reach import Met, met
from rating.tariff.lint.words import length_text, money_text, part_text
from rating.tariff.model import Element, PriceLimit, Tariff
from rating.units import US_PER_MIN

_LAW: Final = "Regulation (EU) 2023/1804, Art. 5(4)"
_FIRST: Final = f"{_LAW}, first subparagraph"
_KNOWN: Final = f"{_LAW}, second and third subparagraphs"
_SLOW: Final = "or say that it is for slower chargers: `evse_power: {max: 50 kW}`"
_SLOW_WORDS: Final = "; nothing says that it is for chargers below 50 kW"


def _check(tariff: Tariff) -> Iterator[Fault]:
    if tariff.on_change == "at_once" and len(tariff.versions) > 1:
        fix = "leave it out: sessions then keep the version of their start"
        yield finding(
            ProfileCode.AFIR_NOT_KNOWN,
            tariff.place,
            "on_change: at_once",
            "prices that are known before the session starts, and not changed while it lasts",
            _KNOWN,
            fix,
        )
    for number, version in enumerate(tariff.versions):
        fast = list(met(tariff, number, fast=True))
        yield from _fast(fast)
        if any(each.costs for each in fast):
            if not any(each.costs for each in fast if each.component.dimension == "energy"):
                fix = f"add a price per kWh, {_SLOW}"
                want = "an ad hoc price per kWh at 50 kW and above"
                yield finding(ProfileCode.AFIR_PER_KWH, version.place, "no price of energy", want, _FIRST, fix)
            elif version.min_price is not None:
                fix = "leave it out, or put it into a tariff for chargers below 50 kW alone"
                want = "an ad hoc price that is per kWh, with an occupancy fee alone besides"
                got = f"min_price: {_limit_text(version.min_price)}{_SLOW_WORDS}"
                yield finding(ProfileCode.AFIR_MINIMUM, version.place, got, want, _FIRST, fix)
        known: set[int] = set()
        for each in met(tariff, number, fast=False):
            yield from _units(each)
            if each.costs:
                yield from _unknown(each, known)


def _fast(fast: list[Met]) -> Iterator[Fault]:
    """What may not be charged at 50 kW and above."""
    want = "at 50 kW and above an ad hoc price per kWh, and besides an occupancy fee per minute alone"
    for each in fast:
        part = each.component
        got = f"{part.dimension} {part_text(part)} of {each.element.name}"
        if _bounded(each.element):
            got += ", which chargers of 50 kW and above meet"
        else:
            got += _SLOW_WORDS
        if part.dimension == "flat" and each.costs:
            fix = f"put it into the price per kWh, {_SLOW}"
            yield finding(ProfileCode.AFIR_SESSION, part.place, got, want, _FIRST, fix)
        elif part.dimension == "time" and each.costs and not each.element.when.min_duration_us:
            fix = f"make it a parking_time, give it a min_duration after which it is an occupancy fee, {_SLOW}"
            yield finding(ProfileCode.AFIR_TIME, part.place, got, want, _FIRST, fix)
        elif part.dimension == "energy" and part.min_micro:
            got = f"min: {money_text(part.min_micro)} of {each.element.name}"
            yield finding(ProfileCode.AFIR_MINIMUM, part.place, got, want, _FIRST, f"leave it out, {_SLOW}")


def _bounded(element: Element) -> bool:
    return element.when.min_evse_power_mw is not None or element.when.max_evse_power_mw is not None


def _limit_text(limit: PriceLimit) -> str:
    amount = limit.before_tax_micro if limit.after_tax_micro is None else limit.after_tax_micro
    return money_text(amount or 0)


def _units(each: Met) -> Iterator[Fault]:
    """Prices are per kWh and per minute; so are their steps."""
    part = each.component
    if not each.costs or part.dimension == "flat":
        return
    unit = "kWh" if part.dimension == "energy" else "min"
    fix = f"write the price of one {unit}"
    if part.price.unit_text != unit:
        got = f"{part.dimension} {part_text(part)} of {each.element.name}"
        want = f"a price per {'kWh' if unit == 'kWh' else 'minute'}"
        yield finding(ProfileCode.AFIR_PER_MINUTE, part.place, got, want, f"{_LAW}, points (a) and (b)", fix)
    elif unit == "min" and part.step > US_PER_MIN:
        got = f"step_size: {step_text(part)} of {each.element.name}"
        fix = f"write 1 min or leave it out: a step of {length_text(part.step)} is a price for as long"
        yield finding(ProfileCode.AFIR_PER_MINUTE, part.place, got, "a price per minute", f"{_LAW}, point (b)", fix)


def _unknown(each: Met, told: set[int]) -> Iterator[Fault]:
    """What nobody can know before the session starts; of an element each thing once."""
    part, when = each.component, each.element.when
    want = "a price that is known before the session starts"
    if part.spot is not None:
        got = f"energy by the index {part.spot.index.name}"
        fix = "show the price of each quarter of an hour before the start, as far as the session may last"
        yield finding(ProfileCode.AFIR_NOT_KNOWN, part.place, got, want, _KNOWN, fix)
    bounds = {
        "power": (when.min_power_mw, when.max_power_mw),
        "current": (when.min_current_ma, when.max_current_ma),
    }
    asked = [name for name, pair in bounds.items() if pair != (None, None)]
    if asked and id(each.element) not in told:
        told.add(id(each.element))
        got = f"{each.element.name}, by the {' and '.join(asked)} that a vehicle draws"
        fix = "ask for the charger's rating instead: `evse_power`"
        yield finding(ProfileCode.AFIR_NOT_KNOWN, each.element.place, got, want, _KNOWN, fix)


AFIR: Final = Profile(
    "afir",
    "Regulation (EU) 2023/1804 (AFIR), Art. 5(4): ad hoc prices",
    _check,
    (
        "whether chargers are publicly accessible, and in use since before 13 April 2024",
        "prices for those with a contract: members, and types of tariffs other than AD_HOC_PAYMENT (Art. 5(5))",
        "prices of reservations, which are no recharging",
        "the display: `rating show --text` writes all components, with tax, in the order of the law",
        "whether prices are reasonable, comparable and non-discriminatory (Art. 5(3)), and national law",
    ),
)
