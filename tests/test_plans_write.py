"""Plans and coupons as YAML again: what is read, written and read again is the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies_plans import coupons, plans

from rating import OcpiError, load_tariffs, to_yaml
from rating.tariff.load import parse_coupon, parse_plan
from rating.tariff.model import Price
from rating.tariff.plans import ALL_DIMENSIONS, Coupon, Discount, Plan

ROOT = Path(__file__).parent.parent
EXAMPLES = load_tariffs(ROOT / "tariffs")

WHOLE = """\
# yaml-language-server: $schema=plan.schema.json
plan: everything
name: "Everything: all of it"
currency: EUR
time_zone: Europe/Amsterdam
tax: {rates: [{name: VAT, percent: 21}, {name: levy, percent: 0.5}], included: true}
rounding: {mode: half_even, unit: 0.05}
fee: {price: 9.90/month, anchor: start}
allowances:
  - energy: 100 kWh
    per: month
    anchor: start
    carry_over: 500 Wh
    tariffs: [harbour-*, city]
  - name: included, again
    time: 600 min
    per: week
    carry_over: all
  - parking_time: 2 h
    per: day
  - sessions: 4
    per: year
    carry_over: 2
    dimensions: [energy, flat]
discounts:
  - name: member
    percent: 12.5
    dimensions: energy
    tariffs: harbour-*
  - price: 0.05/kWh
  - price: 1.00/2 h
    dimensions: parking_time
loyalty:
  - name: frequent
    by: sessions
    per: month
    anchor: start
    tiers:
      - {from: 10, percent: 5}
      - {from: 20, price: 0.03/kWh}
  - by: energy
    rolling: 30 days
    dimensions: [energy, flat]
    tiers:
      - {from: 200 kWh, percent: 5}
      - {from: 200500 Wh, price: 0.03/kWh}
    tariffs: "*-dc"
  - by: spend
    per: year
    tiers:
      - {from: 100.00, price: 0.50/session}
points: {name: miles, earn: 2/10 EUR, worth: 0.01, tariffs: city}
caps:
  - per: day
    max: {after_tax: 25.00}
  - name: little by little
    per: week
    anchor: start
    max: {before_tax: 100.00}
    tariffs: [city, harbour-dc]
"""
WHOLE_COUPON = """\
# yaml-language-server: $schema=coupon.schema.json
coupon: SPRING26
name: Spring
currency: EUR
time_zone: Europe/Amsterdam
valid_from: 2026-03-01
valid_until: 2026-06-01T10:00:00Z
price: 0.05/kWh
tariffs: harbour-*
uses: 1000
uses_per_account: 1
min_spend: 10.00
"""


def test_every_key_is_written_as_people_write_it() -> None:
    written = to_yaml(parse_plan(WHOLE))
    assert written == WHOLE.replace("name: included, again", 'name: "included, again"')
    assert to_yaml(parse_coupon(WHOLE_COUPON)) == WHOLE_COUPON


@pytest.mark.parametrize("id_", [*EXAMPLES.plans, *EXAMPLES.plans.coupons])
def test_examples_are_written_and_read_again(id_: str, tmp_path: Path) -> None:
    found: Plan | Coupon = EXAMPLES.plans.get(id_) or EXAMPLES.plans.coupons[id_]
    (tmp_path / "a.yaml").write_text(to_yaml(found), encoding="utf-8")
    again = load_tariffs(tmp_path).plans
    assert (again.get(id_) or again.coupons[id_]) == found


@given(plans(list(EXAMPLES.values())))
def test_drawn_plans_are_written_and_read_again(plan: Plan) -> None:
    again = parse_plan(to_yaml(plan))
    assert again == plan
    assert again.hash == plan.hash


@given(coupons(list(EXAMPLES.values())))
def test_drawn_coupons_are_written_and_read_again(coupon: Coupon) -> None:
    again = parse_coupon(to_yaml(coupon))
    assert again == coupon
    assert again.hash == coupon.hash


@given(st.data())
def test_two_drawn_plans_are_told_apart(data: st.DataObject) -> None:
    one, other = (data.draw(plans(list(EXAMPLES.values()))) for _ in range(2))
    assert (one == other) == (one.hash == other.hash) == (to_yaml(one) == to_yaml(other))


def test_what_yaml_cannot_say_is_refused() -> None:
    wide = Discount("wide", price=Price(50_000, "kWh"), dimensions=ALL_DIMENSIONS)
    plan = Plan("gold", "EUR", 10_000, "Europe/Paris", discounts=(wide, Discount("none", percent_ppm=2_000_000)))
    with pytest.raises(OcpiError) as caught:
        to_yaml(plan)
    assert {fault.code for fault in caught.value.faults} == {"yaml_cannot"}
