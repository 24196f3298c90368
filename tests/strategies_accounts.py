"""What Hypothesis draws of accounts: which plan they have when, and sessions of theirs with coupons and points."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import strategies as st
from strategies import tariff, usage
from strategies_pick import ANCHORS, Anchor, Pick, hypothesis_pick, random_pick
from strategies_plans import offer
from strategies_spot import WEEKS

from rating.reference import Account, Usage
from rating.tariff.model import Tariff
from rating.tariff.plans import Plans
from rating.units import US_PER_DAY, US_PER_H

ACCOUNTS = ["anna", "ben", "cleo"]
# How far apart sessions lie: within an hour or two, days, and months, so that periods begin in between.
DAYS = [*[0] * 10, 1, 1, 2, 7, 8, 28, 31, 60, 365]


class History(NamedTuple):
    """All that a rating of accounts takes; sessions with the id of their tariff."""

    tariffs: dict[str, Tariff]
    plans: Plans
    accounts: list[Account]
    usages: list[tuple[str, Usage]]


def accounts(pick: Pick, anchor: Anchor, plans: Plans) -> list[Account]:
    """For each account one or two rows that do not overlap, or none; dates and instants near the anchor."""
    found = []
    for account in ACCOUNTS:
        day = anchor.day - timedelta(days=pick.of([0, 1, 2, 3, 30, 59, 400]))
        begins: date | int = day
        if pick.one_in(4):
            begins = anchor.at_us - pick.below(3 * US_PER_DAY)
            day = anchor.day
        plan = pick.of(list(plans))
        rows = pick.of([1, 1, 1, 2, 2, 0])
        if rows == 0:
            continue
        until = None if rows == 1 and pick.below(2) else max(day, anchor.day) + timedelta(days=pick.between(1, 40))
        found.append(Account(account, plan, begins, until))
        if rows == 2 and until is not None:
            again = until + timedelta(days=pick.of([0, 0, 1, 20]))
            found.append(Account(account, pick.of(list(plans)), again))
    return found


def history(pick: Pick, max_sessions: int = 8, faulty: bool = True) -> History:
    """One or two tariffs with plans, coupons, accounts and sessions, some of which start together."""
    anchor = pick.of(ANCHORS)
    tariffs = [tariff(pick, anchor, f"tariff-{index}", WEEKS) for index in range(pick.between(1, 2))]
    plans = offer(pick, anchor, tariffs)
    rows = accounts(pick, anchor, plans)
    usages: list[tuple[str, Usage]] = []
    for number in range(pick.between(1, max_sessions)):
        found = moved(usage(pick, anchor, f"S-{number}", faulty and pick.one_in(2)), pick.of(DAYS) * US_PER_DAY)
        if usages and pick.one_in(2):
            since_us = usages[-1][1].start_us + pick.of([0, US_PER_H, 2 * US_PER_H, 10 * US_PER_H])
            found = moved(found, since_us - found.start_us)
        found = replace(
            found,
            account=pick.of(["anna", "anna", "anna", *ACCOUNTS, None]),
            coupon=pick.of([None, *plans.coupons, *plans.coupons, *(["NONE"] if pick.one_in(20) else [])]),
            redeem_points=pick.of([None, None, 0, 1, 5, 1_000_000]),
        )
        usages.append((pick.of(tariffs).id, found))
    return History({each.id: each for each in tariffs}, plans, rows, usages)


def moved(usage: Usage, by_us: int) -> Usage:
    """The session so much later."""
    intervals = tuple(
        replace(each, start_us=each.start_us + by_us, end_us=each.end_us + by_us) for each in usage.intervals
    )
    ended_us = None if usage.charging_end_us is None else usage.charging_end_us + by_us
    span = {"start_us": usage.start_us + by_us, "end_us": usage.end_us + by_us, "charging_end_us": ended_us}
    return replace(usage, intervals=intervals, **span)


@st.composite
def histories(draw: st.DrawFn, max_sessions: int = 8, faulty: bool = True, full: bool = False) -> History:
    """As `history`, drawn by Hypothesis."""
    return history(hypothesis_pick(draw, full), max_sessions, faulty)


def random_history(seed: int, max_sessions: int = 8, faulty: bool = True, full: bool = False) -> History:
    """As `history`, drawn at random: the same for the same seed."""
    return history(random_pick(seed, full), max_sessions, faulty)
