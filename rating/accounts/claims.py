"""What each session of a batch asks for: whose it is, under which plan, with which coupon and points."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.accounts.asked import coupons_of, points_of
from rating.accounts.members import Members, clocks_of_plans, spans_of
from rating.accounts.names import Named, name_accounts
from rating.accounts.parts import edges_of, in_parts, parts_of_accounts
from rating.accounts.room import room
from rating.kernels.arrays import frozen, readonly
from rating.kernels.claims import (
    ACCOUNT,
    DAY,
    DEAL,
    FOUND_WIDTH,
    OF,
    SESSION,
    SINCE,
    SPAN,
    TARIFF,
    WIDTH,
    Asked,
    Listed,
    Spans,
    claim,
    measure,
    place_claims,
    put_claims,
    sort_claims,
)
from rating.kernels.periods import Clocks
from rating.tariff.plans import Plans
from rating.usage.batch import UsageBatch

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]

WANTS_MAX = 2**20  # codes of what claims may want; of more the few that there are are sought


class Claims:
    """k sessions under a plan or with a coupon. Those of one account are in the order in which they count: by start,
    then by id; where they claim a coupon of so many uses, all are.

    Kernels read them as they are `listed`. The columns are made of that when one is asked for: most batches need none.
    """

    def __init__(self, listed: Listed, order: Int64, asked: Asked, spans: Spans, accounts: Any) -> None:
        """`order` (k,) are rows of what is `listed`."""
        self.listed, self.order, self.asked, self.spans = listed, order, asked, spans
        self.accounts = accounts  # pyarrow string (a,)

    def __len__(self) -> int:
        return len(self.order)

    @cached_property
    def _rows(self) -> Int64:
        return self.listed.rows[self.order]

    @cached_property
    def _span(self) -> Int64:
        """(k, SPAN_WIDTH) the span of each claim, that of no plan last."""
        none = np.array([[0, 0, -1, 0]], np.int64)
        return np.concatenate([self.spans.span, none])[self._rows[:, SPAN]]

    def _column(self, which: int) -> Int64:
        return np.ascontiguousarray(self._rows[:, which])

    @cached_property
    def session(self) -> Int64:
        """(k,) row of the batch."""
        return self._column(SESSION)

    @cached_property
    def account(self) -> Int32:
        """(k,) index into accounts, -1: none."""
        return self._rows[:, ACCOUNT].astype(np.int32)

    @cached_property
    def plan(self) -> Int32:
        """(k,) index into Plans, -1: none."""
        return self._span[:, OF].astype(np.int32)

    @cached_property
    def joined(self) -> Int64:
        """(k,) the local date on which the account joined the plan."""
        return np.ascontiguousarray(self._span[:, SINCE])

    @cached_property
    def day(self) -> Int64:
        """(k,) the local date of the start in the plan's zone."""
        return self._column(DAY)

    @cached_property
    def tariff(self) -> Int32:
        """(k,) index into the names of tariffs."""
        return self._rows[:, TARIFF].astype(np.int32)

    @cached_property
    def coupon(self) -> Int32:
        """(k,) index into Plans.coupons, -1: none."""
        return self.asked.coupon[self.session] if len(self.asked.coupon) else np.full(len(self), -1, np.int32)

    @cached_property
    def points(self) -> Int64:
        """(k,) that it asks to be paid with."""
        return self.asked.points[self.session] if len(self.asked.points) else np.zeros(len(self), np.int64)

    @cached_property
    def deal(self) -> Int64:
        """(k,) which of the claims it is in the order of sessions."""
        return self._column(DEAL)

    def wants(self) -> list[int]:
        """Each code of `Asked.wants` that a claim has, ascending."""
        if len(self.asked.wants):
            return list(map(int, np.flatnonzero(self.asked.wants)))
        code = (self.plan + np.int64(1)) * self.asked.bases[0] + self.tariff
        code = (code * self.asked.bases[1] + self.coupon + 1) * 2 + (self.points > 0)
        return list(map(int, np.unique(code)))

    def where(self, kept: NDArray[np.bool_]) -> Claims:
        """Some of the claims."""
        place = np.empty(len(self.listed.rows), np.int64)  # of each row
        place[self.listed.row] = np.arange(len(place))
        rows = self._rows[kept]
        own = self.order[kept]
        by_account = np.argsort(place[own])
        rows[np.argsort(rows[:, SESSION]), DEAL] = np.arange(len(rows))
        counts = np.bincount(np.where(rows[:, ACCOUNT] < 0, len(self.accounts), rows[:, ACCOUNT]),
                             minlength=len(self.accounts) + 1)  # fmt: skip
        listed = Listed(np.concatenate([[0], np.cumsum(counts)]), by_account, rows, np.sort(rows[:, SESSION]))
        asked = self.asked._replace(wants=self.asked.wants[:0])  # what is wanted of those that stay is sought
        return Claims(frozen(listed), np.arange(len(rows)), asked, self.spans, self.accounts)


def has_deals(batch: UsageBatch, accounts: Any, state: Any) -> bool:
    """Whether what a session costs may depend on the sessions before it."""
    return accounts is not None or state is not None or "coupon" in batch.sessions.extra.column_names


def find_claims(
    batch: UsageBatch, plans: Plans, members: Members, status: UInt8, threads: int = 1, named: Named | None = None
) -> Claims:
    """The claims of the sessions that are fine so far; marks those with an unknown coupon or points that are none.

    `named` is what sessions call their accounts, where that is known.
    """
    sessions, extra = batch.sessions, batch.sessions.extra
    points, coupon = points_of(extra, status), coupons_of(extra, plans, status)
    named = named or name_accounts(extra, members.account, threads)
    bases = max(1, len(sessions.tariff_names)), len(plans.coupons) + 1
    wants = (len(plans) + 1) * bases[0] * bases[1] * 2
    asked = frozen(
        Asked(
            name=named.name,
            account=named.account,
            member=named.member,
            start_us=sessions.start_us,
            status=status,
            coupon=coupon,
            tariff=sessions.tariff,
            points=points,
            interval_first=batch.interval_first,
            energy=batch.intervals.energy,
            energy_scale=np.array([batch.intervals.energy_scale], np.int64),
            wants=np.empty(0, np.uint8),
            bases=np.array(bases, np.int64),
        )
    )._replace(wants=np.zeros(wants if wants <= WANTS_MAX else 0, np.uint8))
    spans = frozen(spans_of(members, plans))
    clocks = clocks_of_plans(plans, sessions.span_us or _span_us(asked.start_us))
    listed = _listed(asked, spans, clocks, len(named.accounts), threads)
    _sort(sessions.id, listed, threads)
    # Where a coupon may run out, all claims count in one order.
    limited = np.array([each.uses_max is not None for each in plans.coupons.values()] + [False])
    order = listed.row
    if len(coupon) > 0 and limited[coupon[listed.session]].any():
        session = listed.session[
            in_order(sessions.start_us[listed.session], sessions.id.take(pa.array(listed.session)))
        ]
        row_of = np.empty(len(status), np.int64)
        row_of[listed.rows[:, SESSION]] = np.arange(len(listed.rows))
        order = row_of[session]
    return Claims(frozen(listed), order, asked, spans, named.accounts)


def _span_us(start_us: Int64) -> tuple[int, int]:
    return (int(start_us.min()), int(start_us.max())) if start_us.size else (0, 0)


def _listed(asked: Asked, spans: Spans, clocks: Clocks, accounts: int, threads: int) -> Listed:
    """Find the claims, and what the meter says of them; those of an account are in the order of sessions."""
    edges = edges_of(asked.status.size, threads)
    (found,) = room((asked.status.size, np.int64, FOUND_WIDTH))
    sizes = np.zeros((len(edges) - 1, accounts + 1), np.int32)

    def find(lo: int, hi: int) -> int:
        some = claim(lo, hi, asked, spans, found, sizes[edges.index(lo)])
        measure(lo, lo + some, asked, found)
        return some

    counts = in_parts(edges, find)
    count = sum(counts)
    first, place = np.empty(accounts + 2, np.int64), np.empty_like(sizes)  # of each part the next of each account
    place_claims(sizes, first, place)
    deal = np.cumsum([0, *counts]).tolist()
    listed = Listed(first, *room((count, np.int64), (count, np.int64, WIDTH), (count, np.int64)))

    def put(lo: int, hi: int) -> None:
        part = edges.index(lo)
        put_claims(lo, lo + counts[part], deal[part], asked, spans, clocks, found, place[part], listed)

    in_parts(edges, put)
    return listed


def _sort(ids: Any, listed: Listed, threads: int) -> None:
    """Put the claims of each account in the order in which they count."""
    edges = parts_of_accounts(listed.first, threads)

    def sort(numbers: Int64) -> int:
        return sum(in_parts(edges, lambda lo, hi: sort_claims(lo, hi, numbers, listed)))

    if sort(_numbers(ids)):
        sort(_ranks(ids, listed.session))


def _numbers(ids: Any) -> Int64:
    """(n,) ids that are integers, else (0,)."""
    return readonly(np.asarray(ids) if pa.types.is_int64(ids.type) and not ids.null_count else np.empty(0, np.int64))


def _ranks(ids: Any, session: Int64) -> Int64:
    """(n,) the ranks of some sessions by their ids: text by its code points, which is how Arrow compares it."""
    rank = np.zeros(len(ids), np.int64)
    rank[session[pc.sort_indices(ids.take(pa.array(session))).to_numpy()]] = np.arange(len(session))
    return readonly(rank)


def in_order(start_us: Int64, ids: Any) -> NDArray[np.intp]:
    """(k,) the order of sessions: by start, and of those that start together by id, text by its code points."""
    order = np.argsort(start_us, kind="stable")
    sorted_us = start_us[order]
    if not (sorted_us[1:] == sorted_us[:-1]).any():
        return order
    if pa.types.is_integer(ids.type):
        return np.lexsort((ids.to_numpy(zero_copy_only=False), start_us))
    rank = np.empty(len(ids), np.int64)
    rank[pc.sort_indices(ids).to_numpy()] = np.arange(len(ids))  # Arrow compares the bytes of UTF-8: code points
    return np.lexsort((rank, start_us))
