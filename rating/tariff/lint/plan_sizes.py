"""Plans and coupons by themselves: sizes that are likely not what was meant, and parts that do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Final

from rating.errors import Fault
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.covered import Scope
from rating.tariff.lint.sizes import PER_EUR
from rating.tariff.lint.words import decimal_text, limit_text, money_text, price_text
from rating.tariff.model import UNIT_SIZES
from rating.tariff.plans import Allowance, Cap, Coupon, Discount, Fee, Loyalty, PeriodName, Plan, Points
from rating.units import MICRO_PER_UNIT, MWH_PER_KWH, PPM_PER_PERCENT, US_PER_DAY

_DAYS: Final[dict[PeriodName, int]] = {"day": 1, "week": 7, "month": 30, "year": 365}
FEE_MONTH_EUR: Final = (Fraction("0.10"), Fraction(1_000))
ENERGY_LEAST_KWH: Final = 1
ENERGY_MOST_DAY_KWH: Final = 5_000
POINT_KWH_MAX_EUR: Final = 1
POINT_SESSION_MAX_EUR: Final = 50
COUPON_MAX_EUR: Final = 1_000


def sizes(scope: Scope) -> Iterator[Fault]:
    """The warnings about how much each part gives or costs."""
    if isinstance(scope.of, Coupon):
        yield from _coupon(scope.of)
        return
    if scope.of.fee is not None:
        yield from _fee(scope.of, scope.of.fee)
    for part in scope.of.allowances:
        yield from _allowance(part)
    if scope.of.points is not None:
        yield from _points(scope.of.points, scope.of.currency)
    for cap in scope.of.caps:
        yield from _cap(cap)


def nothing_off(scope: Scope) -> Iterator[Fault]:
    """Discounts of nothing, percents that were likely parts of one, tiers that give less than the one before."""
    for discount in scope.discounts:
        yield from _percent(discount)
        if discount.percent_ppm == 0 or (discount.price is not None and discount.price.amount_micro == 0):
            got = "percent: 0" if discount.price is None else f"price: {price_text(discount.price)}"
            yield warning(Code.DISCOUNT_NOTHING, discount.place, got, "a discount above 0", "write one, or delete it")
    if isinstance(scope.of, Plan):
        for part in scope.of.loyalty:
            yield from _tiers(part)


def _percent(discount: Discount) -> Iterator[Fault]:
    percent_ppm = discount.percent_ppm or 0
    if 0 < percent_ppm < PPM_PER_PERCENT:
        got = decimal_text(percent_ppm, PPM_PER_PERCENT)
        want = "a usual discount, of 1 percent or more"
        meant = decimal_text(100 * percent_ppm, PPM_PER_PERCENT)
        yield warning(Code.IMPLAUSIBLE, discount.place, f"percent: {got}", want, f"did you mean {meant}?")


def _tiers(part: Loyalty) -> Iterator[Fault]:
    for before, tier in pairwise(each.discount for each in part.tiers):
        less = False
        if before.percent_ppm is not None and tier.percent_ppm is not None:
            less = tier.percent_ppm <= before.percent_ppm
            got, want = (f"percent: {decimal_text(each.percent_ppm or 0, PPM_PER_PERCENT)}" for each in (tier, before))
        elif before.price is not None and tier.price is not None and before.dimensions == tier.dimensions:
            less = tier.price.amount_micro * before.price.per <= before.price.amount_micro * tier.price.per
            got, want = (f"price: {price_text(each)}" for each in (tier.price, before.price))
        if less:
            want = f"a tier that gives more than the one before it, {want}"
            yield warning(Code.TIER_LOWER, tier.place, got, want, "swap the two, or delete one")


def _fee(plan: Plan, fee: Fee) -> Iterator[Fault]:
    rate = PER_EUR.get(plan.currency)
    if rate is None or not fee.amount_micro:
        return
    per = fee.period.per
    scale = rate * (Fraction(1) if per == "month" else Fraction(_DAYS[per], _DAYS["month"]))
    low, high = (bound * scale for bound in FEE_MONTH_EUR)
    amount = Fraction(fee.amount_micro, MICRO_PER_UNIT)
    if not low <= amount <= high:
        got = f"fee: {money_text(fee.amount_micro)}/{per}"
        want = f"a usual fee, from {_rough(low)} to {_rough(high)} {plan.currency}/{per}"
        yield warning(Code.IMPLAUSIBLE, plan.place, got, want, "look at the amount and at its period")


def _rough(value: Fraction) -> str:
    """A number to one digit: what it is made from is no better."""
    return money_text(int(Fraction(f"{float(value):.0e}") * MICRO_PER_UNIT))  # no amount: a bound in a message


def _allowance(part: Allowance) -> Iterator[Fault]:
    per, days = part.period.per, _DAYS[part.period.per]
    got = f"{part.of}: {decimal_text(part.amount, UNIT_SIZES[part.unit])} {part.unit}"
    if part.of == "energy":
        most = ENERGY_MOST_DAY_KWH * days
        if not ENERGY_LEAST_KWH * MWH_PER_KWH <= part.amount <= most * MWH_PER_KWH:
            want = f"a usual allowance, from {ENERGY_LEAST_KWH} to {most} kWh a {per}"
            yield warning(Code.IMPLAUSIBLE, part.place, got, want, "look at the number and at its unit")
    elif part.of != "sessions" and part.amount > days * US_PER_DAY:
        want = f"no more time than a {per} has, {days * 24} h"
        yield warning(Code.IMPLAUSIBLE, part.place, got, want, "look at the number and at its unit")


def _points(points: Points, currency: str) -> Iterator[Fault]:
    worth = Fraction(points.earn * points.worth_micro, points.each)  # micro for each micro, milli-Wh or session
    rate = PER_EUR.get(currency, Fraction(1))
    limits = {
        "spend": (Fraction(1, 2), "half of what is paid"),
        "energy": (POINT_KWH_MAX_EUR * rate * MICRO_PER_UNIT / MWH_PER_KWH, f"{_rough(rate)} {currency}/kWh"),
        "sessions": (POINT_SESSION_MAX_EUR * rate * MICRO_PER_UNIT, f"{_rough(50 * rate)} {currency}/session"),
    }
    most, shown = limits[points.by]
    if worth > most and (points.by == "spend" or currency in PER_EUR):
        got = f"worth: {money_text(points.worth_micro)}"
        yield warning(Code.IMPLAUSIBLE, points.place, got, f"points that give back at most {shown}", "look at both")


def _cap(cap: Cap) -> Iterator[Fault]:
    for side, most in (("before_tax", cap.max.before_tax_micro), ("after_tax", cap.max.after_tax_micro)):
        if most == 0:
            want = "a cap above 0: with this one every session is free"
            fix = "write one, or a discount of 100 percent where that is meant"
            yield warning(Code.IMPLAUSIBLE, cap.place, limit_text("max", side, 0), want, fix)


def _coupon(coupon: Coupon) -> Iterator[Fault]:
    rate, amount = PER_EUR.get(coupon.currency), coupon.discount.amount_micro
    if rate is not None and amount is not None and amount > COUPON_MAX_EUR * rate * MICRO_PER_UNIT:
        want = f"a usual coupon, up to {_rough(COUPON_MAX_EUR * rate)} {coupon.currency}"
        got = f"amount: {money_text(amount)}"
        yield warning(Code.IMPLAUSIBLE, coupon.place, got, want, "look at the decimal point")
