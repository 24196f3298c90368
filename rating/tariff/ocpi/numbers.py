"""Integers -> the numbers of OCPI's JSON, exactly."""

from __future__ import annotations

from decimal import Decimal


def decimal_of(value: int, decimals: int) -> Decimal:
    """So many 10^-decimals, without zeros that say nothing.

    >>> decimal_of(390_000, 6), decimal_of(12_000_000, 6), decimal_of(0, 6)
    (Decimal('0.39'), Decimal('12'), Decimal('0'))
    """
    whole, rest = divmod(value, 10**decimals)
    fraction = f"{rest:0{decimals}}".rstrip("0")
    return Decimal(f"{whole}.{fraction}" if fraction else whole)
