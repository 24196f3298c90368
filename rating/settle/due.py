"""What a session costs before its totals are rounded, in exact fractions: its taxes and its limits (PRICING 4)."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from rating.kernels.arrays import MAXIMUM, MINIMUM
from rating.tariff.model import NO_RATES, UNNAMED, PriceLimit, Rates, Tariff, TaxRate
from rating.units import MICRO_PER_UNIT, PPM_PER_UNIT

_ZERO = Fraction(0)

Taxes = tuple[TaxRate, ...]  # by name and rate, each once


class Due(NamedTuple):
    """What a session costs so far: on the side of the prices, before tax by the taxes on it, and each tax.

    None: a rate is not known.
    """

    of_lines: Fraction
    groups: dict[Taxes, Fraction] | None
    taxes: dict[TaxRate, Fraction] | None

    def side(self, after_tax: bool, included: bool) -> Fraction | None:
        """The total before or after tax, None where it is not known."""
        if after_tax == included:
            return self.of_lines
        if self.taxes is None:
            return None
        together = sum(self.taxes.values(), _ZERO)
        return self.of_lines + together if after_tax else self.of_lines - together

    def times(self, factor: Fraction) -> Due:
        """So many times the total, with each of its taxes."""
        if self.taxes is None or self.groups is None:
            return Due(self.of_lines * factor, None, None)
        groups = {group: each * factor for group, each in self.groups.items()}
        return Due(self.of_lines * factor, groups, {rate: tax * factor for rate, tax in self.taxes.items()})


def due_of(amounts: list[Fraction], rates: list[Rates], included: bool) -> Due:
    """What lines cost together. Of a line that costs nothing, the taxes need not be known."""
    total = sum(amounts, _ZERO)
    groups: dict[Taxes, Fraction] = {}
    taxes: dict[TaxRate, Fraction] = {}  # in the order of lines
    for amount, each in zip(amounts, rates, strict=True):
        if amount == 0:
            continue
        if each.each is None:
            return Due(total, None, None)
        net = amount * PPM_PER_UNIT / (PPM_PER_UNIT + (each.total_ppm or 0)) if included else amount
        group = _group(each.each)
        groups[group] = groups.get(group, _ZERO) + net
        for rate in each.each:
            taxes[rate] = taxes.get(rate, _ZERO) + net * rate.rate_ppm / PPM_PER_UNIT
    return Due(total, groups, taxes)


def _group(taxes: Taxes) -> Taxes:
    return tuple(sorted(taxes, key=lambda rate: (rate.name, rate.rate_ppm)))


def limited(
    tariff: Tariff, least: PriceLimit | None, most: PriceLimit | None, due: Due
) -> tuple[Due, list[tuple[int, Fraction]]]:
    """The limits before tax, then those after tax, the minimum first; what each adds to the lines."""
    included = tariff.tax is not None and tariff.tax.included
    moved = []
    for after_tax in (False, True):
        for kind, limit in ((MINIMUM, least), (MAXIMUM, most)):
            micro = None if limit is None else limit.after_tax_micro if after_tax else limit.before_tax_micro
            side = due.side(after_tax, included)
            if limit is None or micro is None or side is None:
                continue
            bound = Fraction(micro, MICRO_PER_UNIT)
            if side >= bound if kind == MINIMUM else side <= bound:
                continue
            new = _at_limit(tariff, limit, due, side, bound, after_tax, included)
            if new.of_lines != due.of_lines:
                moved.append((kind, new.of_lines - due.of_lines))
            due = new
    return due, moved


def _at_limit(
    tariff: Tariff, limit: PriceLimit, due: Due, side: Fraction, bound: Fraction, after_tax: bool, included: bool
) -> Due:
    net = due.side(False, included)
    if after_tax and limit.before_tax_micro is not None and net is not None and tariff.tax is not None:
        return _with_tax(due, bound - net, tariff.tax.rates, included)
    if side == 0:
        own = NO_RATES if tariff.tax is None else tariff.tax.rates
        if own.each is None:
            return Due(bound, None, None)
        net = bound * PPM_PER_UNIT / (PPM_PER_UNIT + (own.total_ppm or 0)) if after_tax else bound
        taxes = {rate: net * rate.rate_ppm / PPM_PER_UNIT for rate in own.each}
        return Due(net + sum(taxes.values(), _ZERO) if included else net, {_group(own.each): net}, taxes)
    return due.times(bound / side)


def _with_tax(due: Due, tax: Fraction, own: Rates, included: bool) -> Due:
    """The same total before tax with other taxes: scaled; where they are 0, the first one, or the tariff's, has all,
    and is on all.
    """
    assert due.taxes is not None
    assert due.groups is not None
    before = sum(due.taxes.values(), _ZERO)
    of_lines = due.of_lines - before + tax if included else due.of_lines
    if before:
        return Due(of_lines, due.groups, {rate: each * tax / before for rate, each in due.taxes.items()})
    first = next(iter((*due.taxes, *(own.each or ()))), UNNAMED)
    groups: dict[Taxes, Fraction] = {}
    for group, net in due.groups.items():
        wider = _group((*{*group, first},))
        groups[wider] = groups.get(wider, _ZERO) + net
    return Due(of_lines, groups, {**due.taxes, first: tax})
