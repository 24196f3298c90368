"""Market prices and what a tariff makes of them, of sizes that are likely not what was meant."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from statistics import median_low
from typing import Final

from rating.errors import Fault
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.sizes import PER_EUR, POSSIBLE_EUR
from rating.tariff.lint.words import decimal_text, money_text
from rating.tariff.model import Component, Tariff
from rating.tariff.spot import Index
from rating.units import MICRO_PER_UNIT, PPM_PER_UNIT

NANO_PER_UNIT: Final = 1_000_000_000
KWH_PER_MWH: Final = 1_000
FACTOR: Final = (Fraction("0.1"), Fraction(10))


def market_sizes(tariff: Tariff) -> Iterator[Fault]:
    """The warnings about each price that follows an index."""
    rate = PER_EUR.get(tariff.currency)
    for version in tariff.versions:
        for element in version.elements:
            for part in element.components:
                if part.spot is None:
                    continue
                yield from _factor(part, part.spot.factor_ppm)
                if rate is not None:
                    least, most = (bound * rate for bound in POSSIBLE_EUR["energy"])
                    yield from _index(part, part.spot.index, tariff.currency, least, most)
                    yield from _amounts(part, tariff.currency, least, most)


def _factor(part: Component, factor_ppm: int) -> Iterator[Fault]:
    if factor_ppm and not FACTOR[0] <= Fraction(factor_ppm, PPM_PER_UNIT) <= FACTOR[1]:
        got = f"factor: {decimal_text(factor_ppm, PPM_PER_UNIT)}"
        fix = "write 1.05 for 5 percent on top; amounts on top are an `add`"
        yield warning(Code.IMPLAUSIBLE, part.place, got, "a usual factor, from 0.1 to 10", fix)


def _index(part: Component, index: Index, currency: str, least: Fraction, most: Fraction) -> Iterator[Fault]:
    """Prices a MWh read as those of a kWh, or the other way round. Prices near 0 for hours are nothing special."""
    if not index.points:
        return
    median, greatest = _middle_and_greatest(index)
    want = f"usual prices, up to {money_text(int(most * MICRO_PER_UNIT))} {currency}/kWh"
    if Fraction(median, NANO_PER_UNIT) > most:
        got = f"index {index.name}, half of it at {_price(median)} {currency}/kWh or more"
        fix = "look at the column: prices of a MWh belong into price_per_mwh"
        yield warning(Code.IMPLAUSIBLE, part.place, got, want, fix)
    elif 0 < Fraction(greatest, NANO_PER_UNIT) < least:
        got = f"index {index.name}, nowhere above {_price(greatest)} {currency}/kWh"
        fix = "look at the column: prices of a kWh belong into price_per_kwh"
        yield warning(Code.IMPLAUSIBLE, part.place, got, want, fix)


@lru_cache(maxsize=256)
def _middle_and_greatest(index: Index) -> tuple[int, int]:
    prices = [abs(nano) for _, _, nano in index.points]
    return median_low(prices), max(prices)


def _price(nano: int) -> str:
    return decimal_text(nano, NANO_PER_UNIT, 2 if nano % NANO_PER_UNIT else 0)


def _amounts(part: Component, currency: str, least: Fraction, most: Fraction) -> Iterator[Fault]:
    """What is added, and the bounds: an addition may be small, and a floor may be anything that is not too much."""
    if part.spot is None:
        return
    spot = part.spot
    named = {"add": (spot.add_micro, False), "floor": (spot.floor_micro, False)}
    named |= {"ceiling": (spot.ceiling_micro, True), "fallback": (spot.fallback_micro, True)}
    for name, (micro, whole) in named.items():
        amount = abs(Fraction(micro or 0, MICRO_PER_UNIT))
        if amount > most or (whole and 0 < amount < least):
            got = f"{name}: {money_text(micro or 0)}{'/kWh' if name == 'add' else ''}"
            low = f"from {money_text(int(least * MICRO_PER_UNIT))} to" if whole else "of at most"
            want = f"a usual amount, {low} {money_text(int(most * MICRO_PER_UNIT))} {currency}/kWh"
            yield warning(Code.IMPLAUSIBLE, part.place, got, want, f"look at the amount: it is in {currency} a kWh")
