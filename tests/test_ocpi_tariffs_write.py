"""OCPI tariffs out: what is written for each version, what cannot be, and what is lost without moving an amount."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ocpi_examples import CITY_211, MOTORWAY_221

from rating import OcpiError, Tariffs, load_tariffs, parse_ocpi_tariff, to_ocpi, to_ocpi_json
from rating.ocpi_json import read_records
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariff
from rating.tariff.ocpi.write import say

ROOT = Path(__file__).parent.parent


def house(text: str, tax: str = "none", more: str = "") -> Tariff:
    """A tariff in YAML with one version of these elements."""
    return parse_tariff(f"{{tariff: t, currency: EUR, tax: {tax}, {more} versions: [{{elements: [{text}]}}]}}")


def cannot(tariff: Tariff, version: str = "2.3.0") -> list[str]:
    with pytest.raises(OcpiError) as caught:
        to_ocpi(tariff, version)
    assert {fault.code for fault in caught.value.faults} == {"ocpi_cannot"}
    assert all(fault.want == f"what OCPI {version} can say" and fault.fix for fault in caught.value.faults)
    return [fault.got for fault in caught.value.faults]


def first(said: Any) -> Any:
    return said["elements"][0]["price_components"][0]


def test_a_tariff_is_written_as_the_version_says_it() -> None:
    text = """
tariff: tiers
name: Tiers
currency: EUR
time_zone: Europe/Vienna
tax: {name: VAT, percent: 20, included: false}
versions:
  - valid_from: 2026-07-01
    valid_until: 2027-01-01T00:00:00+01:00
    elements:
      - when: {max_kwh: 10, day_of_week: mon-fri, start_time: 20:00, end_time: 24:00, min_power: 3.7 kW}
        energy: {price: 0.59/kWh, step_size: 1 kWh}
        parking_time: {price: 0.10/min, tax: {name: VAT, percent: 10}}
      - energy: 490.5/10 kWh
        flat: 0.50/session
    max_price: {before_tax: 60.00, after_tax: 72.00}
"""
    said = to_ocpi(parse_tariff(text), "2.2.1", party="at*ABC", last_updated="2026-06-01T12:00:00+02:00")
    assert said == {
        "country_code": "AT",
        "party_id": "ABC",
        "id": "tiers",
        "currency": "EUR",
        "max_price": {"excl_vat": Decimal(60), "incl_vat": Decimal(72)},
        "elements": [
            {
                "price_components": [
                    {"type": "ENERGY", "price": Decimal("0.59"), "vat": Decimal(20), "step_size": Decimal(1000)},
                    {"type": "PARKING_TIME", "price": Decimal(6), "vat": Decimal(10), "step_size": Decimal(0)},
                ],
                "restrictions": {
                    "start_time": "20:00",
                    "end_time": "00:00",
                    "max_kwh": Decimal(10),
                    "min_power": Decimal("3.7"),
                    "day_of_week": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
                },
            },
            {
                "price_components": [
                    {"type": "ENERGY", "price": Decimal("49.05"), "vat": Decimal(20), "step_size": Decimal(0)},
                    {"type": "FLAT", "price": Decimal("0.5"), "vat": Decimal(20), "step_size": Decimal(1)},
                ]
            },
        ],
        "start_date_time": "2026-06-30T22:00:00Z",
        "end_date_time": "2026-12-31T23:00:00Z",
        "last_updated": "2026-06-01T10:00:00Z",
    }
    assert list(said)[:4] == ["country_code", "party_id", "id", "currency"]


def test_what_came_in_goes_out_again() -> None:
    motorway: Any = read_records(MOTORWAY_221, "a.json", [])[0].value
    # The types of an element in our own order.
    motorway["elements"][0]["price_components"].reverse()
    assert to_ocpi(parse_ocpi_tariff(motorway)) == motorway
    city: Any = read_records(CITY_211, "a.json", [])[0].value
    # Restrictions that restrict nothing are not written.
    said = to_ocpi(parse_ocpi_tariff(city), "2.1.1")
    del city["elements"][0]["restrictions"]
    assert said == city


def test_versions_are_tariffs_of_their_own(example: Tariffs) -> None:
    tariff = example["two-versions"]
    said = to_ocpi(tariff, "2.3.0")
    assert isinstance(said, list)
    assert [(each["id"], each.get("start_date_time"), each.get("end_date_time")) for each in said] == [
        ("two-versions", "2024-12-31T23:00:00Z", "2026-05-31T22:00:00Z"),
        ("two-versions-v2", "2026-05-31T22:00:00Z", None),
    ]
    assert json.loads(to_ocpi_json(tariff, "2.3.0")) == json.loads(json.dumps(said, default=float))


def test_an_id_that_was_told_apart_by_its_party_is_that_of_the_party() -> None:
    text = json.dumps({"country_code": "NL", "party_id": "ABC", **json.loads(CITY_211), "id": "NL*ABC*12"})
    assert to_ocpi(parse_ocpi_tariff(text), "2.2.1")["id"] == "12"  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def example() -> Tariffs:
    return load_tariffs(ROOT / "tariffs")


COMPONENTS = [
    ("energy: {price: 0.39/kWh, min: 1.00, max: 2.00}", ["min of energy", "max of energy"]),
    ("parking_time: {price: 1/h, grace: 5 min}", ["grace of parking_time"]),
    ("parking_time: {price: 1/h, from: first_energy}", ["from: first_energy of parking_time"]),
    ("parking_time: {price: 1/h, from: charging_end}", ["from: charging_end of parking_time"]),
    ("parking_time: {price: 1/h, counts: plugged_in}", ["counts: plugged_in of parking_time"]),
    ("energy: {price: 1/kWh, step_size: 1 kWh, round: down}", ["round: down of energy"]),
    ("time: {price: 1/h, step_size: 1 min, round: nearest}", ["round: nearest of time"]),
    ("time: 5.00/7 min", ["5/7 min"]),
    ("energy: 1000000/Wh", ["1000000/Wh"]),
    ("when: {months: jun-sep}, energy: 1/kWh", ["when: months"]),
    ("when: {holidays: NL}, energy: 1/kWh", ["when: holidays"]),
    ("when: {connector: CCS, membership: gold}, energy: 1/kWh", ["when: connector", "when: membership"]),
    ("when: {payment_method: [card, app]}, energy: 1/kWh", ["when: payment_method"]),
    ("when: {tariff_type: REGULAR, evse_power: 50 kW}, energy: 1/kWh", ["when: tariff_type", "when: evse_power"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "got"), COMPONENTS)
def test_what_no_version_can_say_of_a_price(text: str, got: list[str]) -> None:
    for version in ("2.1.1", "2.2.1", "2.3.0"):
        assert cannot(house(f"{{{text}}}"), version) == got


def test_whole_tariffs_that_no_version_can_say() -> None:
    both = "versions: [{elements: [{energy: 1/kWh}]}, {valid_from: 2026-01-01, elements: [{energy: 2/kWh}]}]"
    head = "tariff: a-name-that-is-longer-than-ocpi-allows, currency: CHF"
    zoned = parse_tariff(f"{{{head}, on_change: at_once, rounding: {{unit: 0.05}}, time_zone: Europe/Zurich, {both}}}")
    long = "an id of 38 characters, a-name-that-is-longer-than-ocpi-allows"
    assert cannot(zoned) == ["rounding", "on_change: at_once", long, long.replace("38", "41") + "-v2"]
    unzoned = parse_tariff(f"{{tariff: t, currency: EUR, {both}}}")
    assert cannot(unzoned) == ["valid_from: 2026-01-01, at midnight of whichever site"]


LIMITS = "versions: [{elements: [{energy: 1/kWh}], min_price: {after_tax: 1}, max_price: {before_tax: 2}}]"
LATER = "{{tariff: t, currency: EUR, {}}}"


def test_limits_need_the_side_before_tax() -> None:
    tariff = parse_tariff(LATER.format(LIMITS))
    assert cannot(tariff, "2.2.1") == ["min_price with after_tax alone"]
    assert cannot(tariff, "2.1.1") == ["min_price", "max_price"]


def test_what_2_1_1_cannot_say() -> None:
    tariff = house("{when: {reservation: RESERVATION}, time: 1/h}, {when: {min_current: 6 A}, energy: 1/kWh}")
    assert cannot(tariff, "2.1.1") == ["when: reservation", "when: min_current"]
    dated = LATER.format("versions: [{valid_from: 2026-01-01T00:00:00Z, elements: [{energy: 1/kWh}]}]")
    assert cannot(parse_tariff(dated), "2.1.1") == ["valid_from"]
    assert cannot(house("{energy: 1/kWh}", "{percent: 21, included: true}"), "2.1.1") == ["prices that include tax"]
    assert first(to_ocpi(house("{energy: 1/kWh}", "{percent: 21, included: false}"), "2.1.1")) == {
        "type": "ENERGY", "price": 1, "step_size": 0,
    }  # fmt: skip


VAT = "{name: VAT, percent: 21, included: false}"
TAXES = [
    # elements, tax of the tariff, then tax_included and vat in 2.3.0 and in 2.2.1; a text is what cannot be said
    ("{energy: 1/kWh}", "none", ("N/A", None), None),
    ("{energy: 1/kWh}", VAT, ("NO", 21), 21),
    ("{energy: 1/kWh}", VAT.replace("false", "true"), ("YES", 21), "prices that include tax"),
    ("{energy: 1/kWh}", "{included: true}", ("YES", None), "prices that include tax"),
    ("{energy: 1/kWh}", "{included: false}", ("NO", None), "a price whose tax rate is not known"),
    ("{energy: {price: 1/kWh, tax: none}}", VAT, ("N/A", None), None),
    ("{energy: {price: 1/kWh, tax: none}, flat: 1/session}", VAT, "a price without tax in a tariff with tax", None),
    ("{energy: {price: 1/kWh, tax: {name: VAT, percent: 0}}, flat: 1/session}", VAT, ("NO", 0), 0),
]


@pytest.mark.parametrize(("elements", "tax", "newer", "older"), TAXES)
def test_taxes(elements: str, tax: str, newer: Any, older: Any) -> None:
    tariff = house(elements, tax)
    if isinstance(newer, str):
        assert cannot(tariff, "2.3.0") == [newer]
    else:
        said: Any = to_ocpi(tariff, "2.3.0")
        assert (said["tax_included"], first(said).get("vat")) == newer
    if isinstance(older, str):
        assert older in cannot(tariff, "2.2.1")
    else:
        said = to_ocpi(tariff, "2.2.1")
        assert ("tax_included" in said, first(said).get("vat")) == (False, older)


def test_several_taxes_on_a_price_cannot_be_said() -> None:
    tax = "{rates: [{name: GST, percent: 5}, {name: QST, percent: 9.975}], included: false}"
    for version in ("2.2.1", "2.3.0"):
        assert cannot(house("{energy: 1/kWh}", tax), version) == ["several taxes on one price: GST, QST"]


def test_a_minimum_has_the_taxes_of_the_prices() -> None:
    """Where nothing was charged, ours has the tax of the tariff, OCPI's that of its prices where all have the same."""
    version = (
        "versions: [{elements: [{energy: {price: 1/kWh, tax: {name: VAT, percent: 9}}}], min_price: {before_tax: 1}}]"
    )
    tariff = parse_tariff(f"{{tariff: t, currency: EUR, tax: {VAT}, {version}}}")
    assert cannot(tariff) == ["min_price where prices have other taxes than the tariff"]


def test_what_is_lost_and_what_is_lacking_is_noted(example: Tariffs) -> None:
    notes = say(example["tiers"], "2.2.1" if example["tiers"].tax is None else "2.3.0").notes
    assert [(note.code, note.got) for note in notes] == [
        ("ocpi_lost", "time_zone: Europe/Vienna"),
        ("ocpi_lost", "name: Cheaper from ten kilowatt-hours on"),
        ("ocpi_lost", "the name of a tax, USt"),
        ("ocpi_lost", "the names of elements"),
        ("ocpi_lacks", "no country_code"),
        ("ocpi_lacks", "no party_id"),
        ("ocpi_lacks", "no last_updated"),
    ]
    foreign = parse_ocpi_tariff(json.loads(MOTORWAY_221)["data"][0], time_zone="Europe/Berlin")
    assert [note.got for note in say(foreign, "2.2.1").notes] == ["time_zone: Europe/Berlin"]


def test_the_caller_must_say_sensible_things() -> None:
    with pytest.raises(OcpiError) as caught:
        to_ocpi(house("{energy: 1/kWh}"), "2.2", party="Netherlands", last_updated="today")
    assert [fault.code for fault in caught.value.faults] == ["ocpi_version", "party", "date_time"]
    with pytest.raises(OcpiError) as caught:
        to_ocpi(house("{energy: 1/kWh}"), "9")
    assert caught.value.faults[0].fix == "write one of them; left out, it is 2.2.1"


def test_every_example_is_written_or_refused_with_reasons(example: Tariffs) -> None:
    written = set()
    for tariff in example.values():
        try:
            to_ocpi(tariff, "2.3.0")
            written.add(tariff.id)
        except OcpiError as error:
            codes = {fault.code for fault in error.faults}
            if codes != {"ocpi_cannot"}:
                raise
    assert written >= {"per-kwh", "free", "tiers", "two-versions", "reservation"}
