"""What an account gives one session: what is left of allowances, its discounts, coupon and points, and its caps.

`history` makes a deal from what came before a session; `rate_session` prices by it. A deal holds only the parts of a
plan that cover the session's tariff.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rating.tariff.plans import Allowance, Cap, Coupon, Discount, Loyalty, Plan, Points, Tier

# Why a known coupon does not hold; that too little is spent shows only when the session is priced.
CouponFault = Literal["too_early", "too_late", "tariff", "no_account", "used_up", "used_up_by_account"]


@dataclass(frozen=True, slots=True)
class AllowanceLeft:
    """An allowance with what is left of it, in milli-Wh, microseconds or sessions."""

    allowance: Allowance
    left: int
    since: date | None = None  # when the current period began


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account has done in a period before this session, which decides the tier."""

    loyalty: Loyalty
    count: int  # sessions, milli-Wh, or micro
    since: date | None = None  # the first date that counts

    @property
    def tier(self) -> Tier | None:
        """The last one that is reached."""
        return next((tier for tier in reversed(self.loyalty.tiers) if tier.at <= self.count), None)


@dataclass(frozen=True, slots=True)
class Claim:
    """The coupon that a session names, and why it does not hold, if so."""

    coupon: Coupon
    fault: CouponFault | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """The points of an account, and how many of them the session asks to be paid with."""

    points: Points
    balance: int
    asked: int = 0


@dataclass(frozen=True, slots=True)
class CapSoFar:
    """A cap with what the sessions before in its period were charged, as printed on the cap's side."""

    cap: Cap
    charged_micro: int
    since: date | None = None  # when the current period began


@dataclass(frozen=True, slots=True)
class Deal:
    """All of it, in the order in which it is taken."""

    account: str | None = None
    plan: Plan | None = None
    allowances: tuple[AllowanceLeft, ...] = ()
    discounts: tuple[Discount, ...] = ()
    loyalty: tuple[Standing, ...] = ()
    coupon: Claim | None = None
    points: Balance | None = None
    caps: tuple[CapSoFar, ...] = ()


NO_DEAL = Deal()
