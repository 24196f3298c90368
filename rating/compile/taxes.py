"""The taxes of a timeline: which ones its sessions may have, and what kernels need to tell them apart."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rating.kernels.arrays import MIXED, SETTLED_APART
from rating.tariff.model import NO_RATES, UNNAMED, Component, Rates, Tariff, TaxRate
from rating.units import PPM_PER_UNIT


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


def taxes_of(tariff: Tariff, every: list[Rates]) -> list[TaxRow]:
    """Every tax of what `distinct` gave once: its rate, and what the rate is a share of.

    That is None where prices that include a tax have different other taxes beside it: then the tax is no share of the
    sum of their amounts.
    """
    return _rows_of(tuple(every), tariff.tax is not None and tariff.tax.included)


@lru_cache(maxsize=256)
def _rows_of(every: tuple[Rates, ...], included: bool) -> list[TaxRow]:
    scale: dict[TaxRate, int | None] = {}
    for rates in every:
        together = _scale_ppm(included, rates.each or ())
        for rate in rates.each or ():
            if scale.setdefault(rate, together) != together:
                scale[rate] = None
    return [TaxRow(rate, scale[rate]) for rate in sorted(scale, key=order)]


def distinct(tariff: Tariff, components: list[Component]) -> list[Rates]:
    """The taxes of components, each once: nearly always those of the tariff."""
    if tariff.tax is None:
        return [NO_RATES] if components else []
    own = [part.rates for part in components if part.rates is not None]
    return list(dict.fromkeys([tariff.tax.rates] * (len(own) < len(components)) + own))


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
