"""Plans and coupons as the lines of their YAML."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rating.tariff import offered
from rating.tariff.model import UNIT_SIZES, Price, Rounding
from rating.tariff.plans import (
    ALL_DIMENSIONS,
    ALL_TARIFFS,
    Allowance,
    Cap,
    Coupon,
    Discount,
    Loyalty,
    Period,
    Plan,
    Points,
)
from rating.tariff.write_parts import item, limit_text, moment, tax_text
from rating.tariff.write_when import length, listed, money, number, word
from rating.units import LINE_DIMENSIONS, MICRO_PER_UNIT

_PATTERN = re.compile("[A-Za-z0-9_][A-Za-z0-9._*-]*")


def plan_lines(plan: Plan) -> Iterable[str]:
    """A plan, a key a line."""
    yield "# yaml-language-server: $schema=plan.schema.json"
    yield f"plan: {word(plan.id)}"
    yield from _head(plan)
    if plan.tax is not None:
        yield f"tax: {tax_text(plan.tax)}"
    if plan.rounding is not None:
        yield f"rounding: {_rounding(plan.rounding)}"
    if plan.fee is not None:
        fee = f"{money(plan.fee.amount_micro)}/{plan.fee.period.per}"
        yield f"fee: {fee}" if plan.fee.period.anchor == "calendar" else f"fee: {{price: {fee}, anchor: start}}"
    yield from _listed("allowances", (_allowance(each) for each in plan.allowances))
    yield from _listed("discounts", (_discount(each, index) for index, each in enumerate(plan.discounts)))
    yield from _listed("loyalty", (_loyalty(each, index) for index, each in enumerate(plan.loyalty)))
    if plan.points is not None:
        yield f"points: {{{', '.join(_points(plan.points, plan.currency))}}}"
    yield from _listed("caps", (_cap(each) for each in plan.caps))


def coupon_lines(coupon: Coupon) -> Iterable[str]:
    """A coupon, a key a line."""
    yield "# yaml-language-server: $schema=coupon.schema.json"
    yield f"coupon: {word(coupon.id)}"
    yield from _head(coupon)
    for key, at in (("valid_from", coupon.valid_from), ("valid_until", coupon.valid_until)):
        if at is not None:
            yield f"{key}: {moment(at)}"
    yield from _what(coupon.discount)
    yield from _scope(coupon.discount.tariffs)
    for key, count in (("uses", coupon.uses_max), ("uses_per_account", coupon.uses_per_account_max)):
        if count is not None:
            yield f"{key}: {count}"
    if coupon.min_spend_micro:
        yield f"min_spend: {money(coupon.min_spend_micro)}"


def _head(of: Plan | Coupon) -> Iterable[str]:
    if of.name:
        yield f"name: {word(of.name, alone=True)}"
    yield f"currency: {of.currency}"
    yield f"time_zone: {of.time_zone}"


def _rounding(rounding: Rounding) -> str:
    return f"{{mode: {rounding.mode}, unit: {money(rounding.unit_micro)}}}"


def _listed(key: str, parts: Iterable[Iterable[str]]) -> Iterable[str]:
    found = [list(part) for part in parts]
    if found:
        yield f"{key}:"
        for lines in found:
            yield from item(lines)


def _named(name: str, default: str) -> Iterable[str]:
    if name != default:
        yield f"name: {word(name)}"


def _scope(tariffs: tuple[str, ...]) -> Iterable[str]:
    if tariffs != ALL_TARIFFS:
        # A star at the beginning of a text would be an alias.
        plain = (pattern if _PATTERN.fullmatch(pattern) else word(pattern) for pattern in tariffs)
        yield f"tariffs: {listed(plain)}"


def _span(period: Period) -> Iterable[str]:
    yield f"per: {period.per}"
    if period.anchor != "calendar":
        yield f"anchor: {period.anchor}"


def _dimensions(named: frozenset[str], default: frozenset[str]) -> Iterable[str]:
    if named != default:
        yield f"dimensions: {listed(name for name in LINE_DIMENSIONS if name in named)}"


def _allowance(part: Allowance) -> Iterable[str]:
    yield from _named(part.name, offered.default_allowance(part.of))
    size = UNIT_SIZES[part.unit]
    yield f"{part.of}: {part.amount}" if part.of == "sessions" else f"{part.of}: {part.amount // size} {part.unit}"
    yield from _span(part.period)
    if part.carry_max is None:
        yield "carry_over: all"
    elif part.carry_max:
        kind = "energy" if part.of == "energy" else "time"
        yield f"carry_over: {part.carry_max if part.of == 'sessions' else length(part.carry_max, kind)}"
    if part.of == "sessions":
        yield from _dimensions(part.dimensions, ALL_DIMENSIONS)
    yield from _scope(part.tariffs)


def _off(discount: Discount) -> str:
    """The one of percent, price and amount that is given."""
    if discount.percent_ppm is not None:
        return f"percent: {number(discount.percent_ppm, 4)}"
    if discount.price is not None:
        return f"price: {_price(discount.price)}"
    return f"amount: {money(discount.amount_micro or 0)}"


def _price(price: Price) -> str:
    return f"{money(price.amount_micro)}/{price.unit_text}"


def _what(discount: Discount) -> Iterable[str]:
    yield _off(discount)
    yield from _dimensions(discount.dimensions, offered.dimensions_of(discount.price, None))


def _discount(part: Discount, index: int) -> Iterable[str]:
    yield from _named(part.name, offered.default_discount(index))
    yield from _what(part)
    yield from _scope(part.tariffs)


def _loyalty(part: Loyalty, index: int) -> Iterable[str]:
    yield from _named(part.name, offered.default_loyalty(index))
    yield f"by: {part.by}"
    if part.period is not None:
        yield from _span(part.period)
    else:
        yield f"rolling: {part.rolling_days} days"
    # Each tier is of what the loyalty names, as far as its price is of it.
    discounts = [tier.discount for tier in part.tiers]
    named = frozenset[str]().union(*(each.dimensions for each in discounts))
    yield from _dimensions(
        named, frozenset[str]().union(*(offered.dimensions_of(each.price, None) for each in discounts))
    )
    yield "tiers:"
    for tier in part.tiers:
        yield f"  - {{from: {_at(part, tier.at)}, {_off(tier.discount)}}}"
    yield from _scope(part.tariffs)


def _at(part: Loyalty, at: int) -> str:
    if part.by == "energy":
        return length(at, "energy")
    return money(at) if part.by == "spend" else str(at)


def _points(part: Points, currency: str) -> Iterable[str]:
    yield from _named(part.name, offered.DEFAULT_POINTS)
    if part.by == "energy":
        count, unit = length(part.each, "energy").split(" ")
    elif part.by == "spend":
        count, unit = number(part.each, len(str(MICRO_PER_UNIT)) - 1), currency
    else:
        count, unit = str(part.each), "session"
    yield f"earn: {part.earn}/{'' if count == '1' else f'{count} '}{unit}"
    yield f"worth: {money(part.worth_micro)}"
    yield from _scope(part.tariffs)


def _cap(part: Cap) -> Iterable[str]:
    yield from _named(part.name, offered.default_cap(part.period.per))
    yield from _span(part.period)
    yield f"max: {limit_text(part.max)}"
    yield from _scope(part.tariffs)
