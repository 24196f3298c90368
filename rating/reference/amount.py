"""What the quantities cost, exactly: the amount of each component (PRICING 4). Nothing here rounds."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from rating.reference.match import Priced, find
from rating.reference.quantity import Quantities
from rating.reference.trace import Charged
from rating.tariff.model import Tariff
from rating.units import AMOUNT_MAX_NANO, MICRO_PER_UNIT, NANO_PER_UNIT

_AMOUNT_MAX = Fraction(AMOUNT_MAX_NANO, NANO_PER_UNIT)


def money(micro: int) -> Fraction:
    """Millionths of the currency unit as an exact amount."""
    return Fraction(micro, MICRO_PER_UNIT)


def charge(tariff: Tariff, quantities: Quantities, by_index: Mapping[Priced, Fraction]) -> list[Charged]:
    """The amount of each component, in the order of the lines: version, element, dimension (PRICING 4).

    `by_index` is what components cost together whose price follows an index.

    Our choice: a component's `min` is due only where volume is left after grace and allowances and before the
    step, so a step down to nothing does not lift it; then its `max` holds.
    """
    charged = []
    for priced in sorted(quantities):
        quantity = quantities[priced]
        component = find(tariff, priced)[2]
        by_price = money(component.price.amount_micro) * quantity.billed / component.price.per
        if component.spot is not None:
            by_price = by_index.get(priced, Fraction(0))
        amount = by_price
        if component.min_micro is not None and quantity.remaining > 0:
            amount = max(amount, money(component.min_micro))
        if component.max_micro is not None:
            amount = min(amount, money(component.max_micro))
        charged.append(Charged(priced, quantity.billed, by_price, amount, tariff.rates_of(component)))
    return charged


def out_of_range(charged: list[Charged]) -> bool:
    """Whether a component's amount (by its price or after its limits) or the sum is beyond the limit (PRICING 4).

    Our choice: amounts below zero take nothing off the sum that is tested.
    """
    amounts = [step.by_price for step in charged]
    amounts.append(sum((abs(step.amount) for step in charged), Fraction(0)))
    return any(abs(amount) > _AMOUNT_MAX for amount in amounts)
