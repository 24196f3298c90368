"""Volumes of a CDR -> whole base units. Nothing is rounded but what the unit's own rule rounds."""

from __future__ import annotations

from decimal import Decimal

from rating.units import MWH_PER_KWH, US_PER_S

_S_PER_H = 3600
_MW_PER_KW = 1_000_000
_MA_PER_A = 1_000


def energy_mwh(kwh: Decimal) -> int | None:
    """Milli-Wh, exactly; None where the number is finer.

    >>> energy_mwh(Decimal("20.45")), energy_mwh(Decimal("0.0000001"))
    (20450000, None)
    """
    over, under = kwh.as_integer_ratio()
    whole, rest = divmod(over * MWH_PER_KWH, under)
    return None if rest else whole


def time_us(hours: Decimal) -> int:
    """The nearest whole second, in microseconds: times are printed to 4 decimals of an hour (PRICING 2).

    >>> time_us(Decimal("0.2167")) // 10**6, time_us(Decimal("0.21666666666666667")) // 10**6
    (780, 780)
    """
    over, under = hours.as_integer_ratio()
    return (2 * over * _S_PER_H + under) // (2 * under) * US_PER_S


def power_mw(kilowatt: Decimal) -> int:
    """Milli-W below: limits are whole milli-W, so that what is finer is on the same side of each of them."""
    over, under = kilowatt.as_integer_ratio()
    return over * _MW_PER_KW // under


def current_ma(ampere: Decimal) -> int:
    """Milli-A below, for the same reason."""
    over, under = ampere.as_integer_ratio()
    return over * _MA_PER_A // under
