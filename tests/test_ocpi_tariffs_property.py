"""Properties of OCPI tariffs: what is written reads the same, in whatever spelling, and prices the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st
from ocpi_draws import ocpi_tariffs, spelt
from ocpi_sayable import sayable
from strategies import cases
from strategies_pick import hypothesis_pick

from rating import OcpiError, parse_ocpi_tariff, to_ocpi, to_ocpi_json, to_yaml
from rating.ocpi_json import Json, write_json
from rating.reference import Bill, Usage, rate_session
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariff
from rating.tariff.ocpi.fields import OcpiVersion
from rating.tariff.ocpi.validity import date_begins_us


@given(ocpi_tariffs())
def test_a_tariff_reads_back_as_it_was(drawn: tuple[Tariff, OcpiVersion]) -> None:
    tariff, version = drawn
    assert parse_ocpi_tariff(single(to_ocpi(tariff, version)), version) == tariff
    text = to_ocpi_json(tariff, version, party="NL*ABC", last_updated="2026-01-01T00:00:00")
    again = parse_ocpi_tariff(text, version)
    assert (again, again.hash) == (tariff, tariff.hash)
    # Written again, it is the same text.
    assert to_ocpi_json(again, version) == text


@given(ocpi_tariffs(versions=("2.2.1", "2.3.0")))
def test_the_version_of_what_is_written_is_found(drawn: tuple[Tariff, OcpiVersion]) -> None:
    tariff, version = drawn
    assert parse_ocpi_tariff(to_ocpi_json(tariff, version, party="NL*ABC")) == tariff


@given(ocpi_tariffs(), st.data())
def test_numbers_of_any_spelling_give_the_same(drawn: tuple[Tariff, OcpiVersion], data: st.DataObject) -> None:
    tariff, version = drawn
    said = single(to_ocpi(tariff, version))
    text = data.draw(st.composite(lambda draw: spelt(said, hypothesis_pick(draw)))())
    assert parse_ocpi_tariff(text, version) == tariff
    assert parse_ocpi_tariff(text, version).hash == tariff.hash


@given(ocpi_tariffs())
def test_ocpi_tariffs_can_be_said_in_yaml(drawn: tuple[Tariff, OcpiVersion]) -> None:
    tariff = drawn[0]
    assert parse_tariff(to_yaml(tariff)) == tariff


@given(cases(faulty=False))
def test_what_yaml_says_is_written_as_yaml(drawn: tuple[Tariff, Usage]) -> None:
    # It is read back and compared before it is handed out.
    assert to_yaml(with_one_fair(drawn[0])).startswith("# yaml-language-server")


@given(cases(faulty=False) | cases(faulty=False, full=True), st.sampled_from(["2.2.1", "2.3.0"]))
def test_a_session_costs_the_same_in_ocpi(drawn: tuple[Tariff, Usage], version: OcpiVersion) -> None:
    tariff, usage = sayable(drawn[0], version, drawn[1].time_zone), drawn[1]
    try:
        said = to_ocpi(tariff, version, party="NL*ABC")
    except OcpiError as error:
        # A price for 7 min may have no end for an hour, or one Wh cost more than a kWh may.
        assume(any(fault.code != "ocpi_cannot" for fault in error.faults))
        raise
    index = index_at(tariff, usage)
    if index is None:
        return
    found = said[index] if isinstance(said, list) else said
    foreign = parse_ocpi_tariff(write_json(found), time_zone=tariff.time_zone)
    mine = costs(rate_session(tariff, usage))
    assert costs(rate_session(foreign, usage)) == mine
    try:
        house = parse_tariff(to_yaml(foreign))
    except OcpiError:
        return  # what never holds, and energy in a reservation, cannot be said in our YAML
    assert costs(rate_session(house, usage)) == mine


def with_one_fair(tariff: Tariff) -> Tariff:
    """The tariff with the same dates wherever it names the drawn calendar `fair`."""
    fair: dict[str, Any] = {}
    versions = []
    for version in tariff.versions:
        whens = [each.when for each in version.elements]
        same = [each.holidays and fair.setdefault(each.holidays.name, each.holidays) for each in whens]
        elements = [
            replace(each, when=replace(each.when, holidays=holidays))
            for each, holidays in zip(version.elements, same, strict=True)
        ]
        versions.append(replace(version, elements=tuple(elements)))
    return replace(tariff, versions=tuple(versions))


def single(said: dict[str, Json] | list[dict[str, Json]]) -> dict[str, Json]:
    assert isinstance(said, dict)
    return said


def index_at(tariff: Tariff, usage: Usage) -> int | None:
    """The version in force when a session starts."""
    zone = tariff.time_zone or usage.time_zone
    assert zone is not None
    found = None
    for index, version in enumerate(tariff.versions):
        start = version.valid_from
        start_us = date_begins_us(start, zone) if isinstance(start, date) else start
        if start_us is None or start_us <= usage.start_us:
            found = index
    return found


def costs(bill: Any) -> Any:
    """What a session costs, and each of its lines; or why it is refused."""
    if not isinstance(bill, Bill):
        return bill.code
    # Volumes are counted in the unit of the price, which OCPI may not have.
    lines = [(line.kind, line.dimension, line.amount, line.printed_micro) for line in bill.lines]
    return bill.net_micro, bill.tax_micro, bill.gross_micro, lines
