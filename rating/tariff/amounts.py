"""Numbers as they are written -> integers, and how to write a number that is not a plain decimal.

A refusal says what was expected and how to fix it, with the corrected text where it can be told.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rating.tariff.refusal import RefusalError
from rating.units import FACTOR_MAX_PPM, LIMIT_MAX_MICRO, PPM_PER_PERCENT, PRICE_MAX_MICRO

NUMBER = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_SIGNS = "€$£¥₹"


def scaled(text: str, decimals: int, code: str, want: str, maximum: int) -> int:
    """A decimal text as a whole number of 10^-decimals, exactly.

    >>> scaled("0.39", 6, "amount", "an amount, such as 1.00", 10**12)
    390000
    >>> scaled("1,50", 6, "amount", "an amount, such as 1.00", 10**12)
    Traceback (most recent call last):
    rating.tariff.refusal.RefusalError: an amount, such as 1.00; write 1.50, with a decimal point
    """
    found = NUMBER.fullmatch(text)
    if found is None:
        raise RefusalError(code, want, number_fix(text))
    whole, fraction = found.group(1), found.group(2) or ""
    if len(fraction) > decimals:
        raise RefusalError(code, want, f"write at most {decimals} decimals")
    # A number of a thousand digits is refused before it is computed.
    value = int(whole) * 10**decimals + int(fraction.ljust(decimals, "0")) if len(whole) <= 16 else maximum + 1
    if value > maximum:
        raise RefusalError(code, want, f"write at most {maximum // 10**decimals:,}".replace(",", " "))
    return value


def number_fix(text: str) -> str:
    """How to write a number that is not a plain decimal."""
    bare = text.strip()
    tidy = re.sub(r"^[A-Za-z]{3} ?(?=[0-9])|(?<=[0-9]) ?(?:[A-Z]{3}|[a-z]{3})$", "", bare.strip(_SIGNS + " "))
    if tidy != bare and NUMBER.fullmatch(tidy):
        return f"write {tidy}, without a currency: `currency` says it"
    if re.fullmatch(r"[-−–][0-9.,]+", bare):
        return "write 0 or more: nothing here can be negative"
    if re.fullmatch(r"[0-9]+,[0-9]{1,2}|0,[0-9]+|[0-9]+,[0-9]{4,}", tidy):
        return f"write {_plain(tidy.replace(',', '.'))}, with a decimal point"
    if re.fullmatch(r"[0-9]{1,3},[0-9]{3}", tidy):
        return f"write {_plain(tidy.replace(',', '.'))} or {_plain(tidy.replace(',', ''))}: a comma can mean either"
    if re.fullmatch(r"[0-9]{1,3}([,_' ][0-9]{3})+(\.[0-9]+)?", tidy):
        return f"write {_plain(re.sub('[^0-9.]', '', tidy))}, without separators between thousands"
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?", tidy):
        return f"write {_plain(tidy.replace('.', '').replace(',', '.'))}, without separators between thousands"
    if re.fullmatch(r"[+]?[0-9]*\.?[0-9]*", tidy) and re.search("[0-9]", tidy):
        return f"write {_plain(tidy)}"
    if re.fullmatch(r"[0-9.]+[eE][-+]?[0-9]+", tidy):
        return "write all digits, without the letter e"
    if re.fullmatch(r"0[xob][0-9a-fA-F]+", tidy):
        return "write it with decimal digits"
    if tidy.casefold().strip("+-.") in ("nan", "inf", "infinity"):
        return "write a number, or leave the key out"
    if re.fullmatch(r"[0-9]+\.?[0-9]* ?%", tidy):
        return f"write {_plain(tidy.rstrip('% '))}, without a percent sign"
    if NUMBER.fullmatch(tidy.partition("/")[0].strip()):
        return f"write {tidy.partition('/')[0].strip()}, without a unit"
    return "write digits, with a decimal point where needed"


def _plain(text: str) -> str:
    """The decimal that `.5`, `5.`, `+5` or `010` means.

    >>> _plain(".5"), _plain("010"), _plain("5.")
    ('0.5', '10', '5')
    """
    whole, _, fraction = text.lstrip("+").partition(".")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if fraction else whole


@lru_cache(maxsize=4096)
def read_money(text: str) -> int:
    """An amount of money that is not negative, in micro: `12.00`.

    >>> read_money("12.00")
    12000000
    """
    return scaled(text, 6, "amount", "an amount of money, such as 12.00", LIMIT_MAX_MICRO)


def read_percent(text: str) -> int:
    """A tax rate in millionths: `21` is 210_000.

    >>> read_percent("8.875")
    88750
    """
    return scaled(text, 4, "percent", "a rate from 0 to 100 percent, such as 21", 100 * PPM_PER_PERCENT)


_SPOT = re.compile(r"(-?)([0-9.]+)(?: ?/ ?kWh)?")


def read_spot_price(text: str) -> int:
    """A price a kWh in micro, which may be below zero; the unit may be left out.

    >>> read_spot_price("0.12/kWh"), read_spot_price("-0.05")
    (120000, -50000)
    """
    want = "a price a kWh, such as 0.12/kWh"
    found = _SPOT.fullmatch(text)
    if found is None:
        number, slash, _ = text.partition("/")
        if slash and NUMBER.fullmatch(number.strip()):
            raise RefusalError("price_unit", want, f"write {number.strip()}/kWh")
        raise RefusalError("price", want, number_fix(text))
    micro = scaled(found.group(2), 6, "price", want, PRICE_MAX_MICRO)
    return -micro if found.group(1) else micro


def read_positive_spot_price(text: str) -> int:
    """The same, of a price that is never below zero."""
    micro = read_spot_price(text)
    if micro < 0:
        raise RefusalError("price", "a price a kWh of 0 or more, such as 0.40", "write 0 or more")
    return micro


def read_factor(text: str) -> int:
    """What an index is multiplied by, in millionths.

    >>> read_factor("1.05")
    1050000
    """
    want = "a factor above 0, such as 1.05"
    ppm = scaled(text, 6, "factor", want, FACTOR_MAX_PPM)
    if ppm == 0:
        raise RefusalError("factor", want, "write the factor, or leave it out for 1")
    return ppm
