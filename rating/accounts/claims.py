"""What each session of a batch asks for: whose it is, under which plan, with which coupon and points."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.accounts.days import local_days
from rating.accounts.members import Members, member_of
from rating.errors import Refused
from rating.tariff.plans import Plans
from rating.usage.batch import UsageBatch
from rating.usage.columns import mark
from rating.usage.identity import one_array
from rating.usage.names import as_text

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]

POINTS_MAX = 10**12


class Claims(NamedTuple):
    """k sessions under a plan or with a coupon, in the order in which they count: by start, then by id."""

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
    account = texts_of(sessions.extra, "account", count)
    member = member_of(members, account, np.asarray(sessions.start_us))
    points = points_of(sessions.extra, status)
    coupon = _coupons(sessions.extra, plans, status)
    rows = np.flatnonzero((status == Refused.FINE) & ((member >= 0) | (coupon >= 0)))
    rows = rows[in_order(np.asarray(sessions.start_us)[rows], sessions.id.take(pa.array(rows)))]
    names = account.take(pa.array(rows)).dictionary_encode()
    member, start_us = member[rows], np.asarray(sessions.start_us)[rows]
    some = len(members.plan) > 0
    plan = (
        np.where(member >= 0, members.plan[member], -1).astype(np.int32) if some else np.full(len(rows), -1, np.int32)
    )
    joined = np.where(member >= 0, members.joined[member], 0) if some else np.zeros(len(rows), np.int64)
    day = np.zeros(len(rows), np.int64)
    for index, each in enumerate(plans.values()):
        day[plan == index] = local_days(start_us[plan == index], each.time_zone)
    code = names.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return Claims(rows, code, names.dictionary, plan, joined, day, coupon[rows], points[rows])


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


def texts_of(extra: Any, name: str, count: int) -> Any:
    """A column of names as plain text, blanks as null; all null where there is none."""
    if name not in extra.column_names:
        return pa.nulls(count, pa.string())
    values = one_array(as_text(extra.column(name))).cast(pa.string())
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(values), ""), pa.scalar(None, pa.string()), values)


def _coupons(extra: Any, plans: Plans, status: UInt8) -> Int32:
    """(n,) the coupon of each session, -1: none."""
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
