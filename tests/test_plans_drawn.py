"""Drawn plans and coupons are such that YAML can say them, and reach everything that it can say."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from strategies_pick import ANCHORS, random_pick
from strategies_plans import offer, offers

from rating.tariff.load import load_tariffs
from rating.tariff.plans import Discount, Plans

TARIFFS = list(load_tariffs(Path(__file__).parent.parent / "tariffs").values())


def discounts_of(found: Plans) -> list[Discount]:
    listed = [each for plan in found.values() for each in plan.discounts]
    listed += [tier.discount for plan in found.values() for part in plan.loyalty for tier in part.tiers]
    return listed + [coupon.discount for coupon in found.coupons.values()]


@given(st.data())
def test_names_are_unique_and_each_discount_is_of_one_kind(data: st.DataObject) -> None:
    found = data.draw(offers(TARIFFS))
    for plan in found.values():
        parts = [*plan.allowances, *plan.discounts, *plan.loyalty, *plan.caps, *([plan.points] if plan.points else [])]
        assert len({part.name for part in parts}) == len(parts)
        for part in plan.loyalty:
            counts = [tier.at for tier in part.tiers]
            assert counts == sorted(set(counts))
            assert (part.period is None) == (part.rolling_days > 0)
        for cap in plan.caps:
            assert (cap.max.before_tax_micro is None) != (cap.max.after_tax_micro is None)
    for each in discounts_of(found):
        assert [each.percent_ppm, each.price, each.amount_micro].count(None) == 2
        assert each.dimensions


def test_some_hundred_draws_reach_every_part() -> None:
    drawn = [offer(random_pick(seed, full=True), ANCHORS[seed % len(ANCHORS)], TARIFFS) for seed in range(300)]
    plans = [plan for found in drawn for plan in found.values()]
    for name in ("fee", "allowances", "discounts", "loyalty", "points", "caps", "tax", "rounding", "name"):
        assert 0 < sum(bool(getattr(plan, name)) for plan in plans) < len(plans), name
    listed = [each for found in drawn for each in discounts_of(found)]
    for name in ("percent_ppm", "price", "amount_micro"):
        assert any(getattr(each, name) is not None for each in listed), name
    coupons = [coupon for found in drawn for coupon in found.coupons.values()]
    for name in ("valid_from", "valid_until", "uses_max", "uses_per_account_max", "min_spend_micro", "name"):
        assert 0 < sum(bool(getattr(coupon, name)) for coupon in coupons) < len(coupons), name
