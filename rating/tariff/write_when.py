"""The small values of a tariff file, and its restrictions, as they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

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


def word(text: str, *, alone: bool = False) -> str:
    """A text that reads as itself; `alone` on its line it may hold commas.

    >>> print(word("evening peak"), word("a: b"), word("x, y"), word("x, y", alone=True))
    evening peak "a: b" "x, y" x, y
    """
    plain = _PLAIN.fullmatch(text.replace(", ", "").replace(",", "") if alone else text)
    return text if plain else json.dumps(text, ensure_ascii=False)


def ranges(chosen: frozenset[int], names: Sequence[str]) -> str:
    """Days or months, three or more in a row as a range, which may go round the end.

    >>> ranges(frozenset(range(5)), DAYS), ranges(frozenset({0, 9, 10, 11}), MONTHS), ranges(frozenset({1, 3}), DAYS)
    ('mon-fri', 'oct-jan', '[tue, thu]')
    """
    count = len(names)
    runs: list[list[int]] = []
    # From behind a gap on, so that no run is cut in two.
    first = next((index + 1 for index in range(count) if index not in chosen), 0)
    for index in (number % count for number in range(first, first + count)):
        if index not in chosen:
            continue
        if runs and (runs[-1][-1] + 1) % count == index:
            runs[-1].append(index)
        else:
            runs.append([index])
    words = [
        text
        for run in sorted(runs)
        for text in ([f"{names[run[0]]}-{names[run[-1]]}"] if len(run) > 2 else [names[index] for index in run])
    ]
    return listed(words)


def when_pairs(when: When) -> list[str]:
    """The restrictions as `key: value`."""
    pairs: list[str] = []
    if when.day_of_week is not None:
        pairs.append(f"day_of_week: {ranges(when.day_of_week, DAYS)}")
    for key, minute in (("start_time", when.start_min), ("end_time", when.end_min)):
        if minute is not None:
            pairs.append(f"{key}: {minute // 60:02}:{minute % 60:02}")
    for key, day in (("start_date", when.start_date), ("end_date", when.end_date)):
        if day is not None:
            pairs.append(f"{key}: {day}")
    if when.months is not None:
        pairs.append(f"months: {ranges(frozenset(month - 1 for month in when.months), MONTHS)}")
    if when.holidays is not None:
        pairs.append(f"holidays: {'' if when.holidays_in else 'not '}{when.holidays.name}")
    pairs += _quantities(when)
    for key in _NAMED:
        names: frozenset[str] | None = getattr(when, key)
        if names is not None:
            pairs.append(f"{key}: {listed(word(name) for name in sorted(names))}")
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


def listed(words: Iterable[str]) -> str:
    """One text alone, several in brackets."""
    found = list(words)
    return found[0] if len(found) == 1 else f"[{', '.join(found)}]"
