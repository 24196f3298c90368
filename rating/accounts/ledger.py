"""The ledger of a batch: what accounts and coupons have left when a session begins, and after it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rating.accounts.ahead import Ahead, parts_of
from rating.accounts.claims import Claims
from rating.accounts.coupons import Coupons
from rating.accounts.groups import by_plan
from rating.accounts.room import room
from rating.accounts.rounds import rounds
from rating.accounts.state import OldState
from rating.accounts.term_book import TermBook
from rating.accounts.tracks import PlanTracks
from rating.compile.plan import Plan, Term
from rating.errors import Refused
from rating.kernels.arrays import Deals, Totals
from rating.tariff.model import Tariff, Tariffs
from rating.tariff.plans import Cap, Plans
from rating.units import NANO_PER_MICRO
from rating.usage.batch import UsageBatch

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bool = NDArray[np.bool_]
Rows = NDArray[np.intp]


class Ledger:
    """Makes the deals of each round, and counts what its sessions came to.

    The deal of a claim stands in row `Claims.deal` of `deals`: in the order of sessions, which is the one in which
    kernels read them.
    """

    def __init__(self, batch: UsageBatch, tariffs: Tariffs, plans: Plans, claims: Claims, old: OldState) -> None:
        self.batch, self.claims, self.old = batch, claims, old
        self.tariffs: list[Tariff | None] = [tariffs.get(name) for name in batch.sessions.tariff_names]
        first = np.cumsum([0, *(len(plan.allowances) for plan in plans.values())])
        # Zeros take no memory until they are written: of a thousand plans, an account has one.
        left, since = (np.zeros((first[-1], len(claims.accounts)), np.int64) for _ in range(2))
        self._kept = left, since
        self.tracks = [
            PlanTracks(i, plan, claims, self.tariffs, (left[first[i] : first[i + 1]], since[first[i] : first[i + 1]]))
            for i, plan in enumerate(plans.values())
        ]
        self.coupons = Coupons(tuple(plans.coupons.values()), claims, batch.sessions.start_us, self.tariffs)
        self.rated = np.zeros(len(claims), np.bool_)
        self.ahead: Ahead | None = None
        self._book = TermBook(claims, self.tariffs, [each.plan for each in self.tracks], self.coupons)
        self.deals = self._no_deals()

    @property
    def terms(self) -> list[Term]:
        """All terms that sessions of the batch may turn out to have: they are compiled before any is priced."""
        return self._book.terms

    def look_ahead(self, plan: Plan, threads: int) -> None:
        """Find out what can be told of the claims before any session is priced."""
        parts = parts_of(self.tracks, self.coupons, self._kept, self._book.table, max(1, len(self.tariffs)))
        held = np.empty(0, np.int32)
        if self.coupons.coupons:
            held = np.empty(len(self.claims), np.int32)
            held[self.claims.deal] = np.where(self.coupons.hold(np.arange(len(held))), self.claims.coupon, np.int32(-1))
        self.ahead = Ahead(self.claims, parts, held, plan, self.deals, threads)

    def look_back(self, totals: Totals) -> None:
        """Tell it once more, from the bills of all that was told."""
        assert self.ahead is not None
        self._begin_again()
        self.ahead.look_back(totals)

    def forget(self) -> None:
        """Tell nothing: claims wait for the bills of those before them."""
        self._begin_again()
        self.ahead = None

    def _begin_again(self) -> None:
        """Kernels write what is taken where there is something, and leave the rest as it is."""
        self.deals.redeemed[:] = 0
        self.deals.coupon_used[:] = 0

    def came_true(self, plan: Plan, totals: Totals) -> bool:
        """Whether all that was told has come so; nothing has been counted yet."""
        return self.ahead is None or self.ahead.came_true(plan, totals)

    def rounds(self) -> list[Rows]:
        """The claims of each round, in order; `settled` has to be told of each before the deals of the next are made.

        All that were told are in the first.
        """
        if self.ahead is not None and self.ahead.every:
            return [np.arange(len(self.claims))] if len(self.claims) else []
        return list(rounds(self.claims, self.coupons.contested, None if self.ahead is None else self.ahead.told))

    def make_deals(self, rows: Rows) -> None:
        """Make the deals of the claims of a round, where they have none yet."""
        claims, rows = self.claims, self._waiting(rows)
        if not len(rows):
            return
        coupon = np.where(self.coupons.hold(rows), claims.coupon[rows], -1)
        for plan, mine in by_plan(claims.plan[rows]):
            own = rows[mine]
            tiers = self.tracks[plan].tiers(own) if plan >= 0 else []
            number = self._book.number(plan, claims.tariff[own], coupon[mine], claims.points[own] > 0, tiers)
            deal = claims.deal[own]
            self.deals.terms[deal] = number
            self.deals.of_session[claims.session[own]] = np.where(number >= 0, deal, -1)
            if plan >= 0:
                self._give(plan, own, number)

    def _waiting(self, rows: Rows) -> Rows:
        """Those of the claims that were not told."""
        if self.ahead is None:
            return rows
        return rows[:0] if self.ahead.every else rows[~self.ahead.told[rows]]

    def _give(self, plan: int, rows: Rows, number: Int64) -> None:
        """What accounts have left, into the deals of claims of one plan, whose terms are `number` (r,)."""
        claims, tracks, deals = self.claims, self.tracks[plan], self.deals
        account, day, joined, deal = claims.account[rows], claims.day[rows], claims.joined[rows], claims.deal[rows]
        for each in tracks.lefts:
            slot = self._book.slot(plan, each.allowance, number)
            some = slot >= 0
            deals.allowance_left[deal[some], slot[some]] = each.now(account[some], day[some], joined[some])[0]
        for cap, track in zip(tracks.plan.caps, tracks.caps, strict=True):
            slot = self._book.slot(plan, cap, number)
            some = slot >= 0
            rest = np.maximum(0, _most_micro(cap) - track.count(rows[some]))
            deals.cap_left_nano[deal[some], slot[some]] = rest * NANO_PER_MICRO
        if tracks.plan.points is not None:
            deals.points[deal] = (
                np.minimum(claims.points[rows], tracks.balance[account]) * tracks.pays[claims.tariff[rows]]
            )

    def _no_deals(self) -> Deals:
        """Room for a deal of each claim."""
        count = len(self.claims)
        allowances = max((len(term.allowances) for term in self.terms), default=0)
        caps = max((len(term.caps) for term in self.terms), default=0)
        wide = (count, np.int64, allowances)
        of_session, terms, left, cap_left, points, used, redeemed, coupon_used = room(
            (len(self.batch.sessions.status), np.int32),
            (count, np.int32),
            wide,
            (count, np.int64, caps),
            (count, np.int64),
            wide,
            (count, np.int64),
            (count, np.uint8),
        )
        of_session[:] = -1
        terms[:] = -1
        for each in (left, cap_left, points, used, redeemed, coupon_used):
            each[:] = 0
        return Deals(of_session, terms, left, cap_left, points, used, redeemed, coupon_used)

    def settled(self, rows: Rows, totals: Totals) -> None:
        """Count what the sessions of a round came to; those that were refused leave no trace."""
        rows = self._waiting(rows)  # what was told need not be counted before the ledger is closed
        if not len(rows):
            return
        claims, session, deal = self.claims, self.claims.session[rows], self.claims.deal[rows]
        fine = totals.status[session] == Refused.FINE
        self.rated[rows] = fine
        given = self.deals.of_session[session] >= 0
        self.coupons.add(rows, (self.deals.coupon_used[deal] != 0) & given & fine)
        net, gross = totals.net_micro[session, 0], totals.gross_micro[session, 0]
        for plan, mine in by_plan(claims.plan[rows]):
            if plan >= 0:
                own = session[mine]
                counts = {
                    "sessions": np.ones(len(mine), np.int64),
                    "energy": totals.energy_mwh[own, 0],
                    "spend": gross[mine],
                }
                self._count(plan, rows[mine], fine[mine], counts)
                self._spend(plan, rows[mine], fine[mine], counts, net[mine])

    def close(self) -> None:
        """Count what was told: the rows of the state are all that needs it."""
        ahead, claims = self.ahead, self.claims
        if ahead is None:
            return
        told, fine = ahead.told, ahead.fine
        self.rated[told] = fine[told]
        ahead.keep()
        for plan, rows in by_plan(np.where(told, claims.plan, np.int32(-1))):
            if plan >= 0:
                counts = {"sessions": np.ones(len(rows), np.int64), "energy": ahead.energy_mwh[rows]}
                self._count(plan, rows, fine[rows], counts)
        self.ahead = None

    def _count(self, plan: int, rows: Rows, fine: Bool, counts: dict[str, Int64]) -> None:
        """What claims of one plan count for loyalties, and when accounts last had a session."""
        claims, tracks = self.claims, self.tracks[plan]
        for loyalty, track in zip(tracks.plan.loyalty, tracks.loyalty, strict=True):
            track.add(rows, counts[loyalty.by] * fine)
        rows = rows[fine]
        tracks.last(claims.account[rows], claims.day[rows], claims.joined[rows])

    def _spend(self, plan: int, rows: Rows, fine: Bool, counts: dict[str, Int64], net: Int64) -> None:
        """What claims of one plan take of what is left of allowances, caps and points."""
        claims, tracks, deals = self.claims, self.tracks[plan], self.deals
        account, day, joined, deal = claims.account[rows], claims.day[rows], claims.joined[rows], claims.deal[rows]
        for cap, track in zip(tracks.plan.caps, tracks.caps, strict=True):
            track.add(rows, (counts["spend"] if cap.max.after_tax_micro is not None else net) * fine)
        number = deals.terms[deal]
        for each in tracks.lefts:
            slot = self._book.slot(plan, each.allowance, number)
            spent = np.zeros(len(rows), np.int64)
            spent[slot >= 0] = deals.allowance_used[deal[slot >= 0], slot[slot >= 0]]
            now, since = each.now(account, day, joined)
            each.keep(account[fine], (now - spent)[fine], since[fine])
        points = tracks.plan.points
        if points is not None:
            earns = fine & tracks.pays[claims.tariff[rows]]
            earned = np.maximum(counts[points.by], 0) * points.earn // points.each
            redeemed = np.where(number >= 0, deals.redeemed[deal], 0)
            tracks.balance[account[earns]] += (earned - redeemed)[earns]


def _most_micro(cap: Cap) -> int:
    most = cap.max.after_tax_micro if cap.max.after_tax_micro is not None else cap.max.before_tax_micro
    assert most is not None
    return most
