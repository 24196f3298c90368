"""The steps of one bill, in the order in which they are taken: what `explain` tells.

Every step is a plain value. Those before `Charged` are in milli-Wh and microseconds, the later ones in money.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from rating.reference.deal import AllowanceLeft, Balance, CapSoFar, Claim, CouponFault, Deal
from rating.reference.match import Match, Priced
from rating.reference.values import Usage
from rating.tariff.model import LineDimension, Rates, RoundingMode, StepRound, Tariff, TaxRate

Stage = Literal["before_tax", "after_tax"]
LimitKind = Literal["minimum", "maximum"]


@dataclass(frozen=True, slots=True)
class Rules:
    """By which tariff, version and zone which session is priced (PRICING 2)."""

    tariff: Tariff
    version: int
    zone: str
    start: datetime
    end: datetime
    usage: Usage
    deal: Deal


@dataclass(frozen=True, slots=True)
class Spell:
    """An interval of the meter, a gap without one, or reserved time, and how much of it is for what (PRICING 1)."""

    start: datetime
    end: datetime
    kind: Literal["interval", "gap", "reserved"]
    energy_mwh: int
    charging_us: int
    parked_us: int
    reserved_us: int
    charges: bool  # whether the vehicle charged (or would have, had it been let)


@dataclass(frozen=True, slots=True)
class Crossed:
    """Thresholds of the tariff that a session passed when a stretch began."""

    energy_mwh: tuple[int, ...] = ()
    duration_us: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time over which the same elements hold, and what was measured in it: of the session, or of its reservation."""

    start: datetime
    end: datetime
    matches: tuple[Match, ...]
    energy_mwh: int
    charging_us: int
    parked_us: int
    reserved_us: int
    crossed: Crossed
    # The least and the most of its intervals, for the tariff's restrictions.
    power_mw: tuple[int, int]
    current_ma: tuple[int, int]


@dataclass(frozen=True, slots=True)
class FlatDue:
    """The moment from which a price per session, or per reservation, is due (PRICING 3)."""

    at: datetime
    priced: Priced


@dataclass(frozen=True, slots=True)
class Measured:
    """The volume of one component, and how much of it grace makes free, in base units (PRICING 3)."""

    priced: Priced
    volume: int
    free: int
    begins: datetime | None  # for a parking price from the first energy, or from the end of charging


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an allowance made free: of which component how much, in base units. A free session counts as one."""

    allowance: AllowanceLeft
    used: int
    taken: tuple[tuple[Priced, int], ...]


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
class Moment:
    """The energy that a component prices by one price of its index, mostly a quarter of an hour (PRICING 4)."""

    priced: Priced
    start: datetime
    end: datetime
    energy_mwh: int
    allowed_mwh: int  # of it, in an allowance
    price: Fraction  # a kWh
    amount: Fraction
    fallback: bool = False  # the index has no price then, and this is the tariff's for such times


@dataclass(frozen=True, slots=True)
class Charged:
    """The amount of one component: billed volume times price, then its own minimum and maximum (PRICING 4)."""

    priced: Priced
    billed: int
    by_price: Fraction
    amount: Fraction
    rates: Rates  # the taxes on it


@dataclass(frozen=True, slots=True)
class Discounted:
    """What a discount took of each component; nothing, where nothing was left that it could take from (PRICING 4)."""

    name: str
    dimension: LineDimension | None  # the only one that it is on
    taken: tuple[tuple[Priced, Fraction], ...]

    @property
    def amount(self) -> Fraction:
        """What it took in all."""
        return sum((amount for _, amount in self.taken), Fraction(0))


@dataclass(frozen=True, slots=True)
class CouponTaken:
    """Whether a coupon holds: None, or why it does not. `spent` is the session's cost before it."""

    claim: Claim
    spent: Fraction
    fault: CouponFault | Literal["min_spend", "nothing_left"] | None


@dataclass(frozen=True, slots=True)
class Redeemed:
    """How many points the session is paid with."""

    points: Balance
    redeemed: int


@dataclass(frozen=True, slots=True)
class Limited:
    """A min_price, a max_price or a plan's cap that set the total; `change` is its line, 0 where only the tax moved
    (PRICING 4).
    """

    kind: LimitKind
    stage: Stage
    limit_micro: int
    before: Fraction
    change: Fraction
    cap: CapSoFar | None = None  # of a plan; then the limit is what it leaves


@dataclass(frozen=True, slots=True)
class TaxPart:
    """One tax of a session: what it is counted from (the price before tax of all that it is on), and its amount."""

    rate: TaxRate
    base: Fraction
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Taxed:
    """The exact totals before and after each tax; None: cannot be known, for a rate is not (PRICING 4)."""

    net: Fraction | None
    taxes: tuple[TaxPart, ...] | None
    gross: Fraction | None


@dataclass(frozen=True, slots=True)
class Rounded:
    """The totals as they are charged (PRICING 4)."""

    mode: RoundingMode
    unit_micro: int
    net_micro: int | None
    taxes: tuple[tuple[TaxRate, int], ...] | None
    gross_micro: int | None
    of_lines_micro: int  # the one of the two that lines add up to

    @property
    def tax_micro(self) -> int | None:
        """All taxes together, or None where they are not known."""
        return None if self.taxes is None else sum(micro for _, micro in self.taxes)


Step = (
    Rules
    | Spell
    | Stretch
    | FlatDue
    | Measured
    | Allowed
    | Stepped
    | Moment
    | Charged
    | Discounted
    | CouponTaken
    | Redeemed
    | Limited
    | Taxed
    | Rounded
)
