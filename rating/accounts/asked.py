"""What sessions ask for beside their account: a coupon, and points to be paid with."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.accounts.names import texts_of
from rating.errors import Refused
from rating.tariff.plans import Plans
from rating.usage.columns import mark
from rating.usage.identity import one_array

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]

POINTS_MAX = 10**12


def coupons_of(extra: Any, plans: Plans, status: UInt8) -> Int32:
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
