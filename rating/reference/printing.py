"""What is printed: totals rounded once, and lines that add up to them (PRICING 4, "Rounding")."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from rating.reference.amount import Total
from rating.reference.match import find
from rating.reference.quantity import Quantities
from rating.reference.trace import Charged, Limited, Rounded
from rating.reference.values import Line
from rating.tariff.model import RoundingMode, Tariff
from rating.units import MICRO_PER_UNIT


def round_to(amount: Fraction, unit_micro: int, mode: RoundingMode) -> int:
    """An amount as a whole number of units, in micro; negative amounts are rounded as their mirror image is.

    >>> round_to(Fraction("0.125"), 10_000, "half_up"), round_to(Fraction("0.125"), 10_000, "half_even")
    (130000, 120000)
    """
    whole, rest = divmod(abs(amount) * MICRO_PER_UNIT / unit_micro, 1)
    half = Fraction(1, 2)
    away = {
        "half_up": rest >= half,
        "half_even": rest > half or (rest == half and whole % 2 == 1),
        "half_down": rest > half,
        "up": rest > 0,
        "down": False,
    }[mode]
    units = int(whole) + (1 if away else 0)
    return units * unit_micro if amount >= 0 else -units * unit_micro


def round_total(tariff: Tariff, total: Total) -> Rounded:
    """Net, tax and gross as they are charged, with net + tax = gross.

    Where prices include tax, gross and tax are rounded and net is the rest; else net and tax are, and gross is
    their sum.
    """
    mode, unit = tariff.rounding.mode, tariff.rounding.unit_micro
    tax = round_to(total.gross - total.net, unit, mode)
    if total.included:
        gross = round_to(total.gross, unit, mode)
        return Rounded(mode, unit, gross - tax, tax, gross)
    net = round_to(total.net, unit, mode)
    return Rounded(mode, unit, net, tax, net + tax)


def print_unit(tariff: Tariff) -> int:
    """In which unit lines are printed: the currency's minor unit, or a rounding unit that is finer or does not fit.

    >>> from rating.tariff.model import Rounding
    >>> print_unit(Tariff("a", "CHF", 10_000, (), Rounding("half_up", 50_000)))
    10000
    """
    unit = tariff.rounding.unit_micro
    return tariff.minor_micro if unit % tariff.minor_micro == 0 else unit


def allocate(amounts: Sequence[Fraction], target: int, unit: int) -> list[int]:
    """Whole units for each amount that add up to the target: floors, then one more to the largest remainders.

    Of equal remainders the earlier line comes first. All in micro.

    >>> allocate([Fraction("0.335"), Fraction("0.335"), Fraction("0.33")], 1_000_000, 10_000)
    [340000, 330000, 330000]
    """
    scaled = [amount * MICRO_PER_UNIT / unit for amount in amounts]
    units = [value.numerator // value.denominator for value in scaled]
    left_over = target // unit - sum(units)
    largest_first = sorted(range(len(amounts)), key=lambda index: (units[index] - scaled[index], index))
    for index in largest_first[:left_over]:
        units[index] += 1
    return [count * unit for count in units]


def lines_of(
    tariff: Tariff,
    quantities: Quantities,
    charged: list[Charged],
    limits: list[Limited],
    total: Total,
    rounded: Rounded,
) -> tuple[Line, ...]:
    """The lines: components by version, element and dimension, then limits, then what cash rounding leaves.

    A component with any volume has a line, also where its price or its billed volume is 0.
    """
    changes = [limit for limit in limits if limit.change]
    amounts = [step.amount for step in charged] + [limit.change for limit in changes]
    unit = print_unit(tariff)
    target = round_to(total.in_price_terms, unit, tariff.rounding.mode)
    printed = allocate(amounts, target, unit)
    lines = [
        _usage_line(tariff, quantities, step, number, micro)
        for number, (step, micro) in enumerate(zip(charged, printed, strict=False), start=1)
    ]
    for limit, micro in zip(changes, printed[len(charged) :], strict=True):
        lines.append(_total_line(tariff, len(lines) + 1, limit.kind, limit.change, micro))
    rest = (rounded.gross_micro if total.included else rounded.net_micro) - target
    if rest:
        lines.append(_total_line(tariff, len(lines) + 1, "rounding", Fraction(rest, MICRO_PER_UNIT), rest))
    return tuple(lines)


def _usage_line(tariff: Tariff, quantities: Quantities, step: Charged, number: int, printed_micro: int) -> Line:
    _, element, component = find(tariff, step.priced)
    per = component.price.per
    return Line(
        line=number,
        kind="usage",
        element=element.name,
        dimension=component.dimension,
        volume=Fraction(quantities[step.priced].volume, per),
        billed_volume=Fraction(step.billed, per),
        unit=component.price.unit_text,
        unit_price_micro=component.price.amount_micro,
        amount=step.amount,
        printed_micro=printed_micro,
        tax_ppm=_tax_ppm(tariff),
    )


def _total_line(
    tariff: Tariff, number: int, kind: Literal["minimum", "maximum", "rounding"], amount: Fraction, printed_micro: int
) -> Line:
    return Line(number, kind, None, None, None, None, None, None, amount, printed_micro, _tax_ppm(tariff))


def _tax_ppm(tariff: Tariff) -> int | None:
    return tariff.tax.rates.total_ppm if tariff.tax else None
