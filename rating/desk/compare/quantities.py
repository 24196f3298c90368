"""The prices of all variants as the kernel `grid` takes them, and the timelines that it can price by them."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.plan import Plan
from rating.desk.compare.changes import Grid
from rating.kernels.arrays import NEVER, NO_TAX, SETTLED_APART, TAX_INCLUDED, readonly
from rating.kernels.grid import AMOUNT_TOP
from rating.kernels.groups import Variants
from rating.units import DENOMINATOR_MAX, NANO_PER_MICRO, PPM_PER_UNIT

Int64 = NDArray[np.int64]

_INT64_TOP = 2**62  # of any product of the kernel


class PriceTable(NamedTuple):
    """The prices of a plan's components by v sets, the first as they are; and which timelines (k,) they fit."""

    variants: Variants  # without groups and accounts
    fits: NDArray[np.bool_]  # (k,)


def price_table(plan: Plan, grid: Grid, first: int, last: int) -> PriceTable:
    """All prices as they are now, and by the variants `first` to `last` - 1."""
    book, rules = plan.book, plan.book.rules
    count, width = len(plan.parts), last - first + 1
    num = np.zeros((count, width), np.int64)
    most, quantity_max = np.zeros(count, np.int64), np.zeros(count, np.int64)
    low, high = np.full(count, -NEVER), np.full(count, NEVER)
    lines = len(plan.tariffs)
    found = [_Timeline(plan, t, grid, first, last) for t in range(lines)]
    for each in found:
        if not each.fits:
            continue
        for c, prices in zip(each.components, each.prices, strict=True):
            num[c] = [int(price * each.den) for price in prices]
            most[c] = num[c].max()
            quantity_max[c] = AMOUNT_TOP // int(most[c]) if most[c] else NEVER
            if book.components.min_nano[c] > -NEVER:
                low[c] = int(book.components.min_nano[c]) * each.den
            if book.components.max_nano[c] < NEVER:
                high[c] = int(book.components.max_nano[c]) * each.den
    shares = [_tax_share(plan, j) for j in range(book.taxes.rate_ppm.size)]
    variants = Variants(
        num=readonly(num),
        most=readonly(most),
        quantity_max=readonly(quantity_max),
        low=readonly(low),
        high=readonly(high),
        den=np.array([each.den if each.fits else 1 for each in found], np.int64),
        varies=np.array([each.varies for each in found], np.uint8),
        rate=np.array([each.share.numerator for each in found], np.int64),
        scale=np.array([each.share.denominator for each in found], np.int64),
        direct=np.array([_INT64_TOP // each.factor for each in found], np.int64),
        limit=np.array([limit for each in found for limit in each.limits], np.int64),
        after=np.array([limit for each in found for limit in each.after], np.int64),
        tax_rate=np.array([each.numerator for each in shares], np.int64),
        tax_scale=np.array([each.denominator for each in shares], np.int64),
        group=np.empty(0, np.int32),
        account=np.empty(0, np.int32),
    )
    assert rules.den.size == lines
    return PriceTable(variants, np.array([each.fits for each in found], bool))


class _Timeline:
    """What is priced of one timeline: prices in nano for each base unit, over one denominator for all variants."""

    def __init__(self, plan: Plan, t: int, grid: Grid, first: int, last: int) -> None:
        book, rules = plan.book, plan.book.rules
        self.components = range(book.timelines.component_first[t], book.timelines.component_first[t + 1])
        self.prices = [_prices(plan, t, c, grid, first, last) for c in self.components]
        self.varies = any(len(set(each)) > 1 for each in self.prices)
        limits = [_limit(plan, t, i) for i in range(4)]
        fractions = [price for each in self.prices for price in each] + limits
        self.den = lcm(*(each.denominator for each in fractions)) if fractions else 1
        self.share = _share(plan, t)
        taxes = range(book.taxes.first[t], book.taxes.first[t + 1]) if rules.mixed[t] else range(0)
        shares = [self.share, *(_tax_share(plan, j) for j in taxes)]
        self.factor = max(max(each.numerator, each.denominator) for each in shares)
        self.limits = [int(limit * self.den) for limit in limits]
        self.after = [int(rules.after_nano[2 * t + i]) * self.den for i in range(2)]
        self.fits = self._fits(plan, t)
        if not self.fits:
            self.limits, self.after = [0] * 4, [0] * 2

    def _fits(self, plan: Plan, t: int) -> bool:
        """Whether the kernel can price it: no index, no unknown tax, and numbers that leave room in 64 bits."""
        book, rules = plan.book, plan.book.rules
        parts = slice(self.components.start, self.components.stop)
        if rules.mixed[t] == SETTLED_APART or book.timelines.spot[t] or (book.components.spot[parts] >= 0).any():
            return False
        if rules.mixed[t] and (book.components.tax_bits[parts] < 0).any():
            return False
        least, most = book.components.min_nano[parts], book.components.max_nano[parts]
        bounds = [int(each) for each in (*least, *most) if abs(int(each)) < NEVER]
        amounts = [abs(each) for each in (*self.limits, *self.after)] + [abs(each) * self.den for each in bounds]
        amounts += [int(price * self.den) for each in self.prices for price in each]
        unit = self.den * int(rules.unit_nano[t]) * self.factor
        return self.den <= DENOMINATOR_MAX and max(amounts, default=0) <= AMOUNT_TOP and unit <= _INT64_TOP // 4


def _prices(plan: Plan, t: int, c: int, grid: Grid, first: int, last: int) -> list[Fraction]:
    part, element = plan.parts[c], plan.elements[plan.book.components.element[c]]
    now = part.price.amount_micro
    amounts = grid.amounts(plan.tariffs[t].id, element, part)[first:last] or (now,) * (last - first)
    of = {amount: Fraction(amount * NANO_PER_MICRO, part.price.per) for amount in {now, *amounts}}
    return [of[now], *(of[amount] for amount in amounts)]


def _limit(plan: Plan, t: int, i: int) -> Fraction:
    rules = plan.book.rules
    if not rules.limit_given[4 * t + i]:
        return Fraction(0)
    return int(rules.limit_nano[4 * t + i]) + Fraction(int(rules.limit_rest[4 * t + i]), int(rules.den[t]))


def _tax_share(plan: Plan, j: int) -> Fraction:
    """One of the taxes of a timeline whose prices have different ones."""
    scale = int(plan.book.taxes.scale_ppm[j])
    return Fraction(int(plan.book.taxes.rate_ppm[j]), scale) if scale > 0 else Fraction(0)


def _share(plan: Plan, t: int) -> Fraction:
    """The tax as a share of a total in the terms of prices."""
    rules = plan.book.rules
    if rules.tax[t] == NO_TAX or rules.mixed[t]:
        return Fraction(0)
    rate = int(rules.rate_ppm[t])
    return Fraction(rate, PPM_PER_UNIT + (rate if rules.tax[t] == TAX_INCLUDED else 0))
