"""Look ahead: what plans give to claims, as far as it can be told before any session is priced.

Allowances of energy, and tiers by sessions or energy, depend on the meter alone. Accounts that have no others need not
be priced session after session: all of theirs are one round. A month of 100,000 accounts took thirteen times as long
as without plans where each session waited for the one before.

What the meter says of a session is its energy. Whether its intervals are in order and within its bounds is found out
when it is priced: to look beforehand at all of their times took as long as all else that is done here. Where a session
is refused for them, all that was told is told once more, from the bills.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.accounts.claims import Claims
from rating.accounts.coupons import Coupons
from rating.accounts.days import code_of
from rating.accounts.parts import in_parts, parts_of_accounts
from rating.accounts.room import room
from rating.accounts.tellable import coupon_is_told, plan_is_told
from rating.accounts.tracks import PlanTracks
from rating.compile.plan import Plan
from rating.kernels.arrays import NEVER, NO_COMPONENT, Deals, Totals, frozen, readonly
from rating.kernels.claims import DEAL, ENERGY_MWH, SESSION
from rating.kernels.tell import (
    FINE,
    UNTOLD,
    Allowances,
    Counts,
    Facts,
    Lefts,
    Loyalties,
    TermTable,
    Told,
    came_true,
    tell,
)
from rating.tariff.plans import Period
from rating.units import DIMENSIONS, ENERGY

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]


class Parts(NamedTuple):
    """What plans and coupons are made of, as kernels read it."""

    allowed: Allowances
    loyal: Loyalties
    table: TermTable
    plan_told: UInt8  # (p,) 1: the plan counts nothing but sessions and energy
    coupon_told: UInt8  # (c,) 1: nobody counts how often it is used


def parts_of(
    tracks: Sequence[PlanTracks], coupons: Coupons, kept: tuple[Int64, Int64], table: TermTable, tariffs: int
) -> Parts:
    """`kept` are the arrays of what accounts have left, and since when; a row for each allowance."""
    allowed, loyal = frozen(_allowances(tracks, kept)), frozen(_loyalties(tracks, tariffs))
    return Parts(
        allowed._replace(left=kept[0], since=kept[1]),  # which kernels write
        loyal,
        table,
        np.array([plan_is_told(each.plan) for each in tracks], np.uint8),
        np.array([coupon_is_told(each) for each in coupons.coupons], np.uint8),
    )


class Ahead:
    """What is told of k claims; it is written into their deals, and those into the sessions that have one."""

    def __init__(
        self,
        claims: Claims,
        parts: Parts,
        held: Int32,
        plan: Plan,
        deals: Deals,
        threads: int,
    ) -> None:
        """`held` (k,) is the coupon of each deal that holds, -1: none; or (0,): none does."""
        self._claims, self._parts, self._deals, self._threads = claims, parts, deals, threads
        self._listed = claims.listed
        count = len(claims)
        fate, used = room((count, np.uint8), (count, np.int64, deals.allowance_left.shape[1]))
        tells = _tells(plan)
        self._status = plan.status
        self._facts = Facts(
            status=plan.status if plan.status.any() else plan.status[:0],
            timeline=plan.timeline,
            tells=tells[:0] if tells.all() else tells,
            plan_told=parts.plan_told,
            points=claims.asked.points,
            coupon=claims.asked.coupon,
            coupon_held=held,
            coupon_told=parts.coupon_told,
        )
        self._out = Told(
            fate=fate,
            of_session=deals.of_session,
            term=deals.terms,
            left=deals.allowance_left,
            used=used,
        )
        self._tell()

    @property
    def every(self) -> bool:
        """Whether all claims were told."""
        return bool(self._out.fate.all())

    @property
    def told(self) -> Bool:
        """(k,) whether each claim was told."""
        return np.asarray(self._out.fate[self._claims.deal] != UNTOLD)

    @property
    def fine(self) -> Bool:
        """(k,) whether it was told, and will not be refused."""
        return np.asarray(self._out.fate[self._claims.deal] == FINE)

    @property
    def energy_mwh(self) -> Int64:
        """(k,) of those that are fine, where it decides something."""
        return np.asarray(self._listed.rows[self._claims.order, ENERGY_MWH])

    def came_true(self, plan: Plan, totals: Totals) -> bool:
        """Whether the claims that were told were priced or refused, and used their allowances, as was told."""
        first = plan.book.terms.allowance_first
        return came_true(self._listed.session, totals.status, first, self._out, self._deals.allowance_used)

    def look_back(self, totals: Totals) -> None:
        """Tell it once more, from what the bills of the sessions that were told say."""
        listed = self._listed
        session = listed.session[self._out.fate != UNTOLD]
        status = self._status.copy()
        status[session] = totals.status[session]
        rows = listed.rows.copy()
        told = self._out.fate[rows[:, DEAL]] != UNTOLD
        rows[told, ENERGY_MWH] = totals.energy_mwh[rows[told, SESSION], 0]
        self._facts = self._facts._replace(status=status)
        self._listed = listed._replace(rows=readonly(rows))
        self._tell()

    def keep(self) -> None:
        """Write what accounts have left after the claims that were told."""
        self._tell(keeps=True)

    def _tell(self, keeps: bool = False) -> None:
        # An account is told as a whole.
        listed, facts, parts, spans = self._listed, frozen(self._facts), self._parts, self._claims.spans
        self._deals.of_session[listed.session] = np.arange(len(listed.session), dtype=np.int32)

        def work(lo: int, hi: int) -> None:
            lefts = Lefts(*(np.zeros(parts.allowed.amount.size, np.int64) for _ in Lefts._fields))
            counts = Counts(*(np.zeros(parts.loyal.days.size, np.int64) for _ in Counts._fields))
            groups = (parts.allowed, parts.loyal, parts.table)
            tell(lo, hi, listed, spans, facts, *groups, lefts, counts, keeps, self._out)

        in_parts(parts_of_accounts(listed.first, self._threads), work)


def _tells(plan: Plan) -> UInt8:
    """(k,) of which timelines every kWh is billable, whenever it comes.

    Where an index lacks a price, a session by an index may be refused for it.
    """
    timelines = plan.book.timelines
    lacks = bool((plan.book.prices.part[2::3] < 0).any())
    unpriced = timelines.epoch_component.reshape(-1, len(DIMENSIONS))[:, ENERGY] == NO_COMPONENT
    holes = np.concatenate([[0], np.cumsum(unpriced)])
    sentinels = np.flatnonzero(timelines.epoch_start_us == NEVER)
    first = timelines.epoch_first
    last = sentinels[np.searchsorted(sentinels, first)]
    told = (timelines.restricted == 0) & (holes[last] == holes[first]) & ~(lacks & (timelines.spot != 0))
    return np.asarray(told).astype(np.uint8)


def _allowances(tracks: Sequence[PlanTracks], kept: tuple[Int64, Int64]) -> Allowances:
    found = [each.allowance for plan in tracks for each in plan.lefts]
    per, anchored = _periods([each.period for each in found])
    return Allowances(
        first=_offsets([len(plan.lefts) for plan in tracks]),
        amount=_numbers(each.amount for each in found),
        carry_max=_numbers(NEVER if each.carry_max is None else each.carry_max for each in found),
        per=per,
        anchored=anchored,
        kept=np.array([each.begun for plan in tracks for each in plan.lefts], np.uint8),
        left=kept[0],
        since=kept[1],
    )


def _loyalties(tracks: Sequence[PlanTracks], tariffs: int) -> Loyalties:
    found = [pair for plan in tracks for pair in zip(plan.plan.loyalty, plan.loyalty, strict=True)]
    per, anchored = _periods([each.period for each, _ in found])
    old = [track.old for _, track in found]
    none = np.empty(0, np.int64)
    return Loyalties(
        first=_offsets([len(plan.loyalty) for plan in tracks]),
        by_energy=np.array([each.by == "energy" for each, _ in found], np.uint8),
        days=_numbers(each.rolling_days for each, _ in found),
        per=per,
        anchored=anchored,
        covered=np.array([track.covered for _, track in found], np.uint8).reshape(len(found), tariffs),
        tier_first=_offsets([len(each.tiers) for each, _ in found]),
        tier_at=_numbers(tier.at for each, _ in found for tier in each.tiers),
        old_first=_offsets([len(account) for account, _, _ in old]),
        old_account=np.concatenate([none, *(account for account, _, _ in old)]),
        old_key=np.concatenate([none, *(key for _, key, _ in old)]),
        old_value=np.concatenate([none, *(value for _, _, value in old)]),
    )


def _periods(periods: list[Period | None]) -> tuple[Int64, UInt8]:
    """How kernels name each period."""
    codes = [(0, False) if each is None else code_of(each) for each in periods]
    return _numbers(per for per, _ in codes), np.array([anchored for _, anchored in codes], np.uint8)


def _numbers(values: Iterable[int]) -> Int64:
    return np.array(list(values), np.int64)


def _offsets(sizes: list[int]) -> Int64:
    return np.cumsum([0, *sizes], dtype=np.int64)
