"""Currencies: the minor unit of ISO 4217, and what somebody who mistyped a code may have meant."""

from __future__ import annotations

import difflib
from functools import lru_cache

from rating.units import MICRO_PER_UNIT


class CurrencyError(ValueError):
    """The text is not a currency that amounts can be rounded in. `meant` holds the codes that come close."""

    def __init__(self, code: str, reason: str, meant: tuple[str, ...] = ()) -> None:
        self.code = code
        self.reason = reason
        self.meant = meant
        super().__init__(f"{code}: {reason}")


def minor_micro(currency: str) -> int:
    """The currency's minor unit in millionths of the currency: a cent is 10_000.

    >>> minor_micro("EUR"), minor_micro("JPY"), minor_micro("KWD"), minor_micro("CLF")
    (10000, 1000000, 1000, 100)
    >>> minor_micro("XAU")
    Traceback (most recent call last):
    rating.money.CurrencyError: XAU: it has no minor unit
    """
    table = _decimals_by_code()
    if currency not in table:
        raise CurrencyError(currency, "no currency of ISO 4217 has this code", close_currencies(currency))
    decimals = table[currency]
    if decimals is None:
        raise CurrencyError(currency, "it has no minor unit")
    micro: int = MICRO_PER_UNIT // 10**decimals
    return micro


def close_currencies(text: str) -> tuple[str, ...]:
    """The codes of ISO 4217 that come closest to a text: at most three, the best one first.

    >>> close_currencies("EURO")[0], close_currencies("usd")[0], close_currencies("€")
    ('EUR', 'USD', ('EUR',))
    """
    signs = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "FR": "CHF"}
    if text.upper() in signs:
        return (signs[text.upper()],)
    known = _decimals_by_code()
    if known.get(text[:3].upper()) is not None:
        return (text[:3].upper(),)
    codes = [code for code, decimals in known.items() if decimals is not None]
    return tuple(difflib.get_close_matches(text.upper(), sorted(codes), n=3, cutoff=0.6))


@lru_cache(maxsize=1)
def _decimals_by_code() -> dict[str, int | None]:
    from iso4217 import Currency  # 31 ms, so only where a tariff is read

    return {currency.code: currency.exponent for currency in Currency}
