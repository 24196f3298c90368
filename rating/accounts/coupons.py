"""Which coupons hold for which sessions, and how often they have been used."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from rating.accounts.claims import Claims
from rating.compile.epochs import first_instant_us
from rating.kernels.arrays import NEVER
from rating.tariff.model import Tariff
from rating.tariff.plans import Coupon, covers

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bool = NDArray[np.bool_]
Rows = NDArray[np.intp]

_EPOCH = date(1970, 1, 1)


class Coupons:
    """All c coupons, for the k claims of a batch and a accounts."""

    def __init__(
        self, coupons: tuple[Coupon, ...], claims: Claims, start_us: Int64, tariffs: list[Tariff | None]
    ) -> None:
        """`start_us` (n,) is of all sessions."""
        self.coupons = coupons
        self._claims = claims
        self.used = np.zeros(len(coupons), np.int64)  # in all
        accounts = len(claims.accounts)
        self.used_by = [np.zeros(accounts, np.int64) if each.uses_per_account_max is not None else None
                        for each in coupons]  # fmt: skip
        self._fits = np.zeros(len(claims), np.bool_)
        for index, each in enumerate(coupons):
            mine = claims.coupon == index
            of = np.array(
                [t is not None and covers(each.discount.tariffs, each.currency, t) for t in tariffs] or [False]
            )
            since, until = _bounds(each)
            begins = start_us[claims.session]
            self._fits |= mine & of[claims.tariff] & (since <= begins) & (begins < until)

    @property
    def contested(self) -> Bool:
        """(c,) whether more sessions claim a coupon than it has uses left."""
        asked = np.bincount(self._claims.coupon[self._fits], minlength=len(self.coupons))
        most = np.array([NEVER if each.uses_max is None else each.uses_max for each in self.coupons], np.int64)
        return np.asarray(asked > most - self.used)

    def hold(self, rows: Rows) -> Bool:
        """Whether the coupon of each claim holds, as far as can be told before the session is priced."""
        held = self._fits[rows]
        for index, each in enumerate(self.coupons):
            mine = held & (self._claims.coupon[rows] == index)
            if each.uses_max is not None and self.used[index] >= each.uses_max:
                held &= ~mine
            used_by = self.used_by[index]
            if used_by is not None and mine.any():
                account = self._claims.account[rows]
                left = np.append(used_by, NEVER)[account] < (each.uses_per_account_max or 0)
                held &= ~mine | (left & (account >= 0))
        return held

    def add(self, rows: Rows, used: Bool) -> None:
        """Count the claims whose coupon took something off."""
        rows = rows[used]
        self.used += np.bincount(self._claims.coupon[rows], minlength=len(self.coupons))
        for index, used_by in enumerate(self.used_by):
            if used_by is not None:
                used_by[self._claims.account[rows[self._claims.coupon[rows] == index]]] += 1


def _bounds(coupon: Coupon) -> tuple[int, int]:
    return (_instant_us(coupon.valid_from, -NEVER, coupon.time_zone),
            _instant_us(coupon.valid_until, NEVER, coupon.time_zone))  # fmt: skip


def _instant_us(moment: date | int | None, without: int, zone: str) -> int:
    if moment is None:
        return without
    return moment if isinstance(moment, int) else first_instant_us((moment - _EPOCH).days, zone)
