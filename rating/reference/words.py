"""How clock times, durations, energy, money and restrictions are said to people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Literal, assert_never

from rating.reference.match import Restriction
from rating.tariff.model import DimensionName, When
from rating.units import ENERGY, FLAT, MICRO_PER_UNIT, MWH_PER_KWH, PPM_PER_PERCENT, US_PER_H, US_PER_MIN, US_PER_S

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DIMENSION_WORDS: dict[DimensionName, str] = {
    "energy": "energy",
    "time": "charging time",
    "parking_time": "parking time",
    "flat": "price per session",
}
_EXACT_DECIMALS = 9


def decimal(value: Fraction, least: int = 0) -> str:
    """A number with all its decimals, at least so many; one that does not end is cut, with an ellipsis.

    >>> decimal(Fraction(7, 2), 2), decimal(Fraction(1, 3)), decimal(Fraction(-5))
    ('3.50', '0.333333...', '-5')
    """
    scale = 10**_EXACT_DECIMALS
    ends = (value * scale).denominator == 1
    digits = _EXACT_DECIMALS if ends else 6
    whole, rest = divmod(abs(value) * 10**digits // 1, 10**digits)
    fraction = str(rest).rjust(digits, "0")
    if ends:
        fraction = fraction[:least] + fraction[least:].rstrip("0")
    text = f"{whole}.{fraction}" if fraction else str(whole)
    return ("-" if value < 0 else "") + text + ("" if ends else "...")


def energy(mwh: int) -> str:
    """Energy in kWh."""
    return f"{decimal(Fraction(mwh, MWH_PER_KWH))} kWh"


def duration(us: int) -> str:
    """A length of time.

    >>> duration(5_405_000_000), duration(0)
    ('1 h 30 min 5 s', '0 min')
    """
    hours, rest = divmod(us, US_PER_H)
    minutes, rest = divmod(rest, US_PER_MIN)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    parts.append(f"{decimal(Fraction(rest, US_PER_S))} s" if rest else "")
    return " ".join(part for part in parts if part) or "0 min"


def quantity(amount: int, dimension: int) -> str:
    """A quantity in base units of a dimension (an index into units.DIMENSIONS)."""
    if dimension == ENERGY:
        return energy(amount)
    return f"{amount} session" if dimension == FLAT else duration(amount)


def money(amount: Fraction, currency: str, decimals: int) -> str:
    """An amount with its currency and at least the currency's decimals."""
    return f"{decimal(amount, decimals)} {currency}"


def decimals_of(minor_micro: int) -> int:
    """How many decimals a currency has."""
    return len(str(MICRO_PER_UNIT // minor_micro)) - 1


def percent(ppm: int) -> str:
    """A tax rate."""
    return f"{decimal(Fraction(ppm, PPM_PER_PERCENT))} %"


def day(reading: date) -> str:
    """A date with its day of the week."""
    return f"{DAYS[reading.weekday()]} {reading.day} {MONTHS[reading.month - 1]} {reading.year}"


def clock(reading: datetime) -> str:
    """A clock time; in the hour that a clock change repeats it says which pass."""
    text = f"{reading.hour:02}:{reading.minute:02}"
    if reading.second or reading.microsecond:
        text += f":{reading.second:02}"
    if reading.microsecond:
        text += f".{reading.microsecond:06}".rstrip("0")
    first, second = (reading.replace(fold=fold).utcoffset() for fold in (0, 1))
    if first is not None and second is not None and first > second:
        text += " (second pass)" if reading.fold else " (first pass)"
    return text


def between(start: datetime, end: datetime) -> str:
    """From one local clock time to another; the day of the end is said only where it is another one."""
    if start == end:
        return f"{day(start)} {clock(start)}"
    until = clock(end) if end.date() == start.date() else f"{day(end)} {clock(end)}"
    return f"{day(start)} {clock(start)} to {until}{_change(start, end)}"


def _change(start: datetime, end: datetime) -> str:
    """That the clock was set in between, so that its readings do not tell how long it was."""
    before, after = start.utcoffset(), end.utcoffset()
    if before is None or after is None or before == after:
        return ""
    moved = (after - before) // timedelta(microseconds=1)
    return f" (the clock was set {'forward' if moved > 0 else 'back'} {duration(abs(moved))})"


def only_when(when: When, restriction: Restriction) -> str:
    """When an element holds, as far as one of its restrictions says."""
    match restriction:
        case "start_date":
            return f"begins on {when.start_date}"
        case "end_date":
            return f"ended before {when.end_date}"
        case "months":
            return f"only in {runs(when.months or (), MONTHS, first=1)}"
        case "day_of_week":
            return f"only on {runs(when.day_of_week or (), DAYS)}"
        case "holidays":
            name = when.holidays.name if when.holidays else ""
            return f"only on holidays of {name}" if when.holidays_in else f"not on holidays of {name}"
        case "clock":
            return f"only from {_minute(when.start_min or 0)} to {_minute(when.end_min or 1440)}"
        case _:
            assert_never(restriction)


def runs(numbers: Collection[int], names: tuple[str, ...], first: Literal[0, 1] = 0) -> str:
    """Numbers as names, with neighbours drawn together.

    >>> runs({0, 1, 2, 3, 4, 6}, DAYS)
    'Mon to Fri, Sun'
    """
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    texts = []
    for run in found:
        ends = names[run[0] - first], names[run[-1] - first]
        texts.append(ends[0] if len(run) == 1 else (", " if len(run) == 2 else " to ").join(ends))
    return ", ".join(texts) or "no day"


def _minute(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
