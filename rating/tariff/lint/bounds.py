"""Restrictions of a size that hardly any session has: Wh written for kWh, W for kW, mA for A, seconds for minutes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from rating.errors import Fault
from rating.tariff.lint.axes import RANGES
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.words import bound_text
from rating.tariff.model import Tariff
from rating.units import MWH_PER_KWH, SESSION_MAX_US, US_PER_H, US_PER_MIN, US_PER_S

_MW_PER_KW: Final = 1_000_000
_MA_PER_A: Final = 1_000


class Size(NamedTuple):
    """What is read without a question, what is usual, and by which factors people miss it: each with its reason."""

    least: int
    most: int
    usual: tuple[int, int]
    want: str
    factors: tuple[tuple[Fraction, str], ...]


# The bounds are wide: trucks take a megawatt-hour at some megawatts and 3,000 A. Who means "any at all" writes a
# value that is tiny in every unit; one is taken for another unit only where that makes it usual.
_POWER: Final = Size(
    _MW_PER_KW // 20,
    5_000 * _MW_PER_KW,
    (2 * _MW_PER_KW, 1_000 * _MW_PER_KW),
    "a power that a charger may have, from 0.05 to 5000 kW",
    ((Fraction(1, 1_000), "the unit is kW, not W"), (Fraction(1_000), "the unit is kW, not MW")),
)
_SIZES: Final[dict[str, Size]] = {
    "kwh": Size(
        0,
        2_000 * MWH_PER_KWH,
        (MWH_PER_KWH // 10, 1_000 * MWH_PER_KWH),
        "an energy that a session may take, up to 2000 kWh",
        ((Fraction(1, 1_000), "the unit is kWh, not Wh"),),
    ),
    "duration": Size(
        US_PER_MIN,
        14 * 24 * US_PER_H,
        (US_PER_MIN, 48 * US_PER_H),
        "a length that a session may have, from 1 min to 336 h",
        (
            (Fraction(60), "a number of minutes is not one of seconds"),
            (Fraction(1, 60), "a number of minutes is not one of hours"),
        ),
    ),
    "power": _POWER,
    "current": Size(
        _MA_PER_A // 20,
        10_000 * _MA_PER_A,
        (6 * _MA_PER_A, 3_000 * _MA_PER_A),
        "a current that a charger may have, from 0.05 to 10000 A",
        ((Fraction(1, 1_000), "the unit is A, not mA"), (Fraction(1_000), "the unit is A, not kA")),
    ),
    "evse_power": _POWER,
}
# Beyond every session, or as good as nothing: such a limit is none, and is written on purpose.
_NO_LIMIT: Final = {"duration": (US_PER_S, SESSION_MAX_US)}


def restriction_sizes(tariff: Tariff) -> Iterator[Fault]:
    """A warning for each minimum and maximum that nearly every session is on one side of."""
    for version in tariff.versions:
        for element in version.elements:
            for name, (limits, _) in RANGES.items():
                for side, value in zip(("min", "max"), limits(element.when), strict=True):
                    if value is not None and (fix := _fix(side, name, value)):
                        got = bound_text(side, name, value)
                        yield warning(Code.IMPLAUSIBLE, element.place, got, _SIZES[name].want, fix)


def _fix(side: str, name: str, value: int) -> str:
    """What was meant by a value that is implausible; "" where it is not, or where nothing usual comes near."""
    size = _SIZES[name]
    low, high = _NO_LIMIT.get(name, (0, None))
    if size.least <= value <= size.most or value <= low or (high is not None and value >= high):
        return ""
    meant = {}
    for factor, why in size.factors:
        other = value * factor
        if (factor > 1) == (value < size.least) and other.denominator == 1 and size.usual[0] <= other <= size.usual[1]:
            meant[bound_text(side, name, int(other))] = why
    if meant:
        return f"did you mean {' or '.join(f'`{text}`' for text in meant)}? ({next(iter(meant.values()))})"
    return "look at the number and at its unit" if value > size.most else ""
