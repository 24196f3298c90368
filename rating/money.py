"""Currencies: the minor unit of ISO 4217, and what somebody who mistyped a code may have meant."""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import Final

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
    tidy = text.strip().upper()[:64]
    known = _decimals_by_code()
    codes = sorted(code for code, decimals in known.items() if decimals is not None)
    if tidy in codes:
        return (tidy,)
    if said := _SAID.get(tidy) or _SAID.get(tidy.removesuffix("S")):
        return tuple(said.split())
    if tidy[:3] in codes:
        return (tidy[:3],)
    if swapped := tuple(code for code in codes if sorted(code) == sorted(tidy)):
        return swapped[:3]
    close = difflib.get_close_matches(tidy, codes, n=3, cutoff=0.6)
    if not close and (names := difflib.get_close_matches(tidy, names_by_code := _codes_by_name(), n=1, cutoff=0.7)):
        return (names_by_code[names[0]],)
    return tuple(close)


# What people say and write, where it is no code; several where several countries say it.
_SAID: Final = {
    "€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "FR": "CHF", "SFR": "CHF", "₩": "KRW",
    "R$": "BRL", "C$": "CAD", "A$": "AUD", "ZŁ": "PLN", "ZL": "PLN", "KČ": "CZK", "KC": "CZK", "FT": "HUF", "₺": "TRY",
    "KR": "SEK NOK DKK", "KR.": "DKK", "DOLLAR": "USD", "POUND": "GBP", "STERLING": "GBP", "QUID": "GBP", "YEN": "JPY",
    "FRANC": "CHF", "FRANKEN": "CHF", "KRONA": "SEK", "KRONOR": "SEK", "KRONE": "NOK DKK", "KRONER": "NOK DKK",
    "ZLOTY": "PLN", "ZŁOTY": "PLN", "KORUNA": "CZK", "FORINT": "HUF", "LEU": "RON", "LEI": "RON", "LIRA": "TRY",
    "YUAN": "CNY", "RMB": "CNY", "RENMINBI": "CNY", "RUPEE": "INR", "REAL": "BRL", "REAIS": "BRL", "RAND": "ZAR",
    "WON": "KRW", "SHEKEL": "ILS", "DIRHAM": "AED", "PESO": "MXN", "BAHT": "THB", "RINGGIT": "MYR",
}  # fmt: skip


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    from iso4217 import Currency

    return {currency.currency_name.upper(): currency.code for currency in Currency if currency.exponent is not None}


@lru_cache(maxsize=1)
def _decimals_by_code() -> dict[str, int | None]:
    from iso4217 import Currency  # 31 ms, so only where a tariff is read

    return {currency.code: currency.exponent for currency in Currency}
