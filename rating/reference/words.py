"""How clock times, durations, energy, power, money and taxes are said to people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from rating.tariff.model import LineDimension, TaxRate
from rating.units import (
    ENERGY,
    FLAT,
    MICRO_PER_UNIT,
    MWH_PER_KWH,
    PPM_PER_PERCENT,
    RESERVATION_FLAT,
    US_PER_H,
    US_PER_MIN,
    US_PER_S,
)

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DIMENSION_WORDS: dict[LineDimension, str] = {
    "energy": "energy",
    "time": "charging time",
    "parking_time": "parking time",
    "flat": "price per session",
    "reservation_time": "reserved time",
    "reservation_flat": "price per reservation",
}
_EXACT_DECIMALS = 9
_MILLI_PER_UNIT = 1_000


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


def power(mw: int) -> str:
    """Power, from milli-W, in kW."""
    return f"{decimal(Fraction(mw, MWH_PER_KWH))} kW"


def current(ma: int) -> str:
    """Current, from milli-A."""
    return f"{decimal(Fraction(ma, _MILLI_PER_UNIT))} A"


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
    """A quantity in base units of a dimension (an index into units.LINE_DIMENSIONS)."""
    if dimension == ENERGY:
        return energy(amount)
    return f"{amount} session" if dimension in (FLAT, RESERVATION_FLAT) else duration(amount)


def money(amount: Fraction, currency: str, decimals: int) -> str:
    """An amount with its currency and at least the currency's decimals."""
    return f"{decimal(amount, decimals)} {currency}"


def decimals_of(minor_micro: int) -> int:
    """How many decimals a currency has."""
    return len(str(MICRO_PER_UNIT // minor_micro)) - 1


def percent(ppm: int) -> str:
    """A tax rate."""
    return f"{decimal(Fraction(ppm, PPM_PER_PERCENT))} %"


def tax(rate: TaxRate) -> str:
    """A tax by its name and rate.

    >>> tax(TaxRate("QST", 99_750))
    'QST 9.975 %'
    """
    return f"{rate.name} {percent(rate.rate_ppm)}"


def listed(texts: Sequence[str], joined: str = "and") -> str:
    """Texts one after the other.

    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed(["a"])
    ('a, b and c', 'a or b', 'a')
    """
    return f" {joined} ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


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
    """From one local clock time to another; the day of the end is said only where it is another one.

    >>> from zoneinfo import ZoneInfo
    >>> first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
    >>> between(first, first.replace(fold=1))
    'Sun 25 Oct 2026 02:30 (first pass) to 02:30 (second pass) (the clock was set back 1 h)'
    """
    if (start, start.fold) == (end, end.fold):
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
