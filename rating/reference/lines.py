"""The lines of a bill, exact and printed (PRICING 4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rating.reference.match import find
from rating.reference.printing import allocate, print_unit, round_to
from rating.reference.quantity import Quantities
from rating.reference.tax import Total
from rating.reference.trace import Allowed, Charged, Discounted, Limited, Rounded
from rating.reference.values import Line, LineKind
from rating.tariff.model import UNIT_SIZES, LineDimension, Tariff
from rating.units import LINE_DIMENSIONS, MICRO_PER_UNIT, MWH_PER_KWH


@dataclass(frozen=True, slots=True)
class Reckoned:
    """All of a session that lines are made of."""

    quantities: Quantities
    allowed: list[Allowed]
    charged: list[Charged]
    discounts: list[Discounted]
    left: list[Charged]  # what the discounts left of each component
    limits: list[Limited]
    total: Total
    rounded: Rounded


@dataclass(frozen=True, slots=True)
class _Change:
    """What moves the total: a discount, a limit, a cap."""

    kind: LineKind
    element: str | None
    dimension: LineDimension | None
    amount: Fraction
    tax_ppm: int | None


def lines_of(tariff: Tariff, reckoned: Reckoned) -> tuple[Line, ...]:
    """The lines: components by version, element and dimension, then allowances, discounts, limits and caps, then what
    cash rounding leaves.

    A component with any volume has a line, also where its price or its billed volume is 0; so has an allowance of
    which something was used, and a discount that took something.
    """
    charged, total, rounded = reckoned.charged, reckoned.total, reckoned.rounded
    tax_ppm = _tax_of(tariff, [step for step in reckoned.left if step.amount])
    changes = [_discount(tariff, each, charged) for each in reckoned.discounts if each.taken]
    for limit in reckoned.limits:
        if limit.change:
            name = None if limit.cap is None else limit.cap.cap.name
            changes.append(_Change(limit.kind, name, None, limit.change, tax_ppm))
    amounts = [step.amount for step in charged] + [change.amount for change in changes]
    unit = print_unit(tariff)
    target = round_to(total.of_lines, unit, tariff.rounding.mode)
    printed = allocate(amounts, target, unit)
    lines = [
        _usage_line(tariff, reckoned.quantities, step, number, micro)
        for number, (step, micro) in enumerate(zip(charged, printed, strict=False), start=1)
    ]
    for allowed in reckoned.allowed:
        lines.append(_allowance_line(allowed, len(lines) + 1))
    for change, micro in zip(changes, printed[len(charged) :], strict=True):
        lines.append(_change_line(change, len(lines) + 1, micro))
    rest = rounded.of_lines_micro - target
    if rest:
        change = _Change("rounding", None, None, Fraction(rest, MICRO_PER_UNIT), tax_ppm)
        lines.append(_change_line(change, len(lines) + 1, rest))
    return tuple(lines)


def _usage_line(tariff: Tariff, quantities: Quantities, step: Charged, number: int, printed_micro: int) -> Line:
    _, element, component = find(tariff, step.priced)
    per = component.price.per
    return Line(
        line=number,
        kind="usage",
        element=element.name,
        dimension=LINE_DIMENSIONS[step.priced.dimension],
        volume=Fraction(quantities[step.priced].volume, per),
        billed_volume=Fraction(step.billed, per),
        unit=component.price.unit_text,
        unit_price_micro=component.price.amount_micro if component.spot is None else _mean_price(step),
        amount=step.amount,
        printed_micro=printed_micro,
        tax_ppm=step.rates.total_ppm if tariff.tax else None,
    )


def _mean_price(step: Charged) -> int:
    """What a kWh costs on the mean of a session whose price follows an index; 0 where none is billed."""
    return round_to(step.by_price * MWH_PER_KWH / step.billed, 1, "half_up") if step.billed else 0


def _allowance_line(allowed: Allowed, number: int) -> Line:
    """What of it was used, in the unit in which its author wrote it; it costs nothing."""
    allowance = allowed.allowance.allowance
    dimension = None if allowance.of == "sessions" else allowance.of
    used = Fraction(allowed.used, UNIT_SIZES[allowance.unit])
    nothing = Fraction(0)
    return Line(number, "allowance", allowance.name, dimension, used, nothing, allowance.unit, None, nothing, 0, None)


def _discount(tariff: Tariff, discount: Discounted, charged: list[Charged]) -> _Change:
    took_from = {priced for priced, _ in discount.taken}
    tax_ppm = _tax_of(tariff, [step for step in charged if step.priced in took_from])
    return _Change("discount", discount.name, discount.dimension, -discount.amount, tax_ppm)


def _change_line(change: _Change, number: int, printed_micro: int) -> Line:
    return Line(
        number,
        change.kind,
        change.element,
        change.dimension,
        None,
        None,
        None,
        None,
        change.amount,
        printed_micro,
        change.tax_ppm,
    )


def _tax_of(tariff: Tariff, charged: list[Charged]) -> int | None:
    """The rate of a line of several components: theirs, where all have the same one; the tariff's own where there
    are none.
    """
    if tariff.tax is None:
        return None
    rates = {step.rates for step in charged} or {tariff.tax.rates}
    return rates.pop().total_ppm if len(rates) == 1 else None
