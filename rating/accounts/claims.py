"""What each session of a batch asks for: whose it is, under which plan, with which coupon and points."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.accounts.members import Members, clocks_of_plans, spans_of
from rating.accounts.names import name_accounts, texts_of
from rating.accounts.parts import edges_of, in_parts
from rating.accounts.room import room
from rating.errors import Refused
from rating.kernels.arrays import frozen, readonly
from rating.kernels.claims import SESSION, WIDTH, Asked, Claimed, Spans, by_account, claim, fill, measure, sort_claims
from rating.tariff.plans import Plans
from rating.usage.batch import UsageBatch
from rating.usage.columns import mark
from rating.usage.identity import one_array

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]

POINTS_MAX = 10**12


class Claims(NamedTuple):
    """k sessions under a plan or with a coupon. Those of one account are in the order in which they count: by start,
    then by id; where they claim a coupon of so many uses, all are. The columns are those of `kernels.claims.Claimed`.
    """

    session: Int64  # (k,) row of the batch
    account: Int32  # (k,) index into accounts, -1: none
    plan: Int32  # (k,) index into Plans, -1: none
    joined: Int64  # (k,) the local date on which the account joined the plan
    day: Int64  # (k,) the local date of the start in the plan's zone
    tariff: Int32  # (k,) index into the names of tariffs
    coupon: Int32  # (k,) index into Plans.coupons, -1: none
    points: Int64  # (k,) that it asks to be paid with
    energy_mwh: Int64  # (k,) what the meter says where that decides something, -1: no session can have it; else 0
    deal: Int64  # (k,) which of the claims it is in the order of sessions
    accounts: Any  # pyarrow string (a,)

    @property
    def columns(self) -> Claimed:
        """As kernels read them."""
        return frozen(Claimed(*self[:-1]))

    def where(self, kept: NDArray[np.bool_]) -> Claims:
        """Some of the claims."""
        columns: list[Any] = [column[kept] for column in self[:-1]]
        deal = columns[-1] = np.empty(len(columns[0]), np.int64)
        deal[np.argsort(columns[0])] = np.arange(len(deal))
        return self._replace(**dict(zip(Claimed._fields, columns, strict=True)))


def has_deals(batch: UsageBatch, accounts: Any, state: Any) -> bool:
    """Whether what a session costs may depend on the sessions before it."""
    return accounts is not None or state is not None or "coupon" in batch.sessions.extra.column_names


def find_claims(batch: UsageBatch, plans: Plans, members: Members, status: UInt8, threads: int = 1) -> Claims:
    """The claims of the sessions that are fine so far; marks those with an unknown coupon or points that are none."""
    sessions, extra = batch.sessions, batch.sessions.extra
    points, coupon = points_of(extra, status), _coupons(extra, plans, status)
    named = name_accounts(extra, members.account, "coupon" in extra.column_names, threads)
    asked = Asked(
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
    )
    found = _found(frozen(asked), frozen(spans_of(members, plans)), plans, len(named.accounts), threads)
    # Claims of an account stand together; where a coupon may run out, all do.
    limited = np.array([each.uses_max is not None for each in plans.coupons.values()] + [False])
    together = len(coupon) > 0 and any(limited[coupon[rows[:, SESSION]]].any() for rows in found.parts)
    return Claims(*_in_order(sessions.id, frozen(asked), found, together, threads), accounts=named.accounts)


class _Found(NamedTuple):
    """Claims in the order of sessions: each part has its rows behind those of the part before, with a gap."""

    rows: Int64  # (n, WIDTH)
    first: list[int]  # of each part
    counts: list[int]
    size: Int64  # (a + 1,) how many of them each account has, and those of no account

    @property
    def parts(self) -> list[Int64]:
        """The rows of each part."""
        return [self.rows[first : first + count] for first, count in zip(self.first, self.counts, strict=True)]


def _found(asked: Asked, spans: Spans, plans: Plans, accounts: int, threads: int) -> _Found:
    """Find the claims, and what the meter says of them."""
    count = asked.status.size
    clocks = clocks_of_plans(plans, asked.start_us)
    (rows,) = room((count, np.int64, WIDTH))
    edges = edges_of(count, threads)
    sizes = np.zeros((len(edges) - 1, accounts + 1), np.int64)

    def work(lo: int, hi: int) -> int:
        some = claim(lo, hi, asked, spans, clocks, rows, sizes[edges.index(lo)])
        measure(lo, lo + some, asked, spans.measured, rows)
        return some

    return _Found(rows, edges[:-1], in_parts(edges, work), sizes.sum(axis=0))


def _in_order(ids: Any, asked: Asked, found: _Found, together: bool, threads: int) -> Claimed:
    """The claims in the order in which they count."""
    count = sum(found.counts)
    first = readonly(np.cumsum([0, count, 0] if together else np.concatenate([np.zeros(1, np.int64), found.size])))
    key, row = room((count, np.int64), (count, np.int64))
    place = first[:-1].copy()
    deal = 0
    for lo, some in zip(found.first, found.counts, strict=True):
        by_account(lo, lo + some, deal, found.rows, together, place, key, row)
        deal += some
    out = _room_for_claims(count)
    accounts = len(first) - 2
    cuts = np.searchsorted(first[: accounts + 1], edges_of(count, threads))
    edges = [0, *cuts[1:-1].tolist(), accounts]

    def put(numbers: Int64) -> int:
        def work(lo: int, hi: int) -> int:
            ties = sort_claims(first, lo, hi, found.rows, numbers, key, row)
            # Those of no account come last.
            fill(first[lo], first[hi] if hi < accounts else count, row, found.rows, asked.coupon, asked.points, out)
            return ties

        return sum(in_parts(edges, work))

    if put(_numbers(ids)):
        put(_ranks(ids, np.concatenate(found.parts)[:, SESSION]))
    return out


def _room_for_claims(count: int) -> Claimed:
    int32 = ("account", "plan", "tariff", "coupon")
    return Claimed(*room(*((count, np.int32 if name in int32 else np.int64) for name in Claimed._fields)))


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


def _coupons(extra: Any, plans: Plans, status: UInt8) -> Int32:
    """(n,) the coupon of each session, -1: none; or (0,): none names one."""
    if "coupon" not in extra.column_names:
        return np.empty(0, np.int32)
    codes = texts_of(extra, "coupon", len(status))
    found = pc.index_in(codes, value_set=pa.array(list(plans.coupons), pa.string())).fill_null(-1)
    coupon: Int32 = found.to_numpy(zero_copy_only=False).astype(np.int32)
    mark(status, (coupon < 0) & codes.is_valid().to_numpy(zero_copy_only=False), Refused.UNKNOWN_COUPON)
    return coupon


def points_of(extra: Any, status: UInt8) -> Int64:
    """(n,) the points that each session asks to be paid with; marks those that are no whole numbers from 0;
    or (0,): none asks to.
    """
    if "redeem_points" not in extra.column_names:
        return np.empty(0, np.int64)
    points = np.zeros(len(status), np.int64)
    column = one_array(extra.column("redeem_points"))
    if pa.types.is_integer(column.type):
        points[:] = column.cast(pa.int64(), safe=False).fill_null(0).to_numpy(zero_copy_only=False)
        bad = (points < 0) | (points > POINTS_MAX)
    else:
        bad = np.zeros(len(status), np.bool_)
        for row, value in enumerate(column.to_pylist()):
            points[row], bad[row] = _whole(value)
    points[bad] = 0
    mark(status, bad, Refused.POINTS)
    return points


def _whole(value: Any) -> tuple[int, bool]:
    """A number of points, and whether it is none."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return 0, False
    try:
        exact = Decimal(str(value).strip())
    except InvalidOperation:
        return 0, True
    if not exact.is_finite() or exact != exact.to_integral_value() or not 0 <= exact <= POINTS_MAX:
        return 0, True
    return int(exact), False
