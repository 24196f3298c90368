"""Discounts: those of a plan, of the tiers that are reached, of a coupon, and points, each from what is left.

An amount below zero, which only a market price makes, is never discounted, and no discount leaves less than zero of
one. What takes one sum of the whole session, a coupon's amount and points, leaves no less than zero of that either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from rating.reference.amount import money
from rating.reference.deal import Balance, Claim, Deal
from rating.reference.match import Priced
from rating.reference.quantity import Quantities
from rating.reference.trace import Charged, CouponTaken, Discounted, Redeemed, Step
from rating.tariff.model import LineDimension
from rating.tariff.plans import Discount
from rating.units import LINE_DIMENSIONS, PPM_PER_UNIT

_ZERO = Fraction(0)
# A price per unit discounts these, as long as the discount names them.
_PER_UNIT: dict[str, tuple[LineDimension, ...]] = {
    "kWh": ("energy",),
    "Wh": ("energy",),
    **dict.fromkeys(("h", "min", "s"), ("time", "parking_time", "reservation_time")),
    "session": ("flat", "reservation_flat"),
}
Amounts = dict[Priced, Fraction]


def take_discounts(deal: Deal, charged: list[Charged], quantities: Quantities) -> tuple[list[Charged], list[Step]]:
    """What is left of the amount of each component, and a step for each discount, coupon and points.

    Our choice: whether a coupon takes anything is asked after all that a plan gives, and points come last.
    """
    left = {step.priced: step.amount for step in charged}
    offers = [(discount.name, discount) for discount in deal.discounts]
    offers += [(each.loyalty.name, each.tier.discount) for each in deal.loyalty if each.tier is not None]
    steps: list[Step] = []
    for name, discount in offers:
        steps.append(_take(left, name, discount.dimensions, _asked(left, discount, quantities)))
    if deal.coupon is not None:
        steps += _take_coupon(left, deal.coupon, quantities)
    if deal.points is not None:
        steps += _redeem(left, deal.points)
    return [replace(step, amount=left[step.priced]) for step in charged], steps


def _take(left: Amounts, name: str, dimensions: Iterable[LineDimension], asked: Amounts) -> Discounted:
    """Takes what is asked of each component, but no more than what is left of it."""
    only = tuple(dimensions)
    taken = []
    for priced, amount in sorted(asked.items()):
        fits = min(amount, left[priced])
        if fits > 0:
            left[priced] -= fits
            taken.append((priced, fits))
    return Discounted(name, only[0] if len(only) == 1 else None, tuple(taken))


def _asked(left: Mapping[Priced, Fraction], discount: Discount, quantities: Quantities) -> Amounts:
    """What a discount would take of each component that it names and of which something is left."""
    named = {
        priced: amount
        for priced, amount in left.items()
        if amount > 0 and LINE_DIMENSIONS[priced.dimension] in discount.dimensions
    }
    if discount.percent_ppm is not None:
        return {priced: amount * discount.percent_ppm / PPM_PER_UNIT for priced, amount in named.items()}
    if discount.price is not None:
        price, fitting = discount.price, _PER_UNIT[discount.price.unit]
        return {
            priced: money(price.amount_micro) * quantities[priced].billed / price.per
            for priced in named
            if LINE_DIMENSIONS[priced.dimension] in fitting
        }
    assert discount.amount_micro is not None
    return _shared(named, min(money(discount.amount_micro), _due(left)))


def _due(left: Mapping[Priced, Fraction]) -> Fraction:
    """What the session comes to, if that is more than nothing."""
    return max(_ZERO, sum(left.values(), _ZERO))


def _shared(amounts: Mapping[Priced, Fraction], whole: Fraction) -> Amounts:
    """One amount, or all there is, in proportion to what is left of each."""
    together = sum(amounts.values(), _ZERO)
    if together == 0:
        return {}
    return {priced: min(whole, together) * amount / together for priced, amount in amounts.items()}


def _take_coupon(left: Amounts, claim: Claim, quantities: Quantities) -> list[Step]:
    """A coupon that holds and whose minimum is spent. It is used only where it takes something.

    Our choice: a part of amounts, or a sum for each unit, is also taken of what is above zero in a session that costs
    less than nothing, as long as there is no minimum.
    """
    discount, spent = claim.coupon.discount, sum(left.values(), _ZERO)
    if claim.fault is not None:
        return [CouponTaken(claim, spent, claim.fault)]
    if claim.coupon.min_spend_micro and spent < money(claim.coupon.min_spend_micro):
        return [CouponTaken(claim, spent, "min_spend")]
    step = _take(left, discount.name, discount.dimensions, _asked(left, discount, quantities))
    return [CouponTaken(claim, spent, None if step.taken else "nothing_left"), step]


def _redeem(left: Amounts, each: Balance) -> list[Step]:
    """Whole points, as many as are asked for, as there are, and as what is left can take."""
    worth = money(each.points.worth_micro)
    paid = {priced: amount for priced, amount in left.items() if amount > 0}
    fitting = _due(left) // worth if worth else 0
    points = max(0, min(each.asked, each.balance, fitting))
    step = _take(left, each.points.name, (), _shared(paid, points * worth) if points else {})
    return [Redeemed(each, points), step]
