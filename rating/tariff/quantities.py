"""Energy, power and current of a restriction, as they are written -> thousandths of a Wh, a W or an A.

A bare number is of the unit that OCPI has for the key: kWh, kW or A.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rating.tariff.amounts import number_fix, scaled
from rating.tariff.lengths import unit_meant
from rating.tariff.refusal import RefusalError
from rating.units import CURRENT_MAX_MA, ENERGY_MAX_MWH, POWER_MAX_MW

_PARTS = re.compile(r"(.*?) ?([A-Za-z]*)")
_LONGEST = 60


@dataclass(frozen=True)
class Quantity:
    """A kind of quantity: its units with the decimals that each may have, the unit of a bare number first."""

    code: str
    want: str
    decimals: dict[str, int]
    words: dict[str, str]  # what people write for a unit, in lower case -> the unit
    maximum: int
    finest: str


ENERGY = Quantity(
    "energy", "an amount of energy, such as 10 kWh", {"kWh": 6, "Wh": 3},
    {"kwh": "kWh", "kw": "kWh", "kilowatthour": "kWh", "wh": "Wh", "watthour": "Wh"},
    ENERGY_MAX_MWH, "a thousandth of a Wh",
)  # fmt: skip
POWER = Quantity(
    "power", "a power, such as 50 kW or 3700 W", {"kW": 6, "W": 3},
    {"kw": "kW", "kwh": "kW", "kwatt": "kW", "kilowatt": "kW", "w": "W", "watt": "W"},
    POWER_MAX_MW, "a thousandth of a W",
)  # fmt: skip
CURRENT = Quantity(
    "current", "a current, such as 16 A", {"A": 3},
    dict.fromkeys(("a", "amp", "amps", "ampere", "amperes"), "A"), CURRENT_MAX_MA, "a thousandth of an A",
)  # fmt: skip


def read_kwh(text: str) -> int:
    """An amount of energy in milli-Wh; a bare number means kWh.

    >>> read_kwh("10"), read_kwh("0.5 kWh"), read_kwh("1 Wh")
    (10000000, 500000, 1000)
    """
    return _read(text, ENERGY)


def read_power(text: str) -> int:
    """A power in milli-W; a bare number means kW.

    >>> read_power("50"), read_power("3.7 kW"), read_power("3700 W")
    (50000000, 3700000, 3700000)
    """
    return _read(text, POWER)


def power_text(power_mw: int) -> str:
    """A power as `read_power` takes it.

    >>> power_text(50_000_001)
    '50000.001 W'
    """
    return f"{power_mw // 1000}.{power_mw % 1000:03} W"


def read_current(text: str) -> int:
    """A current in milli-A; a bare number means A.

    >>> read_current("16"), read_current("0.5 A")
    (16000, 500)
    """
    return _read(text, CURRENT)


def pattern(kind: Quantity) -> str:
    """The form of a quantity, for editors."""
    return rf"^(0|[1-9][0-9]*)(\.[0-9]{{1,6}})?( ?({'|'.join(kind.decimals)}))?$"


def _read(text: str, kind: Quantity) -> int:
    # A text of a megabyte would stay in the cache below.
    if len(text) > _LONGEST:
        raise RefusalError(kind.code, kind.want, "write a number with its unit")
    return _read_short(text, kind.code)


@lru_cache(maxsize=1024)
def _read_short(text: str, code: str) -> int:
    kind = _KINDS[code]
    parts = _PARTS.fullmatch(text.strip())
    number, unit = parts.groups() if parts else ("", "")
    if not re.search("[0-9]", number):
        raise RefusalError(code, kind.want, f"write a number and its unit: {' or '.join(kind.decimals)}")
    if unit and unit not in kind.decimals:
        raise RefusalError(code, kind.want, _unit_fix(number, unit, kind))
    decimals = kind.decimals[unit or next(iter(kind.decimals))]
    try:
        value = scaled(number, decimals, code, kind.want, kind.maximum)
    except RefusalError as refusal:
        raise RefusalError(code, kind.want, _number_fix(refusal.fix, decimals, unit, kind)) from None
    if text != text.strip():
        raise RefusalError(code, kind.want, f"write {text.strip()}, without spaces around it")
    return value


_KINDS = {kind.code: kind for kind in (ENERGY, POWER, CURRENT)}


def _unit_fix(number: str, unit: str, kind: Quantity) -> str:
    meant = unit_meant(unit, kind.words)
    if not meant:
        return f"write it in {' or '.join(kind.decimals)}"
    try:
        scaled(number, kind.decimals[meant], kind.code, kind.want, kind.maximum)
    except RefusalError:
        return f"{_bare(number_fix(number))}, in {meant}"
    return f"write {number} {meant}"


def _number_fix(fix: str, decimals: int, unit: str, kind: Quantity) -> str:
    """The fix of a number, with the unit behind it and what this quantity's limits mean."""
    if fix == f"write at most {decimals} decimals":
        return f"{fix}: {kind.finest} is the finest"
    if fix.startswith("write at most"):
        first = next(iter(kind.decimals))
        return f"write at most {kind.maximum // 10 ** kind.decimals[first]} {first}"
    return re.sub(r"^(write [0-9.]+)(?=$|,)", rf"\1 {unit}", _bare(fix)) if unit else _bare(fix)


def _bare(fix: str) -> str:
    """A fix of an amount of money, without what it says of currencies."""
    return fix.partition(", without a currency")[0]
