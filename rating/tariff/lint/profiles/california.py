"""California Code of Regulations, title 4, section 4002.11, which adopts NIST Handbook 44, section 3.40.

Electricity is a motor fuel: it is sold by the kWh (or MJ), and time is no measure of it (Final Statement of Reasons on
4 CCR 4001 and 4002.11, 2019). Fees for other services, by time or fixed, stand beside it: NIST Handbook 130, Method of
Sale, section 2.34.2. Every price has a line of its own on our bills, so services are itemised as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rating.errors import Fault
from rating.tariff.lint.boxes import Budget
from rating.tariff.lint.prices import step_text
from rating.tariff.lint.profiles.profile import Profile, ProfileCode, finding
from rating.tariff.lint.profiles.reach import Met, left_of, met
from rating.tariff.lint.words import part_text
from rating.tariff.model import Tariff
from rating.units import MWH_PER_WH

_CODE: Final = "4 CCR 4002.11"
_SALE: Final = f"{_CODE}; NIST Handbook 130, 2.34.2"
_UNITS: Final = f"{_CODE}; NIST Handbook 44, 3.40, S.1.3.1"
_SMALLEST: Final = f"{_CODE}; NIST Handbook 44, 3.40, S.1.3.2"


def _check(tariff: Tariff) -> Iterator[Fault]:
    for number in range(len(tariff.versions)):
        prices = list(met(tariff, number, fast=False, ad_hoc=False))
        energy = [each for each in prices if each.component.dimension == "energy"]
        yield from _sold_otherwise(prices, energy)
        for each in energy:
            yield from _measured(each)


def _sold_otherwise(prices: list[Met], energy: list[Met]) -> Iterator[Fault]:
    """Charging time that costs something while energy does not; a price of a session where energy has no price."""
    want = "energy that is sold by the kWh, with time and other services beside it"
    paid = [box for each in energy if each.costs for box in each.boxes]
    for each in prices:
        part = each.component
        if part.dimension == "time":
            # Energy may be given away beside a fee, but charging time is the time in which it flows.
            sold = each.costs and bool(left_of(each.boxes, paid, Budget()))
        else:
            sold = part.dimension == "flat" and each.costs and not energy
        if sold:
            got = f"{part.dimension} {part_text(part)} of {each.element.name}, while energy has no price"
            fix = "add a price per kWh; or where energy is given away, `energy: 0/kWh` and parking_time instead of time"
            yield finding(ProfileCode.CALIFORNIA_PER_KWH, part.place, got, want, _SALE, fix)


def _measured(each: Met) -> Iterator[Fault]:
    part = each.component
    if not each.costs:
        return
    if part.price.unit_text != "kWh":
        got = f"energy {part_text(part)} of {each.element.name}"
        yield finding(
            ProfileCode.CALIFORNIA_UNIT, part.place, got, "a price per kWh", _UNITS, "write the price of one kWh"
        )
    if part.step > MWH_PER_WH:
        got = f"step_size: {step_text(part)} of {each.element.name}"
        want = "energy as it was measured, to 0.001 kWh"
        fix = "leave it out: a step bills energy that was not delivered"
        yield finding(ProfileCode.CALIFORNIA_STEP, part.place, got, want, _SMALLEST, fix)


CALIFORNIA: Final = Profile(
    "california",
    "California Code of Regulations, title 4, 4002.11: energy by the kWh, other services apart",
    _check,
    (
        "when a charger was installed: AC from 2021, DC from 2023 on",
        "the device, its display and its receipt (NIST Handbook 44, 3.40), and its timer (5.55)",
        "whether fees are shown before the session starts (NIST Handbook 130, 2.34.3)",
        "the least and the most of a price or a session, allowances, discounts and caps of plans",
    ),
)
