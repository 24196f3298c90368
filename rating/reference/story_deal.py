"""What an account gets, in words: allowances, discounts, tiers, a coupon and why it does not hold, points, caps."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from rating.reference import told, trace, words
from rating.reference.accounts import zone_of
from rating.reference.clock import local
from rating.reference.counters import earned
from rating.reference.deal import Balance, Standing
from rating.reference.story_steps import lines_by_step, micro, money, only, steps, tariff_of
from rating.reference.story_total import cap_facts, side_of_tax
from rating.reference.told import ACCOUNTS, Row
from rating.reference.values import Bill
from rating.tariff.model import Tariff
from rating.tariff.plans import ALL_DIMENSIONS, CountName, Coupon, Discount
from rating.units import LINE_DIMENSIONS


def deal(bill: Bill) -> list[Row]:
    """A row for each part of the deal, in the order in which it is taken; none for a session without any."""
    given = only(bill, trace.Rules).deal
    rows = _allowances(bill)
    if given.account is not None and given.plan is None:
        rows.append(Row(f"account {given.account} has no plan at the session's start", ACCOUNTS))
    plan, currency = given.plan, tariff_of(bill).currency
    if plan is not None and plan.currency != currency:
        text = f"plan {plan.id} gives nothing here: it is in {plan.currency}, and the tariff in {currency}"
        rows.append(Row(text, ACCOUNTS))
    rows += _discounts(bill)
    asked = only(bill, trace.Rules).usage.redeem_points
    if asked and given.points is None:
        text = f"{_counted(asked, 'point')} asked for, but no plan lets this session redeem any"
        rows.append(Row(text, ACCOUNTS, {"points_asked": asked}))
    return rows + _caps(bill)


def _caps(bill: Bill) -> list[Row]:
    """Those that take nothing off; the others are told where the total is."""
    tariff, rows = tariff_of(bill), []
    reached = [step.cap.cap.name for step in steps(bill, trace.Limited) if step.cap is not None]
    for each in only(bill, trace.Rules).deal.caps:
        cap = each.cap
        if cap.name in reached:
            continue
        most = cap.max.before_tax_micro if cap.max.after_tax_micro is None else cap.max.after_tax_micro
        since = "" if each.since is None else f" since {words.day(each.since)}"
        side = side_of_tax(bill, before=cap.max.after_tax_micro is None)
        text = (
            f"{cap.name}: at most {micro(tariff, most or 0)}{side} a {cap.period.per}, of which "
            f"{micro(tariff, each.charged_micro)} was charged before{since}: not reached"
        )
        rows.append(Row(text, ACCOUNTS, cap_facts(tariff, each)))
    return rows


def _allowances(bill: Bill) -> list[Row]:
    rows, lines = [], lines_by_step(bill)
    used = {step.allowance.allowance.name: step for step in steps(bill, trace.Allowed)}
    for each in only(bill, trace.Rules).deal.allowances:
        allowance, step = each.allowance, used.get(each.allowance.name)
        since = "" if each.since is None else f", in the period from {words.day(each.since)} on"
        text = f"{allowance.name}{since}: {_allowed(allowance.of, each.left)} left"
        taken = 0 if step is None else step.used
        facts: told.Facts = {
            "allowance": allowance.name,
            "since": None if each.since is None else each.since.isoformat(),
            "left": told.allowed(allowance.of, each.left),
            "used": told.allowed(allowance.of, taken),
        }
        if step is None:
            rows.append(Row(f"{text}, none of it used", ACCOUNTS, facts))
            continue
        rest = _allowed(allowance.of, each.left - taken)
        text += f", {_allowed(allowance.of, taken)} used, {rest} left after it"
        rows.append(Row(text, ACCOUNTS, facts, line=lines[id(step)]))
    return rows


def _allowed(of: str, amount: int) -> str:
    return _counted(amount, "session") if of == "sessions" else words.quantity(amount, LINE_DIMENSIONS.index(of))


def _discounts(bill: Bill) -> list[Row]:
    """Discounts, tiers, coupon and points; what they took comes from the steps, which are in the same order."""
    tariff, given, lines = tariff_of(bill), only(bill, trace.Rules).deal, lines_by_step(bill)
    taken = iter(steps(bill, trace.Discounted))

    def row(text: str, step: trace.Discounted | None, **facts: told.Value) -> Row:
        amount = Fraction(0) if step is None else step.amount
        line = None if step is None else lines.get(id(step))
        return Row(text, ACCOUNTS, {**facts, "less": told.exact(amount)}, line=line)

    rows = []
    for each in given.discounts:
        step = next(taken)
        rows.append(row(f"{each.name}, {_offer(tariff, each)}: {_took(tariff, step)}", step, discount=each.name))
    for standing in given.loyalty:
        reached = None if standing.tier is None else next(taken)
        rows.append(row(_tier(tariff, standing, reached), reached, tiers=standing.loyalty.name))
    for claimed in steps(bill, trace.CouponTaken):
        used = None if claimed.fault not in (None, "nothing_left") else next(taken)
        name = claimed.claim.coupon.discount.name
        rows.append(row(_coupon(tariff, claimed, used), used, coupon=name, fault=claimed.fault))
    for redeemed in steps(bill, trace.Redeemed):
        paid = next(taken)
        rows.append(row(_points(tariff, redeemed, paid, bill), paid, points=redeemed.redeemed))
    return rows


def _took(tariff: Tariff, step: trace.Discounted | None) -> str:
    return f"{money(tariff, step.amount)} less" if step is not None and step.amount else "nothing left to take it from"


def _offer(tariff: Tariff, discount: Discount) -> str:
    if discount.percent_ppm is not None:
        text = words.percent(discount.percent_ppm)
    elif discount.price is not None:
        text = f"{micro(tariff, discount.price.amount_micro)}/{discount.price.unit_text}"
    else:
        text = micro(tariff, discount.amount_micro or 0)
    if discount.dimensions == ALL_DIMENSIONS:
        return f"{text} off"
    named = [words.DIMENSION_WORDS[each] for each in words.DIMENSION_WORDS if each in discount.dimensions]
    return f"{text} off {words.listed(named)}"


def _tier(tariff: Tariff, standing: Standing, taken: trace.Discounted | None) -> str:
    by = standing.loyalty.by
    since = "" if standing.since is None else f" since {words.day(standing.since)}"
    text = f"{standing.loyalty.name}, {_done(tariff, by, standing.count)} before this session{since}: "
    if standing.tier is None:
        return f"{text}the first tier begins at {_done(tariff, by, standing.loyalty.tiers[0].at)}"
    text += f"from {_done(tariff, by, standing.tier.at)} on {_offer(tariff, standing.tier.discount)}"
    return f"{text}: {_took(tariff, taken)}"


def _done(tariff: Tariff, by: CountName, count: int) -> str:
    if by == "sessions":
        return _counted(count, "session")
    return words.energy(count) if by == "energy" else micro(tariff, count)


def _coupon(tariff: Tariff, step: trace.CouponTaken, taken: trace.Discounted | None) -> str:
    coupon = step.claim.coupon
    name = coupon.discount.name
    if step.fault is None or step.fault == "nothing_left":
        return f"{name}, {_offer(tariff, coupon.discount)}: {_took(tariff, taken)}"
    why = {
        "too_early": f"it holds from {_moment(coupon, coupon.valid_from)} on",
        "too_late": _ended(coupon),
        "tariff": "it is not for this tariff",
        "no_account": "its uses are counted for each account, and the session has none",
        "used_up": f"it has been used {_times(coupon.uses_max)} already",
        "used_up_by_account": f"the account has used it {_times(coupon.uses_per_account_max)} already",
        "min_spend": f"the session costs {money(tariff, step.spent)} before it, and it asks for at least "
        f"{micro(tariff, coupon.min_spend_micro)}",
    }
    return f"{name} does not hold: {why[step.fault]}"


def _ended(coupon: Coupon) -> str:
    """A date is the first one on which it no longer holds: the last one on which it did is told."""
    until = coupon.valid_until
    if isinstance(until, date):
        return f"{words.day(until - timedelta(days=1))} was the last day on which it held"
    return f"it held until {_moment(coupon, until)}"


def _moment(coupon: Coupon, moment: date | int | None) -> str:
    if isinstance(moment, date):
        return words.day(moment)
    reading = local(moment or 0, zone_of(coupon.time_zone))
    return f"{words.day(reading)} {words.clock(reading)}"


def _times(count: int | None) -> str:
    return "once" if count == 1 else f"{count} times"


def _points(tariff: Tariff, step: trace.Redeemed, taken: trace.Discounted, bill: Bill) -> str:
    each: Balance = step.points
    amount = taken.amount
    text = f"{each.points.name}: {_counted(each.balance, 'point')} before this session"
    if each.asked:
        text += f", {_counted(each.asked, 'point')} asked for"
    if amount or each.asked:
        worth = micro(tariff, each.points.worth_micro)
        text += f", {step.redeemed} redeemed at {worth} each: {money(tariff, amount or Fraction(0))} less"
    more = earned(each.points, bill)
    return f"{text}; {more} earned by it"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
