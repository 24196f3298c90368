"""Rounds: sessions in which nothing of one depends on another. What comes first in an account comes in an earlier one.

All first sessions of accounts are a round, all second ones the next, and so on: so that a round is priced in one go
and in threads, and what it costs is known before the next begins. A million sessions of 100,000 accounts take about
thirty rounds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rating.accounts.claims import Claims

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]


def rounds(
    claims: Claims, contested: NDArray[np.bool_], told: NDArray[np.bool_] | None = None
) -> Iterator[NDArray[np.intp]]:
    """The claims of each round, as rows of `claims`; `contested` (coupons,) says whose uses may run out.

    Claims that are `told` (k,) need not wait for others: they are in the first round.
    """
    number = _after_coupons(claims, contested) if contested.any() else _ranks(claims.account)
    if told is not None:
        number[told] = 0
    order = np.argsort(number, kind="stable")
    first = np.searchsorted(number[order], np.arange(int(number.max(initial=-1)) + 2))
    for at in range(len(first) - 1):
        yield order[first[at] : first[at + 1]]


def _ranks(account: Int32) -> Int64:
    """(k,) how many claims of the same account come before each; 0 where there is no account."""
    order = np.argsort(account, kind="stable")
    sorted_ = account[order]
    starts = np.flatnonzero(np.diff(sorted_, prepend=-2))
    rank = np.empty(len(account), np.int64)
    rank[order] = np.arange(len(account)) - np.repeat(starts, np.diff(np.append(starts, len(account))))
    rank[account < 0] = 0
    return rank


def _after_coupons(claims: Claims, contested: NDArray[np.bool_]) -> Int64:
    """The same, where those who claim one contested coupon come one after the other as well."""
    number = np.zeros(len(claims.session), np.int64)
    next_of_account: dict[int, int] = {}
    next_of_coupon: dict[int, int] = {}
    for at, (account, coupon) in enumerate(zip(claims.account.tolist(), claims.coupon.tolist(), strict=True)):
        turn = next_of_account.get(account, 0) if account >= 0 else 0
        if coupon >= 0 and contested[coupon]:
            turn = max(turn, next_of_coupon.get(coupon, 0))
            next_of_coupon[coupon] = turn + 1
        next_of_account[account] = turn + 1
        number[at] = turn
    return number
