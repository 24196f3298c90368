"""What discounts take off a session's amounts, in exact fractions: what `kernels.discount` cannot hold."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from rating.kernels.arrays import BY_AMOUNT, BY_PERCENT, BY_POINTS, Terms
from rating.tariff.model import Rates
from rating.units import NANO_PER_UNIT

_ZERO = Fraction(0)


class Item(NamedTuple):
    """A component of the session before discounts."""

    dimension: int
    billed: int  # base units
    rates: Rates


class Taken(NamedTuple):
    """What one discount took: `row` is its row in Terms; one rate, or None where what it took from has several."""

    row: int
    amount: Fraction
    rates: Rates | None


class Given(NamedTuple):
    """What discounts left of each amount, and what they took."""

    left: list[Fraction]
    taken: list[Taken]
    redeemed: int
    coupon_used: bool


def take_discounts(terms: Terms, term: int, points: int, items: Sequence[Item], amounts: Sequence[Fraction]) -> Given:
    """Let each discount of a term work, in order, on what those before it left of amounts above zero."""
    left, taken = list(amounts), []
    redeemed, coupon_used = 0, False
    for j in range(int(terms.discount_first[term]), int(terms.discount_first[term + 1])):
        least = int(terms.discount_min_nano[j])
        if terms.discount_coupon[j] and least > 0 and sum(left) * NANO_PER_UNIT < least:
            continue
        kind, bits = terms.discount_kind[j], int(terms.discount_bits[j])
        size = Fraction(int(terms.discount_num[j]), int(terms.discount_den[j]))
        works_on = [i for i, item in enumerate(items) if left[i] > 0 and bits >> item.dimension & 1]
        together = sum((left[i] for i in works_on), _ZERO)
        if kind == BY_PERCENT:
            takes = {i: left[i] * size for i in works_on}
        elif kind in (BY_AMOUNT, BY_POINTS):
            whole, due = size / NANO_PER_UNIT, max(_ZERO, sum(left, _ZERO))
            if kind == BY_POINTS:
                redeemed = min(points, due // whole) if whole else 0
                whole *= redeemed
            takes = {i: left[i] * min(whole, due, together) / together for i in works_on}
        else:
            takes = {i: min(items[i].billed * size / NANO_PER_UNIT, left[i]) for i in works_on}
        takes = {i: amount for i, amount in takes.items() if amount}
        if not takes:
            continue
        for i, amount in takes.items():
            left[i] -= amount
        rates = {items[i].rates for i in takes}
        taken.append(Taken(j, sum(takes.values(), _ZERO), rates.pop() if len(rates) == 1 else None))
        coupon_used = coupon_used or bool(terms.discount_coupon[j])
    return Given(left, taken, redeemed, coupon_used)
