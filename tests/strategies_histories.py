"""What Hypothesis draws of accounts: which plans they have when, and their sessions over some weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import strategies as st
from strategies import tariff, usage
from strategies_pick import ANCHORS, Anchor, Pick, hypothesis_pick
from strategies_plans import offer
from strategies_spot import WEEKS, followed

from rating.reference import Interval, Usage
from rating.reference.accounts import Account
from rating.tariff.model import Tariff
from rating.tariff.plans import Plans
from rating.units import US_PER_DAY, US_PER_H

NAMES = ["anna", "bob", "7"]


class History(NamedTuple):
    """Sessions with the id of their tariff, in any order, and all that decides what they cost."""

    tariffs: list[Tariff]
    plans: Plans
    accounts: list[Account]
    drawn: list[tuple[str, Usage]]


def history(pick: Pick, max_sessions: int, faulty: bool = True, by_index: bool = False) -> History:
    """A history near one anchor; where `by_index` says so, every tariff has prices that follow an index."""
    anchor = pick.of(ANCHORS)
    tariffs = [tariff(pick, anchor, f"tariff-{index}", WEEKS) for index in range(pick.between(1, 2))]
    if by_index:
        tariffs = [followed(pick, anchor, each, WEEKS) for each in tariffs]
    # Plans work on tariffs of their own currency.
    tariffs = [replace(each, currency=tariffs[0].currency, minor_micro=tariffs[0].minor_micro) for each in tariffs]
    plans = offer(pick, anchor, tariffs)
    accounts = [row for name in NAMES for row in spells(pick, anchor, name, list(plans))]
    numbers = range(pick.between(1, max_sessions))
    ids = (
        [number if pick.full else f"S-{number}" for number in numbers]
        if pick.one_in(3)
        else [f"S-{n}" for n in numbers]
    )
    drawn = [(pick.of(tariffs).id, claim(pick, session(pick, anchor, id_, faulty), list(plans.coupons))) for id_ in ids]
    return History(tariffs, plans, accounts, drawn)


# Pacific/Apia had no 2011-12-30: an account from that day until the next has its plan for no time at all.
_AFTER_SKIPPED = date(2011, 12, 31)


def spells(pick: Pick, anchor: Anchor, name: str, plans: list[str]) -> list[Account]:
    """Up to three plans one after the other, with or without time between them."""
    found: list[Account] = []
    day = anchor.day - timedelta(days=pick.of([0, 1, 3, 10, 31, 61]))
    by_instant = pick.one_in(4)  # all of them: a date is another moment in the zone of another plan
    for _ in range(pick.of([1, 1, 2, 3, 0])):
        begins = anchor.at_us + (day - anchor.day).days * US_PER_DAY if by_instant else day
        day += timedelta(days=pick.of([1, 4, 10, 31, 45]))
        later = pick.below(2)
        ends = anchor.at_us + (day - anchor.day).days * US_PER_DAY if by_instant else day
        if ends == _AFTER_SKIPPED:
            day += timedelta(days=1)
            ends = day
        found.append(Account(name, pick.of(plans), begins, ends))
        day += timedelta(days=later + (0 if by_instant else 2))
    if found and pick.below(2):
        found[-1] = replace(found[-1], ends=None)
    return found


def session(pick: Pick, anchor: Anchor, id_: str | int, faulty: bool) -> Usage:
    """A session some hours, days or weeks away; several may start at the same moment."""
    found = usage(pick, anchor, id_, faulty)
    by_us = pick.of([0, 0, 1, 2, 5, 17, 30, 40]) * US_PER_DAY + pick.below(3) * US_PER_H
    moved = tuple(_moved(each, by_us) for each in found.intervals)
    ended_us = None if found.charging_end_us is None else found.charging_end_us + by_us
    span = {"start_us": found.start_us + by_us, "end_us": found.end_us + by_us, "charging_end_us": ended_us}
    return replace(found, intervals=moved, **span)


def _moved(interval: Interval, by_us: int) -> Interval:
    return replace(interval, start_us=interval.start_us + by_us, end_us=interval.end_us + by_us)


def claim(pick: Pick, usage: Usage, coupons: list[str]) -> Usage:
    """The session with its account, coupon and points."""
    return replace(
        usage,
        account=None if pick.one_in(5) else pick.of(NAMES),
        coupon=pick.of([*coupons, *(["NO-SUCH"] if pick.one_in(20) else [])] or [None]) if pick.below(2) else None,
        redeem_points=pick.of([0, 1, 5, 100, 10_000, -1 if pick.one_in(8) else 3]) if pick.below(2) else None,
    )


@st.composite
def histories(
    draw: st.DrawFn, max_sessions: int = 9, full: bool = False, faulty: bool = True, by_index: bool = False
) -> History:
    """As `history`, drawn by Hypothesis."""
    return history(hypothesis_pick(draw, full), max_sessions, faulty, by_index)
