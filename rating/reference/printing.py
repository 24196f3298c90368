"""What is printed: totals rounded once, and amounts that add up to them (PRICING 4, "Rounding")."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from rating.reference.tax import Total
from rating.reference.trace import Rounded
from rating.reference.values import BilledTax
from rating.tariff.model import Rounding, RoundingMode, Tariff
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


def round_total(rounding: Rounding, total: Total) -> Rounded:
    """Net, each tax and gross as they are charged, with net + taxes = gross.

    Where prices include tax, gross and each tax are rounded and net is the rest; else net and each tax are, and gross
    is their sum. Where taxes are not known, the other side is all there is.
    """
    mode, unit = rounding.mode, rounding.unit_micro
    known = round_to(total.of_lines, unit, mode)
    if total.taxes is None:
        net, gross = (None, known) if total.included else (known, None)
        return Rounded(mode, unit, net, None, gross, known)
    taxes = tuple((part.rate, round_to(part.amount, unit, mode)) for part in total.taxes)
    tax = sum(micro for _, micro in taxes)
    net, gross = (known - tax, known) if total.included else (known, known + tax)
    return Rounded(mode, unit, net, taxes, gross, known)


def taxes_of(total: Total, rounded: Rounded) -> tuple[BilledTax, ...] | None:
    """Each tax as it is printed, with what it counts from; those that are 0 of 0 are left out.

    What has the same taxes is rounded together. The largest of these groups, of equal ones the first by its taxes, has
    what the roundings leave of the total before tax.
    """
    if rounded.taxes is None or rounded.net_micro is None:
        return None
    groups = [
        (sorted((rate.name, rate.rate_ppm) for rate in rates), round_to(net, rounded.unit_micro, rounded.mode))
        for rates, net in total.groups
    ]
    groups.sort(key=lambda group: (-group[1], group[0]))
    nets = [micro for _, micro in groups]
    if nets:
        nets[0] += rounded.net_micro - sum(nets)
    found = []
    for rate, amount in sorted(rounded.taxes, key=lambda tax: (tax[0].name, tax[0].rate_ppm)):
        on = (rate.name, rate.rate_ppm)
        net = sum(micro for (rates, _), micro in zip(groups, nets, strict=True) if on in rates)
        if net or amount:
            found.append(BilledTax(rate, net, amount))
    return tuple(found)


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
