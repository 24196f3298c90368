"""Which plan an account has when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from rating.reference.clock import load_zone, local
from rating.reference.versions import instant_of
from rating.tariff.plans import Plan, Plans


@dataclass(frozen=True, slots=True)
class Account:
    """A row of the table of accounts. No two rows of an account overlap."""

    account: str
    plan: str
    begins: date | int  # the column `from`: a local date in the plan's zone, or an instant
    ends: date | int | None = None  # the column `until`, exclusive; None: open


@dataclass(frozen=True, slots=True)
class Member:
    """A plan that an account has, and the local date on which it joined it."""

    account: str
    plan: Plan
    zone: ZoneInfo
    joined: date

    def day_of(self, instant_us: int) -> date:
        """The local date of an instant at the plan's place."""
        return local(instant_us, self.zone).date()


def zone_of(name: str) -> ZoneInfo:
    """The zone of a plan or a coupon, which its reader has checked."""
    zone = load_zone(name)
    assert zone is not None, name
    return zone


def day_in(moment: date | int, zone: ZoneInfo) -> date:
    """A date is itself; of an instant it is the local date."""
    return moment if isinstance(moment, date) else local(moment, zone).date()


def member_at(plans: Plans, accounts: Iterable[Account], account: str | None, instant_us: int) -> Member | None:
    """The plan of an account in force at an instant, or None."""
    for row in accounts:
        if row.account != account:
            continue
        plan = plans[row.plan]
        zone = zone_of(plan.time_zone)
        from_us, until_us = instant_of(row.begins, zone), instant_of(row.ends, zone)
        assert from_us is not None
        if from_us <= instant_us and (until_us is None or instant_us < until_us):
            return Member(row.account, plan, zone, day_in(row.begins, zone))
    return None
