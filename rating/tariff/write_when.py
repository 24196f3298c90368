"""The small values of a tariff file, and its restrictions, as they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from rating.tariff.dates import DAYS, MONTHS
from rating.tariff.model import When
from rating.units import MWH_PER_KWH, MWH_PER_WH, US_PER_H, US_PER_MIN, US_PER_S

_PLAIN = re.compile("[A-Za-z0-9][A-Za-z0-9._/-]*( [A-Za-z0-9._/-]+)*")
_NAMED = ("tariff_type", "connector", "membership", "payment_method")
_TIMES = (("h", US_PER_H), ("min", US_PER_MIN), ("s", US_PER_S))
_ENERGIES = (("kWh", MWH_PER_KWH), ("Wh", MWH_PER_WH))


def number(value: int, decimals: int, least: int = 0) -> str:
    """So many 10^-decimals, with at least so many decimals.

    >>> number(390_000, 6), number(500_000, 6, 2), number(21_0000, 4)
    ('0.39', '0.50', '21')
    """
    whole, rest = divmod(value, 10**decimals)
    fraction = f"{rest:0{decimals}}".rstrip("0").ljust(least, "0")
    return f"{whole}.{fraction}" if fraction else str(whole)


def money(micro: int) -> str:
    """An amount in the way people write it.

    >>> money(12_000_000), money(1_234_500)
    ('12.00', '1.2345')
    """
    return number(micro, 6, 2)


def length(value: int, kind: str = "time") -> str:
    """A length of time or an amount of energy, in the largest unit of which it is a whole number.

    >>> length(5_400_000_000), length(100_000, "energy")
    ('90 min', '100 Wh')
    """
    for unit, size in _ENERGIES if kind == "energy" else _TIMES:
        if value % size == 0:
            return f"{value // size} {unit}"
    # Nothing finer can be written: the reader refuses it.
    return f"{number(value, 3)} Wh" if kind == "energy" else f"{number(value, 6)} s"


def word(text: str) -> str:
    """A text that reads as itself wherever it stands.

    >>> print(word("evening peak"), word("a: b"), word("x, y"))
    evening peak "a: b" "x, y"
    """
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def when_pairs(when: When) -> list[str]:
    """The restrictions as `key: value`."""
    pairs: list[str] = []
    if when.day_of_week is not None:
        pairs.append(f"day_of_week: {_listed(DAYS[day] for day in sorted(when.day_of_week))}")
    for key, minute in (("start_time", when.start_min), ("end_time", when.end_min)):
        if minute is not None:
            pairs.append(f"{key}: {minute // 60:02}:{minute % 60:02}")
    for key, day in (("start_date", when.start_date), ("end_date", when.end_date)):
        if day is not None:
            pairs.append(f"{key}: {day}")
    if when.months is not None:
        pairs.append(f"months: {_listed(MONTHS[month - 1] for month in sorted(when.months))}")
    if when.holidays is not None:
        pairs.append(f"holidays: {'' if when.holidays_in else 'not '}{when.holidays.name}")
    pairs += _quantities(when)
    for key in _NAMED:
        names: frozenset[str] | None = getattr(when, key)
        if names is not None:
            pairs.append(f"{key}: {_listed(word(name) for name in sorted(names))}")
    if when.reservation is not None:
        pairs.append(f"reservation: {when.reservation.upper()}")
    return pairs


def _quantities(when: When) -> list[str]:
    found = []
    for key, value, decimals, unit in (
        ("min_kwh", when.min_energy_mwh, 6, ""),
        ("max_kwh", when.max_energy_mwh, 6, ""),
        ("min_power", when.min_power_mw, 6, " kW"),
        ("max_power", when.max_power_mw, 6, " kW"),
        ("min_current", when.min_current_ma, 3, " A"),
        ("max_current", when.max_current_ma, 3, " A"),
    ):
        if value is not None:
            found.append(f"{key}: {number(value, decimals)}{unit}")
    for key, value in (("min_duration", when.min_duration_us), ("max_duration", when.max_duration_us)):
        if value is not None:
            found.append(f"{key}: {length(value)}")
    least, most = when.min_evse_power_mw, when.max_evse_power_mw
    if least is not None and most == least + 1:
        found.append(f"evse_power: {number(least, 6)} kW")
    elif least is not None or most is not None:
        sides = [f"{key}: {number(value, 6)} kW" for key, value in (("min", least), ("max", most)) if value is not None]
        found.append(f"evse_power: {{{', '.join(sides)}}}")
    return found


def _listed(words: Iterable[str]) -> str:
    found = list(words)
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]"
