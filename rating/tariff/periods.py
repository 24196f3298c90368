"""What plans say of periods, counts and tariffs, as it is written -> values.

A refusal says what was expected and how to fix it, with the corrected text where it can be told.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from rating.tariff.amounts import NUMBER, scaled
from rating.tariff.lengths import UNIT_WORDS, read_energy_amount, read_time_length
from rating.tariff.model import UNITS_OF, DimensionName, Price
from rating.tariff.plans import AllowedName, CountName, PeriodName
from rating.tariff.prices import read_price
from rating.tariff.refusal import RefusalError, visible
from rating.units import LIMIT_MAX_MICRO, MICRO_PER_UNIT, PPM_PER_PERCENT, PRICE_MAX_MICRO

PERIODS: Final[tuple[PeriodName, ...]] = ("day", "week", "month", "year")
COUNT_MAX: Final = 10**9
ROLLING_MAX_DAYS: Final = 366
EARN_MAX: Final = 1_000_000
EACH_MAX: Final = 10_000
PATTERN_MAX_CHARS: Final = 255

WANT_FEE: Final = "a fee with its period, such as 9.90/month"
WANT_OFF: Final = "so much off each unit, such as 0.05/kWh"
WANT_PERCENT: Final = "a discount from 0 to 100 percent, such as 10"
WANT_EARN: Final = "points for what is paid, charged or done, such as 1/EUR, 2/kWh or 10/session"
WANT_ROLLING: Final = "a number of days, such as 30 days"
WANT_CARRY: Final = "how much goes into the next period at most, such as 50 kWh, or all"
WANT_PATTERN: Final = "the id of a tariff, or the beginning of several and a star, such as harbour-*"

# What people write for a period, in lower case -> the period.
_WORDS: Final[dict[PeriodName, str]] = {
    "day": "day days d daily",
    "week": "week weeks w wk weekly",
    "month": "month months mo mth m monthly",
    "year": "year years y yr yearly annum annual annually",
}
PERIOD_WORDS: Final = {word: period for period, words in _WORDS.items() for word in words.split()}


class Allowed(NamedTuple):
    """How much is free: milli-Wh, microseconds or sessions, and the unit as it was written."""

    amount: int
    unit: str


class Earned(NamedTuple):
    """So many points for each: milli-Wh, micro of the currency that is named, or sessions."""

    earn: int
    by: CountName
    each: int
    currency: str


@lru_cache(maxsize=1024)
def read_fee(text: str) -> tuple[int, PeriodName]:
    """An amount for each period.

    >>> read_fee("9.90/month")
    (9900000, 'month')
    >>> read_fee("9.90")
    Traceback (most recent call last):
    rating.tariff.refusal.RefusalError: a fee with its period, such as 9.90/month; write 9.90/month, or another period
    """
    number, slash, unit = (part.strip() for part in re.sub(" (per|a) ", "/", text, count=1).partition("/"))
    if not slash and (found := re.fullmatch(r"([0-9.]+) ?([A-Za-z]+)", number)):
        number, unit = found.groups()
    meant = PERIOD_WORDS.get(unit.lower())
    try:
        amount_micro = scaled(number, 6, "fee", WANT_FEE, PRICE_MAX_MICRO)
    except RefusalError as refusal:
        shown = re.sub(r"^write ([0-9.]+)(?=,|$)", rf"write \g<1>/{meant or 'month'}", refusal.fix)
        raise RefusalError("fee", WANT_FEE, shown) from None
    if not unit:
        raise RefusalError("fee", WANT_FEE, f"write {number}/month, or another period")
    if unit in PERIODS and re.fullmatch(r"[0-9.]+ ?/ ?[a-z]+", text):
        return amount_micro, meant or "month"
    if meant is None:
        fix = f"write {', '.join(f'{number}/{period}' for period in PERIODS[:-1])} or {number}/year"
        raise RefusalError("fee", WANT_FEE, fix)
    raise RefusalError("fee", WANT_FEE, f"write {number}/{meant}")


def read_discount_percent(text: str) -> int:
    """A part of an amount in millionths.

    >>> read_discount_percent("12.5")
    125000
    """
    return scaled(text, 4, "percent", WANT_PERCENT, 100 * PPM_PER_PERCENT)


def read_off(text: str) -> Price:
    """So much off each unit, of whatever dimension.

    >>> read_off("0.05/kWh"), read_off("1.00/session")
    (Price(amount_micro=50000, unit='kWh', count=1), Price(amount_micro=1000000, unit='session', count=1))
    """
    words = re.findall("[A-Za-z-]+", text.partition("/")[2] or text[:64])
    unit = UNIT_WORDS.get(words[-1].lower()) if words else None
    dimensions: tuple[DimensionName, ...] = ("energy", "time", "flat")
    dimension = next((name for name in dimensions if unit in UNITS_OF[name]), dimensions[0])
    try:
        return read_price(text, dimension)
    except RefusalError as refusal:
        number = text.partition("/")[0].strip()
        fix = refusal.fix
        if refusal.code == "price_unit" and unit is None and NUMBER.fullmatch(number):
            fix = f"write {number}/kWh, {number}/min or {number}/session: every price says its unit"
        raise RefusalError(refusal.code, WANT_OFF, fix) from None


def read_allowed(text: str, of: AllowedName) -> Allowed:
    """How much of it is free.

    >>> read_allowed("100 kWh", "energy"), read_allowed("4", "sessions")
    (Allowed(amount=100000000, unit='kWh'), Allowed(amount=4, unit='session'))
    """
    if of == "sessions":
        return Allowed(read_count(text), "session")
    amount = read_energy_amount(text) if of == "energy" else read_time_length(text)
    if amount == 0:
        want = "an allowance above 0, such as 100 kWh" if of == "energy" else "an allowance above 0, such as 600 min"
        raise RefusalError("allowance", want, "write how much is free, or delete the allowance")
    return Allowed(amount, re.sub("[^A-Za-z]", "", text))


@lru_cache(maxsize=1024)
def read_count(text: str) -> int:
    """A whole number from 1 on.

    >>> read_count("4")
    4
    """
    want = "a whole number above 0, such as 4"
    if re.fullmatch("[1-9][0-9]{0,9}", text) and int(text) <= COUNT_MAX:
        return int(text)
    if found := re.fullmatch("([1-9][0-9]{0,8}) ?([A-Za-z]+|x)", text.strip()):
        raise RefusalError("count", want, f"write {found[1]}, without a unit")
    if found := re.fullmatch("0*([1-9][0-9]{0,8})[.,]0+|0+([1-9][0-9]{0,8})", text.strip()):
        raise RefusalError("count", want, f"write {found[1] or found[2]}")
    if re.fullmatch("[0-9]{10,}", text):
        raise RefusalError("count", want, "write at most 1000000000")
    fix = "write 1 or more, or delete it" if re.fullmatch("0+", text) else "write a whole number"
    raise RefusalError("count", want, fix)


@lru_cache(maxsize=1024)
def read_rolling(text: str) -> int:
    """A number of days.

    >>> read_rolling("30 days")
    30
    """
    found = re.fullmatch("([1-9][0-9]{0,5}) ?([A-Za-z]+)?", text.strip())
    if found is None:
        raise RefusalError("rolling", WANT_ROLLING, "write a whole number of days, such as 30 days")
    meant = PERIOD_WORDS.get((found[2] or "days").lower())
    days = int(found[1]) * {"day": 1, "week": 7, "month": 30, "year": 365}.get(meant or "day", 1)
    if days > ROLLING_MAX_DAYS:
        raise RefusalError("rolling", WANT_ROLLING, f"write at most {ROLLING_MAX_DAYS} days")
    if text not in (f"{days} days", f"{days} day"):
        raise RefusalError("rolling", WANT_ROLLING, f"write {days} days")
    return days


@lru_cache(maxsize=1024)
def read_earn(text: str) -> Earned:
    """Points for each euro, kWh or session.

    >>> read_earn("1/EUR"), read_earn("10/session").each
    (Earned(earn=1, by='spend', each=1000000, currency='EUR'), 1)
    """
    found = re.fullmatch(r"([0-9]{1,9}) ?/ ?(?:([1-9][0-9]{0,4}) ?)?([A-Z]{3}|kWh|Wh|session)", text)
    if found is None:
        raise RefusalError("earn", WANT_EARN, _earn_fix(text))
    earn, count, unit = int(found[1]), int(found[2] or 1), found[3]
    if not 1 <= earn <= EARN_MAX:
        fix = f"write at most {EARN_MAX}" if earn else "write 1 or more, or delete `points`"
        raise RefusalError("earn", WANT_EARN, fix)
    if count > EACH_MAX or (unit == "session" and count > 1):
        fix = f"write {earn}/session" if unit == "session" else f"write a count of at most {EACH_MAX} after the slash"
        raise RefusalError("earn", WANT_EARN, fix)
    if unit == "session":
        return Earned(earn, "sessions", 1, "")
    if unit in UNITS_OF["energy"]:
        return Earned(earn, "energy", Price(0, unit, count).per, "")
    return Earned(earn, "spend", count * MICRO_PER_UNIT, unit)


def _earn_fix(text: str) -> str:
    number, _, unit = (part.strip() for part in re.sub(" (per|a) ", "/", text, count=1).partition("/"))
    if not re.fullmatch("[0-9]{1,9}", number):
        if re.fullmatch(r"[0-9]{1,9}[.,][0-9]+", number):
            return "write a whole number of points, and a larger unit where that is too many: 1/10 EUR"
        return "write a whole number of points, a slash and a unit, such as 1/EUR"
    meant = UNIT_WORDS.get(re.sub("[^A-Za-z-]", "", unit).lower())
    if meant in ("kWh", "Wh", "session"):
        return f"write {number}/{meant}"
    if re.fullmatch("[A-Za-z]{3}", unit):
        return f"write {number}/{unit.upper()}"
    return f"write {number}/EUR, {number}/kWh or {number}/session"


def read_carry(text: str) -> Allowed | None:
    """How much of what is left goes into the next period at most; None: all of it.

    >>> read_carry("all"), read_carry("50 kWh"), read_carry("2")
    (None, Allowed(amount=50000000, unit='kWh'), Allowed(amount=2, unit='session'))
    """
    word = text.strip().lower()
    if word == "all":
        if text != "all":
            raise RefusalError("carry_over", WANT_CARRY, "write all")
        return None
    if word in ("yes", "true", "unlimited", "everything", "no limit"):
        raise RefusalError("carry_over", WANT_CARRY, "write all, or how much at most")
    if word in ("no", "none", "false", "nothing"):
        raise RefusalError("carry_over", WANT_CARRY, "leave it out: then nothing is carried over")
    if re.fullmatch("[0-9]{1,9}", text):
        return Allowed(int(text), "session")
    try:
        amount = read_energy_amount(text) if "w" in word else read_time_length(text)
    except RefusalError as refusal:
        raise RefusalError("carry_over", WANT_CARRY, refusal.fix) from None
    return Allowed(amount, re.sub("[^A-Za-z]", "", text))


WANT_TIER: Final[dict[CountName, str]] = {
    "sessions": "a number of sessions, such as 10",
    "energy": "an amount of energy, such as 200 kWh",
    "spend": "what has been paid, such as 100.00",
}


def read_tier_at(text: str, by: CountName) -> int:
    """From which count on a tier holds: sessions, milli-Wh or micro of the currency.

    >>> read_tier_at("10", "sessions"), read_tier_at("200 kWh", "energy"), read_tier_at("100.00", "spend")
    (10, 200000000, 100000000)
    """
    try:
        if by == "energy":
            return read_energy_amount(text)
        if by == "spend":
            return scaled(text, 6, "tier", WANT_TIER[by], LIMIT_MAX_MICRO)
        return 0 if text == "0" else read_count(text)
    except RefusalError as refusal:
        raise RefusalError("tier", WANT_TIER[by], refusal.fix) from None


def read_pattern(text: str) -> str:
    """The id of a tariff, in which `*` stands for any letters and `?` for one.

    >>> read_pattern("harbour-*")
    'harbour-*'
    """
    if len(text) > PATTERN_MAX_CHARS:
        raise RefusalError("tariffs", WANT_PATTERN, f"write at most {PATTERN_MAX_CHARS} characters")
    if "," in text:
        shown = ", ".join(part.strip() for part in text.split(","))
        raise RefusalError("tariffs", WANT_PATTERN, f"write a list: [{visible(shown, 40)}]")
    if text.strip().lower() in ("all", "any", "every"):
        raise RefusalError("tariffs", WANT_PATTERN, "leave it out: then all tariffs are meant")
    if not text.isprintable() or " " in text or "[" in text or "]" in text:
        tidy = re.sub(r"\s+", "-", re.sub(r"[\[\]]", "", text).strip())
        fix = f"write {visible(tidy, 40)}" if tidy.isprintable() and tidy else "write an id, or leave it out"
        raise RefusalError("tariffs", WANT_PATTERN, fix)
    return text
