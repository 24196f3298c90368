"""What plans and coupons give to sessions, as terms: rows of integers, in amounts over the sessions' denominators.

A term is for the sessions of one tariff. A discount makes fractions that no price has: the denominators of all
timelines of the tariff are made such that they hold them. Where that leaves 64 bits the term is settled apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np

from rating.compile.plan import Plan, Term
from rating.kernels.arrays import (
    BY_AMOUNT,
    BY_PERCENT,
    BY_POINTS,
    BY_UNIT,
    NEVER,
    NO_DIMENSION,
    NO_TAX,
    OF_SESSIONS,
    SETTLED_APART,
    TAX_INCLUDED,
    Book,
    Terms,
    frozen,
    readonly,
)
from rating.tariff.model import UNIT_SIZES, LineDimension, Tariff
from rating.tariff.plans import ALL_DIMENSIONS, Allowance, Coupon, Discount, covers
from rating.tariff.plans import Plan as AccountPlan
from rating.units import (
    AMOUNT_MAX_NANO,
    DENOMINATOR_MAX,
    LINE_DIMENSIONS,
    NANO_PER_MICRO,
    NANO_PER_UNIT,
    PPM_PER_UNIT,
)

_DIMENSIONS_OF_UNIT: dict[str, tuple[LineDimension, ...]] = {
    **dict.fromkeys(("kWh", "Wh"), ("energy",)),
    **dict.fromkeys(("h", "min", "s"), ("time", "parking_time", "reservation_time")),
    "session": ("flat", "reservation_flat"),
}


def term_for(
    tariff: Tariff,
    plan: AccountPlan | None,
    reached: Sequence[int] = (),
    coupon: Coupon | None = None,
    redeems: bool = False,
) -> Term:
    """What covers the tariff: of the plan, whose loyalties have `reached` each that tier (an index, -1: none), and of
    a coupon that holds.
    """
    if plan is None:
        return Term(tariff.id, coupon=coupon)
    tiers = [
        replace(loyalty.tiers[tier].discount, name=loyalty.name)
        for loyalty, tier in zip(plan.loyalty, reached, strict=False)
        if tier >= 0 and covers(loyalty.tariffs, plan.currency, tariff)
    ]
    points = plan.points if redeems and plan.points and covers(plan.points.tariffs, plan.currency, tariff) else None
    return Term(
        tariff.id,
        tuple(each for each in plan.allowances if covers(each.tariffs, plan.currency, tariff)),
        tuple(each for each in (*plan.discounts, *tiers) if covers(each.tariffs, plan.currency, tariff)),
        coupon,
        points,
        tuple(each for each in plan.caps if covers(each.tariffs, plan.currency, tariff)),
    )


def with_terms(plan: Plan, terms: Sequence[Term]) -> Plan:
    """The plan with terms for deals to name by their index, and with the denominators that they need."""
    elements = {name: code for code, name in enumerate(plan.elements)}
    units = {name: code for code, name in enumerate(plan.units)}
    factors, apart = _factors(plan, terms)
    rows = [_discounts(term) for term in terms]
    allowances = [each for term in terms for each in term.allowances]
    discounts = [row for each in rows for row in each]
    caps = [each for term in terms for each in term.caps]

    def coded(codes: dict[str, int], names: Iterable[str]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        return np.array([codes.setdefault(name, len(codes)) for name in names], np.int32)

    in_unit = [Fraction(NANO_PER_UNIT, UNIT_SIZES[each.unit]) for each in allowances]
    sizes = [len(term.allowances) + len(row) + len(term.caps) for term, row in zip(terms, rows, strict=True)]
    flat = Terms(
        allowance_first=_offsets([len(term.allowances) for term in terms]),
        allowance_of=np.array([_dimension_of(each) for each in allowances], np.uint8),
        allowance_bits=np.array([_bits(each.dimensions) for each in allowances], np.int64),
        allowance_name=coded(elements, (each.name for each in allowances)),
        allowance_unit=coded(units, (each.unit for each in allowances)),
        allowance_num=np.array([each.numerator for each in in_unit], np.int64),
        allowance_den=np.array([each.denominator for each in in_unit], np.int64),
        discount_first=_offsets([len(each) for each in rows]),
        discount_kind=np.array([row.kind for row in discounts], np.uint8),
        discount_bits=np.array([row.bits for row in discounts], np.int64),
        discount_num=np.array([int(row.size * _den(row)) for row in discounts], np.int64),
        discount_den=np.array([_den(row) for row in discounts], np.int64),
        discount_volume_max=np.array([_volume_max(row) for row in discounts], np.int64),
        discount_min_nano=np.array([row.min_nano for row in discounts], np.int64),
        discount_coupon=np.array([row.is_coupon for row in discounts], np.uint8),
        discount_name=coded(elements, (row.name for row in discounts)),
        discount_dimension=np.array([row.dimension for row in discounts], np.uint8),
        cap_first=_offsets([len(term.caps) for term in terms]),
        cap_after_tax=np.array([each.max.after_tax_micro is not None for each in caps], np.uint8),
        cap_name=coded(elements, (each.name for each in caps)),
        apart=np.array(apart, np.uint8),
        plain=np.array([not odd and _is_plain(term) for term, odd in zip(terms, apart, strict=True)], np.uint8),
        percents=np.array([_are_percents(row) for row in rows], np.uint8),
        taxed=np.array([bool(row or term.caps) for term, row in zip(terms, rows, strict=True)], np.uint8),
        spare_most=np.array([max(sizes, default=0)], np.int64),
    )
    return plan._replace(
        book=_scaled(plan.book, factors)._replace(terms=frozen(flat)),
        elements=tuple(elements),
        units=tuple(units),
        terms=tuple(terms),
    )


class _Row(NamedTuple):
    """One discount: `size` is a part of the amount, nano for each base unit, nano, or nano for each point."""

    kind: int
    bits: int
    size: Fraction
    name: str
    dimension: int
    is_coupon: bool = False
    min_nano: int = 0


def _discounts(term: Term) -> list[_Row]:
    rows = [_discount(each) for each in term.discounts]
    if term.coupon is not None:
        least = term.coupon.min_spend_micro * NANO_PER_MICRO
        rows.append(_discount(term.coupon.discount)._replace(is_coupon=True, min_nano=least))
    rows = [row for row in rows if row.size]  # what takes nothing has no line
    if term.points is not None:
        worth = Fraction(term.points.worth_micro * NANO_PER_MICRO)
        rows.append(_Row(BY_POINTS, _bits(ALL_DIMENSIONS), worth, term.points.name, NO_DIMENSION))
    return rows


def _discount(discount: Discount) -> _Row:
    of = discount.dimensions
    dimension = LINE_DIMENSIONS.index(next(iter(of))) if len(of) == 1 else NO_DIMENSION
    if discount.percent_ppm is not None:
        part = Fraction(discount.percent_ppm, PPM_PER_UNIT)
        return _Row(BY_PERCENT, _bits(of), part, discount.name, dimension)
    if discount.price is not None:
        size = Fraction(discount.price.amount_micro * NANO_PER_MICRO, discount.price.per)
        bits = _bits(of.intersection(_DIMENSIONS_OF_UNIT[discount.price.unit]))
        return _Row(BY_UNIT, bits, size, discount.name, dimension)
    amount = Fraction((discount.amount_micro or 0) * NANO_PER_MICRO)
    return _Row(BY_AMOUNT, _bits(of), amount, discount.name, dimension)


def _bits(dimensions: Iterable[LineDimension]) -> int:
    return sum(1 << LINE_DIMENSIONS.index(each) for each in dimensions)


def _dimension_of(allowance: Allowance) -> int:
    return OF_SESSIONS if allowance.of == "sessions" else LINE_DIMENSIONS.index(allowance.of)


def _is_plain(term: Term) -> bool:
    return not term.caps and all(each.of != "sessions" for each in term.allowances)


def _are_percents(rows: Sequence[_Row]) -> bool:
    pairs = [(before.bits, row.bits) for n, row in enumerate(rows) for before in rows[:n]]
    return all(row.kind == BY_PERCENT for row in rows) and all(a & b in (0, a) for a, b in pairs)


def _den(row: _Row) -> int:
    return PPM_PER_UNIT if row.kind == BY_PERCENT else row.size.denominator


def _volume_max(row: _Row) -> int:
    if row.kind != BY_UNIT or row.size == 0:
        return NEVER
    return min(AMOUNT_MAX_NANO * row.size.denominator // row.size.numerator, NEVER)


def _factors(plan: Plan, terms: Sequence[Term]) -> tuple[list[int], list[bool]]:
    """By how much the denominator of each timeline grows, and for each term whether it is settled apart."""
    rules = plan.book.rules
    timelines: dict[str, list[int]] = {}
    for t, tariff in enumerate(plan.tariffs):
        timelines.setdefault(tariff.id, []).append(t)
    dens = [int(den) for den in rules.den]
    apart = []
    for term in terms:
        own = [t for t in timelines.get(term.tariff, []) if rules.mixed[t] != SETTLED_APART]
        needs = {t: _denominator(plan, term, t) for t in own}
        wide = {t: 0 if need == 0 else lcm(dens[t], need) for t, need in needs.items()}
        fits = all(0 < den <= DENOMINATOR_MAX for den in wide.values())
        apart.append(not fits)
        for t, den in wide.items() if fits else ():
            dens[t] = den
    return [den // int(before) for den, before in zip(dens, rules.den, strict=True)], apart


def _denominator(plan: Plan, term: Term, t: int) -> int:
    """What the denominator of a timeline's sessions must be a multiple of; 0: no kernel can settle the term."""
    rules = plan.book.rules
    den = int(rules.den[t])
    shared = False  # an amount was shared among components, each of which has any fraction then
    for row in _discounts(term):
        if row.kind in (BY_AMOUNT, BY_POINTS):
            if row.kind == BY_POINTS and row.size == 0:
                return 0
            shared = True
            continue
        if shared or row.size.numerator * row.size.denominator >= 2**62:
            return 0
        den = den * row.size.denominator if row.kind == BY_PERCENT else lcm(den, row.size.denominator)
    if rules.tax[t] == NO_TAX or not term.caps:
        return den
    limits = [limit for limit in (plan.in_force[t].min_price, plan.in_force[t].max_price) if limit is not None]
    if any(limit.before_tax_micro is not None and limit.after_tax_micro is not None for limit in limits):
        return 0  # the limit after tax moves the tax and nothing else, so that it is no share of the total
    scale = Fraction(PPM_PER_UNIT + int(rules.rate_ppm[t]), PPM_PER_UNIT)
    included = rules.tax[t] == TAX_INCLUDED
    if any((cap.max.after_tax_micro is not None) != included for cap in term.caps):
        den = lcm(den, scale.denominator if included else scale.numerator)
    return den


def _scaled(book: Book, factors: list[int]) -> Book:
    """The same prices and limits over denominators so many times as great."""
    if all(factor == 1 for factor in factors):
        return book
    by = np.array(factors, np.int64)
    sizes = np.diff(book.timelines.component_first)
    rules = book.rules._replace(
        den=readonly(book.rules.den * by), limit_rest=readonly(book.rules.limit_rest * np.repeat(by, 4))
    )
    components = book.components._replace(den_scale=readonly(book.components.den_scale * np.repeat(by, sizes)))
    return book._replace(rules=rules, components=components)


def _offsets(sizes: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])
