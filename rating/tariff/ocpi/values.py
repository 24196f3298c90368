"""The values of OCPI's tariffs: JSON -> integers, dates and names. Each reader refuses what it cannot read exactly."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Final, TypeVar

from rating.money import CurrencyError, close_currencies, minor_micro
from rating.ocpi_json import Json, shown
from rating.tariff.dates import read_clock, read_date
from rating.tariff.ocpi.spelling import edit_distance
from rating.tariff.refusal import RefusalError, RefusalsError, visible
from rating.units import LIMIT_MAX_MICRO, PRICE_MAX_MICRO

DAYS: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
DIMENSION_TYPES: Final = ("ENERGY", "TIME", "PARKING_TIME", "FLAT")  # in the order of units.DIMENSIONS
RESERVATIONS: Final = ("RESERVATION", "RESERVATION_EXPIRES")
TAX_INCLUDED: Final = ("YES", "NO", "N/A")
T = TypeVar("T")

ID_MAX_CHARS: Final = 255  # OCPI says 36; longer ones are in use, and harm nobody

_PLACEHOLDER_MAX = 10**18  # parties write 999999999 where they mean no limit
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER_TEXT = re.compile("[+-]?[0-9]+([.,][0-9]+)?")
_DATE_TIME = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


def scaled(value: Json, decimals: int, maximum: int, code: str, want: str) -> int:
    """A number as a whole number of 10^-decimals, exactly, whatever way it is spelt.

    >>> scaled(Decimal("1e1"), 6, 10**12, "price", "a price"), scaled(Decimal("0.390"), 6, 10**12, "price", "a price")
    (10000000, 390000)
    """
    if not isinstance(value, Decimal):
        quoted = isinstance(value, str) and _NUMBER_TEXT.fullmatch(value.strip())
        fix = f"write {value.strip().replace(',', '.')}, without quotes" if isinstance(value, str) and quoted else ""
        raise RefusalError(code, want, fix or "write a number")
    if value < 0:
        raise RefusalError(code, want, "write 0 or more: nothing here can be negative")
    # Not Decimal.scaleb: it rounds to the digits of its context. The reader of JSON bounds the exponent.
    exact = Fraction(value) * 10**decimals
    if exact > maximum:
        raise RefusalError(code, want, f"write at most {maximum // 10**decimals}")
    if exact.denominator != 1:
        raise RefusalError(code, want, f"write at most {decimals} decimals" if decimals else "write a whole number")
    return int(exact)


def read_price(value: Json) -> int:
    """A price or an amount of money in micro."""
    return scaled(value, 6, PRICE_MAX_MICRO, "price", "a price as a number, such as 0.39")


def read_limit(value: Json) -> int:
    """A limit of a session's total in micro."""
    return scaled(value, 6, LIMIT_MAX_MICRO, "amount", "an amount of money as a number, such as 12.00")


def read_vat(value: Json) -> int:
    """A percentage in millionths: 21 is 210_000."""
    return scaled(value, 4, 100 * 10**4, "vat", "a rate from 0 to 100 percent, such as 21")


def read_step(value: Json, unit: int, most: int) -> int:
    """A step in base units, of which one step counts `unit`."""
    return unit * scaled(value, 0, most // unit, "step_size", "a whole number of Wh or seconds, such as 300")


def read_kwh(value: Json) -> int:
    """An amount of energy in milli-Wh."""
    return scaled(value, 6, _PLACEHOLDER_MAX, "energy", "an amount of energy in kWh, such as 20")


def read_power(value: Json) -> int:
    """A power in milli-W."""
    return scaled(value, 6, _PLACEHOLDER_MAX, "power", "a power in kW, such as 16")


def read_current(value: Json) -> int:
    """A current in milli-A."""
    return scaled(value, 3, _PLACEHOLDER_MAX, "current", "a current in A, such as 32")


def read_duration(value: Json) -> int:
    """A length of time in microseconds."""
    return 10**6 * scaled(value, 0, _PLACEHOLDER_MAX, "duration", "a whole number of seconds, such as 1800")


def text(value: Json, code: str, want: str) -> str:
    """A text that is not empty."""
    if not isinstance(value, str):
        raise RefusalError(code, want, "write a text in quotes")
    if not value.strip():
        raise RefusalError(code, want, "write a value, or leave the key out where it is not needed")
    return value


def read_id(value: Json) -> str:
    """The id of a tariff."""
    want = 'the id of the tariff, such as "12"'
    if isinstance(value, Decimal):
        raise RefusalError("tariff_id", want, f'write "{shown(value)}", with quotes')
    found = text(value, "tariff_id", want)
    if len(found) > ID_MAX_CHARS or not found.isprintable():
        raise RefusalError("tariff_id", want, f"write at most {ID_MAX_CHARS} characters, all of them visible")
    return found


def read_currency(value: Json) -> str:
    """A currency with a smallest unit."""
    want = "the code of a currency, such as EUR (ISO 4217)"
    found = text(value, "currency", want)
    try:
        minor_micro(found)
    except CurrencyError as error:
        meant = " or ".join(f"`{code}`" for code in error.meant)
        plain = "look the code up in ISO 4217"
        if not meant and close_currencies(found):
            plain = f"write a currency that people pay in: {visible(found, 10)} has no smallest unit"
        raise RefusalError("currency", want, f"did you mean {meant}?" if meant else plain, got=visible(found)) from None
    return found


def choice(value: Json, choices: tuple[str, ...], code: str, want: str) -> str:
    """One of OCPI's words, exactly as it writes them."""
    found = text(value, code, want)
    if found in choices:
        return found
    tidy = re.sub("[-_ .]+", "_", re.sub("([a-z])([A-Z])", r"\1_\2", found.strip()[:40])).upper()
    slips = {word: edit_distance(tidy, word) for word in choices}
    near = min(slips, key=lambda word: slips[word])
    close = slips[near] <= (0 if len(near) < 4 else 1 if len(near) < 6 else 2)
    near = _OTHER_CHOICES.get(tidy, near if close else "")
    fix = f"did you mean `{near}`?" if near in choices else f"write one of {', '.join(choices)}"
    raise RefusalError(code, want, fix, got=visible(found))


_OTHER_CHOICES = {
    "KWH": "ENERGY", "PARKING": "PARKING_TIME", "IDLE": "PARKING_TIME", "SESSION_FEE": "FLAT", "START": "FLAT",
    "TRUE": "YES", "FALSE": "NO", "NA": "N/A", "N_A": "N/A", "NOT_APPLICABLE": "N/A", "NONE": "N/A",
    "MON": "MONDAY", "TUE": "TUESDAY", "WED": "WEDNESDAY", "THU": "THURSDAY", "FRI": "FRIDAY", "SAT": "SATURDAY",
    "SUN": "SUNDAY", "EXPIRES": "RESERVATION_EXPIRES",
}  # fmt: skip

read_dimension: Callable[[Json], str] = partial(
    choice, choices=DIMENSION_TYPES, code="dimension", want="the type of a price, such as ENERGY"
)
read_reservation: Callable[[Json], str] = partial(
    choice, choices=RESERVATIONS, code="reservation", want="RESERVATION or RESERVATION_EXPIRES"
)


def read_tax_included(value: Json) -> str:
    """Whether prices include their taxes; true and false are no words of OCPI's."""
    want = "YES, NO or N/A"
    if isinstance(value, bool):
        raise RefusalError("tax_included", want, f'write "{"YES" if value else "NO"}"')
    return choice(value, TAX_INCLUDED, "tax_included", want)


def read_days(value: Json) -> frozenset[int] | None:
    """Days of the week, 0 for Monday; None for an empty list, which restricts nothing."""
    want = 'a list of days, such as ["MONDAY", "TUESDAY"]'
    if not isinstance(value, list):
        fix = f'write ["{visible(value, 20)}"]' if isinstance(value, str) and value in DAYS else "write it as a list"
        raise RefusalError("day", want, fix)
    found: set[int] = set()
    wrong: list[RefusalError] = []
    for index, item in enumerate(value):
        try:
            found.add(DAYS.index(choice(item, DAYS, "day", "a day, such as MONDAY")))
        except RefusalError as refusal:
            refusal.at = (index,)
            wrong.append(refusal)
    if wrong:
        raise RefusalsError(wrong)
    return frozenset(found) or None


def read_time(value: Json) -> int:
    """A clock time in minutes of the day."""
    found = text(value, "clock", 'a clock time of 24 hours, such as "17:30"')
    return _as_written(read_clock, found)


def read_day(value: Json) -> date:
    """A local date."""
    found = text(value, "date", 'a date, such as "2026-06-01"')
    return _as_written(read_date, found)


def _as_written(read: Callable[[str], T], found: str) -> T:
    try:
        return read(found)
    except RefusalError as refusal:
        raise RefusalError(refusal.code, refusal.want, refusal.fix, got=visible(found)) from None


def read_date_time(value: Json) -> int:
    """An instant in microseconds UTC. OCPI's instants are UTC, also those that do not say so.

    >>> read_date_time("2015-06-29T20:39:09"), read_date_time("2015-06-29T20:39:09.5Z")
    (1435610349000000, 1435610349500000)
    """
    want = 'an instant in UTC, such as "2026-01-01T12:00:00Z"'
    found = text(value, "date_time", want)
    if not _DATE_TIME.fullmatch(found):
        fix = f"write {found}T00:00:00Z" if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", found) else "write it that way"
        raise RefusalError("date_time", want, fix, got=visible(found))
    try:
        instant = datetime.fromisoformat(found.upper())
    except ValueError:
        fix = "look at the month, the day and the hour: there is no such moment"
        raise RefusalError("date_time", want, fix, got=visible(found)) from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return (instant - _EPOCH) // timedelta(microseconds=1)


def date_time_text(instant_us: int) -> str:
    """An instant as OCPI writes it.

    >>> date_time_text(1435610349500000), date_time_text(0)
    ('2015-06-29T20:39:09.500000Z', '1970-01-01T00:00:00Z')
    """
    # An offset may put an instant before the year 1 or after 9999, where there are no dates.
    within_us = max(_FIRST_US, min(instant_us, _LAST_US))
    return (_EPOCH + timedelta(microseconds=within_us)).isoformat().replace("+00:00", "Z")


_FIRST_US = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST_US = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
