"""The ledger of a batch: what accounts and coupons have left when a session begins, and after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.accounts.ahead import Ahead, by_plan, look_ahead
from rating.accounts.claims import Claims
from rating.accounts.coupons import Coupons
from rating.accounts.days import period_of
from rating.accounts.rounds import rounds
from rating.accounts.state import OldState
from rating.accounts.term_book import TermBook
from rating.accounts.tracks import PlanTracks
from rating.compile.plan import Plan, Term
from rating.errors import Refused
from rating.kernels.arrays import Deals, Totals, Usage
from rating.tariff.model import Tariff, Tariffs
from rating.tariff.plans import Cap, Plans
from rating.units import NANO_PER_MICRO
from rating.usage.batch import UsageBatch

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Rows = NDArray[np.intp]


class Round(NamedTuple):
    """Sessions that are priced together: r claims, and which of them have a deal."""

    rows: Rows  # (r,) rows of Claims, ascending
    deal: Int32  # (r,) row of the deal, -1: nothing is given
    deals: Deals


class Ledger:
    """Makes the deals of each round, and counts what its sessions came to."""

    def __init__(self, batch: UsageBatch, tariffs: Tariffs, plans: Plans, claims: Claims, old: OldState) -> None:
        sessions = batch.sessions
        self.batch, self.claims, self.old = batch, claims, old
        self.start_us = np.asarray(sessions.start_us)[claims.session]
        self.tariff = np.asarray(sessions.tariff)[claims.session]
        self.tariffs: list[Tariff | None] = [tariffs.get(name) for name in sessions.tariff_names]
        self.tracks = [PlanTracks(i, plan, claims, self.tariffs) for i, plan in enumerate(plans.values())]
        self.coupons = Coupons(tuple(plans.coupons.values()), claims, self.start_us, self.tariffs, self.tariff)
        self.rated = np.zeros(len(claims.session), np.bool_)
        self.ahead: Ahead | None = None
        self._book = TermBook(claims, self.tariff, self.tariffs, [each.plan for each in self.tracks], self.coupons)

    @property
    def terms(self) -> list[Term]:
        """All terms that sessions of the batch may turn out to have: they are compiled before any is priced."""
        return self._book.terms

    def look_ahead(self, plan: Plan, usage: Usage, threads: int) -> None:
        """Find out what can be told of the claims before any session is priced."""
        self.ahead = look_ahead(self.claims, self.tracks, self.coupons, self.tariff, plan, usage, threads=threads)

    def rounds(self) -> list[Rows]:
        """The claims of each round, in order; `settled` has to be told of each before the next is made."""
        return list(rounds(self.claims, self.coupons.contested, None if self.ahead is None else self.ahead.told))

    def round_of(self, rows: Rows) -> Round:
        """The deals of the claims of a round."""
        claims = self.claims
        coupon = np.where(self.coupons.hold(rows), claims.coupon[rows], -1)
        number = np.full(len(rows), -1, np.int64)
        for plan, mine in self._by_plan(rows):
            own = rows[mine]
            tiers = self._tiers(self.tracks[plan], own) if plan >= 0 else np.empty((0, len(own)), np.int64)
            number[mine] = self._book.number(plan, self.tariff[own], coupon[mine], claims.points[own] > 0, tiers)
        deal = np.where(number >= 0, np.cumsum(number >= 0) - 1, -1).astype(np.int32)
        return Round(rows, deal, self._deals(rows[number >= 0], number[number >= 0]))

    def _by_plan(self, rows: Rows) -> Iterator[tuple[int, Rows]]:
        """The plans of claims, -1: none; and the places of each among `rows`."""
        for plan, mine in by_plan(self.claims.plan[rows] + 1):
            yield plan - 1, mine

    def _tiers(self, tracks: PlanTracks, rows: Rows) -> Int64:
        """(l, r) the tier of each loyalty that each claim has reached, -1: none."""
        count = len(tracks.loyalty)
        if self.ahead is None:
            return np.array(tracks.tiers(rows), np.int64).reshape(count, len(rows))
        found = self.ahead.tier[:count, rows]
        waiting = ~self.ahead.told[rows]
        if count and waiting.any():
            found[:, waiting] = tracks.tiers(rows[waiting])
        return found

    def _left(self, tracks: PlanTracks, number: int, rows: Rows) -> Int64:
        """(r,) what is left of an allowance for each claim."""
        claims, each = self.claims, tracks.lefts[number]
        waiting = np.ones(len(rows), np.bool_) if self.ahead is None else ~self.ahead.told[rows]
        found = np.zeros(len(rows), np.int64) if self.ahead is None else self.ahead.left[number, rows]
        if waiting.any():
            own = rows[waiting]
            found[waiting] = each.now(claims.account[own], claims.day[own], claims.joined[own])[0]
        return found

    def _deals(self, rows: Rows, number: Int64) -> Deals:
        most = max((len(term.allowances) for term in self.terms), default=0)
        caps = max((len(term.caps) for term in self.terms), default=0)
        left = np.zeros((len(rows), most), np.int64)
        cap_left_nano = np.zeros((len(rows), caps), np.int64)
        points = np.zeros(len(rows), np.int64)
        claims = self.claims
        for plan, mine in self._by_plan(rows):
            if plan < 0:
                continue
            tracks, own = self.tracks[plan], rows[mine]
            for at, each in enumerate(tracks.lefts):
                slot = self._book.slot(plan, each.allowance, number[mine])
                some = slot >= 0
                left[mine[some], slot[some]] = self._left(tracks, at, own[some])
            for cap, track in zip(tracks.plan.caps, tracks.caps, strict=True):
                slot = self._book.slot(plan, cap, number[mine])
                some = slot >= 0
                rest = np.maximum(0, _most_micro(cap) - track.count(own[some]))
                cap_left_nano[mine[some], slot[some]] = rest * NANO_PER_MICRO
            if tracks.plan.points is not None:
                balance = tracks.balance[claims.account[own]]
                points[mine] = np.minimum(claims.points[own], balance) * tracks.pays[self.tariff[own]]
        return Deals(
            of_session=np.empty(0, np.int32),
            terms=number.astype(np.int32),
            allowance_left=left,
            cap_left_nano=cap_left_nano,
            points=points,
            allowance_used=np.zeros_like(left),
            redeemed=np.zeros(len(rows), np.int64),
            coupon_used=np.zeros(len(rows), np.uint8),
        )

    def settled(self, round_: Round, totals: Totals) -> bool:
        """Count what the sessions of a round came to. Those that were refused leave no trace.

        Returns: False where something that was told came otherwise; then nothing was counted.
        """
        claims, rows = self.claims, round_.rows
        session = claims.session[rows]
        fine = totals.status[session] == Refused.FINE
        if self.ahead is not None and not self._came_true(round_, fine):
            return False
        self.rated[rows] = fine
        deal = round_.deal
        some = deal >= 0
        used = np.zeros(len(rows), np.bool_)
        used[some] = round_.deals.coupon_used[deal[some]] != 0
        self.coupons.add(rows, used & fine)
        if self.ahead is not None:
            later = ~self.ahead.told[rows]
            rows, deal, session, fine = rows[later], deal[later], session[later], fine[later]
        net, gross = totals.net_micro[session, 0], totals.gross_micro[session, 0]
        for plan, mine in self._by_plan(rows):
            if plan >= 0:
                counts = {"sessions": fine[mine].astype(np.int64), "energy": totals.energy_mwh[session[mine], 0],
                          "spend": gross[mine]}  # fmt: skip
                self._count(plan, rows[mine], deal[mine], round_.deals, fine[mine], counts, net[mine])
        return True

    def _came_true(self, round_: Round, fine: NDArray[np.bool_]) -> bool:
        """Whether the claims that were told were priced or refused, and used their allowances, as was told."""
        assert self.ahead is not None
        told = self.ahead.told[round_.rows]
        if (fine != self.ahead.fine[round_.rows])[told].any():
            return False
        given = np.flatnonzero(told & (round_.deal >= 0) & fine)
        for plan, mine in self._by_plan(round_.rows[given]):
            own = given[mine]
            deal = round_.deal[own]
            for at, each in enumerate(self.tracks[plan].lefts if plan >= 0 else []):
                slot = self._book.slot(plan, each.allowance, round_.deals.terms[deal])
                some = slot >= 0
                used = round_.deals.allowance_used[deal[some], slot[some]]
                if (used != self.ahead.used[at, round_.rows[own[some]]]).any():
                    return False
        return True

    def close(self) -> None:
        """Count what was told: the rows of the state are all that needs it."""
        if self.ahead is None:
            return
        claims, ahead = self.claims, self.ahead
        for plan, rows in by_plan(np.where(ahead.told, claims.plan, -1)):
            tracks = self.tracks[plan]
            fine = ahead.fine[rows]
            account, day, joined = claims.account[rows], claims.day[rows], claims.joined[rows]
            for loyalty, track in zip(tracks.plan.loyalty, tracks.loyalty, strict=True):
                track.add(rows, fine * (1 if loyalty.by == "sessions" else ahead.energy_mwh[rows]))
            for at, each in enumerate(tracks.lefts):
                since = period_of(each.allowance.period, day, joined)[1]
                each.keep(account[fine], (ahead.left[at, rows] - ahead.used[at, rows])[fine], since[fine])
            tracks.last(account[fine], day[fine], joined[fine])
        self.ahead = None

    def _count(
        self,
        plan: int,
        rows: Rows,
        deal: Int32,
        deals: Deals,
        fine: NDArray[np.bool_],
        counts: dict[str, Int64],
        net: Int64,
    ) -> None:
        claims, tracks = self.claims, self.tracks[plan]
        account, day, joined = claims.account[rows], claims.day[rows], claims.joined[rows]
        for loyalty, track in zip(tracks.plan.loyalty, tracks.loyalty, strict=True):
            track.add(rows, counts[loyalty.by] * fine)
        for cap, track in zip(tracks.plan.caps, tracks.caps, strict=True):
            track.add(rows, (counts["spend"] if cap.max.after_tax_micro is not None else net) * fine)
        number = np.append(deals.terms, -1)[deal]
        for each in tracks.lefts:
            slot = self._book.slot(plan, each.allowance, number)
            spent = np.zeros(len(rows), np.int64)
            spent[slot >= 0] = deals.allowance_used[deal[slot >= 0], slot[slot >= 0]]
            now, since = each.now(account, day, joined)
            each.keep(account[fine], (now - spent)[fine], since[fine])
        points = tracks.plan.points
        if points is not None:
            earns = fine & tracks.pays[self.tariff[rows]]
            earned = np.maximum(counts[points.by], 0) * points.earn // points.each
            redeemed = np.append(deals.redeemed, 0)[deal]
            tracks.balance[account[earns]] += (earned - redeemed)[earns]
        tracks.last(account[fine], day[fine], joined[fine])


def _most_micro(cap: Cap) -> int:
    most = cap.max.after_tax_micro if cap.max.after_tax_micro is not None else cap.max.before_tax_micro
    assert most is not None
    return most
