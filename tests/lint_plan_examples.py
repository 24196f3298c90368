"""Plans and coupons with each warning and without, beside tariffs and alone."""

from __future__ import annotations

from typing import Final

from lint_examples import ENERGY, TWO, Example, coupon, loyal, one_version, plan

from rating.tariff.lint.codes import Code


def yen(prices: str) -> str:
    """A tariff in another currency."""
    return "tariff: yen\ncurrency: JPY\n" + one_version(prices)


# More with a warning.
MORE_PLANS: Final[list[tuple[Code, Example]]] = [
    (Code.PLAN_TARIFF, (ENERGY, plan("caps: [{per: day, max: {after_tax: 25}, tariffs: [example, harbour-*]}]"))),
    (Code.PLAN_TARIFF, (ENERGY, plan("points: {earn: 1/EUR, worth: 0.01, tariffs: harbour-*}"))),
    (Code.PLAN_TARIFF, (ENERGY, coupon("percent: 10\ntariffs: harbour-*"))),
    (Code.PLAN_CURRENCY, (ENERGY, yen("energy: 66/kWh"),
                          plan("discounts: [{percent: 10, tariffs: yen}]"))),
    (Code.ALLOWANCE_UNUSED, (ENERGY, plan("allowances: [{sessions: 4, per: month, dimensions: flat}]"))),
    (Code.ALLOWANCE_UNUSED, (ENERGY, yen("parking_time: 500/h, energy: 66/kWh"),
                             plan("allowances: [{parking_time: 60 min, per: month}]"))),
    (Code.DISCOUNT_UNUSED, (ENERGY, coupon("price: 0.50/session"))),
    # A price that is reserved for reservations is none of a session.
    (Code.DISCOUNT_UNUSED, (one_version("energy: 0.39/kWh\nflat: 5.00/session, when: {reservation: RESERVATION}"),
                            plan("discounts: [{price: 0.50/session, dimensions: flat}]"))),
    (Code.BELOW_ZERO, (TWO, plan("discounts: [{price: 0.51/session}]"))),
    (Code.BELOW_ZERO, (one_version("time: 5.00/2 h"), plan("discounts: [{price: 0.05/min}]"))),
    # Each by itself is less than the price, and what one leaves is less than the other.
    (Code.BELOW_ZERO, (ENERGY, plan("discounts: [{price: 0.20/kWh}, {price: 0.20/kWh}]"))),
    (Code.BELOW_ZERO, (ENERGY, plan("discounts: [{percent: 50}, {price: 0.20/kWh}]"))),
    (Code.BELOW_ZERO, (ENERGY, plan("discounts: [{percent: 50}]\n" + loyal("{from: 10, price: 0.20/kWh}")))),
    (Code.BELOW_ZERO, (ENERGY, coupon("price: 0.40/kWh"))),
    (Code.DISCOUNT_NOTHING, (ENERGY, coupon("price: 0/kWh"))),
    (Code.TIER_LOWER, (ENERGY, plan(loyal("{from: 10, price: 0.03/kWh}, {from: 20, price: 0.3/10 kWh}")))),
    (Code.IMPLAUSIBLE, (plan("fee: 10000/month"),)),
    (Code.IMPLAUSIBLE, (plan("fee: 0.09/month"),)),
    (Code.IMPLAUSIBLE, (plan("fee: 9.90/month", "JPY"),)),
    (Code.IMPLAUSIBLE, (plan("fee: 999/day"),)),
    (Code.IMPLAUSIBLE, (ENERGY, plan("discounts: [{percent: 0.1}]"))),
    (Code.IMPLAUSIBLE, (ENERGY, plan("allowances: [{energy: 100 Wh, per: month}]"))),
    (Code.IMPLAUSIBLE, (ENERGY, plan("allowances: [{energy: 6000 kWh, per: day}]"))),
    (Code.IMPLAUSIBLE, (plan("allowances: [{time: 600 h, per: week}]"),)),
    (Code.IMPLAUSIBLE, (plan("points: {earn: 1/EUR, worth: 1.00}"),)),
    (Code.IMPLAUSIBLE, (plan("points: {earn: 100/kWh, worth: 0.10}"),)),
    (Code.IMPLAUSIBLE, (plan("points: {earn: 100/session, worth: 1.00}"),)),
    (Code.IMPLAUSIBLE, (plan("caps: [{per: day, max: {after_tax: 0}}]"),)),
    (Code.IMPLAUSIBLE, (coupon("amount: 5000"),)),
    (Code.LIMIT_TAX_UNKNOWN, ("tax: {included: true}\n" + ENERGY, plan("caps: [{per: day, max: {before_tax: 25}}]"))),
]  # fmt: skip
# What is well meant.
FINE_PLANS: Final[list[Example]] = [
    (plan(""),),
    (plan("discounts: [{price: 5.00/kWh, tariffs: harbour-*}]"),),  # no tariff was read beside it
    (coupon("percent: 100"),),
    (ENERGY, plan("discounts: [{percent: 100}, {price: 0.20/kWh}]")),
    (ENERGY, plan("fee: 9.90/month\nallowances: [{energy: 100 kWh, per: month, carry_over: all}]")),
    (TWO, plan("allowances: [{sessions: 4, per: month, dimensions: flat}]\ndiscounts: [{price: 0.50/session}]")),
    # Of two tiers only one holds.
    (ENERGY, plan(loyal("{from: 10, price: 0.20/kWh}, {from: 20, price: 0.30/kWh}"))),
    (one_version("energy: 0/kWh"), plan("discounts: [{price: 0.20/kWh}]")),
    ("tax: {included: true}\n" + ENERGY, plan("caps: [{per: day, max: {after_tax: 25}}]")),
]  # fmt: skip
