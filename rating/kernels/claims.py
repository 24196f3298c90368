"""What sessions claim, and the order in which claims count: by account, start and id.

Sessions are read in their order, once: by account it took six times as long to add up their energy, for their
intervals are then all over the memory.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rating.kernels.arith import ask_lines, index, prefetch
from rating.kernels.arrays import Int32, Int64, UInt8
from rating.kernels.jit import inlined, lean_kernel
from rating.kernels.periods import Clocks, local_day
from rating.units import ENERGY_MAX_MWH

_SMALL = 2**40  # energies below it, of up to a million intervals, add up to what int64 can hold
_SMALL_MAX = 2**20
_SESSIONS_BEFORE = 16
_CLAIMS_BEFORE = 12
_LINES_BEFORE = 4
_GAP = 3  # of the distances over which claims are sorted, each to the next

# What a span is, in one row.
FROM = 0
UNTIL = 1
OF = 2
SINCE = 3
_SPAN_WIDTH = 4

# What is found of a claim. It stands in one row, for it is read in another order: a row is one line of the cache.
SESSION = 0
ACCOUNT = 1
MEMBER = 1  # until it is the account
PLAN = 2
JOINED = 3
DAY = 4
TARIFF = 5
ENERGY = 6
START = 7  # until that is a key to sort by, and then
DEAL = 7
WIDTH = 8


class Asked(NamedTuple):
    """n sessions, as they are asked for what they claim."""

    name: Int32  # (n,) what they call their account, -1: nothing; or (0,): none does
    account: Int32  # (d + 1,) the account of that name, the last one for those without a name; -1: it is none
    member: Int32  # (d + 1,) which of those that have plans the account is, -1: none
    start_us: Int64  # (n,)
    status: UInt8  # (n,) not 0: refused
    coupon: Int32  # (n,) -1: none; or (0,): none names one
    tariff: Int32  # (n,)
    points: Int64  # (n,) that it is to be paid with; or (0,): none is
    interval_first: Int64  # (n + 1,) CSR
    energy: Int64  # (m,) times energy_scale[0]: milli-Wh
    energy_scale: Int64  # (1,)


class Spans(NamedTuple):
    """m spans of time in which a members have one of p plans."""

    first: Int32  # (a + 1,) CSR
    span: Int64  # (m, 4) FROM, UNTIL (exclusive), OF and SINCE: the local date of `from`
    measured: UInt8  # (p,) 1: energy decides what a session gets under the plan
    place: Int64  # (p,) whose clock is that of the plan


class Claimed(NamedTuple):
    """k claims in the order in which they count."""

    session: Int64  # (k,)
    account: Int32  # (k,) -1: none
    plan: Int32  # (k,) -1: none
    joined: Int64  # (k,) the local date on which the account joined the plan
    day: Int64  # (k,) the local date of the start in the plan's zone
    tariff: Int32  # (k,) -1: none
    coupon: Int32  # (k,) -1: none
    points: Int64  # (k,)
    energy_mwh: Int64  # (k,) what the meter says where that decides something, -1: no session can have it; else 0
    deal: Int64  # (k,) which claim it is in the order of sessions: where its deal stands


@inlined
def _span(member: int, start_us: int, spans: Spans) -> int:
    """The span in which a moment lies, -1: none."""
    span = -1
    if member >= 0:
        for m in range(spans.first[member], spans.first[member + 1]):
            if spans.span[m, FROM] <= start_us < spans.span[m, UNTIL]:
                span = index(m)
    return span


@inlined
def _list_candidates(lo: int, hi: int, asked: Asked, found: Int64) -> int:
    """Write the sessions lo to hi - 1 whose account has a plan at some time, or that name a coupon, and the member that
    they are of, to `found` from row `lo` on; the row behind them is returned.

    A row is written for each, and kept for some: nobody can foresee which, and to branch took a half more.
    """
    name, member, coupon, status = asked.name, asked.member, asked.coupon, asked.status
    named, coupons = name.size > 0, coupon.size > 0
    at = index(lo)
    for s in range(index(lo), hi):
        m = member[name[s]] if named else -1
        found[at, SESSION] = s
        found[at, MEMBER] = m
        asks = m >= 0 or (coupons and coupon[s] >= 0)
        at = index(at + (1 if asks and status[s] == 0 else 0))
    return at


@lean_kernel
def claim(lo: int, hi: int, asked: Asked, spans: Spans, clocks: Clocks, found: Int64, size: Int64) -> int:
    """Write what the sessions lo to hi - 1 claim to `found` (n, WIDTH), from row `lo` on, and how many of each account
    do.

    A session claims where its account has a plan at its start, or where it names a coupon. Those of no account are
    counted last in `size` (a + 1,). Returns: how many there are.
    """
    name, account, coupon, start_us, tariff = asked.name, asked.account, asked.coupon, asked.start_us, asked.tariff
    place, first = spans.place, spans.first
    named, coupons = name.size > 0, coupon.size > 0
    end = _list_candidates(lo, hi, asked, found)
    at = index(lo)
    for r in range(index(lo), end):
        later = max(found[min(r + _SESSIONS_BEFORE, end - 1), MEMBER], 0)
        prefetch(spans.span, first[later] * _SPAN_WIDTH)
        s = index(found[r, SESSION])
        start = start_us[s]
        span = _span(found[r, MEMBER], start, spans)
        if span < 0 and not (coupons and coupon[s] >= 0):
            continue
        c = account[name[s]] if named else -1
        plan = index(spans.span[span, OF]) if span >= 0 else -1
        found[at, SESSION] = s
        found[at, ACCOUNT] = c
        found[at, PLAN] = plan
        found[at, JOINED] = spans.span[span, SINCE] if span >= 0 else 0
        found[at, DAY] = local_day(start, place[plan], clocks) if span >= 0 else 0
        found[at, TARIFF] = tariff[s]
        found[at, START] = start
        size[c if c >= 0 else size.size - 1] += 1
        at = index(at + 1)
    return at - lo


@lean_kernel
def measure(lo: int, hi: int, asked: Asked, measured: UInt8, found: Int64) -> None:
    """Write the energy of the claims in the rows lo to hi - 1 of `found`, where the plan is `measured`.

    A loop of its own, for it waits for memory alone: as a part of the one above it took twice as long. Where the
    intervals of a session lie no machine can foresee, so they are asked for some sessions before.
    """
    interval_first, energies, scale = asked.interval_first, asked.energy, asked.energy_scale[0]
    energy_max = ENERGY_MAX_MWH // scale
    for r in range(index(lo), hi):
        later = index(found[min(r + _SESSIONS_BEFORE, hi - 1), SESSION])
        ask_lines(energies, interval_first[later], _LINES_BEFORE)  # of longer ones the machine asks for the rest itself
        plan = found[r, PLAN]
        found[r, ENERGY] = 0
        if plan < 0 or measured[plan] == 0:
            continue
        s = index(found[r, SESSION])
        first, last = interval_first[s], interval_first[s + 1]
        total = 0
        bits = 0
        # That an index is not negative is said by its type: so the loop adds up several at a time.
        for i in range(np.uint64(first), np.uint64(last)):
            bits |= energies[i]
            total += energies[i]
        if bits < 0 or bits >= _SMALL or last - first > _SMALL_MAX:
            total = 0
            for j in range(first, last):
                if total >= 0:
                    total = -1 if energies[j] < 0 or energies[j] > energy_max - total else total + energies[j]
        found[r, ENERGY] = total * scale if 0 <= total <= energy_max else -1


@lean_kernel
def by_account(lo: int, hi: int, deal: int, found: Int64, together: bool, place: Int64, key: Int64, row: Int64) -> None:
    """Put the claims in the rows lo to hi - 1 of `found` to those of their account: their starts as `key` (k,), and
    their rows as `row` (k,). They are claims number `deal` and following in the order of sessions.

    `place` (a + 1,) says where those of each account begin, of no account last, and is used up. Where all stand
    `together`, they begin at its first.
    """
    for r in range(index(lo), hi):
        c = 0
        if not together:
            c = index(found[r, ACCOUNT] if found[r, ACCOUNT] >= 0 else place.size - 1)
        at = index(place[c])
        key[at] = found[r, START]
        row[at] = r
        place[c] += 1
        found[r, DEAL] = deal + r - lo


@lean_kernel
def sort_claims(first: Int64, lo: int, hi: int, found: Int64, ids: Int64, key: Int64, row: Int64) -> int:
    """Sort the claims of the accounts lo to hi - 1 by `key` and id; account c has the places first[c] to
    first[c + 1] - 1. Returns: how many begin together with another one, where there are no ids (0,).

    Most accounts have a few: those are sorted by insertion. The distances make that fit for ten thousands, too.
    """
    ties = 0
    for c in range(lo, hi):
        begin, end = first[c], first[c + 1]
        gap = 1
        while gap < (end - begin) // _GAP:
            gap = gap * _GAP + 1
        while gap > 0:
            for i in range(begin + gap, end):
                own_key, own = key[i], row[i]
                j = index(i)
                while j >= begin + gap:
                    before = index(j - gap)
                    if key[before] < own_key:
                        break
                    if key[before] == own_key:
                        if ids.size == 0:
                            ties += 1
                            break
                        if ids[found[row[before], SESSION]] < ids[found[own, SESSION]]:
                            break
                    key[j], row[j] = key[before], row[before]
                    j = before
                key[j], row[j] = own_key, own
            gap //= _GAP
    return ties


@lean_kernel
def fill(lo: int, hi: int, row: Int64, found: Int64, coupon: Int32, points: Int64, out: Claimed) -> None:
    """Write the claims at the places lo to hi - 1, which are the rows `row` (k,) of `found`.

    `coupon` and `points` are those of `Asked`.
    """
    for at in range(lo, hi):
        i = index(at)
        prefetch(found, row[min(i + _CLAIMS_BEFORE, hi - 1)] * WIDTH)
        r = index(row[i])
        s = index(found[r, SESSION])
        out.session[i] = s
        out.account[i] = found[r, ACCOUNT]
        out.plan[i] = found[r, PLAN]
        out.joined[i] = found[r, JOINED]
        out.day[i] = found[r, DAY]
        out.tariff[i] = found[r, TARIFF]
        out.coupon[i] = coupon[s] if coupon.size > 0 else -1
        out.points[i] = points[s] if points.size > 0 else 0
        out.energy_mwh[i] = found[r, ENERGY]
        out.deal[i] = found[r, DEAL]
