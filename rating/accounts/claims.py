"""What each session of a batch asks for: whose it is, under which plan, with which coupon and points."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.accounts.days import local_days
from rating.accounts.members import Members, spans_of
from rating.errors import Refused
from rating.kernels.accounts import Asked, Spans, claim, sort_claims
from rating.kernels.arrays import frozen
from rating.tariff.plans import Plans
from rating.usage.batch import UsageBatch
from rating.usage.columns import mark
from rating.usage.identity import one_array
from rating.usage.names import as_text

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]

POINTS_MAX = 10**12
_SORTED_MAX = 200  # sessions of an account that are sorted by insertion; more take too long that way


class Claims(NamedTuple):
    """k sessions under a plan or with a coupon. Those of one account are in the order in which they count: by start,
    then by id; where they claim a coupon of so many uses, all are.
    """

    session: Int64  # (k,) row of the batch
    account: Int32  # (k,) index into accounts, -1: none
    accounts: Any  # pyarrow string (a,)
    plan: Int32  # (k,) index into Plans, -1: none
    joined: Int64  # (k,) the local date on which the account joined the plan
    day: Int64  # (k,) the local date of the start in the plan's zone
    coupon: Int32  # (k,) index into Plans.coupons, -1: none
    points: Int64  # (k,) that it asks to be paid with


def has_deals(batch: UsageBatch, accounts: Any, state: Any) -> bool:
    """Whether what a session costs may depend on the sessions before it."""
    return accounts is not None or state is not None or "coupon" in batch.sessions.extra.column_names


def find_claims(batch: UsageBatch, plans: Plans, members: Members, status: UInt8) -> Claims:
    """The claims of the sessions that are fine so far; marks those with an unknown coupon or points that are none."""
    sessions = batch.sessions
    count = len(status)
    start_us = np.asarray(sessions.start_us)
    points = points_of(sessions.extra, status)
    coupon = _coupons(sessions.extra, plans, status)
    only = None if "coupon" in sessions.extra.column_names else members.account
    account, accounts = _accounts(sessions.extra, count, only)
    span = np.empty(count, np.int32)
    rows = _rows(sessions.id, start_us, account, status, coupon, plans, spans_of(members, accounts), span)
    member, start_us = span[rows], start_us[rows]
    plan = np.append(members.plan, np.int32(-1))[member]
    joined = np.append(members.joined, 0)[member]
    day = np.zeros(len(rows), np.int64)
    for index, each in enumerate(plans.values()):
        mine = np.flatnonzero(plan == index)
        day[mine] = local_days(start_us[mine], each.time_zone)
    return Claims(rows, account[rows], accounts, plan, joined, day, coupon[rows], points[rows])


def _rows(
    ids: Any, start_us: Int64, account: Int32, status: UInt8, coupon: Int32, plans: Plans, spans: Spans, span: Int32
) -> Int64:
    """(k,) the sessions that claim something, in order; the span of each session is written."""
    numbers = np.asarray(ids) if pa.types.is_int64(ids.type) and not ids.null_count else np.empty(0, np.int64)
    session = frozen(Asked(account, start_us, status, numbers))
    asks = (coupon >= 0).astype(np.uint8) if len(plans.coupons) else np.empty(0, np.uint8)
    size = np.empty(len(spans.first) + 1, np.int64)
    rows = np.empty(claim(session, asks, frozen(spans), span, size), np.int64)
    place = np.cumsum(size) - size
    crowded = bool((size[:-1] > _SORTED_MAX).any())
    ties = 0
    if not crowded:
        ties = sort_claims(session, asks, span, place, rows)
    limited = np.array([each.uses_max is not None for each in plans.coupons.values()] + [False])
    contested = len(asks) > 0 and bool(limited[coupon].any())
    if not (crowded or ties or contested):
        return rows
    rows = np.flatnonzero((status == Refused.FINE) & ((span >= 0) | (coupon >= 0)))
    rows = rows[in_order(start_us[rows], ids.take(pa.array(rows)))]
    return rows if contested else rows[np.argsort(account[rows].astype(np.uint32), kind="stable")]


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


def _accounts(extra: Any, count: int, only: Any) -> tuple[Int32, Any]:
    """(n,) the account of each session, -1: none; and their names, each once.

    Those not in `only` (pyarrow string) count as none; None: all of them are wanted.
    """
    column = extra.column("account") if "account" in extra.column_names else None
    if column is None or pa.types.is_null(column.type):
        return np.full(count, -1, np.int32), pa.array([], pa.string())
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    chunks = column.unify_dictionaries().chunks
    if not chunks:
        return np.full(count, -1, np.int32), pa.array([], pa.string())
    different = one_array(as_text(pa.chunked_array([chunks[0].dictionary]))).cast(pa.string())
    if only is None:
        # Names that differ as Arrow stores them may be one in text, and blank ones are none.
        known = _without_blanks(different).dictionary_encode()
        indices, only = known.indices, known.dictionary
    else:
        indices = pc.index_in(different, value_set=only)
    code = np.append(indices.fill_null(-1).to_numpy(), -1).astype(np.int32)
    at = [chunk.indices.fill_null(len(different)).to_numpy() for chunk in chunks]
    return code[np.concatenate(at) if len(at) > 1 else at[0]], only


def _without_blanks(texts: Any) -> Any:
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(texts), ""), pa.scalar(None, pa.string()), texts)


def texts_of(extra: Any, name: str, count: int) -> Any:
    """A column of names as plain text, blanks as null; all null where there is none."""
    if name not in extra.column_names:
        return pa.nulls(count, pa.string())
    return _without_blanks(one_array(as_text(extra.column(name))).cast(pa.string()))


def _coupons(extra: Any, plans: Plans, status: UInt8) -> Int32:
    """(n,) the coupon of each session, -1: none."""
    if "coupon" not in extra.column_names:
        return np.full(len(status), -1, np.int32)
    codes = texts_of(extra, "coupon", len(status))
    found = pc.index_in(codes, value_set=pa.array(list(plans.coupons), pa.string())).fill_null(-1)
    coupon: Int32 = found.to_numpy(zero_copy_only=False).astype(np.int32)
    mark(status, (coupon < 0) & codes.is_valid().to_numpy(zero_copy_only=False), Refused.UNKNOWN_COUPON)
    return coupon


def points_of(extra: Any, status: UInt8) -> Int64:
    """(n,) the points that each session asks to be paid with; marks those that are no whole numbers from 0."""
    points = np.zeros(len(status), np.int64)
    if "redeem_points" not in extra.column_names:
        return points
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
