"""Look ahead: what plans give to claims, as far as it can be told before any session is priced.

Allowances of energy, and tiers by sessions or energy, depend on the meter alone. Accounts that have no others need not
be priced session after session: all of theirs are one round. A month of 100,000 accounts took thirteen times as long
as without plans where each session waited for the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.accounts.claims import Claims
from rating.accounts.coupons import Coupons
from rating.accounts.days import period_of
from rating.accounts.left import Left
from rating.accounts.tracks import PlanTracks, Track
from rating.compile.plan import Plan
from rating.kernels.accounts import FINE, UNTOLD, Counted, Used, allow, count_before, measure
from rating.kernels.arrays import NEVER, NO_COMPONENT, Usage, frozen
from rating.units import DIMENSIONS, ENERGY

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]

_PART_SESSIONS = 20_000  # fewer are not worth a second thread


class Ahead(NamedTuple):
    """What is told of k claims; of those that are not told, any numbers. `a` and `l` are the most of a plan."""

    told: Bool  # (k,)
    fine: Bool  # (k,) they will not be refused
    energy_mwh: Int64  # (k,)
    left: Int64  # (a, k) of each allowance
    used: Int64  # (a, k)
    tier: Int64  # (l, k) of each loyalty the tier that is reached, -1: none


def look_ahead(
    claims: Claims,
    tracks: list[PlanTracks],
    coupons: Coupons,
    tariff: Int32,
    plan: Plan,
    usage: Usage,
    *,
    threads: int,
) -> Ahead:
    """What can be told of the claims, whose tariffs are (k,); accounts are told as a whole."""
    energy_mwh, fate = _measure(claims.session, usage, _tells(plan), threads)
    told = _told(claims, tracks, coupons) & (fate != UNTOLD)
    waits = np.zeros(len(claims.accounts) + 1, np.bool_)
    waits[claims.account[~told]] = True
    waits[-1] = False  # sessions without an account have nothing to wait for
    told &= ~waits[claims.account]
    fine = fate == FINE
    count = len(told)
    found = Ahead(
        told,
        fine,
        energy_mwh,
        np.zeros((max((len(each.lefts) for each in tracks), default=0), count), np.int64),
        np.zeros((max((len(each.lefts) for each in tracks), default=0), count), np.int64),
        np.full((max((len(each.loyalty) for each in tracks), default=0), count), -1, np.int64),
    )
    for index, rows in by_plan(np.where(told, claims.plan, -1)):
        # Claims of a contested coupon are in order of time; here they have to be by account.
        account = claims.account[rows]
        _tell(found, claims, tracks[index], tariff, rows[np.argsort(account, kind="stable")] if
              (account[1:] < account[:-1]).any() else rows)  # fmt: skip
    return found


def by_plan(plan: Int32) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """The plans that are there (not -1), and the rows of each, ascending."""
    some = np.flatnonzero(plan >= 0)
    if not len(some):
        return
    code = plan[some]
    most = int(code.max())
    # NumPy sorts small integers by radix, four times as fast.
    order = some[np.argsort(code.astype(np.uint16) if most < 2**16 else code, kind="stable")]
    edges = np.searchsorted(plan[order], np.arange(most + 2))
    for index in range(most + 1):
        if edges[index] < edges[index + 1]:
            yield index, order[edges[index] : edges[index + 1]]


def _tells(plan: Plan) -> UInt8:
    """(k,) of which timelines every kWh is billable, whenever it comes."""
    timelines = plan.book.timelines
    unpriced = timelines.epoch_component.reshape(-1, len(DIMENSIONS))[:, ENERGY] == NO_COMPONENT
    holes = np.concatenate([[0], np.cumsum(unpriced)])
    first, last = timelines.epoch_first[:-1], timelines.epoch_first[1:] - 1  # without the sentinel
    return np.asarray((timelines.restricted == 0) & (holes[last] == holes[first])).astype(np.uint8)


def _told(claims: Claims, tracks: list[PlanTracks], coupons: Coupons) -> Bool:
    """(k,) whether plan and coupon of each claim count nothing but sessions and energy."""
    plans = np.array([_is_told(each) for each in tracks] + [True])
    counted = [each.uses_max is not None or each.uses_per_account_max is not None for each in coupons.coupons]
    return np.asarray(plans[claims.plan] & ~np.array([*counted, False])[claims.coupon])


def _is_told(tracks: PlanTracks) -> bool:
    plan = tracks.plan
    return (
        not plan.caps
        and plan.points is None
        and all(each.of == "energy" for each in plan.allowances)
        and all(each.by != "spend" for each in plan.loyalty)
    )


def _measure(session: Int64, usage: Usage, tells: UInt8, threads: int) -> tuple[Int64, UInt8]:
    """(k,) the energy of each claim, and whether it will be refused."""
    count = len(usage.status)
    place = np.full(count, -1, np.int32)
    place[session] = np.arange(len(session), dtype=np.int32)
    energy_mwh, fate = np.empty(len(session), np.int64), np.empty(len(session), np.uint8)
    parts = max(1, min(threads, count // _PART_SESSIONS))
    edges = [count * part // parts for part in range(parts + 1)]

    def work(part: int) -> None:
        measure(edges[part], edges[part + 1], place, usage, tells, energy_mwh, fate)

    if parts == 1:
        work(0)
    else:
        with ThreadPoolExecutor(parts) as pool:
            list(pool.map(work, range(parts)))
    return energy_mwh, fate


def _tell(found: Ahead, claims: Claims, tracks: PlanTracks, tariff: Int32, rows: NDArray[np.intp]) -> None:
    """Write what one plan gives to its claims, which are by account."""
    account, day, joined = claims.account[rows], claims.day[rows], claims.joined[rows]
    fine = found.fine[rows]
    spare = np.where(fine, found.energy_mwh[rows], 0)
    begins = np.ones(len(rows), np.uint8)
    begins[1:] = (account[1:] != account[:-1]) | (joined[1:] != joined[:-1])
    for number, each in enumerate(tracks.lefts):
        uses = each.covered[tariff[rows]] & fine
        used = _used(each, account, day, joined, begins)
        used = used._replace(uses=uses.astype(np.uint8), rated=fine.astype(np.uint8), spare=spare)
        allow(used, each.allowance.amount, NEVER if each.allowance.carry_max is None else each.allowance.carry_max)
        found.left[number, rows], found.used[number, rows] = used.left, used.used
    for number, (loyalty, track) in enumerate(zip(tracks.plan.loyalty, tracks.loyalty, strict=True)):
        value = fine.astype(np.int64) if loyalty.by == "sessions" else np.where(fine, found.energy_mwh[rows], 0)
        counts = track.covered[tariff[rows]]
        count = _counted(track, account, day, joined, counts, value)
        found.tier[number, rows] = np.where(counts, tracks.tier_at(loyalty, count), -1)


def _used(each: Left, account: Int32, day: Int64, joined: Int64, begins: UInt8) -> Used:
    """The claims of an allowance; those who join again with periods of their own begin anew."""
    period = each.allowance.period
    number, _ = period_of(period, day, joined)
    joined_number, _ = period_of(period, joined, joined)
    if period.anchor == "calendar":
        begins = np.concatenate([[1], account[1:] != account[:-1]]).astype(np.uint8)
    kept_number, kept_left = each.kept(account, joined)
    none = np.empty(0, np.uint8)
    return Used(
        begins=begins,
        number=number,
        joined_number=joined_number,
        kept_number=kept_number,
        kept_left=kept_left,
        uses=none,
        rated=none,
        spare=np.empty(0, np.int64),
        left=np.empty(len(day), np.int64),
        used=np.empty(len(day), np.int64),
    )


def _counted(track: Track, account: Int32, day: Int64, joined: Int64, counts: Bool, value: Int64) -> Int64:
    since = track.since(day, joined)
    old_account, old_key, old_value = track.old
    counted = Counted(
        account=account,
        counts=counts.astype(np.uint8),
        key=day if track.period is None else since,
        since=since,
        value=value,
        old_account=old_account,
        old_key=old_key,
        old_value=old_value,
    )
    count = np.empty(len(account), np.int64)
    count_before(frozen(counted), count)
    return count
