"""The taxes of a timeline: which ones its sessions may have, and what kernels need to tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rating.kernels.arrays import MIXED, SETTLED_APART
from rating.tariff.model import NO_RATES, UNNAMED, Component, Rates, Tariff, Tax, TaxRate
from rating.units import PPM_PER_UNIT

TAXES_MAX = 62  # of a timeline for the kernel: those of a price are the bits of one integer


class TaxRow(NamedTuple):
    """One of the taxes of a timeline, and what its rate is a share of, in millionths of an amount."""

    tax: TaxRate
    scale_ppm: int | None


class GroupRow(NamedTuple):
    """Prices with the same taxes: a bit for each of these, and what 100 % before tax is in millionths of an amount."""

    bits: int
    scale_ppm: int


class TimelineTaxes(NamedTuple):
    """`each`: all that a session may have, in the order of the table of taxes; the others are for `bill` alone."""

    each: tuple[TaxRate, ...]
    rows: list[TaxRow]
    groups: list[GroupRow]


def order(tax: TaxRate) -> tuple[str, int]:
    """Taxes are sorted by name, then by rate."""
    return tax.name, tax.rate_ppm


def taxes_of(tax: Tax | None, every: list[Rates]) -> list[TaxRow]:
    """Every tax of what `distinct` gave once: its rate, and what the rate is a share of.

    That is None where prices that include a tax have different other taxes beside it: then the tax is no share of the
    sum of their amounts.
    """
    return _rows_of(tuple(every), tax is not None and tax.included)


@lru_cache(maxsize=256)
def _rows_of(every: tuple[Rates, ...], included: bool) -> list[TaxRow]:
    scale: dict[TaxRate, int | None] = {}
    for rates in every:
        together = _scale_ppm(included, rates.each or ())
        for rate in rates.each or ():
            if scale.setdefault(rate, together) != together:
                scale[rate] = None
    return [TaxRow(rate, scale[rate]) for rate in sorted(scale, key=order)]


def distinct(tax: Tax | None, own: Sequence[Rates | None]) -> list[Rates]:
    """The taxes of components, each once, by those that they name themselves: nearly always those of the tariff."""
    if tax is None:
        return [NO_RATES] if own else []
    first = [tax.rates] if None in own else []
    return list(dict.fromkeys([*first, *(rates for rates in own if rates is not None)]))


def timeline_taxes(tariff: Tariff, components: list[Component], taxes: list[TaxRow], mixed: int) -> TimelineTaxes:
    """The taxes of a timeline with those components, of which `taxes_of` gave `taxes`."""
    known = tuple(row.tax for row in taxes)
    if mixed == MIXED:
        return TimelineTaxes(known, taxes, _groups(tariff, components, known))
    if mixed == SETTLED_APART and tariff.tax is not None:  # a limit may bring the tariff's own, or one without a name
        known = tuple(sorted({*known, *(tariff.tax.rates.each or ()), UNNAMED}, key=order))
    return TimelineTaxes(known, [], [])


def _groups(tariff: Tariff, components: list[Component], known: tuple[TaxRate, ...]) -> list[GroupRow]:
    """The components by their taxes, in the order of these: where rounding asks which one is first, it is clear."""
    included = tariff.tax is not None and tariff.tax.included
    rates = (tariff.rates_of(part).each for part in components)
    sets = {tuple(sorted(each, key=order)) for each in rates if each is not None}
    ordered = sorted(sets, key=lambda each: [order(rate) for rate in each])
    return [GroupRow(sum(1 << known.index(rate) for rate in each), _scale_ppm(included, each)) for each in ordered]


def _scale_ppm(included: bool, rates: tuple[TaxRate, ...]) -> int:
    return PPM_PER_UNIT + (sum(rate.rate_ppm for rate in rates) if included else 0)


class Taxed(NamedTuple):
    """How prices are taxed; nobody writes to it."""

    rows: list[TaxRow]
    mixed: int
    tax_of: dict[Rates, tuple[int, int]]  # of each set of taxes


@lru_cache(maxsize=1024)
def taxed(tax: Tax | None, own: tuple[Rates | None, ...], limited: bool, both_sides: bool, coarse: bool) -> Taxed:
    """How a version's prices are taxed.

    `own`: what components name themselves, each once, None where one names none; `limited`: it has a limit;
    `both_sides`: one of before and after tax; `coarse`: totals are rounded to more than the smallest unit.
    """
    different = distinct(tax, own)
    taxes = taxes_of(tax, different)
    mixed = _mixed(tax, different, taxes, limited, both_sides, coarse)
    return Taxed(taxes, mixed, {rates: _tax_of(tax, rates, taxes) for rates in different})


def _tax_of(tax: Tax | None, rates: Rates, taxes: list[TaxRow]) -> tuple[int, int]:
    """A component's taxes: their rates together, -1 where none can be shown, and a bit for each, -1: not known."""
    if rates.each is None:
        return -1, -1
    known = [row.tax for row in taxes]
    bits = sum(1 << known.index(rate) for rate in rates.each) if len(taxes) <= TAXES_MAX else 0
    return -1 if tax is None else rates.total_ppm or 0, bits


def _mixed(
    tax: Tax | None, different: list[Rates], taxes: list[TaxRow], limited: bool, both_sides: bool, coarse: bool
) -> int:
    """Whether one known tax, or none, is on every price; if not, whether the kernel can tell the totals."""
    if tax is None:
        return 0
    every = set(different)
    if limited:
        every.add(tax.rates)  # a minimum of nothing is taxed as the tariff says of itself
    if all(rates.each is not None and len(rates.each) <= 1 for rates in every) and len(every) <= 1:
        untaxed = all(rates.each == () for rates in every)
        return SETTLED_APART if untaxed and both_sides else 0
    odd = len(taxes) > TAXES_MAX or any(row.scale_ppm is None for row in taxes)
    return SETTLED_APART if limited or coarse or odd else MIXED
