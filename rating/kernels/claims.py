"""What sessions claim, and the order in which claims count: by account, start and id.

Sessions are read in their order, once: by account it took six times as long to add up their energy, for their
intervals are then all over the memory. Each claim is written to where those of its account stand, as one row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rating.kernels.arith import ask_lines, index, prefetch
from rating.kernels.arrays import Int32, Int64, UInt8, Wide
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
SPAN_WIDTH = 4

# What is found of a claim in the order of sessions, and after that what stands in its row, which is one line of the
# cache.
SESSION = 0
ACCOUNT = 1
MEMBER = 1  # until it is the account
SPAN = 2
FOUND_MWH = 3
FOUND_WIDTH = 4
DAY = 3
TARIFF = 4
ENERGY_MWH = 5
START_US = 6
DEAL = 7
WIDTH = 8


class Asked(NamedTuple):
    """n sessions, as they are asked for what they claim."""

    name: Int32  # (n,) what they call their account, -1: nothing; or (0,): none does
    # (d + 1,) the account of that name, the last one for those without, -1: it is none; or (0,): it is the member
    account: Int32
    member: Int32  # (d + 1,) which of those that have plans the account is, -1: none
    start_us: Int64  # (n,)
    status: UInt8  # (n,) not 0: refused
    coupon: Int32  # (n,) -1: none; or (0,): none names one
    tariff: Int32  # (n,)
    points: Int64  # (n,) that it is to be paid with; or (0,): none is
    interval_first: Int64  # (n + 1,) CSR
    energy: Int64  # (m,) times energy_scale[0]: milli-Wh
    energy_scale: Int64  # (1,)
    # 1 at each code that a claim has: ((plan + 1) × tariffs + tariff) × coupons + coupon + 1, times 2, and 1 more where
    # points are redeemed. (0,): there are too many codes.
    wants: UInt8
    bases: Int64  # (2,) tariffs; and coupons and one


class Spans(NamedTuple):
    """m spans of time in which a members have one of p plans."""

    first: Int32  # (a + 1,) CSR
    span: Int64  # (m, 4) FROM, UNTIL (exclusive), OF and SINCE: the local date of `from`
    measured: UInt8  # (p,) 1: energy decides what a session gets under the plan
    place: Int64  # (p,) whose clock is that of the plan


class Listed(NamedTuple):
    """k claims of a accounts: those of one account stand together, and those of none behind them.

    Where a claim is a row, it says SESSION, ACCOUNT (-1: none), SPAN (index into Spans.span, -1: none), DAY (the local
    date of the start in the plan's zone, 0 without a plan), TARIFF, ENERGY_MWH (what the meter says where that decides
    something, -1: no session can have it; else 0), START_US and DEAL: which claim it is in the order of sessions.
    """

    first: Int64  # (a + 2,) CSR: the places of each account, and of no account
    row: Int64  # (k,) at each place the row of a claim; those of an account in the order in which they count
    rows: Wide  # (k, WIDTH)
    session: Int64  # (k,) of each deal, ascending


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
def _list_candidates(lo: int, hi: int, asked: Asked, found: Wide) -> int:
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
def claim(lo: int, hi: int, asked: Asked, spans: Spans, found: Wide, size: Int32) -> int:
    """Write which of the sessions lo to hi - 1 claim something to `found` (n, FOUND_WIDTH), from row `lo` on, and how
    many of each account do.

    A session claims where its account has a plan at its start, or where it names a coupon. Those of no account are
    counted last in `size` (a + 1,). Returns: how many there are.
    """
    name, account, coupon, start_us, first = asked.name, asked.account, asked.coupon, asked.start_us, spans.first
    named, coupons, measured = name.size > 0, coupon.size > 0, spans.measured
    end = _list_candidates(lo, hi, asked, found)
    at = index(lo)
    for r in range(index(lo), end):
        later = max(found[min(r + _SESSIONS_BEFORE, end - 1), MEMBER], 0)
        prefetch(spans.span, first[later] * SPAN_WIDTH)
        prefetch(size, later)  # by which accounts go, where sessions name no coupons
        s = index(found[r, SESSION])
        span = _span(found[r, MEMBER], start_us[s], spans)
        if span < 0 and not (coupons and coupon[s] >= 0):
            continue
        c = found[r, MEMBER]
        if account.size > 0:
            c = account[name[s]] if named else -1
        found[at, SESSION] = s
        found[at, ACCOUNT] = c
        found[at, SPAN] = span
        found[at, FOUND_MWH] = measured[spans.span[span, OF]] if span >= 0 else 0
        size[c if c >= 0 else size.size - 1] += 1
        at = index(at + 1)
    return at - lo


@lean_kernel
def measure(lo: int, hi: int, asked: Asked, found: Wide) -> None:
    """Write the energy of the claims in the rows lo to hi - 1 of `found` to FOUND_MWH, where `claim` wrote there that
    it decides something.

    A loop of its own, for it waits for memory alone: as a part of the one above it took twice as long. Where the
    intervals of a session lie no machine can foresee, so they are asked for some sessions before.
    """
    interval_first, energies, scale = asked.interval_first, asked.energy, asked.energy_scale[0]
    energy_max = ENERGY_MAX_MWH // scale
    for r in range(index(lo), hi):
        later = index(found[min(r + _SESSIONS_BEFORE, hi - 1), SESSION])
        ask_lines(energies, interval_first[later], _LINES_BEFORE)  # of longer ones the machine asks for the rest itself
        if found[r, FOUND_MWH] == 0:
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
        found[r, FOUND_MWH] = total * scale if 0 <= total <= energy_max else -1


@lean_kernel
def place_claims(size: Int32, first: Int64, place: Int32) -> None:
    """Write where the claims of each account begin to `first` (a + 2,), and where those of each of p parts to `place`
    (p, a + 1); `size` (p, a + 1) says how many each part has.
    """
    at = 0
    for c in range(size.shape[1]):
        first[c] = at
        for part in range(size.shape[0]):
            place[part, c] = at
            at += size[part, c]
    first[size.shape[1]] = at


@lean_kernel
def put_claims(
    lo: int, hi: int, deal: int, asked: Asked, spans: Spans, clocks: Clocks, found: Wide, place: Int32, out: Listed
) -> None:
    """Write the claims in the rows lo to hi - 1 of `found` to where those of their account stand; they are claims
    number `deal` and following in the order of sessions.

    `place` (a + 1,) says where the next one of each account stands, of no account last, and is moved on.
    """
    start_us, tariff, rows = asked.start_us, asked.tariff, out.rows
    coupon, points, wants = asked.coupon, asked.points, asked.wants
    tariffs, coupons = asked.bases[0], asked.bases[1]
    d = index(deal)
    for r in range(index(lo), hi):
        later = index(min(r + _CLAIMS_BEFORE, hi - 1))
        own = found[later, ACCOUNT]
        prefetch(rows, place[own if own >= 0 else place.size - 1] * WIDTH)
        prefetch(spans.span, found[later, SPAN] * SPAN_WIDTH)
        prefetch(place, found[min(r + 2 * _CLAIMS_BEFORE, hi - 1), ACCOUNT])
        s = index(found[r, SESSION])
        c, span, start = found[r, ACCOUNT], found[r, SPAN], start_us[s]
        p = index(c if c >= 0 else place.size - 1)
        at = index(place[p])
        place[p] += 1
        rows[at, SESSION] = s
        rows[at, ACCOUNT] = c
        rows[at, SPAN] = span
        rows[at, DAY] = local_day(start, spans.place[spans.span[span, OF]], clocks) if span >= 0 else 0
        rows[at, TARIFF] = tariff[s]
        rows[at, ENERGY_MWH] = found[r, FOUND_MWH]
        rows[at, START_US] = start
        rows[at, DEAL] = d
        out.session[d] = s
        if wants.size > 0:
            code = (spans.span[span, OF] + 1 if span >= 0 else 0) * tariffs + tariff[s]
            code = code * coupons + (coupon[s] + 1 if coupon.size > 0 else 0)
            wants[index(code * 2 + (1 if points.size > 0 and points[s] > 0 else 0))] = 1
        d = index(d + 1)


@lean_kernel
def sort_claims(lo: int, hi: int, ids: Int64, out: Listed) -> int:
    """Put the claims of the accounts lo to hi - 1 in the order in which they count: by start and id. Returns: how many
    begin together with another one, where there are no ids (0,).

    Most accounts have a few: those are sorted by insertion. The distances make that fit for ten thousands, too.
    """
    row, rows = out.row, out.rows
    ties = 0
    for c in range(lo, hi):
        begin, end = out.first[c], out.first[c + 1]
        for at in range(begin, end):
            row[at] = at
        gap = 1
        while gap < (end - begin) // _GAP:
            gap = gap * _GAP + 1
        while gap > 0:
            for i in range(begin + gap, end):
                own = index(row[i])
                start = rows[own, START_US]
                j = index(i)
                while j >= begin + gap:
                    before = index(row[j - gap])
                    if rows[before, START_US] < start:
                        break
                    if rows[before, START_US] == start:
                        if ids.size == 0:
                            ties += 1
                            break
                        if ids[rows[before, SESSION]] < ids[rows[own, SESSION]]:
                            break
                    row[j] = before
                    j = index(j - gap)
                row[j] = own
            gap //= _GAP
    return ties
