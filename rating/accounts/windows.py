"""Sums over the sessions of an account before one: within its period, or on its date and so many dates before.

What sessions count is known only when they are priced, but not which of them lie in a window. So the windows of all
sessions are found first, as places in one list, and a running sum in that list gives each count by one subtraction.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

_DAYS = 2**20  # more than there are dates
_SHIFT = 2**18  # of a date, so that none is below zero


class Windows:
    """One count of one plan: what its k claims count, with what accounts counted before them.

    Entries are by account, and within one in order: first what is in the state, one a date, then the claims.
    """

    def __init__(
        self,
        old: tuple[Int32, Int64, Int64],  # account, date and value of each row of the state, dates ascending
        account: Int32,  # (k,)
        day: Int64,  # (k,) the date under which each claim is counted: its own, or the first of its period
        since: Int64,  # (k,) the first date of its window
    ) -> None:
        old_account, old_day, old_value = old
        accounts = np.concatenate([old_account, account]).astype(np.int64)
        days = np.concatenate([old_day, day])
        order = np.argsort(accounts, kind="stable")
        self.account = accounts[order]
        # A clock that is set back over midnight does not put a session before those that came first.
        self._key = np.maximum.accumulate(self.account * _DAYS + days[order] + _SHIFT)
        self.day = self._key - self.account * _DAYS - _SHIFT
        self.value = np.concatenate([old_value, np.zeros(len(account), np.int64)])[order]
        self.at = np.empty(len(order), np.int64)
        self.at[order] = np.arange(len(order))
        self.at = self.at[len(old_account) :]  # (k,) the entry of each claim
        self._first = self.first_since(account, since)
        total = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.value)])[:-1]
        heads = np.flatnonzero(np.diff(self.account, prepend=-1))
        self._before = total - np.repeat(total[heads], np.diff(np.append(heads, len(total))))

    def first_since(self, account: Int32, since: Int64) -> Int64:
        """The first entry of each account at or after a date."""
        return np.searchsorted(self._key, account.astype(np.int64) * _DAYS + since + _SHIFT)

    def count(self, claim: NDArray[np.intp]) -> Int64:
        """What the sessions before each claim count within its window; all of them have been added."""
        at = self.at[claim]
        first = np.minimum(self._first[claim], at)
        return np.asarray(self._before[at] - self._before[first])

    def add(self, claim: NDArray[np.intp], value: Int64) -> None:
        """What claims counted; those of one account one call after the other."""
        at = self.at[claim]
        self.value[at] = value
        following = at + 1
        inside = following < len(self.account)
        inside[inside] = self.account[following[inside]] == self.account[at[inside]]
        self._before[following[inside]] = self._before[at[inside]] + value[inside]
