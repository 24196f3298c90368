"""Amounts and counts as texts."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from rating.desk.compare.extremes import Why
from rating.money import minor_micro
from rating.units import MICRO_PER_UNIT

WHY_TEXTS: dict[Why, str] = {
    "rejected_by_new": "Rejected by the new tariffs alone",
    "rejected_by_old": "Rejected by the old tariffs alone",
    "rejected_by_both": "Rejected by both",
    "tax_not_known": "Tax not known",
    "currency_changed": "Another currency",
}


@lru_cache
def decimals_of(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR."""
    return len(str(MICRO_PER_UNIT // minor_micro(currency))) - 1


def amount(micro: int, currency: str, *, grouped: bool = False, signed: bool = False) -> str:
    """An exact amount with at least the decimals of its currency.

    >>> amount(1234500000, "EUR", grouped=True), amount(-5000, "EUR"), amount(70000, "EUR", signed=True)
    ('1,234.50', '-0.005', '+0.07')
    """
    value = Decimal(micro).scaleb(-6)
    sign = "+" if signed and micro > 0 else ""
    whole, _, part = (f"{value:,f}" if grouped else f"{value:f}").partition(".")
    part = part.rstrip("0").ljust(decimals_of(currency), "0")
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def percent(part: int, whole: int) -> str:
    """A change as a part of what it was, to a tenth of a percent, halves away from zero; empty of nothing.

    >>> percent(5, 1000), percent(-1, 3), percent(1, 0)
    ('+0.5%', '-33.3%', '')
    """
    if whole == 0:
        return ""
    tenths = (2 * abs(part) * 1000 + abs(whole)) // (2 * abs(whole))
    sign = "-" if part * whole < 0 and tenths else "+" if tenths else ""
    return f"{sign}{tenths // 10}.{tenths % 10}%"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "session"), count(1200, "session")
    ('1 session', '1,200 sessions')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
