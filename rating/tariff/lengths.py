"""Lengths of time and amounts of energy, as they are written -> base units."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache

from rating.tariff.model import UNIT_SIZES
from rating.tariff.refusal import RefusalError
from rating.units import ENERGY_MAX_MWH, SESSION_MAX_US

_LENGTH = re.compile(r"(0|[1-9][0-9]{0,9}) ?(h|min|s|kWh|Wh)")

# What people write for a unit, in lower case -> the unit.
UNIT_WORDS = {
    **dict.fromkeys(("kwh", "kw", "kwatthour", "kwatthours", "kilowatthour", "kilowatthours", "kilowatt-hour"), "kWh"),
    **dict.fromkeys(("wh", "watthour", "watthours"), "Wh"),
    **dict.fromkeys(("h", "hour", "hours", "hr", "hrs", "u", "std"), "h"),
    **dict.fromkeys(("min", "minute", "minutes", "mins", "m"), "min"),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("session", "sessions", "start", "plug-in"), "session"),
}


def unit_meant(word: str, words: Mapping[str, str] = UNIT_WORDS) -> str:
    """The unit that a word stands for, in whatever case, also misspelt; "" where that is not clear.

    A wrong first letter is no slip: MWh is not kWh.

    >>> unit_meant("Minutes"), unit_meant("mni"), unit_meant("kWhr"), unit_meant("MWh")
    ('min', 'min', 'kWh', '')
    """
    low = word.lower()
    if low in words:
        return words[low]
    if not 3 <= len(low) <= 20:
        return ""
    near = [each for each in words if len(each) > 2 and (each[0] == low[0] or sorted(each) == sorted(low))]
    swapped = [each for each in near if sorted(each) == sorted(low)]
    close = swapped or difflib.get_close_matches(low, near, n=1, cutoff=0.8)
    return words[close[0]] if close else ""


def read_time_length(text: str) -> int:
    """A length of time in microseconds: `15 min`.

    >>> read_time_length("15 min")
    900000000
    """
    return _length(text, ("s", "min", "h"), "a length of time, such as 15 min, 4 h or 90 s", SESSION_MAX_US)


def read_energy_amount(text: str) -> int:
    """An amount of energy in milli-Wh: `100 Wh`.

    >>> read_energy_amount("1 kWh")
    1000000
    """
    return _length(text, ("Wh", "kWh"), "an amount of energy, such as 100 Wh or 1 kWh", ENERGY_MAX_MWH)


@lru_cache(maxsize=1024)
def _length(text: str, units: tuple[str, ...], want: str, maximum: int) -> int:
    found = _LENGTH.fullmatch(text)
    if found is None or found.group(2) not in units:
        raise RefusalError("length", want, _length_fix(text, units))
    value = int(found.group(1)) * UNIT_SIZES[found.group(2)]
    if value > maximum:
        raise RefusalError(
            "length", want, "write at most 400 days (9600 h)" if units[0] == "s" else "write at most 1000000 kWh"
        )
    return value


def _length_fix(text: str, units: tuple[str, ...]) -> str:
    bare = re.fullmatch(r"([0-9]+)(?:[.,]([0-9]+))? ?([A-Za-z]*)\.?", text.strip())
    if bare is None or len(text) > 40:
        return "write a whole number and a unit: " + ", ".join(units)
    whole, fraction, unit_text = bare.groups()
    fraction = fraction.rstrip("0") if fraction else ""
    if not unit_text:
        return _unit_fix(whole, fraction, units)
    unit = unit_meant(unit_text) or unit_text
    if unit not in units:
        return "write a whole number and a unit: " + ", ".join(units)
    if not fraction:
        return f"write {int(whole)} {unit}"
    whole_length = in_whole_units(whole, fraction, unit)
    return f"write {whole_length}, a whole number" if whole_length else "write a whole number"


def _unit_fix(whole: str, fraction: str, units: tuple[str, ...]) -> str:
    """What a bare number may have been, each in a way that can be read: half an hour is 30 min."""
    if not fraction:
        return f"write the unit: one of {', '.join(f'{int(whole)} {unit}' for unit in units)}"
    lengths = {f"{whole}.{fraction} {unit}": in_whole_units(whole, fraction, unit) for unit in units}
    found = [f"{length} ({text})" for text, length in lengths.items() if length]
    if not found:
        return "write a whole number and a unit: " + ", ".join(units)
    return f"write a whole number and its unit: {' or '.join(found)}"


def in_whole_units(whole: str, fraction: str, unit: str) -> str:
    """A length with a fraction, in whole numbers of a smaller unit; "" where that does not come out.

    >>> in_whole_units("1", "5", "h"), in_whole_units("0", "001", "min")
    ('90 min', '')
    """
    smaller = {"h": "min", "min": "s", "kWh": "Wh"}.get(unit)
    if smaller is None or len(whole + fraction) > 12:
        return ""
    size = UNIT_SIZES[unit] // UNIT_SIZES[smaller]
    count, left = divmod(int(whole + fraction) * size, 10 ** len(fraction))
    return "" if left or not count else f"{count} {smaller}"
