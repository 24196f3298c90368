"""Plans and coupons beside the tariffs that were read with them: what holds for none, what takes more than there is.

Where no tariff was read, nothing is said of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from fractions import Fraction

from rating.errors import Fault
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.covered import Part, Scope, dimensions_of, matching, priced
from rating.tariff.lint.words import limit_text, price_text
from rating.tariff.model import Component, LineDimension, Price, Tariff
from rating.tariff.plans import Allowance, Discount, Plan, covers
from rating.units import LINE_DIMENSIONS, PPM_PER_UNIT


def of_no_tariff(scope: Scope) -> Iterator[Fault]:
    """Patterns that no tariff matches, and currencies that none has."""
    if not scope.tariffs:
        return
    currency = scope.of.currency
    if all(tariff.currency != currency for tariff in scope.tariffs):
        known = ", ".join(sorted({tariff.currency for tariff in scope.tariffs}))
        want = f"a currency that some tariff beside it has: {known}"
        yield warning(Code.PLAN_CURRENCY, scope.of.place, currency, want, "it holds for none: write another currency")
        return
    for part in scope.parts:
        for pattern in part.tariffs:
            yield from _pattern(scope, part, pattern)


def _pattern(scope: Scope, part: Part, pattern: str) -> Iterator[Fault]:
    found = matching(pattern, scope.tariffs)
    if not found:
        fix = _id_fix(pattern, [tariff.id for tariff in scope.tariffs])
        yield warning(Code.PLAN_TARIFF, part.place, pattern, "the id of a tariff that was read with it", fix)
    elif all(tariff.currency != scope.of.currency for tariff in found):
        want = f"a tariff in {scope.of.currency}, as this file is"
        fix = f"`{found[0].id}` is in {found[0].currency}: delete it, or make a file in that currency"
        yield warning(Code.PLAN_CURRENCY, part.place, pattern, want, fix)


def _id_fix(pattern: str, ids: list[str]) -> str:
    """What to write in place of an id, or of the beginning of several and a star.

    >>> _id_fix("harbour_dc", ["harbour-dc", "corner"]), _id_fix("harbor-*", ["harbour-dc", "harbour-ac"])
    ('did you mean `harbour-dc`?', 'did you mean `harbour-*`?')
    """
    known = ids
    if pattern.endswith("*"):
        known = sorted({f"{each[: found.end()]}*" for each in ids for found in re.finditer("[-._]", each)})
    if close := difflib.get_close_matches(pattern, known, n=1, cutoff=0.6):
        return f"did you mean `{close[0]}`?"
    return "look at the ids of the tariffs, or delete it"


def unused(scope: Scope) -> Iterator[Fault]:
    """Allowances and discounts of what no tariff that they hold for prices."""
    for part in scope.parts:
        if isinstance(part, Allowance):
            dimensions, code, what = part.dimensions, Code.ALLOWANCE_UNUSED, "an allowance of"
        elif isinstance(part, Discount):
            dimensions, code, what = part.dimensions, Code.DISCOUNT_UNUSED, "a discount on"
        else:
            continue
        covered = scope.covered(part.tariffs)
        known = dimensions_of(covered)
        if covered and not known & dimensions:
            names = [name for name in LINE_DIMENSIONS if name in known]
            want = f"{what} what the tariffs price that it holds for: {', '.join(names)}"
            got = ", ".join(name for name in LINE_DIMENSIONS if name in dimensions)
            yield warning(code, part.place, got, want, "it has no use: change its dimension or its `tariffs`")


def below_zero(scope: Scope) -> Iterator[Fault]:
    """So much off a unit that is more than the price, or more than earlier discounts leave of it."""
    told: set[int] = set()
    for tariff in scope.tariffs:
        for dimension, part in priced(tariff):
            if part.price.amount_micro <= 0 or part.spot is not None:
                continue
            for discount, left in _too_large(scope, tariff, dimension, part):
                if id(discount) not in told and discount.price is not None:
                    told.add(id(discount))
                    yield _too_much(discount, discount.price, tariff, dimension, part, left)


def _too_large(
    scope: Scope, tariff: Tariff, dimension: LineDimension, part: Component
) -> Iterator[tuple[Discount, Fraction]]:
    """The discounts that are more than what is left of a price, in micro of its own unit."""
    own = scope.of.discounts if isinstance(scope.of, Plan) else ()
    left = Fraction(part.price.amount_micro)
    for discount in own:
        if not _holds(scope, discount, tariff, dimension):
            continue
        off = _off(discount, part, left)
        if off > left > 0:
            yield discount, left
        left = max(Fraction(0), left - off)
    # Of tiers only one holds, so each is measured against what the plan's own discounts leave.
    for discount in list(scope.discounts)[len(own) :]:
        if _holds(scope, discount, tariff, dimension) and _off(discount, part, left) > left > 0:
            yield discount, left


def _holds(scope: Scope, discount: Discount, tariff: Tariff, dimension: LineDimension) -> bool:
    return dimension in discount.dimensions and covers(discount.tariffs, scope.of.currency, tariff)


def _off(discount: Discount, part: Component, left: Fraction) -> Fraction:
    """What a discount takes off one unit of the price, in micro."""
    if discount.percent_ppm is not None:
        return left * discount.percent_ppm / PPM_PER_UNIT
    if discount.price is None:
        return Fraction(0)
    return Fraction(discount.price.amount_micro * part.price.per, discount.price.per)


def _too_much(
    discount: Discount, off: Price, tariff: Tariff, dimension: LineDimension, part: Component, left: Fraction
) -> Fault:
    price = f"{price_text(part.price)} for {dimension.replace('_', ' ')} in `{tariff.id}`"
    if left != part.price.amount_micro:
        price += f", of which earlier discounts leave {_rest(left, part.price)}"
    want = f"no more off than the price: {price}"
    fix = "write less: a discount ends at zero, and then all of it is free"
    return warning(Code.BELOW_ZERO, discount.place, price_text(off), want, fix)


def _rest(left: Fraction, price: Price) -> str:
    """What is left of a price, cut to its smallest unit."""
    return price_text(Price(int(left), price.unit, price.count))


def caps_without_tax(scope: Scope) -> Iterator[Fault]:
    """Caps on the side of a tax that some tariff does not know: its sessions are refused."""
    if not isinstance(scope.of, Plan):
        return
    for cap in scope.of.caps:
        for tariff in scope.covered(cap.tariffs):
            included = tariff.tax is not None and tariff.tax.included
            side = "before_tax" if included else "after_tax"
            amount = cap.max.before_tax_micro if included else cap.max.after_tax_micro
            unknown = any(tariff.rates_of(part).each is None for _, part in priced(tariff) if part.price.amount_micro)
            if amount is not None and unknown:
                want = f"a rate of tax with every price of `{tariff.id}`, beside this cap"
                fix = "name the rates, or write the other side: sessions without a rate are refused"
                yield warning(Code.LIMIT_TAX_UNKNOWN, cap.place, limit_text("max", side, amount), want, fix)
                break
