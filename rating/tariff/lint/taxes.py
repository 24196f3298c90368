"""Rates of tax that say nothing, and limits that cannot be judged without one."""

from __future__ import annotations

from collections.abc import Iterator

from rating.errors import Fault, Place
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.words import decimal_text, limit_text
from rating.tariff.model import Component, Rates, Tariff, Version
from rating.units import PPM_PER_PERCENT


def rates(tariff: Tariff) -> Iterator[Fault]:
    """The warnings about rates, and about limits that need them."""
    if tariff.tax is not None:
        yield from _fraction(tariff.tax.rates, tariff.tax.place if str(tariff.tax.place) else tariff.place)
    for version in tariff.versions:
        parts = [part for element in version.elements for part in element.components]
        for part in parts:
            yield from _rate(tariff, part)
            if part.rates is not None:
                yield from _fraction(part.rates, part.place)
        charged = [part for part in parts if part.price.amount_micro or part.spot]
        if any(tariff.rates_of(part).each is None for part in charged):
            yield from _unknown_side(tariff, version)


def _fraction(found: Rates, place: Place) -> Iterator[Fault]:
    """A tax of 0.21 where one of 21 % is meant. Beside others a city may take half a percent: the sum is looked at."""
    if found.total_ppm is not None and 0 < found.total_ppm < PPM_PER_PERCENT:
        meant = " and ".join(decimal_text(100 * rate.rate_ppm, PPM_PER_PERCENT) for rate in found.each or ())
        fix = f"did you mean {meant}? A rate is in percent"
        yield warning(Code.IMPLAUSIBLE, place, _text(found), "a tax of 1 percent or more", fix)


def _rate(tariff: Tariff, part: Component) -> Iterator[Fault]:
    """A tax of a price that is the tariff's anyway. A rate where no tax applies is refused when it is read."""
    if tariff.tax is not None and part.rates is not None and part.rates == tariff.tax.rates:
        fix = "leave it out: a price that names no tax has the tariff's"
        yield warning(Code.RATE_REPEATED, part.place, _text(part.rates), "another tax than the tariff's", fix)


def _text(found: Rates) -> str:
    if not found.each:
        return "unknown" if found.each is None else "none"
    return " and ".join(f"{rate.name} {decimal_text(rate.rate_ppm, PPM_PER_PERCENT)} %" for rate in found.each)


def _unknown_side(tariff: Tariff, version: Version) -> Iterator[Fault]:
    """A limit on the side of tax that cannot be known, so that sessions are refused for it."""
    included = tariff.tax is not None and tariff.tax.included
    side = "before_tax" if included else "after_tax"
    for name, limit in (("min_price", version.min_price), ("max_price", version.max_price)):
        amount = None if limit is None else limit.before_tax_micro if included else limit.after_tax_micro
        if amount is not None:
            got = limit_text(name, side, amount)
            want = "a rate of tax with every price, beside this limit"
            fix = f"name the rates, or delete the limit {side}: sessions without a rate are refused"
            yield warning(Code.LIMIT_TAX_UNKNOWN, version.place, got, want, fix)
