"""A plan as the engine knows it: what an account pays and gets beside its tariffs. Plain frozen values in integers.

Comes in: values that a reader has checked. Goes out: what `settle` and `reference` price by.
Amounts of discounts are in the terms of the tariff's prices: with tax where those include it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

from rating.errors import Place
from rating.tariff.model import LineDimension, Price, PriceLimit, Rounding, Tariff, Tax, canonical

PeriodName = Literal["day", "week", "month", "year"]
AnchorName = Literal["calendar", "start"]
CountName = Literal["sessions", "energy", "spend"]
AllowedName = Literal["energy", "time", "parking_time", "sessions"]

ALL_TARIFFS = ("*",)
ALL_DIMENSIONS: frozenset[LineDimension] = frozenset(
    ("energy", "time", "parking_time", "flat", "reservation_time", "reservation_flat")
)


@dataclass(frozen=True, slots=True)
class Period:
    """A day, week (from Monday), month or year in the plan's zone: by the calendar, or counted from the day on which
    the account joined the plan (the 31st is the last day of a month that has none).
    """

    per: PeriodName
    anchor: AnchorName = "calendar"


@dataclass(frozen=True, slots=True)
class Fee:
    """What the plan costs in each period, prorated by day where the account has it for a part of one."""

    amount_micro: int
    period: Period


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much energy, time or so many sessions are free in each period. What is left may be carried into the next."""

    name: str
    of: AllowedName
    amount: int  # milli-Wh, microseconds or sessions
    unit: str  # as the author wrote it: kWh, Wh, h, min, s, session
    period: Period
    carry_max: int | None = 0  # of what is left, so much goes into the next period at most; None: all of it
    tariffs: tuple[str, ...] = ALL_TARIFFS
    dimensions: frozenset[LineDimension] = ALL_DIMENSIONS  # what a free session covers; else {of}
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Discount:
    """So much off the dimensions it names: a part of the amount, an amount a unit, or (a coupon) one amount.

    Exactly one of `percent_ppm`, `price` and `amount_micro` is given.
    """

    name: str
    percent_ppm: int | None = None
    price: Price | None = None  # for each unit of the billed volume
    amount_micro: int | None = None
    tariffs: tuple[str, ...] = ALL_TARIFFS
    dimensions: frozenset[LineDimension] = ALL_DIMENSIONS
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Tier:
    """From that count on, that discount."""

    at: int  # sessions, milli-Wh, or micro
    discount: Discount


@dataclass(frozen=True, slots=True)
class Loyalty:
    """What an account has done in a period decides a discount: the last tier that is reached at a session's start."""

    name: str
    by: CountName
    period: Period | None  # of the calendar or from joining; None: rolling
    rolling_days: int  # today and the days before it, in the plan's zone; 0: not rolling
    tiers: tuple[Tier, ...]  # `at` ascends
    tariffs: tuple[str, ...] = ALL_TARIFFS  # whose sessions count, and get the discount
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Points:
    """Whole points that sessions earn, and that later sessions may be paid with."""

    name: str
    by: CountName
    earn: int  # points for each
    each: int  # milli-Wh, micro of what is paid, or sessions
    worth_micro: int
    tariffs: tuple[str, ...] = ALL_TARIFFS
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Cap:
    """The sessions that start in a period cost an account no more than this together."""

    name: str
    period: Period
    max: PriceLimit  # one of the two sides
    tariffs: tuple[str, ...] = ALL_TARIFFS
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What accounts subscribe to. It holds for sessions on tariffs of its own currency."""

    id: str
    currency: str
    minor_micro: int
    time_zone: str
    name: str = ""
    tax: Tax | None = None  # of the fee
    rounding: Rounding | None = None  # of fee lines; None: half up to the minor unit
    fee: Fee | None = None
    allowances: tuple[Allowance, ...] = ()
    discounts: tuple[Discount, ...] = ()
    loyalty: tuple[Loyalty, ...] = ()
    points: Points | None = None
    caps: tuple[Cap, ...] = ()
    place: Place = field(default=Place(), compare=False)

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits that change when anything that can move an amount changes."""
        return _hash(self)


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code that a session may name: a discount while it is valid and not used up."""

    id: str  # the code
    currency: str
    minor_micro: int
    time_zone: str
    discount: Discount
    name: str = ""
    valid_from: date | int | None = None  # of the session's start; a local date or an instant
    valid_until: date | int | None = None  # exclusive
    uses_max: int | None = None  # in all
    uses_per_account_max: int | None = None
    min_spend_micro: int = 0  # what the session costs in all, before the coupon, is at least this
    place: Place = field(default=Place(), compare=False)

    @property
    def hash(self) -> str:
        """Sixteen hexadecimal digits that change when anything that can move an amount changes."""
        return _hash(self)


class Plans(Mapping[str, Plan]):
    """Plans by their id, in the order in which they were read, and coupons by their code."""

    def __init__(self, plans: tuple[Plan, ...] = (), coupons: tuple[Coupon, ...] = ()) -> None:
        self._by_id = {plan.id: plan for plan in plans}
        self.coupons: Mapping[str, Coupon] = {coupon.id: coupon for coupon in coupons}
        if len(self._by_id) != len(plans) or len(self.coupons) != len(coupons):
            raise ValueError("two plans or two coupons have the same id")

    def __getitem__(self, key: str) -> Plan:
        return self._by_id[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def __repr__(self) -> str:
        return f"Plans({', '.join([*self._by_id, *self.coupons])})"


def covers(patterns: tuple[str, ...], currency: str, tariff: Tariff) -> bool:
    """Whether a part of a plan, or a coupon, of that currency holds for the tariff: harbour-* means harbour-dc too."""
    return tariff.currency == currency and any(fnmatchcase(tariff.id, pattern) for pattern in patterns)


@lru_cache(maxsize=1024)
def _hash(value: Plan | Coupon) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]
