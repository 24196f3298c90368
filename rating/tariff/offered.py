"""What the parts of a plan mean where their author left something out: their names, and what a price is taken from."""

from __future__ import annotations

from typing import Final

from rating.tariff.model import LineDimension, Price
from rating.tariff.plans import ALL_DIMENSIONS, AllowedName, PeriodName

_TIMES: Final[frozenset[LineDimension]] = frozenset(("time", "parking_time", "reservation_time"))
# What a price per unit can be taken from.
DIMENSIONS_OF_UNIT: Final[dict[str, frozenset[LineDimension]]] = {
    "kWh": frozenset(("energy",)),
    "Wh": frozenset(("energy",)),
    "h": _TIMES,
    "min": _TIMES,
    "s": _TIMES,
    "session": frozenset(("flat", "reservation_flat")),
}
DEFAULT_POINTS: Final = "points"


def default_allowance(of: AllowedName) -> str:
    """The name of an allowance.

    >>> default_allowance("parking_time")
    'included parking time'
    """
    return f"included {of.replace('_', ' ')}"


def default_discount(index: int) -> str:
    """The name of a discount (index from 0)."""
    return f"discount {index + 1}"


def default_loyalty(index: int) -> str:
    """The name of a loyalty (index from 0)."""
    return f"loyalty {index + 1}"


def default_cap(per: PeriodName) -> str:
    """The name of a cap."""
    return f"{per} cap"


def default_coupon(code: str) -> str:
    """The name of a coupon's line."""
    return f"coupon {code}"


def dimensions_of(price: Price | None, named: frozenset[LineDimension] | None) -> frozenset[LineDimension]:
    """What a discount is taken from: what is named, as far as a price per unit is of it.

    >>> dimensions_of(Price(50_000, "kWh"), None)
    frozenset({'energy'})
    """
    can = ALL_DIMENSIONS if price is None else DIMENSIONS_OF_UNIT[price.unit]
    return can if named is None else can & named
