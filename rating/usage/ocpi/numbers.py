"""Volumes of a CDR -> whole base units. Nothing is rounded but what the unit's own rule rounds."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from rating.units import MWH_PER_KWH, US_PER_S

_S_PER_H = 3600
_MW_PER_KW = 1_000_000
_MA_PER_A = 1_000


def energy_mwh(kwh: Decimal) -> int | None:
    """Milli-Wh, exactly; None where the number is finer.

    >>> energy_mwh(Decimal("20.45")), energy_mwh(Decimal("0.0000001"))
    (20450000, None)
    """
    exact = Fraction(kwh) * MWH_PER_KWH
    return exact.numerator if exact.denominator == 1 else None


def time_us(hours: Decimal) -> int:
    """The nearest whole second, in microseconds: times are printed to 4 decimals of an hour (PRICING 2).

    >>> time_us(Decimal("0.2167")) // 10**6, time_us(Decimal("0.21666666666666667")) // 10**6
    (780, 780)
    """
    return int((Fraction(hours) * _S_PER_H + Fraction(1, 2)) // 1) * US_PER_S


def power_mw(kilowatt: Decimal) -> int:
    """Milli-W below: limits are whole milli-W, so that what is finer is on the same side of each of them."""
    return int(Fraction(kilowatt) * _MW_PER_KW // 1)


def current_ma(ampere: Decimal) -> int:
    """Milli-A below, for the same reason."""
    return int(Fraction(ampere) * _MA_PER_A // 1)
