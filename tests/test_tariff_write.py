"""Tariffs as YAML again: what is read, written and read again is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rating import OcpiError, load_tariffs, parse_ocpi_tariff, to_yaml
from rating.tariff.calendars import Calendar
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariff, When

ROOT = Path(__file__).parent.parent
EXAMPLES = load_tariffs(ROOT / "tariffs")

WHOLE = """\
# yaml-language-server: $schema=schema.json
tariff: everything
name: "Everything: all of it"
currency: CHF
time_zone: Europe/Zurich
tax: {rates: [{name: MWST, percent: 8.1}, {name: "a, b", percent: 0}], included: true}
rounding: {mode: half_even, unit: 0.05}
on_change: at_once

versions:
  - elements:
      - energy: 0.39/kWh
  - valid_from: 2026-01-01T12:00:00+01:00
    elements:
      - name: evenings, and nights
        when: {day_of_week: [mon-wed, sat], start_time: 20:00, end_time: 24:00, start_date: 2026-06-01, end_date: \
2026-10-01, months: nov-feb, holidays: not CH, min_kwh: 10, max_kwh: 20.5, min_power: 3.7 kW, max_power: 50 kW, \
min_current: 6 A, max_current: 32.5 A, min_duration: 90 min, max_duration: 3 h, evse_power: {min: 50 kW, max: 150 kW}, \
tariff_type: REGULAR, connector: [CCS, "CHAdeMO, old"], membership: gold, payment_method: [app, card]}
        energy: {price: 0.59/kWh, step_size: 100 Wh, round: down, min: 1.00, max: 12.50, tax: none}
        time: {price: 5.00/2 h, grace: 30 s, step_size: 2 h}
        parking_time: {price: 0.10/min, grace: 15 min, from: first_energy, tax: unknown}
        flat: {price: 0.50/session, tax: {name: MWST, percent: 2.6}}
      - name: after charging
        when: {day_of_week: sun}
        parking_time: {price: 0.10/min, max: 20.00, from: charging_end}
      - name: overstay
        when: {min_duration: 3 h}
        parking_time: {price: 6.00/h, grace: 15 min, counts: plugged_in, tax: none}
      - when: {evse_power: 22 kW, reservation: RESERVATION}
        time: 0.05/min
    min_price: {before_tax: 1.00}
    max_price: {before_tax: 60.00, after_tax: 70.123456}
"""


def test_every_key_is_written_as_people_write_it() -> None:
    assert to_yaml(parse_tariff(WHOLE)) == WHOLE


@pytest.mark.parametrize("id_", list(EXAMPLES))
def test_examples_are_written_and_read_again(id_: str, tmp_path: Path) -> None:
    tariff = EXAMPLES[id_]
    for name in ("calendars", "indexes"):
        (tmp_path / name).symlink_to(ROOT / "tariffs" / name)
    (tmp_path / "a.yaml").write_text(to_yaml(tariff), encoding="utf-8")
    assert load_tariffs(tmp_path)[id_] == tariff


def night(**more: object) -> Tariff:
    tariff = parse_tariff("{tariff: night, currency: EUR, versions: [{elements: [{energy: 0.39/kWh}]}]}")
    element = replace(tariff.versions[0].elements[0], when=When(**more))  # type: ignore[arg-type]
    return replace(tariff, versions=(replace(tariff.versions[0], elements=(element,)),))


def test_a_window_that_is_the_whole_day_is_not_written() -> None:
    assert to_yaml(night(start_min=600, end_min=600)) == to_yaml(night())


def faults(tariff: Tariff) -> list[str]:
    with pytest.raises(OcpiError) as caught:
        to_yaml(tariff)
    return [f"{fault.code}: {fault.message}" for fault in caught.value.faults]


def test_what_our_yaml_cannot_say_is_refused_in_its_own_words() -> None:
    foreign = parse_ocpi_tariff(
        {"id": "NL*ABC 12", "currency": "EUR", "elements": [{"price_components": [{"type": "ENERGY", "price": 1}]}]}
    )
    assert faults(foreign) == [
        "yaml_cannot: read `NL*ABC 12`, expected an id of letters, digits, `.`, `_` and `-`, such as harbour-dc; "
        "write NL-ABC-12"
    ]
    assert faults(night(min_energy_mwh=20, max_energy_mwh=10))[0].startswith("yaml_cannot: read ")
    assert faults(night(min_duration_us=1)) == [
        "yaml_cannot: read `0.000001 s`, expected a length of time, such as 15 min, 4 h or 90 s; write a whole number"
    ]


def test_two_calendars_of_one_name_are_refused() -> None:
    one, other = (Calendar("fair", listed=frozenset({date(2026, 1, day)})) for day in (1, 2))
    tariff = night(holidays=one)
    second = replace(tariff.versions[0].elements[0], name="element 2", when=When(holidays=other))
    version = replace(tariff.versions[0], elements=(*tariff.versions[0].elements, second))
    assert faults(replace(tariff, versions=(version,))) == [
        "yaml_cannot: read `fair`, expected different names for different calendars; rename one of the two"
    ]
