"""The totals of a session before and after its taxes, exactly (PRICING 4, "Tax")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from rating.reference.trace import Charged, TaxPart
from rating.tariff.model import NO_RATES, UNNAMED, Rates, Tariff, TaxRate
from rating.units import PPM_PER_UNIT

_ZERO = Fraction(0)

# What costs something before tax, by the taxes that are on it: taxed alike, rounded together.
Groups = tuple[tuple[frozenset[TaxRate], Fraction], ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What a session costs. One side is always known: that of the prices, to which the lines add up."""

    included: bool  # whether prices, and so lines, include the taxes
    of_lines: Fraction
    taxes: tuple[TaxPart, ...] | None  # in the order in which lines name them; None: the rate of one is not known
    groups: Groups  # which add up to the total before tax; () where that or a tax is not known

    @property
    def net(self) -> Fraction | None:
        """Before tax, or None where that cannot be known."""
        if self.included:
            return None if self.taxes is None else self.of_lines - _sum(self.taxes)
        return self.of_lines

    @property
    def gross(self) -> Fraction | None:
        """After tax, or None where that cannot be known."""
        if self.included:
            return self.of_lines
        return None if self.taxes is None else self.of_lines + _sum(self.taxes)

    @property
    def tax(self) -> Fraction | None:
        """All taxes together, or None where they are not known."""
        return None if self.taxes is None else _sum(self.taxes)

    def scaled(self, factor: Fraction) -> Total:
        """That many times the total, with each of its taxes."""
        taxes = self.taxes and tuple(
            TaxPart(part.rate, part.base * factor, part.amount * factor) for part in self.taxes
        )
        groups = tuple((rates, net * factor) for rates, net in self.groups)
        return Total(self.included, self.of_lines * factor, taxes, groups)

    def with_tax(self, tax: Fraction, rates: Rates) -> Total:
        """The same total before tax, with each tax scaled so that they add up to `tax`.

        Our choice: where they are 0, which no factor can lift, the first one takes all; with none, that of `rates`.
        """
        assert self.taxes is not None
        assert self.tax is not None
        of_lines = self.of_lines - self.tax + tax if self.included else self.of_lines
        if self.tax:
            factor = tax / self.tax
            taxes = tuple(replace(part, amount=part.amount * factor) for part in self.taxes)
            return Total(self.included, of_lines, taxes, self.groups)
        named = [part.rate for part in self.taxes] + list(rates.each or ()) + [UNNAMED]
        taxes = (TaxPart(named[0], self.net or _ZERO, tax), *self.taxes[1:])
        groups = grouped((rates | {named[0]}, net) for rates, net in self.groups)
        return Total(self.included, of_lines, taxes, groups)


def grouped(nets: Iterable[tuple[Iterable[TaxRate], Fraction]]) -> Groups:
    """Amounts before tax, added up where they have the same taxes."""
    found: dict[frozenset[TaxRate], Fraction] = {}
    for rates, net in nets:
        found[frozenset(rates)] = found.get(frozenset(rates), _ZERO) + net
    return tuple(found.items())


def _sum(parts: tuple[TaxPart, ...]) -> Fraction:
    return sum((part.amount for part in parts), _ZERO)


def total_of(tariff: Tariff, charged: list[Charged]) -> Total:
    """The total of components. Of a line that costs nothing, the taxes need not be known."""
    included = tariff.tax is not None and tariff.tax.included
    amount = sum((step.amount for step in charged), _ZERO)
    taxes: dict[TaxRate, TaxPart] = {}
    nets: list[tuple[Iterable[TaxRate], Fraction]] = []
    for step in charged:
        parts = tax_parts(step.rates, step.amount, included) if step.amount else ()
        if parts is None:
            return Total(included, amount, None, ())
        for part in parts:
            so_far = taxes.get(part.rate, TaxPart(part.rate, _ZERO, _ZERO))
            taxes[part.rate] = TaxPart(part.rate, so_far.base + part.base, so_far.amount + part.amount)
        if step.amount:
            nets.append(([part.rate for part in parts], step.amount - (_sum(parts) if included else 0)))
    return Total(included, amount, tuple(taxes.values()), grouped(nets))


def tax_parts(rates: Rates, amount: Fraction, included: bool) -> tuple[TaxPart, ...] | None:
    """The taxes on one amount, each of them counted from what it is before tax; None where they are not known."""
    if rates.each is None:
        return None
    together = sum(rate.rate_ppm for rate in rates.each)
    base = amount * PPM_PER_UNIT / (PPM_PER_UNIT + together) if included else amount
    return tuple(TaxPart(rate, base, base * rate.rate_ppm / PPM_PER_UNIT) for rate in rates.each)


def total_from_nothing(tariff: Tariff, limit: Fraction, after_tax: bool) -> Total:
    """The total that a minimum makes where nothing was charged: it is taxed as the tariff says of itself."""
    rates = NO_RATES if tariff.tax is None else tariff.tax.rates
    included = tariff.tax is not None and tariff.tax.included
    taxes = tax_parts(rates, limit, after_tax)
    if taxes is None:
        return Total(included, limit, None, ())
    added = limit if after_tax == included else limit + _sum(taxes) * (-1 if after_tax else 1)
    net = limit - _sum(taxes) if after_tax else limit
    return Total(included, added, taxes, grouped([([part.rate for part in taxes], net)]))
