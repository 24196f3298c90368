"""Which plan an account has when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from rating.reference.clock import clock_changes, load_zone, local
from rating.reference.versions import instant_of
from rating.tariff.plans import Plan, Plans
from rating.units import US_PER_DAY


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
        """The date at the plan's place on which an instant counts."""
        return date_at(instant_us, self.zone)


def zone_of(name: str) -> ZoneInfo:
    """The zone of a plan or a coupon, which its reader has checked."""
    zone = load_zone(name)
    assert zone is not None, name
    return zone


def date_at(instant_us: int, zone: ZoneInfo) -> date:
    """The local date of an instant; where a clock was set back over midnight, the new date stays (our choice).

    So dates never go back, and a period begins at the first instant of its first date, as a tariff's version does.

    >>> from rating.reference.versions import instant_of
    >>> zone = zone_of("America/St_Johns")
    >>> set_back = instant_of(date(2010, 11, 7), zone) + 60_000_000  # 00:01 became 23:01 of the day before
    >>> str(local(set_back, zone).date()), str(date_at(set_back, zone)), str(date_at(set_back - 60_000_001, zone))
    ('2010-11-06', '2010-11-07', '2010-11-06')
    """
    changes = clock_changes(instant_us - US_PER_DAY, instant_us, zone)
    return max(local(moment, zone).date() for moment in [instant_us, *(change - 1 for change in changes)])


def day_in(moment: date | int, zone: ZoneInfo) -> date:
    """A date is itself; of an instant it is the date on which it counts."""
    return moment if isinstance(moment, date) else date_at(moment, zone)


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
