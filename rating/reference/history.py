"""Rate the sessions of accounts in their order, from what was kept of those before to what is kept for those after.

What a session gets depends on nothing but the sessions before it, so a history may be rated in any batches, as long
as none of them holds a session that comes before one of an earlier batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rating.errors import Refused
from rating.reference.accounts import Account, Member, member_at, zone_of
from rating.reference.counters import (
    allowance_left,
    cap_so_far,
    counted_by,
    earned,
    keep_allowance,
    keep_count,
    standing,
)
from rating.reference.deal import Balance, Claim, CouponFault, Deal
from rating.reference.faults import fault_of_session
from rating.reference.rate import rate_session
from rating.reference.state import Book, Item, State, StateRow
from rating.reference.values import Bill, Refusal, Usage
from rating.reference.versions import instant_of
from rating.tariff.model import Tariff
from rating.tariff.plans import Cap, Coupon, Plans, covers

Answer = Bill | Refusal
Order = tuple[int, bool, str | int]


@dataclass(frozen=True, slots=True)
class _Session:
    """A session with all that its deal is made from."""

    tariff: Tariff
    usage: Usage
    member: Member | None
    coupon: Coupon | None


def rate_history(
    tariffs: Mapping[str, Tariff],
    plans: Plans,
    accounts: Iterable[Account],
    usages: Iterable[tuple[str, Usage]],
    state: Iterable[StateRow] = (),
) -> tuple[list[Answer], State]:
    """The bill or refusal of each session, as they are given (with the ids of their tariffs), and the state after.

    Faults come in this order: the tariff is not known; those of the session itself; points below zero; the coupon is
    not known; it is late; then all that `rate_session` finds. A refused session changes nothing.
    """
    book, rows, given = Book(state), list(accounts), list(usages)
    answers: dict[int, Answer] = {}
    for index in sorted(range(len(given)), key=lambda index: order_of(given[index][1])):
        name, usage = given[index]
        fault = Refused.UNKNOWN_TARIFF if name not in tariffs else _fault(plans, usage)
        if fault is not None:
            answers[index] = Refusal(usage.session_id, fault)
            continue
        coupon = None if usage.coupon is None else plans.coupons[usage.coupon]
        session = _Session(tariffs[name], usage, member_at(plans, rows, usage.account, usage.start_us), coupon)
        answers[index] = _rate(book, session)
    return [answers[index] for index in range(len(given))], book.state()


def order_of(usage: Usage) -> Order:
    """Sessions come by their start; of those that start together, numbers by value, then texts by code points."""
    return usage.start_us, isinstance(usage.session_id, str), usage.session_id


def _fault(plans: Plans, usage: Usage) -> Refused | None:
    fault = fault_of_session(usage)
    if fault is not None:
        return fault
    if usage.redeem_points is not None and usage.redeem_points < 0:
        return Refused.POINTS
    return Refused.UNKNOWN_COUPON if usage.coupon is not None and usage.coupon not in plans.coupons else None


def _rate(book: Book, session: _Session) -> Answer:
    if any(_is_late(row, session.usage) for row in _rated_before(book, session)):
        return Refusal(session.usage.session_id, Refused.LATE)
    deal = _deal(book, session)
    answer = rate_session(session.tariff, session.usage, deal=deal)
    if isinstance(answer, Bill):
        _count(book, session, answer)
    return answer


def _places(session: _Session) -> list[tuple[str, str, Item]]:
    """Under which rows of the state a session comes in order: of its account, where that has a plan or the coupon is
    limited for each account, and of its coupon, where that is limited in all; whether the coupon holds or not.
    """
    found: list[tuple[str, str, Item]] = []
    coupon, account = session.coupon, session.usage.account
    counts = coupon is not None and coupon.uses_per_account_max is not None
    if account is not None and (session.member is not None or counts):
        found.append((account, "", "rated"))
    if coupon is not None and coupon.uses_max is not None:
        found.append(("", coupon.id, "rated_coupon"))
    return found


def _rated_before(book: Book, session: _Session) -> list[StateRow]:
    rows = [book.last(account, plan, item) for account, plan, item in _places(session)]
    return [row for row in rows if row is not None]


def _is_late(row: StateRow, usage: Usage) -> bool:
    last: Order = (row.value, row.unit == "text", row.name if row.unit == "text" else int(row.name))
    return order_of(usage) <= last


def _deal(book: Book, session: _Session) -> Deal:
    """What the session gets: the parts of its plan that cover the tariff, and its coupon."""
    tariff, usage, member = session.tariff, session.usage, session.member
    claim = None if session.coupon is None else Claim(session.coupon, _coupon_fault(book, session, session.coupon))
    if member is None:
        return Deal(usage.account, coupon=claim)
    plan, day = member.plan, member.day_of(usage.start_us)
    points = plan.points
    balance = None
    if points is not None and covers(points.tariffs, plan.currency, tariff):
        balance = Balance(points, _points(book, member), usage.redeem_points or 0)
    return Deal(
        account=usage.account,
        plan=plan,
        allowances=tuple(
            allowance_left(book, member, each, day)
            for each in plan.allowances
            if covers(each.tariffs, plan.currency, tariff)
        ),
        discounts=tuple(each for each in plan.discounts if covers(each.tariffs, plan.currency, tariff)),
        loyalty=tuple(
            standing(book, member, each, day) for each in plan.loyalty if covers(each.tariffs, plan.currency, tariff)
        ),
        coupon=claim,
        points=balance,
        caps=tuple(
            cap_so_far(book, member, each, day) for each in plan.caps if covers(each.tariffs, plan.currency, tariff)
        ),
    )


def _points(book: Book, member: Member) -> int:
    assert member.plan.points is not None
    return book.value(member.account, member.plan.id, "points", member.plan.points.name)


def _coupon_fault(book: Book, session: _Session, coupon: Coupon) -> CouponFault | None:
    """Why the coupon does not hold, as far as that is known before the session is priced."""
    zone, usage = zone_of(coupon.time_zone), session.usage
    from_us, until_us = instant_of(coupon.valid_from, zone), instant_of(coupon.valid_until, zone)
    if from_us is not None and usage.start_us < from_us:
        return "too_early"
    if until_us is not None and usage.start_us >= until_us:
        return "too_late"
    if not covers(coupon.discount.tariffs, coupon.currency, session.tariff):
        return "tariff"
    if coupon.uses_per_account_max is not None and usage.account is None:
        return "no_account"
    if coupon.uses_max is not None and book.value("", "", "coupon", coupon.id) >= coupon.uses_max:
        return "used_up"
    of_account = coupon.uses_per_account_max
    if of_account is not None and book.value(usage.account or "", "", "coupon", coupon.id) >= of_account:
        return "used_up_by_account"
    return None


def _count(book: Book, session: _Session, bill: Bill) -> None:
    """What is kept after a session. Counts of a plan move on to the period of each session under it, whatever its
    tariff; only what covers the tariff adds to them.
    """
    for account, plan_id, item in _places(session):
        book.keep_last(account, plan_id, item, bill.start_us, bill.session_id)
    if session.coupon is not None and bill.coupon_used:
        _count_coupon(book, session.coupon, session.usage.account)
    if session.member is None:
        return
    member, plan, tariff = session.member, session.member.plan, session.tariff
    day = member.day_of(bill.start_us)
    for allowance in plan.allowances:
        keep_allowance(book, member, allowance, day, bill)
    for loyalty in plan.loyalty:
        more = counted_by(loyalty.by, bill) if covers(loyalty.tariffs, plan.currency, tariff) else 0
        keep_count(book, member, loyalty, day, more)
    for cap in plan.caps:
        more = _side_of(cap, bill) if covers(cap.tariffs, plan.currency, tariff) else 0
        keep_count(book, member, cap, day, more)
    points = plan.points
    if points is not None and covers(points.tariffs, plan.currency, tariff):
        balance = _points(book, member) - bill.points_redeemed + earned(points, bill)
        kept = {None: balance} if balance else {}
        book.keep(member.account, plan.id, "points", points.name, kept, "point")


def _side_of(cap: Cap, bill: Bill) -> int:
    side = bill.net_micro if cap.max.after_tax_micro is None else bill.gross_micro
    assert side is not None  # else the cap refused the session
    return side


def _count_coupon(book: Book, coupon: Coupon, account: str | None) -> None:
    """One use more, where uses are limited."""
    if coupon.uses_max is not None:
        book.keep("", "", "coupon", coupon.id, {None: book.value("", "", "coupon", coupon.id) + 1}, "use")
    if coupon.uses_per_account_max is not None and account is not None:
        book.keep(account, "", "coupon", coupon.id, {None: book.value(account, "", "coupon", coupon.id) + 1}, "use")
