"""The steps of one bill, in the order in which they are taken: what `explain` tells.

Every step is a plain value. Those before `Charged` are in milli-Wh and microseconds, the later ones in money.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from rating.reference.match import Match, Priced
from rating.tariff.model import RoundingMode, StepRound, Tariff

Stage = Literal["before_tax", "after_tax"]


@dataclass(frozen=True, slots=True)
class Rules:
    """By which tariff, version and zone the session is priced (PRICING 2)."""

    tariff: Tariff
    version: int
    zone: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Spell:
    """An interval of the meter, or a gap without one, which counts as parked (PRICING 1)."""

    start: datetime
    end: datetime
    energy_mwh: int
    charging: bool
    measured: bool  # False: a gap


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time over which the same elements hold, and what was measured in it."""

    start: datetime
    end: datetime
    matches: tuple[Match, ...]
    energy_mwh: int
    charging_us: int
    parked_us: int


@dataclass(frozen=True, slots=True)
class FlatDue:
    """The moment from which a price per session is due (PRICING 3)."""

    at: datetime
    priced: Priced


@dataclass(frozen=True, slots=True)
class Measured:
    """The volume of one component, and how much of it grace makes free, in base units (PRICING 3)."""

    priced: Priced
    volume: int
    free: int
    from_first_energy: datetime | None  # for a parking price that begins there


@dataclass(frozen=True, slots=True)
class Stepped:
    """The step of a dimension, once a session: its total before and after, and what changed where (PRICING 3)."""

    last: Priced  # the component active last gives the step
    step: int
    round: StepRound
    total: int
    stepped: int
    changes: tuple[tuple[Priced, int], ...]


@dataclass(frozen=True, slots=True)
class Charged:
    """The amount of one component: billed volume times price, then its own minimum and maximum (PRICING 4)."""

    priced: Priced
    billed: int
    by_price: Fraction
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Limited:
    """A min_price or max_price that set the total; `change` is its line, 0 where only the tax moved (PRICING 4)."""

    kind: Literal["minimum", "maximum"]
    stage: Stage
    limit_micro: int
    before: Fraction
    net: Fraction
    gross: Fraction
    change: Fraction


@dataclass(frozen=True, slots=True)
class Taxed:
    """The exact totals before and after tax (PRICING 4)."""

    net: Fraction
    tax: Fraction
    gross: Fraction


@dataclass(frozen=True, slots=True)
class Rounded:
    """The totals as they are charged (PRICING 4)."""

    mode: RoundingMode
    unit_micro: int
    net_micro: int
    tax_micro: int
    gross_micro: int


Step = Rules | Spell | Stretch | FlatDue | Measured | Stepped | Charged | Limited | Taxed | Rounded
