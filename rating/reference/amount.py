"""What it costs, exactly: component amounts, the session's limits, tax (PRICING 4). Nothing here rounds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from rating.reference.match import find
from rating.reference.quantity import Quantities
from rating.reference.trace import Charged, Limited, Stage
from rating.tariff.model import Tariff, Version
from rating.units import AMOUNT_MAX_NANO, MICRO_PER_UNIT, NANO_PER_UNIT, PPM_PER_UNIT

_AMOUNT_MAX = Fraction(AMOUNT_MAX_NANO, NANO_PER_UNIT)


def money(micro: int) -> Fraction:
    """Millionths of the currency unit as an exact amount."""
    return Fraction(micro, MICRO_PER_UNIT)


def charge(tariff: Tariff, quantities: Quantities) -> list[Charged]:
    """The amount of each component, in the order of the lines: version, element, dimension (PRICING 4).

    Our choice: a component's `min` is due only where volume is left after grace and before the step, so a step down
    to nothing does not lift it; then its `max` holds.
    """
    charged = []
    for priced in sorted(quantities):
        quantity = quantities[priced]
        component = find(tariff, priced)[2]
        by_price = money(component.price.amount_micro) * quantity.billed / component.price.per
        amount = by_price
        if component.min_micro is not None and quantity.after_grace > 0:
            amount = max(amount, money(component.min_micro))
        if component.max_micro is not None:
            amount = min(amount, money(component.max_micro))
        charged.append(Charged(priced, quantity.billed, by_price, amount))
    return charged


def out_of_range(charged: list[Charged]) -> bool:
    """Whether a component's amount (by its price or after its limits) or the sum is beyond the limit (PRICING 4)."""
    amounts = [step.by_price for step in charged] + [step.amount for step in charged]
    amounts.append(sum((step.amount for step in charged), Fraction(0)))
    return any(abs(amount) > _AMOUNT_MAX for amount in amounts)


@dataclass(frozen=True, slots=True)
class Total:
    """The exact totals of a session before and after tax."""

    net: Fraction
    gross: Fraction
    rate: Fraction  # 0 where no tax applies
    included: bool  # whether prices, and so lines, include the tax

    @property
    def in_price_terms(self) -> Fraction:
        """What the lines add up to."""
        return self.gross if self.included else self.net

    def with_net(self, net: Fraction) -> Total:
        """Another total before tax, with the tax scaled with it (at the tariff's rate where nothing was charged)."""
        return Total(net, net * (1 + self.rate), self.rate, self.included)

    def with_gross(self, gross: Fraction) -> Total:
        """Another total after tax, with the total before tax scaled with it."""
        return Total(gross / (1 + self.rate), gross, self.rate, self.included)

    def with_gross_only(self, gross: Fraction) -> Total:
        """Another total after tax where the total before tax has its own limit, and stays."""
        return Total(self.net, gross, self.rate, self.included)


def total_of(tariff: Tariff, amount: Fraction) -> Total:
    """The totals when the lines add up to that amount."""
    rate = Fraction(tariff.tax.rates.total_ppm or 0, PPM_PER_UNIT) if tariff.tax else Fraction(0)
    included = tariff.tax is not None and tariff.tax.included
    zero = Total(Fraction(0), Fraction(0), rate, included)
    return zero.with_gross(amount) if included else zero.with_net(amount)


def apply_limits(tariff: Tariff, version: Version, total: Total) -> tuple[Total, list[Limited]]:
    """`min_price` then `max_price` before tax, then both again after tax (PRICING 4).

    Our choices: the limits are those of the version at the session's start. "Only if no before-tax limit is given"
    is read limit by limit: a minimum after tax moves the total before tax unless `min_price` itself has `before_tax`,
    and likewise a maximum. With no tax the totals before and after tax are the same, whatever moves them.
    """
    steps: list[Limited] = []
    for stage in ("before_tax", "after_tax"):
        for kind in ("minimum", "maximum"):
            total = _limit(tariff, version, total, stage, kind, steps)
    return total, steps


def _limit(
    tariff: Tariff,
    version: Version,
    total: Total,
    stage: Stage,
    kind: Literal["minimum", "maximum"],
    steps: list[Limited],
) -> Total:
    given = version.min_price if kind == "minimum" else version.max_price
    limit_micro = None if given is None else getattr(given, f"{stage}_micro")
    if given is None or limit_micro is None:
        return total
    limit = money(limit_micro)
    before = total.net if stage == "before_tax" else total.gross
    if before >= limit if kind == "minimum" else before <= limit:
        return total
    if stage == "before_tax":
        new = total.with_net(limit)
    elif given.before_tax_micro is None or tariff.tax is None:
        new = total.with_gross(limit)
    else:
        new = total.with_gross_only(limit)
    change = new.in_price_terms - total.in_price_terms
    steps.append(Limited(kind, stage, limit_micro, before, new.net, new.gross, change))
    return new
