"""OCPI tariffs in: what each version says, which version it is, whose tariff it is, and what is carried along."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ocpi_examples import CITY_211, LINES_230, MOTORWAY_221

import rating
from rating import TariffError, Tariffs, load_tariffs, parse_ocpi_tariff
from rating.tariff.model import (
    NO_RATES,
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
from rating.tariff.ocpi.carried import carried_keys
from rating.tariff.ocpi.fields import detect_version
from rating.units import US_PER_S

UNKNOWN = Rates(None)
JAN_2026_US = 1_767_225_600 * US_PER_S
JUL_2026_US = 1_782_864_000 * US_PER_S


def vat(percent: int) -> Rates:
    return Rates((TaxRate("VAT", percent * 10_000),))


def minimal(**more: Any) -> dict[str, Any]:
    return {"id": "12", "currency": "EUR", "elements": [{"price_components": [{"type": "ENERGY", "price": 1}]}], **more}


def with_parts(*components: dict[str, Any], restrictions: Any = None, **more: Any) -> Tariff:
    element: dict[str, Any] = {"price_components": list(components)}
    if restrictions is not None:
        element["restrictions"] = restrictions
    return parse_ocpi_tariff(minimal(elements=[element], **more))


def when(**restrictions: Any) -> When:
    return with_parts({"type": "ENERGY", "price": 1}, restrictions=restrictions).versions[0].elements[0].when


def load_text(tmp_path: Path, text: str, **more: Any) -> dict[str, Tariff]:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    return dict(load_tariffs(tmp_path / "a.json", **more))


def test_a_tariff_of_2_1_1() -> None:
    weekdays = frozenset(range(5))
    elements = (
        Element("element 1", (Component("flat", Price(350_000, "session")),)),
        Element(
            "element 2",
            (Component("energy", Price(250_000, "kWh"), step=1_000),),
            When(max_power_mw=11_000_000, start_date=date(2018, 1, 1), end_date=date(2019, 1, 1)),
        ),
        Element("element 3", (Component("energy", Price(310_000, "kWh"), step=100_000),)),
        Element(
            "element 4",
            (Component("parking_time", Price(6_000_000, "h"), step=300 * US_PER_S),),
            When(day_of_week=weekdays, start_min=540, end_min=1080),
        ),
    )
    assert parse_ocpi_tariff(CITY_211) == Tariff(
        "CITY-AC-22", "EUR", 10_000, (Version("always", None, elements),), Rounding("half_up", 10_000),
        tax=Tax(UNKNOWN, included=False),
    )  # fmt: skip


def test_a_tariff_of_2_2_1(tmp_path: Path) -> None:
    [tariff] = load_text(tmp_path, MOTORWAY_221, time_zone="Europe/Berlin").values()
    elements = (
        Element(
            "element 1",
            (
                Component("time", Price(4_800_000, "h"), step=60 * US_PER_S, rates=vat(19)),
                Component("flat", Price(2_500_000, "session"), rates=vat(19)),
            ),
            When(reservation="reservation", max_duration_us=1800 * US_PER_S),
        ),
        Element(
            "element 2",
            (Component("flat", Price(6_000_000, "session"), rates=vat(7)),),
            When(reservation="reservation_expires"),
        ),
        Element(
            "element 3",
            (Component("energy", Price(590_000, "kWh"), step=1_000, rates=vat(19)),),
            When(max_energy_mwh=10_000_000),
        ),
        Element(
            "element 4",
            (Component("energy", Price(490_000, "kWh"), step=1_000, rates=vat(19)),),
            When(start_min=1200, end_min=1440, min_energy_mwh=10_000_000, min_current_ma=32_500),
        ),
        Element(
            "element 5",
            (
                Component("energy", Price(690_000, "kWh"), step=1_000, rates=vat(19)),
                Component("parking_time", Price(12_000_000, "h"), step=60 * US_PER_S, rates=vat(7)),
            ),
        ),
    )
    version = Version(
        "2026-01-01T00:00:00Z", JAN_2026_US, elements,
        PriceLimit(1_000_000, 1_190_000), PriceLimit(100_000_000, None), JUL_2026_US,
    )  # fmt: skip
    assert tariff == Tariff(
        "hpc-2026", "EUR", 10_000, (version,), Rounding("half_up", 10_000), "Europe/Berlin", Tax(NO_RATES, False)
    )
    component = tariff.versions[0].elements[4].components[1]
    assert str(component.place) == f"{tmp_path}/a.json: data[0].elements[4].price_components[1]"
    assert str(tariff.versions[0].elements[3].place) == f"{tmp_path}/a.json: data[0].elements[3]"


def test_tariffs_of_2_3_0_and_of_two_parties_with_the_same_id(tmp_path: Path) -> None:
    tariffs = load_text(tmp_path, LINES_230)
    canada, states = tariffs["CA*NRD*12"], tariffs["US*WST*12"]
    assert canada.tax == Tax(UNKNOWN, included=False)
    assert canada.versions[0].min_price == PriceLimit(500_000, None)
    # One price tells its rate and the other does not: only the one is known.
    energy, flat = states.versions[0].elements[0].components
    assert states.tax == Tax(NO_RATES, included=True)
    assert (energy.price, energy.step, energy.rates) == (Price(480_000, "kWh"), 0, Rates((TaxRate("VAT", 88_750),)))
    assert flat.rates == UNKNOWN
    assert [str(tariff.place) for tariff in tariffs.values()] == [f"{tmp_path}/a.json:1", f"{tmp_path}/a.json:2"]


@pytest.mark.parametrize(
    ("more", "version"),
    [
        ({}, "2.1.1"),
        ({"last_updated": "2026-01-01T00:00:00Z", "x_own": 1}, "2.1.1"),
        ({"country_code": "NL"}, "2.2.1"),
        ({"type": "REGULAR"}, "2.2.1"),
        ({"start_date_time": "2026-01-01T00:00:00Z"}, "2.2.1"),
        ({"min_price": {"excl_vat": 1}}, "2.2.1"),
        ({"elements": [{"price_components": [{"type": "FLAT", "price": 1, "vat": 21}]}]}, "2.2.1"),
        ({"elements": [{"price_components": [], "restrictions": {"reservation": "RESERVATION"}}]}, "2.2.1"),
        ({"elements": [{"price_components": [], "restrictions": {"min_current": 1}}]}, "2.2.1"),
        ({"max_price": {"before_taxes": 1}}, "2.3.0"),
        ({"country_code": "NL", "tax_included": "NO"}, "2.3.0"),
        ({"elements": 7, "min_price": 8}, "2.2.1"),
        ({"elements": [7, {"price_components": 8}]}, "2.1.1"),
    ],
)
def test_the_version_is_the_oldest_that_has_the_keys(more: dict[str, Any], version: str) -> None:
    assert detect_version(minimal(**more)) == version


def test_a_price_without_vat() -> None:
    """2.1.1 and 2.3.0 do not say the rate; 2.2.1 says that no VAT applies, which is not 0 %."""
    assert parse_ocpi_tariff(minimal(), "2.1.1").tax == Tax(UNKNOWN, included=False)
    assert parse_ocpi_tariff(minimal(), "2.2.1").tax is None
    assert parse_ocpi_tariff(minimal(), "2.3.0").tax == Tax(UNKNOWN, included=False)
    assert parse_ocpi_tariff(minimal(tax_included="NO")).tax == Tax(UNKNOWN, included=False)
    assert parse_ocpi_tariff(minimal(tax_included="YES")).tax == Tax(UNKNOWN, included=True)
    assert parse_ocpi_tariff(minimal(tax_included="N/A")).tax is None
    zero = with_parts({"type": "ENERGY", "price": 1, "vat": 0})
    assert zero.tax == Tax(vat(0), included=False)


def test_rates_of_prices_are_the_tariffs_where_all_are_the_same() -> None:
    tariff = with_parts({"type": "ENERGY", "price": 1, "vat": 21.0}, {"type": "FLAT", "price": 1, "vat": 21})
    assert tariff.tax == Tax(vat(21), included=False)
    assert [part.rates for part in tariff.versions[0].elements[0].components] == [None, None]
    mixed = with_parts({"type": "ENERGY", "price": 1, "vat": 21}, {"type": "FLAT", "price": 1})
    assert mixed.tax == Tax(NO_RATES, included=False)
    assert [mixed.rates_of(part) for part in mixed.versions[0].elements[0].components] == [vat(21), NO_RATES]


def test_no_tax_applies_and_a_vat_of_zero_agree() -> None:
    tariff = with_parts({"type": "ENERGY", "price": 1, "vat": 0}, tax_included="N/A")
    assert (tariff.tax, tariff.versions[0].elements[0].components[0].rates) == (None, None)


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [
        ("09:00", "17:30", (540, 1050)),
        ("22:00", "06:00", (1320, 360)),
        ("09:00", None, (540, 1440)),
        (None, "17:30", (0, 1050)),
        ("20:00", "00:00", (1200, 1440)),
        ("20:00", "24:00", (1200, 1440)),
        ("00:00", "00:00", (0, 1440)),
        ("10:00", "10:00", (600, 600)),  # the whole day, as the engine has it; the lint warns
        (None, "00:00", (0, 1440)),
    ],
)
def test_windows(start: str | None, end: str | None, window: tuple[int, int]) -> None:
    found = when(start_time=start, end_time=end)
    assert (found.start_min, found.end_min) == window


def test_restrictions_have_their_units() -> None:
    assert when(min_kwh=0.5, max_kwh=20, min_duration=1, max_duration=3600.0) == When(
        min_energy_mwh=500_000, max_energy_mwh=20_000_000, min_duration_us=US_PER_S, max_duration_us=3600 * US_PER_S
    )
    assert when(min_power=3.7, max_power=22, min_current=6, max_current=32.001) == When(
        min_power_mw=3_700_000, max_power_mw=22_000_000, min_current_ma=6_000, max_current_ma=32_001
    )
    assert when(reservation="RESERVATION_EXPIRES") == When(reservation="reservation_expires")
    assert when(day_of_week=["SUNDAY", "MONDAY", "SUNDAY"]) == When(day_of_week=frozenset({0, 6}))


def test_what_restricts_nothing_is_no_restriction() -> None:
    assert when() == when(day_of_week=[], min_kwh=None, reservation=None) == When()
    # Parties write a huge maximum where they mean none: no session has as much.
    assert when(max_kwh=999_999_999, max_duration=99_999_999, max_power=9e9, max_current=1e12) == When()


def test_what_can_never_hold_is_kept_for_the_lint() -> None:
    assert when(max_kwh=0) == When(max_energy_mwh=0)
    assert when(min_duration=60, max_duration=30) == When(min_duration_us=60 * US_PER_S, max_duration_us=30 * US_PER_S)
    assert when(start_date="2026-02-01", end_date="2026-01-01").end_date == date(2026, 1, 1)


def test_steps() -> None:
    tariff = with_parts(
        {"type": "ENERGY", "price": 1, "step_size": 51},
        {"type": "TIME", "price": 1, "step_size": 0},
        {"type": "PARKING_TIME", "price": 1},
        {"type": "FLAT", "price": 1, "step_size": 77},
    )
    assert [part.step for part in tariff.versions[0].elements[0].components] == [51_000, 0, 0, 0]


def test_a_component_twice_is_fine_where_both_are_the_same() -> None:
    same = {"type": "ENERGY", "price": 0.5, "step_size": 1}
    assert with_parts(same, {**same, "price": 0.50}) == with_parts(same)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00.25Z", "2026-01-01T00:00:00.250000Z"),
        ("1970-01-01T00:00:00Z", "always"),
    ],
)
def test_instants_are_utc(text: str, label: str) -> None:
    assert parse_ocpi_tariff(minimal(start_date_time=text)).versions[0].label == label


def test_an_end_that_no_session_reaches_is_none() -> None:
    end = parse_ocpi_tariff(minimal(end_date_time="2026-07-01T00:00:00Z")).versions[0].valid_until
    assert end == JUL_2026_US
    assert parse_ocpi_tariff(minimal(end_date_time="9999-12-31T23:59:59Z")).versions[0].valid_until is None


def test_what_moves_no_amount_is_carried_and_named(tmp_path: Path) -> None:
    [tariff] = load_text(tmp_path, MOTORWAY_221).values()
    assert tariff.carried["country_code"] == "DE"
    assert tariff.carried["x_contract"] == {"discount": Decimal("0.0125"), "sites": [1, 2]}
    found = carried_keys(tariff)
    assert [each.key for each in found if not each.extension] == [
        *("country_code", "party_id", "type", "energy_mix", "last_updated")
    ]
    assert [str(each.place) for each in found if each.extension] == [f"{tmp_path}/a.json: data[0].x_contract"]


@pytest.mark.parametrize(
    "key", ["x_own", "name", "tariff_profile", "custom data", "validity_zone", "preauthorize_amount"]
)
def test_keys_that_come_close_to_none_are_extensions(key: str) -> None:
    assert parse_ocpi_tariff(minimal(**{key: 1})).carried == {key: 1}


def test_text_bytes_and_parsed_values_give_the_same() -> None:
    floats = json.loads(CITY_211)
    exact = json.loads(CITY_211, parse_float=Decimal)
    found = [parse_ocpi_tariff(each) for each in (CITY_211, CITY_211.encode(), f"[{CITY_211}]", floats, exact)]
    assert found == found[:1] * 5
    assert [each.hash for each in found] == [found[0].hash] * 5


def test_a_folder_of_yaml_and_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(CITY_211)
    (tmp_path / "b.jsonl").write_text(LINES_230)
    (tmp_path / "c.yaml").write_text("{tariff: night, currency: EUR, versions: [{elements: [{energy: 0.39/kWh}]}]}")
    (tmp_path / "schema.json").write_text("{}")
    (tmp_path / ".d.json").write_text("{}")
    assert set(load_tariffs(tmp_path)) == {"night", "CITY-AC-22", "CA*NRD*12", "US*WST*12"}


def test_all_faults_of_all_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(CITY_211.replace('"FLAT"', '"FLATS"').replace("0.31", "-0.31"))
    (tmp_path / "b.yaml").write_text("{tariff: night, currency: EURO}")
    with pytest.raises(TariffError) as caught:
        load_tariffs(tmp_path)
    assert [(Path(fault.place.source).name, fault.code) for fault in caught.value.faults] == [
        ("a.json", "dimension"),
        ("a.json", "price"),
        ("b.yaml", "missing_key"),
        ("b.yaml", "currency"),
    ]


def refused(*sources: Path) -> list[str]:
    with pytest.raises(TariffError) as caught:
        load_tariffs(list(sources))
    return [str(fault) for fault in caught.value.faults]


def test_ids_are_unique_for_a_party(tmp_path: Path) -> None:
    for name, more in {
        "a": {"country_code": "NL", "party_id": "ABC"},
        "b": {"country_code": "nl", "party_id": "abc"},
        "c": {"country_code": "NL", "party_id": "XYZ"},
        "d": {"country_code": "NL", "party_id": "ABC", "id": "twelve"},
        "e": {"country_code": "NL", "party_id": "ABC", "id": "Twelve"},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(minimal(**more)))
    a, b, c, d, e = sorted(tmp_path.iterdir())
    assert set(load_tariffs([a, c, d])) == {"NL*ABC*12", "NL*XYZ*12", "twelve"}
    assert set(load_tariffs([a, d])) == {"12", "twelve"}
    assert refused(a, b) == [
        f"{b}: tariff_id: read `12`, expected an id that no other file has; {a} has it already: rename one of the two"
    ]
    assert refused(d, e) == [
        f"{e}: id: tariff_id: read `Twelve`, expected an id that its party does not use already: upper and lower case "
        f"are the same, as in twelve; {d} has it: rename one of the two"
    ]


def test_the_caller_says_version_and_zone() -> None:
    assert parse_ocpi_tariff(minimal(), time_zone="Europe/Amsterdam").time_zone == "Europe/Amsterdam"
    assert parse_ocpi_tariff(minimal(), "2.2.1") != parse_ocpi_tariff(minimal(), "2.1.1")
    with pytest.raises(TariffError) as caught:
        parse_ocpi_tariff(minimal(), "2.2", time_zone="Amsterdam")
    assert [str(fault) for fault in caught.value.faults] == [
        "version: ocpi_version: read `2.2`, expected one of the versions 2.1.1, 2.2.1, 2.3.0; did you mean `2.2.1`?",
        "time_zone: read `Amsterdam`, expected a time zone by its IANA name, such as Europe/Amsterdam; "
        "write Europe/Amsterdam",
    ]


def test_a_list_of_no_tariff() -> None:
    with pytest.raises(TariffError) as caught:
        parse_ocpi_tariff("[]", source="a.json")
    assert str(caught.value) == "a.json: no_tariff: read `an empty list`, expected an OCPI tariff; put one there"


def test_energy_of_a_reservation_prices_nothing() -> None:
    time = {"type": "TIME", "price": 6}
    odd = [{"type": "ENERGY", "price": 9}, {"type": "PARKING_TIME", "price": 9}]
    elements = [
        {"price_components": [*odd, time], "restrictions": {"reservation": "RESERVATION"}},
        {"price_components": odd, "restrictions": {"reservation": "RESERVATION_EXPIRES"}},
        {"price_components": [{"type": "ENERGY", "price": 0.5}]},
    ]
    tariff = parse_ocpi_tariff({"id": "12", "currency": "EUR", "country_code": "NL", "elements": elements}, None, "UTC")
    sessions = {
        "session_id": ["S-1", "S-2"], "tariff": ["12", "12"], "energy_kwh": ["10", None],
        "start": ["2026-03-02T10:00Z"] * 2, "end": ["2026-03-02T11:00Z"] * 2,
        "reservation_start": ["2026-03-02T09:30Z"] * 2, "reservation_expired": ["no", "yes"],
    }  # fmt: skip
    tariffs = Tariffs((tariff,))
    rated = rating.rate(tariffs, sessions)
    assert rated.rejected["message"].to_pylist() == []
    assert rated.sessions["net"].to_pylist() == [Decimal("8.000000"), Decimal("9.000000")]
    lines = [(row["session_id"], row["dimension"], row["amount"]) for row in rated.lines.to_pylist()]
    assert lines == [("S-1", "reservation_time", 3), ("S-1", "energy", 5), ("S-2", "reservation_time", 9)]
    for name, net in (("S-1", 8), ("S-2", 9)):
        assert rating.explain(tariffs, sessions, session_id=name).bill.net_micro == net * 10**6
