"""Which times a version may be in force without a price of its index: exact where the tariff names its zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from rating.compile.epochs import first_instant_us
from rating.tariff.clocks import date_start_us
from rating.tariff.lint.check import lint
from rating.tariff.lint.codes import Code
from rating.tariff.load import parse_tariff

_EPOCH = date(1970, 1, 1)


def hours(start: str, count: int) -> list[str]:
    """So many whole hours from an instant on."""
    first = datetime.fromisoformat(start).astimezone(UTC)
    return [(first + timedelta(hours=number)).isoformat() for number in range(count)]


def told(starts: list[str], version: str, zone: str | None = "Europe/Berlin") -> list[str]:
    """What is read of an index with gaps under a version with such dates."""
    market: dict[str, Any] = {"start": starts, "price_per_kwh": ["0.10"] * len(starts)}
    header = "tariff: m\ncurrency: EUR\n" + (f"time_zone: {zone}\n" if zone else "")
    text = f"{header}versions:\n  - {{{version}elements: [{{energy: {{index: q}}}}]}}\n"
    found = lint([parse_tariff(text, indexes={"q": market})])
    return [fault.got for fault in found if fault.code == Code.INDEX_GAP]


MARCH = "valid_from: 2026-03-01, valid_until: 2026-03-03, "

GAPS = {
    "begins with the date in UTC": (
        hours("2026-03-01T00:00Z", 47), MARCH, "from 2026-02-28T23:00:00Z to 2026-03-01T00:00:00Z"
    ),
    "ends in the last date": (
        hours("2026-02-28T23:00Z", 35), MARCH, "from 2026-03-02T10:00:00Z to 2026-03-02T23:00:00Z"
    ),
    "ends before the version does": (
        hours("2026-01-01T00:00Z", 24), "valid_until: 2026-02-01, ", "from 2026-01-02T00:00:00Z to 2026-01-31T23:00:00Z"
    ),
    "ends before an open version begins": (
        hours("2026-01-01T00:00Z", 24), "valid_from: 2026-03-01, ", "from 2026-02-28T23:00:00Z on"
    ),
    "begins after a version that was always there": (
        hours("2026-04-01T00:00Z", 24), "valid_until: 2026-03-01, ", "up to 2026-02-28T23:00:00Z"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("starts", "version", "gap"), GAPS.values(), ids=GAPS)
def test_a_gap_is_told_exactly_where_the_tariff_names_its_zone(starts: list[str], version: str, gap: str) -> None:
    assert told(starts, version) == [f"q without a price {gap}"]


def test_prices_for_exactly_the_time_of_the_version_are_enough() -> None:
    assert told(hours("2026-02-28T23:00Z", 48), MARCH) == []
    assert told(hours("2026-03-01T00:00Z", 48), MARCH, "UTC") == []


def test_the_last_price_at_the_begin_of_an_open_version_is_a_gap() -> None:
    assert told(hours("2026-02-28T22:00Z", 1), "valid_from: 2026-03-01, ")
    assert not told(hours("2026-02-28T22:00Z", 2), "valid_from: 2026-03-01, ")


def test_a_tariff_without_a_zone_is_judged_where_its_dates_hold_everywhere() -> None:
    assert told(hours("2026-03-01T00:00Z", 47), MARCH, None) == []
    assert told(hours("2026-03-01T15:00Z", 47), MARCH, None) == [
        "q without a price from 2026-03-01T14:00:00Z to 2026-03-01T15:00:00Z"
    ]


@pytest.mark.parametrize(
    "zone",
    ["Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Pacific/Apia", "Africa/Cairo", "Asia/Tehran",
     "Australia/Lord_Howe", "America/Nuuk", "UTC"],
)  # fmt: skip
def test_dates_begin_where_they_begin_for_the_bill(zone: str) -> None:
    for day in range((date(2009, 1, 1) - _EPOCH).days, (date(2028, 1, 1) - _EPOCH).days):
        assert date_start_us(_EPOCH + timedelta(days=day), zone) == first_instant_us(day, zone), (zone, day)


def implausible(price: str = "0.10", keys: str = "", column: str = "price_per_kwh", currency: str = "EUR") -> list[str]:
    """What is read of a price by an index that is likely not what was meant."""
    market: dict[str, Any] = {"start": hours("2026-03-01T00:00Z", 3), column: [price, price, "0"]}
    text = f"tariff: m\ncurrency: {currency}\nversions:\n  - {{elements: [{{energy: {{index: q{keys}}}}}]}}\n"
    return [fault.got for fault in lint([parse_tariff(text, indexes={"q": market})]) if fault.code == Code.IMPLAUSIBLE]


def test_prices_of_a_mwh_read_as_those_of_a_kwh_are_told() -> None:
    assert implausible("84.20") == ["index q, half of it at 84.20 EUR/kWh or more"]
    assert implausible("-84.20") == ["index q, half of it at 84.20 EUR/kWh or more"]
    assert implausible("84.20", column="price_per_mwh") == []
    assert implausible("0.0842", column="price_per_mwh") == ["index q, nowhere above 0.0000842 EUR/kWh"]
    assert implausible("0.0842") == implausible("0") == implausible("84.20", currency="JPY") == []


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ("factor: 50", "factor: 50"),
        ("factor: 0.01", "factor: 0.01"),
        ("add: 12/kWh", "add: 12/kWh"),
        ("fallback: 40", "fallback: 40"),
        ("ceiling: 90", "ceiling: 90"),
        ("ceiling: 0.0009", "ceiling: 0.0009"),
        ("floor: 7, ceiling: 8", "floor: 7|ceiling: 8"),
    ],
)
def test_what_a_tariff_makes_of_a_market_is_judged(key: str, read: str) -> None:
    assert implausible(keys=f", {key}") == read.split("|")


@pytest.mark.parametrize("key", ["factor: 1.05", "add: 0.001/kWh", "add: -0.02/kWh", "floor: 0", "fallback: 0.40"])
def test_usual_prices_by_a_market_are_not_told(key: str) -> None:
    assert implausible(keys=f", {key}") == []
