"""The ledger of a batch: what accounts and coupons have left when a session begins, and after it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.accounts.claims import Claims
from rating.accounts.coupons import Coupons
from rating.accounts.rounds import rounds
from rating.accounts.state import OldState
from rating.accounts.tracks import PlanTracks
from rating.compile.plan import Term
from rating.compile.terms import term_for
from rating.errors import Refused
from rating.kernels.arrays import Deals, Totals
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
        self.terms: list[Term] = []
        self._number: dict[tuple[int, ...], int] = {}
        self._list_terms()

    def _list_terms(self) -> None:
        """All terms that sessions of the batch may turn out to have: they are compiled before any is priced."""
        keys = np.stack([self.claims.plan, self.tariff, self.claims.coupon, self.claims.points > 0], axis=1)
        known: dict[tuple[int, Term], int] = {}  # equal parts of two plans are still two
        for plan, tariff, coupon, redeems in np.unique(keys, axis=0).tolist():
            tiers = [range(-1, len(each.tiers)) for each in self._plan(plan).loyalty] if plan >= 0 else []
            for reached in product(*tiers):
                for held in {-1, coupon}:
                    key = (plan, tariff, held, redeems, *reached)
                    term = self._term(plan, tariff, held, bool(redeems), reached)
                    if term is None or term == Term(term.tariff):
                        self._number[key] = -1
                        continue
                    self._number[key] = known.setdefault((plan, term), len(known))
        self.terms = [term for _, term in known]

    def _plan(self, index: int) -> Any:
        return self.tracks[index].plan

    def _term(self, plan: int, tariff: int, coupon: int, redeems: bool, reached: tuple[int, ...]) -> Term | None:
        of = self.tariffs[tariff]
        if of is None:
            return None
        held = self.coupons.coupons[coupon] if coupon >= 0 else None
        return term_for(of, self._plan(plan) if plan >= 0 else None, reached, held, redeems)

    def rounds(self) -> Iterator[Round]:
        """The rounds in order; `settled` has to be told of each before the next is asked for."""
        for rows in rounds(self.claims, self.coupons.contested):
            yield self._round(rows)

    def _round(self, rows: Rows) -> Round:
        claims = self.claims
        coupon = np.where(self.coupons.hold(rows), claims.coupon[rows], -1)
        plan, tariff, asked = claims.plan[rows], self.tariff[rows], claims.points[rows]
        tiers = np.full((len(rows), max((len(each.loyalty) for each in self.tracks), default=0)), -1, np.int64)
        for index, tracks in enumerate(self.tracks):
            mine = plan == index
            if mine.any():
                for at, tier in enumerate(tracks.tiers(rows[mine])):
                    tiers[mine, at] = tier
        number = self._numbers(plan, tariff, coupon, asked > 0, tiers)
        deal = np.where(number >= 0, np.cumsum(number >= 0) - 1, -1).astype(np.int32)
        return Round(rows, deal, self._deals(rows[number >= 0], number[number >= 0]))

    def _numbers(self, plan: Int32, tariff: Int32, coupon: Any, redeems: Any, tiers: Int64) -> Int64:
        """The term of each claim of a round."""
        keys = np.concatenate([np.stack([plan, tariff, coupon, redeems], axis=1).astype(np.int64), tiers], axis=1)
        different, back = _distinct(keys)
        found = []
        for plan_, *key in different.tolist():
            count = len(self._plan(plan_).loyalty) if plan_ >= 0 else 0
            found.append(self._number[(plan_, *key[: 3 + count])])
        return np.array(found, np.int64)[back] if found else np.empty(0, np.int64)

    def _deals(self, rows: Rows, number: Int64) -> Deals:
        most = max((len(term.allowances) for term in self.terms), default=0)
        caps = max((len(term.caps) for term in self.terms), default=0)
        left = np.zeros((len(rows), most), np.int64)
        cap_left_nano = np.zeros((len(rows), caps), np.int64)
        points = np.zeros(len(rows), np.int64)
        claims = self.claims
        for index, tracks in enumerate(self.tracks):
            mine = np.flatnonzero(claims.plan[rows] == index)
            if not len(mine):
                continue
            own = rows[mine]
            account, day, joined = claims.account[own], claims.day[own], claims.joined[own]
            place = _Places(self.terms, number[mine])
            for each in tracks.lefts:
                slot = place.of_allowance(each.allowance)
                some = slot >= 0
                left[mine[some], slot[some]] = each.now(account[some], day[some], joined[some])[0]
            for cap, track in zip(tracks.plan.caps, tracks.caps, strict=True):
                slot = place.of_cap(cap)
                some = slot >= 0
                rest = np.maximum(0, _most_micro(cap) - track.count(own[some]))
                cap_left_nano[mine[some], slot[some]] = rest * NANO_PER_MICRO
            points[mine] = np.minimum(claims.points[own], tracks.balance[account]) * tracks.pays[self.tariff[own]]
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

    def settled(self, round_: Round, totals: Totals) -> None:
        """Count what the sessions of a round came to. Those that were refused leave no trace."""
        claims, rows = self.claims, round_.rows
        session = claims.session[rows]
        fine = totals.status[session] == Refused.FINE
        self.rated[rows] = fine
        energy = totals.energy_mwh[session, 0]
        net, gross = totals.net_micro[session, 0], totals.gross_micro[session, 0]
        deal = round_.deal
        some = deal >= 0
        used = np.zeros(len(rows), np.bool_)
        used[some] = round_.deals.coupon_used[deal[some]] != 0
        self.coupons.add(rows, used & fine)
        for index, tracks in enumerate(self.tracks):
            mine = np.flatnonzero(claims.plan[rows] == index)
            if len(mine):
                counts = {"sessions": fine[mine].astype(np.int64), "energy": energy[mine], "spend": gross[mine]}
                self._count(tracks, rows[mine], deal[mine], round_.deals, fine[mine], counts, net[mine])

    def _count(
        self,
        tracks: PlanTracks,
        rows: Rows,
        deal: Int32,
        deals: Deals,
        fine: NDArray[np.bool_],
        counts: dict[str, Int64],
        net: Int64,
    ) -> None:
        claims = self.claims
        account, day, joined = claims.account[rows], claims.day[rows], claims.joined[rows]
        for loyalty, track in zip(tracks.plan.loyalty, tracks.loyalty, strict=True):
            track.add(rows, counts[loyalty.by] * fine)
        for cap, track in zip(tracks.plan.caps, tracks.caps, strict=True):
            track.add(rows, (counts["spend"] if cap.max.after_tax_micro is not None else net) * fine)
        place = _Places(self.terms, np.append(deals.terms, -1)[deal])
        for each in tracks.lefts:
            slot = place.of_allowance(each.allowance)
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
        tracks.last_day[account[fine]], tracks.last_joined[account[fine]] = day[fine], joined[fine]


class _Places:
    """Where the parts of a plan stand in the terms of q deals (a term is left out: -1)."""

    def __init__(self, terms: list[Term], number: Int64) -> None:
        self._terms, self._number = terms, number
        self._each = np.unique(number)

    def of_allowance(self, part: Any) -> Int64:
        return self._slots([_index(self._terms[at].allowances, part) if at >= 0 else -1 for at in self._each])

    def of_cap(self, part: Any) -> Int64:
        return self._slots([_index(self._terms[at].caps, part) if at >= 0 else -1 for at in self._each])

    def _slots(self, of_each: list[int]) -> Int64:
        return np.array(of_each or [-1], np.int64)[np.searchsorted(self._each, self._number)]


def _index(parts: tuple[Any, ...], part: Any) -> int:
    """Where a part stands by itself: two that are equal are still two."""
    return next((at for at, each in enumerate(parts) if each is part), -1)


def _distinct(keys: Int64) -> tuple[Int64, NDArray[np.intp]]:
    """The different rows of keys (r, w), all from -1 on, and for each row which of them it is."""
    if not len(keys):
        return keys, np.empty(0, np.intp)
    mixed = np.zeros(len(keys), np.int64)
    for column in keys.T:
        _, mixed = np.unique(mixed * (int(column.max()) + 2) + column + 1, return_inverse=True)
    _, first, back = np.unique(mixed, return_index=True, return_inverse=True)
    return keys[first], back


def _most_micro(cap: Cap) -> int:
    most = cap.max.after_tax_micro if cap.max.after_tax_micro is not None else cap.max.before_tax_micro
    assert most is not None
    return most
