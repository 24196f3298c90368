"""The twin against the worked examples of the OCPI text, each with its expected totals to the precision printed.

An example is a tariff, a CDR and its totals. Its periods become intervals whose times are told beside the clock.
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
from rating.tariff.model import (
    Component,
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
from rating.units import DIMENSIONS, MWH_PER_KWH, MWH_PER_WH, PPM_PER_PERCENT, US_PER_S

FOLDERS = [parent / "shared" / "ocpi_cases" for parent in Path(__file__).parents]
DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
UNITS = {
    "ENERGY": ("kWh", MWH_PER_WH),
    "TIME": ("h", US_PER_S),
    "PARKING_TIME": ("h", US_PER_S),
    "FLAT": ("session", 0),
}
# By the name of a restriction: the field of `When`, and how many of its units one of OCPI's is.
AMOUNTS = {
    "min_kwh": ("min_energy_mwh", MWH_PER_KWH),
    "max_kwh": ("max_energy_mwh", MWH_PER_KWH),
    "min_duration": ("min_duration_us", US_PER_S),
    "max_duration": ("max_duration_us", US_PER_S),
    "min_power": ("min_power_mw", 10**6),
    "max_power": ("max_power_mw", 10**6),
    "min_current": ("min_current_ma", 1000),
    "max_current": ("max_current_ma", 1000),
}
RESERVATIONS: dict[str, Any] = {"RESERVATION": "reservation", "RESERVATION_EXPIRES": "reservation_expires"}
INCLUDED = {"YES": True, "NO": False, None: False}  # before 2.3.0 prices are without tax


def examples() -> list[Any]:
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    if folder is None:
        return [pytest.param(None, marks=pytest.mark.skip(reason="no worked examples of OCPI at hand"))]
    paths = sorted(folder.glob("*.json"))
    assert len(paths) == 41
    return [pytest.param(json.loads(path.read_text(), parse_float=str, parse_int=str), id=path.stem) for path in paths]


def scaled(text: str, scale: int) -> int:
    exact = Fraction(text) * scale
    assert exact.denominator == 1
    return exact.numerator


def minute(text: str | None, end: bool = False) -> int | None:
    if text is None:
        return None
    return (int(text[:2]) * 60 + int(text[3:])) or (1440 if end else 0)


def component(told: dict[str, Any]) -> Component:
    unit, step = UNITS[told["type"]]
    rates = None if told.get("vat") is None else (TaxRate("VAT", scaled(told["vat"], PPM_PER_PERCENT)),)
    price = Price(scaled(told["price"], 10**6), unit)
    return Component(told["type"].lower(), price, step=int(told.get("step_size", "0")) * step, rates=Rates(rates))


def when(told: dict[str, Any]) -> When:
    calendar = {"start_time", "end_time", "day_of_week", "reservation"}
    assert set(told) <= {*AMOUNTS, *calendar}
    amounts: Any = {AMOUNTS[name][0]: scaled(told[name], AMOUNTS[name][1]) for name in told if name in AMOUNTS}
    return When(
        day_of_week=frozenset(map(DAYS.index, told["day_of_week"])) if "day_of_week" in told else None,
        start_min=minute(told.get("start_time")),
        end_min=minute(told.get("end_time"), end=True),
        reservation=RESERVATIONS[told["reservation"]] if "reservation" in told else None,
        **amounts,
    )


def element(told: dict[str, Any], name: str) -> Element:
    components = sorted(map(component, told["price_components"]), key=lambda each: DIMENSIONS.index(each.dimension))
    return Element(name, tuple(components), when(told.get("restrictions", {})))


def limit(told: dict[str, Any] | None) -> PriceLimit | None:
    if told is None:
        return None
    before, after = told.get("excl_vat", told.get("before_taxes")), told.get("incl_vat", told.get("after_taxes"))
    return PriceLimit(*(None if amount is None else scaled(amount, 10**6) for amount in (before, after)))


def tariff_of(text: dict[str, Any], zone: str) -> Tariff:
    elements = tuple(element(part, str(number)) for number, part in enumerate(text["elements"]))
    version = Version("always", None, elements, limit(text.get("min_price")), limit(text.get("max_price")))
    tax = Tax(Rates(None), INCLUDED[text.get("tax_included")])
    return Tariff(text["id"], text["currency"], 10_000, (version,), Rounding("half_up", 10_000), zone, tax)


def interval(period: dict[str, Any], start_us: int, end_us: int) -> Interval:
    """One period. A time is told to some decimals of an hour, and means the nearest whole second."""
    volumes = {each["type"]: each["volume"] for each in period["dimensions"]}
    hours = [Fraction(volumes.get(name, "0")) for name in ("TIME", "PARKING_TIME", "RESERVATION_TIME")]
    charging, parked, reserved = (round(each * 3600) * US_PER_S for each in hours)
    power = volumes.get("POWER", volumes.get("MAX_POWER"))
    current = volumes.get("CURRENT", volumes.get("MAX_CURRENT"))
    return Interval(
        start_us,
        end_us,
        scaled(volumes.get("ENERGY", "0"), MWH_PER_KWH),
        activity="reserved" if set(volumes) == {"RESERVATION_TIME"} else "auto",
        power_mw=None if power is None else scaled(power, 10**6),
        current_ma=None if current is None else scaled(current, 1000),
        volumes_us=(charging, parked, reserved),
    )


def usage_of(told: dict[str, Any]) -> Usage:
    """The session begins where the first period does that is more than a reservation."""
    cdr = told["cdr"]
    periods = cdr["charging_periods"]
    starts = [instant_us(period["start_date_time"]) for period in periods]
    end_us = instant_us(cdr["end_date_time"])
    intervals = tuple(map(interval, periods, starts, [*starts[1:], end_us]))
    measured = [each.start_us for each in intervals if each.activity != "reserved"]
    expired = told.get("reservation_expired", False)
    return Usage(told["id"], min(measured, default=starts[0]), end_us, intervals, expired=expired)


def same(exact: Fraction | None, told: str) -> bool:
    """Equal to as many decimals as the example prints (which repeats no period, and says at most four for one)."""
    decimals = min(len(told.partition(".")[2]), 4)
    unit = 10 ** (6 - decimals)
    return exact is not None and round_to(exact, unit, "half_up") == round_to(Fraction(told), unit, "half_up")


def taxed(bill: Any) -> trace.Taxed:
    assert isinstance(bill, Bill)
    return next(step for step in bill.trace if isinstance(step, trace.Taxed))


@pytest.mark.parametrize("told", examples())
def test_worked_example(told: dict[str, Any]) -> None:
    usage, expected = usage_of(told), told["expected"]
    variants = [tariff_of(told[key], told["time_zone"]) for key in ("tariff", "tariff_2_3_0") if key in told]
    for tariff in variants:
        total = taxed(rate_session(tariff, usage))
        before, after = expected["total_excl_vat"], expected["total_incl_vat"] or expected.get("incl_if_vat20")
        rates = [part.rates for part in tariff.versions[0].elements for part in part.components]
        for exact, text in ((total.net, before), (total.gross, after)):
            if text is not None:
                assert same(exact, text)
            elif any(rate is not None and rate.each is None for rate in rates) and (total.net or total.gross):
                assert exact is None


BILLED = {"billed_energy_kwh": "energy", "billed_charging_h": "time", "billed_parking_h": "parking_time"}


@pytest.mark.parametrize("told", examples())
def test_billed_volumes_of_a_worked_example(told: dict[str, Any]) -> None:
    bill = rate_session(tariff_of(told["tariff"], told["time_zone"]), usage_of(told))
    assert isinstance(bill, Bill)
    for name, dimension in BILLED.items():
        if name in told["expected"]:
            billed = sum((line.billed_volume or 0 for line in bill.lines if line.dimension == dimension), Fraction(0))
            assert abs(billed - Fraction(told["expected"][name])) < Fraction(1, 10**12)
