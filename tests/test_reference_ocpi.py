"""The twin against the worked examples of the OCPI text, as far as calendar tariffs with one tax can say them.

Where an example's components have several tax rates, the total before tax is compared alone.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from strategies_pick import instant_us

from rating.reference import Bill, Interval, Usage, rate_session, trace
from rating.reference.printing import round_to
from rating.tariff.model import Component, Element, Price, PriceLimit, Rounding, Tariff, Tax, Version, When
from rating.units import DIMENSIONS, MWH_PER_KWH, MWH_PER_WH, US_PER_S

EXAMPLES = Path(__file__).parents[2] / "shared" / "ocpi_cases"
DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
UNITS = {
    "ENERGY": ("kWh", MWH_PER_WH),
    "TIME": ("h", US_PER_S),
    "PARKING_TIME": ("h", US_PER_S),
    "FLAT": ("session", 0),
}
KNOWN = {"start_time", "end_time", "day_of_week"}


def examples() -> list[Any]:
    """Every example whose restrictions a calendar tariff has."""
    if not EXAMPLES.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no worked examples of OCPI in {EXAMPLES}"))]
    told = [json.loads(path.read_text(), parse_float=str, parse_int=str) for path in sorted(EXAMPLES.glob("*.json"))]
    return [pytest.param(each, id=each["id"]) for each in told if restrictions(each) <= KNOWN]


def restrictions(told: dict[str, Any]) -> set[str]:
    return {name for element in told["tariff"]["elements"] for name in element.get("restrictions", {})}


def micro(text: str) -> int:
    return int(Fraction(text) * 10**6)


def minute(text: str | None) -> int | None:
    return None if text is None else int(text[:2]) * 60 + int(text[3:])


def component(told: dict[str, Any]) -> Component:
    unit, step = UNITS[told["type"]]
    size = int(told.get("step_size", "0")) * step
    return Component(told["type"].lower(), Price(micro(told["price"]), unit), step=size)


def element(told: dict[str, Any], name: str) -> Element:
    given = told.get("restrictions", {})
    days = frozenset(DAYS.index(day) for day in given["day_of_week"]) if "day_of_week" in given else None
    when = When(day_of_week=days, start_min=minute(given.get("start_time")), end_min=minute(given.get("end_time")))
    components = sorted(map(component, told["price_components"]), key=lambda each: DIMENSIONS.index(each.dimension))
    return Element(name, tuple(components), when)


def limit(told: dict[str, Any] | None) -> PriceLimit | None:
    return told and PriceLimit(micro(told["excl_vat"]), micro(told["incl_vat"]))


def tax_rates(told: dict[str, Any]) -> set[str | None]:
    return {each.get("vat") for part in told["tariff"]["elements"] for each in part["price_components"]}


def tariff_of(told: dict[str, Any]) -> Tariff:
    text, rates = told["tariff"], tax_rates(told)
    rate = next(iter(rates)) if len(rates) == 1 else None
    elements = tuple(element(part, str(number)) for number, part in enumerate(text["elements"]))
    version = Version("always", None, elements, limit(text.get("min_price")), limit(text.get("max_price")))
    tax = None if rate is None else Tax.one("VAT", int(Fraction(rate) * 10_000), included=False)
    return Tariff(text["id"], "EUR", 10_000, (version,), Rounding("half_up", 10_000), told["time_zone"], tax)


def usage_of(told: dict[str, Any]) -> Usage:
    cdr = told["cdr"]
    periods = cdr["charging_periods"]
    starts = [instant_us(period["start_date_time"]) for period in periods]
    end = instant_us(cdr["end_date_time"])
    intervals = []
    for period, start, until in zip(periods, starts, [*starts[1:], end], strict=True):
        volumes = {each["type"]: each["volume"] for each in period["dimensions"]}
        energy = Fraction(volumes.get("ENERGY", "0")) * MWH_PER_KWH
        assert energy.denominator == 1
        activity = "parked" if "PARKING_TIME" in volumes else "charging"
        intervals.append(Interval(start, until, energy.numerator, activity))
    return Usage(told["id"], starts[0], end, tuple(intervals))


def same(exact: Fraction, told: str) -> bool:
    """Equal to as many decimals as the example prints (which repeats no period, and says at most four for one)."""
    decimals = min(len(told.partition(".")[2]), 4)
    unit = 10 ** (6 - decimals)
    return round_to(exact, unit, "half_up") == round_to(Fraction(told), unit, "half_up")


@pytest.mark.parametrize("told", examples())
def test_worked_example(told: dict[str, Any]) -> None:
    bill = rate_session(tariff_of(told), usage_of(told))
    assert isinstance(bill, Bill)
    taxed = next(step for step in bill.trace if isinstance(step, trace.Taxed))
    before, after = told["expected"]["total_excl_vat"], told["expected"]["total_incl_vat"]
    if before is not None:
        assert same(taxed.net, before)
    if after is not None and len(tax_rates(told)) == 1:
        assert same(taxed.gross, after)
