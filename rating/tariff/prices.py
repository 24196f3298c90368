"""Prices with their units, as they are written -> `model.Price`."""

from __future__ import annotations

import re
from functools import lru_cache

from rating.tariff.amounts import NUMBER, number_fix
from rating.tariff.lengths import UNIT_WORDS, in_whole_units, unit_meant
from rating.tariff.model import UNITS_OF, DimensionName, Price
from rating.tariff.refusal import RefusalError
from rating.units import PRICE_MAX_MICRO, US_PER_DAY

COUNT_MAX = 10_000
PRICE_PER_MAX_US = 31 * US_PER_DAY

_PRICE = re.compile(r"(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,6}))? ?/ ?(?:([1-9][0-9]{0,4}) ?)?(kWh|Wh|h|min|s|session)")
WANT_PRICE: dict[DimensionName, str] = {
    "energy": "a price of energy, such as 0.39/kWh",
    "time": "a price of time, such as 0.10/min or 5.00/2 h",
    "parking_time": "a price of parking time, such as 0.10/min or 6.00/h",
    "flat": "a price of a session, such as 0.50/session",
}
_USUAL_UNIT: dict[DimensionName, str] = {"energy": "/kWh", "time": "/min", "parking_time": "/min", "flat": "/session"}


@lru_cache(maxsize=4096)
def read_price(text: str, dimension: DimensionName) -> Price:
    """A price with its unit.

    >>> read_price("5.00/2 h", "time")
    Price(amount_micro=5000000, unit='h', count=2)
    >>> read_price("0.39", "energy")
    Traceback (most recent call last):
    rating.tariff.refusal.RefusalError: a price of energy, such as 0.39/kWh; write 0.39/kWh: every price says its unit
    """
    found = _PRICE.fullmatch(text)
    if found is None:
        raise _explain_price(text, dimension)
    whole, fraction, count_text, unit = found.groups()
    want, usual = (WANT_PRICE[dimension], _USUAL_UNIT[dimension])
    if unit not in UNITS_OF[dimension]:
        homes = [name for name, units in UNITS_OF.items() if unit in units]
        moved = f"move this price to `{homes[0]}`"
        raise RefusalError("price_unit", want, f"write {text.partition('/')[0].strip()}{usual}, or {moved}")
    price = Price(int(whole) * 10**6 + int((fraction or "").ljust(6, "0")), unit, int(count_text or 1))
    if price.amount_micro > PRICE_MAX_MICRO:
        raise RefusalError("price", want, "write a price of at most 1000000")
    if price.count > COUNT_MAX:
        raise RefusalError("price_unit", want, f"write a count of at most {COUNT_MAX} after the slash")
    if dimension in ("time", "parking_time") and price.per > PRICE_PER_MAX_US:
        raise RefusalError("price_unit", want, "write a block of at most 744 h (31 days)")
    if dimension == "flat" and price.count > 1:
        fix = f"write {text.partition('/')[0].strip()}/session: a flat price is for one session"
        raise RefusalError("price_unit", want, fix)
    return price


def _explain_price(text: str, dimension: DimensionName) -> RefusalError:
    """Why a text is not a price. Unit first: without one, the number cannot be judged."""
    want, usual = (WANT_PRICE[dimension], _USUAL_UNIT[dimension])
    number, slash, unit_text = (part.strip() for part in re.sub(r" per ", "/", text, count=1).partition("/"))
    if not slash:
        number, unit_text = _split_unit(text.strip())
    if not NUMBER.fullmatch(number):
        fix = _cents_fix(number) or number_fix(number)
        if number.lower() in ("free", "gratis", "none", "no"):
            fix = f"write 0{usual}, or leave the key out"
        unit = f"/{unit_text}" if _unit_fits(unit_text, dimension) else usual
        return RefusalError("price", want, re.sub(r"^write ([0-9.]+)(?=,|$)", rf"write \g<1>{unit}", fix))
    if len(number.partition(".")[2]) > 6:
        return RefusalError("price", want, "write at most 6 decimals")
    if len(number) > 16:
        return RefusalError("price", want, "write a price of at most 1000000")
    if not unit_text:
        return RefusalError("price_unit", want, f"write {number}{usual}: every price says its unit")
    if _unit_fits(unit_text, dimension):
        return RefusalError("price_unit", want, f"write {number}/{unit_text}")
    return RefusalError("price_unit", want, _unit_fix(number, unit_text, dimension))


def _cents_fix(number: str) -> str:
    """Where a price is in cents: the same in the currency.

    >>> _cents_fix("39 ct"), _cents_fix("0.39")
    ('write 0.39, in the currency itself: not in its cents', '')
    """
    found = re.fullmatch(
        r"([0-9]{1,6})(?:[.,]([0-9]{1,4}))? ?(?:c|ct|cts|cent|cents|p|pence|¢)\.?", number, re.IGNORECASE
    )
    if found is None:
        return ""
    whole, part = found[1].rjust(3, "0"), found[2] or ""
    amount = f"{int(whole[:-2])}.{whole[-2:]}{part}"
    return f"write {amount}, in the currency itself: not in its cents"


def _split_unit(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.*?[0-9.]) ?([A-Za-z]{1,8})", text)
    if found and found.group(2).lower() in UNIT_WORDS:
        return found.group(1), found.group(2)
    return text, ""


def _unit_fits(unit_text: str, dimension: DimensionName) -> bool:
    found = re.fullmatch(r"(?:[1-9][0-9]{0,4} ?)?([A-Za-z]+)", unit_text)
    return found is not None and found.group(1) in UNITS_OF[dimension]


def _unit_fix(number: str, unit_text: str, dimension: DimensionName) -> str:
    units = UNITS_OF[dimension]
    found = re.fullmatch(r"(?:([0-9]+)(?:[.,]([0-9]+))? ?)?([A-Za-z-]+)\.?", unit_text)
    meant = unit_meant(found.group(3)) if found else ""
    if found is None or meant not in units:
        return "write " + ("one of " if len(units) > 1 else "") + ", ".join(f"{number}/{unit}" for unit in units)
    whole, fraction, _ = found.groups()
    if fraction:
        count = in_whole_units(whole, fraction, meant)
        return f"write {number}/{count or meant}, with a whole number after the slash"
    count = (whole or "").lstrip("0")
    return f"write {number}/{count} {meant}" if count and len(count) <= 5 else f"write {number}/{meant}"
