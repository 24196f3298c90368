"""What plans give to sessions, told before any is priced: one pass over the claims of each account, in their order.

What an account has left and has done is kept in a few numbers while its claims go by. With a list for each part of a
plan, and arrays made of them, it took six times as long.
"""

from __future__ import annotations

from typing import NamedTuple

from rating.kernels.arith import index, prefetch
from rating.kernels.arrays import Int32, Int64, UInt8
from rating.kernels.claims import ACCOUNT, DAY, DEAL, ENERGY_MWH, OF, SESSION, SINCE, SPAN, TARIFF, Listed, Spans
from rating.kernels.jit import inlined, lean_kernel
from rating.kernels.periods import month_of, number_in, period_first, period_number

# What is known of a session before it is priced.
UNTOLD = 0  # which is the one that is nothing
FINE = 1
REFUSED = 2

_CLAIMS_BEFORE = 12

# Is added to dates that accounts keep, so that 0 is none: zeros take no memory until they are written.
KEPT_SINCE = 2**31


class Allowances(NamedTuple):
    """The a allowances of p plans, and what c accounts have kept of them."""

    first: Int64  # (p + 1,) CSR
    amount: Int64  # (a,)
    carry_max: Int64  # (a,) NEVER: all of it
    per: Int64  # (a,) how long its period is
    anchored: UInt8  # (a,) 1: periods are counted from the date on which the account joined
    kept: UInt8  # (a,) 0: nothing is in the next two before they are written, and to look there takes a fifth more
    left: Int64  # (a, c) what the last session left
    since: Int64  # (a, c) the first date of its period + KEPT_SINCE, 0: there was none


class Lefts(NamedTuple):
    """What the account whose claims go by has left of a allowances."""

    owner: Int64  # (a,) the account + 1; of another one, all others are any numbers
    joined: Int64  # (a,)
    now: Int64  # (a,) the number of the period that it is in
    rest: Int64  # (a,) what is left in it
    changed: Int64  # (a,) 1: by a session


class Loyalties(NamedTuple):
    """The l loyalties of p plans, with what a state counted."""

    first: Int64  # (p + 1,) CSR
    by_energy: UInt8  # (l,) 0: by sessions
    days: Int64  # (l,) so many count, 0: a period does
    per: Int64  # (l,)
    anchored: UInt8  # (l,)
    covered: UInt8  # (l, tariffs)
    tier_first: Int64  # (l + 1,) CSR
    tier_at: Int64  # ascending within a loyalty
    old_first: Int64  # (l + 1,) CSR: rows of the state
    old_account: Int64  # ascending within a loyalty
    old_key: Int64  # the date, ascending within an account
    old_value: Int64


class Counts(NamedTuple):
    """What the account whose claims go by counts in l loyalties."""

    owner: Int64  # (l,) the account + 1; of another one, all others are any numbers
    total: Int64  # (l,) what its claims count within the window
    since: Int64  # (l,) the first date of that, or the number of the period by the calendar
    tail: Int64  # (l,) the first claim that is not before it
    old: Int64  # (l,) the first row of the state that is not before it
    old_total: Int64  # (l,) what these count


class TermTable(NamedTuple):
    """Which term is whose: of what is asked under a plan, and of the tiers that are reached (see `term_book`)."""

    first: Int64  # (p + 2,) CSR into `asked`: first of no plan
    asked: Int64  # ascending within a plan
    number_first: Int64  # of each that is asked for, where its numbers begin, one for each combination of tiers
    number: Int32  # -1: nothing is given
    slot: Int32  # (terms, s) where an allowance of the plan stands in a term, -1: it is left out


class Facts(NamedTuple):
    """What is known of n sessions, of k timelines, and of p plans and c coupons."""

    status: UInt8  # (n,) not 0: refused; or (0,): none is
    timeline: Int32  # (n,)
    tells: UInt8  # (k,) 1: all energy is billable, whenever it comes; or (0,): of all of them
    plan_told: UInt8  # (p,) 1: it counts nothing but sessions and energy
    points: Int64  # (n,) that it is to be paid with; or (0,): none is
    coupon: Int32  # (n,) -1: none; or (0,): none names one
    coupon_held: Int32  # (k,) of each deal the coupon that holds, -1: none; or (0,): none does
    coupon_told: UInt8  # (c,)


class Told(NamedTuple):
    """What is told of k claims, each in the row of its deal. `used` is that of `Deals.allowance_used`."""

    fate: UInt8  # (k,) FINE, REFUSED or UNTOLD
    of_session: Int32  # (n,) the deal of each session: taken away where nothing is given
    term: Int32  # (k,)
    left: Int64  # (k, a)
    used: Int64  # (k, a)


@inlined
def _plan_of(row: int, claims: Listed, spans: Spans) -> int:
    """The plan of a claim, -1: none."""
    span = claims.rows[row, SPAN]
    return index(spans.span[span, OF]) if span >= 0 else -1


@inlined
def _joined_of(row: int, claims: Listed, spans: Spans) -> int:
    """The local date on which the account of a claim joined its plan, 0 of none."""
    span = claims.rows[row, SPAN]
    return int(spans.span[span, SINCE]) if span >= 0 else 0


@inlined
def _since(j: int, day: int, month: int, joined: int, loyal: Loyalties) -> int:
    """The first date that counts on a date, or the number of the period by the calendar, which is found sooner."""
    if loyal.days[j] > 0:
        return int(day - loyal.days[j] + 1)
    per, anchored = loyal.per[j], loyal.anchored[j] != 0
    number = number_in(per, anchored, day, month, joined)
    return period_first(per, anchored, number, joined) if anchored else number


@inlined
def _count(
    j: int,
    begin: int,
    at: int,
    month: int,
    claims: Listed,
    spans: Spans,
    loyal: Loyalties,
    counts: Counts,
    fate: UInt8,
) -> int:
    """What counts for the claim at place `at` in loyalty `j`; the first of its account is at place `begin`."""
    rows, own = claims.rows, index(claims.row[at])
    account, plan, joined = rows[own, ACCOUNT], _plan_of(own, claims, spans), _joined_of(own, claims, spans)
    since = _since(j, rows[own, DAY], month, joined, loyal)
    if counts.owner[j] != account + 1:
        counts.owner[j] = account + 1
        counts.total[j] = 0
        counts.since[j] = since
        counts.tail[j] = begin
        row, last = loyal.old_first[j], loyal.old_first[j + 1]
        while row < last:  # the first row of the account
            middle = (row + last) // 2
            if loyal.old_account[middle] < account:
                row = middle + 1
            else:
                last = middle
        counts.old[j] = row
        counts.old_total[j] = 0
        while row < loyal.old_first[j + 1] and loyal.old_account[row] == account:
            counts.old_total[j] += loyal.old_value[row]
            row += 1
    row = counts.old[j]
    if row < loyal.old_first[j + 1]:
        date = since
        if loyal.days[j] == 0 and loyal.anchored[j] == 0:
            date = period_first(loyal.per[j], False, since, joined)
        while row < loyal.old_first[j + 1] and loyal.old_account[row] == account and loyal.old_key[row] < date:
            counts.old_total[j] -= loyal.old_value[row]
            row += 1
        counts.old[j] = row
    if loyal.days[j] > 0:
        tail = counts.tail[j]
        while tail < at and rows[claims.row[tail], DAY] < since:
            before = index(claims.row[tail])
            if _plan_of(before, claims, spans) == plan and loyal.covered[j, rows[before, TARIFF]] != 0:
                counts.total[j] -= _value(before, j, claims, loyal, fate)
            tail += 1
        counts.tail[j] = tail
    elif since > counts.since[j]:
        counts.total[j] = 0
        counts.since[j] = since
    return int(counts.total[j] + counts.old_total[j])


@inlined
def _value(row: int, j: int, claims: Listed, loyal: Loyalties, fate: UInt8) -> int:
    """What a claim that was told counts."""
    if fate[claims.rows[row, DEAL]] != FINE:
        return 0
    return int(claims.rows[row, ENERGY_MWH]) if loyal.by_energy[j] != 0 else 1


@inlined
def _left(
    j: int, account: int, day: int, month: int, joined: int, allowed: Allowances, lefts: Lefts
) -> tuple[int, int]:
    """What is left of allowance `j` on a date, and the number of the period that the account is in then.

    What is left is carried from period to period from the one on in which the account joined the plan, sessions or
    none; nothing is carried from before it. A period that has begun is not left for an earlier one. Only
    what a state says is written here, at the first claim of an account: a session that is refused leaves no trace.
    """
    per, anchored, amount = allowed.per[j], allowed.anchored[j] != 0, allowed.amount[j]
    if lefts.owner[j] != account + 1:
        lefts.owner[j] = account + 1
        lefts.joined[j] = joined
        lefts.changed[j] = 0
        lefts.now[j] = period_number(per, anchored, joined, joined)
        lefts.rest[j] = amount
        if allowed.kept[j] != 0 and allowed.since[j, account] != 0:
            now = period_number(per, anchored, allowed.since[j, account] - KEPT_SINCE, joined)
            if now >= lefts.now[j]:
                lefts.now[j] = now
                lefts.rest[j] = allowed.left[j, account]
    now, rest = lefts.now[j], lefts.rest[j]
    if lefts.joined[j] != joined:  # the account has left the plan and joined it again
        first = period_number(per, anchored, joined, joined)
        now = period_number(per, anchored, period_first(per, anchored, now, lefts.joined[j]), joined)
        if now < first:
            now = first
            rest = amount
    number = number_in(per, anchored, day, month, joined)
    if number > now:
        # After p periods of which the last p - 1 went by without a session, all of those were left over as well.
        rest = min(allowed.carry_max[j], rest + (number - now - 1) * amount) + amount
        now = number
    return now, rest


@inlined
def _keep(account: int, plan: int, allowed: Allowances, lefts: Lefts) -> None:
    """Keep what an account has left under a plan."""
    for j in range(allowed.first[plan], allowed.first[plan + 1]):
        if lefts.owner[j] == account + 1 and lefts.changed[j] != 0:
            first = period_first(allowed.per[j], allowed.anchored[j] != 0, lefts.now[j], lefts.joined[j])
            allowed.left[j, account] = lefts.rest[j]
            allowed.since[j, account] = first + KEPT_SINCE


@inlined
def _place(plan: int, code: int, table: TermTable) -> int:
    """Where what is asked for stands in the table; it is there."""
    lo, hi = table.first[plan + 1], table.first[plan + 2]
    while hi - lo > 1:
        middle = index((lo + hi) // 2)
        if table.asked[middle] <= code:
            lo = middle
        else:
            hi = middle
    return index(lo)


@inlined
def _is_told(row: int, claims: Listed, spans: Spans, facts: Facts) -> bool:
    """Whether what a claim gets, and whether its session is refused, depends on the meter alone."""
    plan, s = _plan_of(row, claims, spans), index(claims.rows[row, SESSION])
    if plan >= 0 and facts.plan_told[plan] == 0:
        return False
    if facts.coupon.size > 0 and facts.coupon[s] >= 0 and facts.coupon_told[facts.coupon[s]] == 0:
        return False
    if facts.tells.size == 0 or (facts.status.size > 0 and facts.status[s] != 0):
        return True
    return bool(facts.tells[facts.timeline[s]] != 0)


@lean_kernel
def tell(
    lo: int,
    hi: int,
    claims: Listed,
    spans: Spans,
    facts: Facts,
    allowed: Allowances,
    loyal: Loyalties,
    table: TermTable,
    lefts: Lefts,
    counts: Counts,
    keeps: bool,
    out: Told,
) -> None:
    """Tell what all claims of the accounts lo to hi - 1 get.

    An account of which one claim cannot be told waits with all of them. Where it `keeps`, what accounts have left is
    written to `allowed`.
    """
    rows, row_at, first = claims.rows, claims.row, claims.first
    coupons = facts.coupon_told.size
    last = first[hi] - 1
    surely = facts.tells.size == 0 and facts.coupon.size == 0  # to ask each claim takes a sixth of the time
    for plan in range(facts.plan_told.size):
        surely = surely and facts.plan_told[plan] != 0
    for c in range(lo, hi):
        begin, end = first[c], first[c + 1]
        every = True
        if not surely:
            for at in range(begin, end):
                every = every and _is_told(index(row_at[at]), claims, spans, facts)
        for at in range(begin, end):
            row = index(row_at[at])
            d = index(rows[row, DEAL])
            # Deals are in the order of sessions.
            later = rows[row_at[min(at + _CLAIMS_BEFORE, last)], DEAL]
            prefetch(out.term, later)
            prefetch(out.left, later * out.left.shape[1])
            prefetch(out.used, later * out.left.shape[1])
            account = rows[row, ACCOUNT]
            # Sessions without an account have nothing to wait for.
            if not (every if account >= 0 or surely else _is_told(row, claims, spans, facts)):
                out.fate[d] = UNTOLD
                continue
            plan, joined = _plan_of(row, claims, spans), _joined_of(row, claims, spans)
            day, tariff, s, energy_mwh = rows[row, DAY], rows[row, TARIFF], rows[row, SESSION], rows[row, ENERGY_MWH]
            month = month_of(day)
            fine = energy_mwh >= 0 and (facts.status.size == 0 or facts.status[s] == 0)
            out.fate[d] = FINE if fine else REFUSED
            held = facts.coupon_held[d] if facts.coupon_held.size > 0 else -1
            redeems = facts.points.size > 0 and facts.points[s] > 0
            code = (tariff * (coupons + 1) + held + 1) * 2 + (1 if redeems else 0)
            tiers = 0
            for j in range(loyal.first[plan] if plan >= 0 else 0, loyal.first[plan + 1] if plan >= 0 else 0):
                tier = 0
                if loyal.covered[j, tariff] != 0:
                    count = _count(j, begin, at, month, claims, spans, loyal, counts, out.fate)
                    counts.total[j] += _value(row, j, claims, loyal, out.fate)
                    for each in range(loyal.tier_first[j], loyal.tier_first[j + 1]):
                        tier += 1 if loyal.tier_at[each] <= count else 0
                tiers = tiers * (loyal.tier_first[j + 1] - loyal.tier_first[j] + 1) + tier
            term = table.number[table.number_first[_place(plan, code, table)] + tiers]
            out.term[d] = term
            if term < 0:
                out.of_session[s] = -1
            spare = energy_mwh if fine else 0
            for j in range(allowed.first[plan] if plan >= 0 else 0, allowed.first[plan + 1] if plan >= 0 else 0):
                now, rest = _left(j, account, day, month, joined, allowed, lefts)
                slot = table.slot[term, j - allowed.first[plan]] if term >= 0 else -1
                used = 0
                if slot >= 0:
                    used = min(rest, spare)
                    spare -= used
                    out.left[d, slot] = rest
                    out.used[d, slot] = used
                if fine:
                    lefts.now[j] = now
                    lefts.joined[j] = joined
                    lefts.rest[j] = rest - used
                    lefts.changed[j] = 1
        if keeps and every:
            for at in range(begin, end):
                plan = _plan_of(index(row_at[at]), claims, spans)
                if plan >= 0:
                    _keep(rows[row_at[at], ACCOUNT], plan, allowed, lefts)


@lean_kernel
def came_true(session: Int64, status: UInt8, term_first: Int64, out: Told, allowance_used: Int64) -> bool:
    """Whether the sessions of k deals were priced or refused, and used their allowances, as was told.

    `session` (k,) ascends; term_first[t] to term_first[t + 1] - 1 are the allowances of term t.
    """
    for d in range(session.size):
        if out.fate[d] == UNTOLD:
            continue
        if (status[session[d]] == 0) != (out.fate[d] == FINE):
            return False
        if out.fate[d] != FINE or out.term[d] < 0:
            continue
        term = out.term[d]
        for j in range(term_first[term + 1] - term_first[term]):
            if allowance_used[d, j] != out.used[d, j]:
                return False
    return True
