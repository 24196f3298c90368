"""What is left and what has been done on a date, from the state; and what of it is kept after a session.

Our choices, where nothing else was said:
- What is left of an allowance is carried from period to period from the one on in which the account joined the plan,
  sessions or none. An account that leaves the plan and joins it again begins anew: nothing is carried over from before
  the period in which it joined again; within that same period, what it has used stays used.
- Points stay with the account and plan, whatever happens in between.
"""

from __future__ import annotations

from datetime import date, timedelta

from rating.reference.accounts import Member
from rating.reference.deal import AllowanceLeft, CapSoFar, Standing
from rating.reference.periods import number_of, start_of
from rating.reference.state import Book, Item
from rating.reference.values import Bill
from rating.tariff.plans import Allowance, Cap, CountName, Loyalty, Points

_ALLOWANCE_UNITS = {"energy": "mwh", "time": "us", "parking_time": "us", "sessions": "session"}
_COUNT_UNITS: dict[CountName, str] = {"sessions": "session", "energy": "mwh", "spend": "micro"}


def allowance_left(book: Book, member: Member, allowance: Allowance, day: date) -> AllowanceLeft:
    """After p periods, all but the first of which went by without a session, the last one begins with its amount and
    what was carried: min(carry, left + (p - 1) amounts).
    """
    period, joined = allowance.period, member.joined
    number, left = number_of(period, joined, joined), allowance.amount
    for since, kept in book.values(member.account, member.plan.id, "allowance", allowance.name).items():
        if number_of(period, joined, since) >= number:
            number, left = number_of(period, joined, since), kept
    passed = number_of(period, joined, day) - number
    if passed > 0:
        number += passed
        spare = left + (passed - 1) * allowance.amount
        left = allowance.amount + (spare if allowance.carry_max is None else min(allowance.carry_max, spare))
    return AllowanceLeft(allowance, left, start_of(period, joined, number))


def keep_allowance(book: Book, member: Member, allowance: Allowance, day: date, bill: Bill) -> None:
    """What is left after a session under the plan, on whatever tariff."""
    before = allowance_left(book, member, allowance, day)
    left = before.left - dict(bill.allowances_used).get(allowance.name, 0)
    assert before.since is not None
    key: tuple[str, str, Item, str] = (member.account, member.plan.id, "allowance", allowance.name)
    book.keep(*key, {before.since: left}, _ALLOWANCE_UNITS[allowance.of])


def standing(book: Book, member: Member, loyalty: Loyalty, day: date) -> Standing:
    """What the account has done, in the period or over the days up to a date."""
    counted = _counted(book, member, "loyalty", loyalty, day)
    return Standing(loyalty, sum(counted.values()), _since(member, loyalty, day))


def cap_so_far(book: Book, member: Member, cap: Cap, day: date) -> CapSoFar:
    """What the account was charged in the period."""
    counted = _counted(book, member, "cap", cap, day)
    return CapSoFar(cap, sum(counted.values()), _since(member, cap, day))


def keep_count(book: Book, member: Member, part: Loyalty | Cap, day: date, more: int) -> None:
    """The count after a session that adds so much (0 where the part does not cover its tariff)."""
    item: Item = "cap" if isinstance(part, Cap) else "loyalty"
    counted = _counted(book, member, item, part, day)
    at = day if part.period is None else _since(member, part, day)
    counted[at] = counted.get(at, 0) + more
    unit = "micro" if isinstance(part, Cap) else _COUNT_UNITS[part.by]
    some = {period: value for period, value in counted.items() if value}
    book.keep(member.account, member.plan.id, item, part.name, some, unit)


def _since(member: Member, part: Loyalty | Cap, day: date) -> date:
    """The first date that counts."""
    if part.period is None:
        return day - timedelta(days=part.rolling_days - 1)
    return start_of(part.period, member.joined, number_of(part.period, member.joined, day))


def _counted(book: Book, member: Member, item: Item, part: Loyalty | Cap, day: date) -> dict[date, int]:
    """What still counts on a date: by period, of which one is left, or by date."""
    since = _since(member, part, day)
    values = book.values(member.account, member.plan.id, item, part.name)
    return {period: value for period, value in values.items() if period >= since}


def counted_by(by: CountName, bill: Bill) -> int:
    """How much a session adds: itself, all of its energy, or what is paid for it, as printed."""
    if by == "sessions":
        return 1
    return bill.energy_mwh if by == "energy" else spend_of(bill)


def spend_of(bill: Bill) -> int:
    """What is paid with tax; where its taxes are not known, the side that is."""
    spend = bill.net_micro if bill.gross_micro is None else bill.gross_micro
    assert spend is not None
    return spend


def earned(points: Points, bill: Bill) -> int:
    """The whole points that a session earns; one that pays out takes none away.

    Each session earns its own: what is less than a point is not kept for the next one.
    """
    return points.earn * max(0, counted_by(points.by, bill)) // points.each
