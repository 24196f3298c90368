"""What is left of an allowance for each account, and what is carried from period to period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rating.accounts.days import period_of
from rating.tariff.plans import Allowance

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

_NO_PERIOD = -(2**62)


class Left:
    """One allowance of one plan, for a accounts."""

    def __init__(self, allowance: Allowance, accounts: int) -> None:
        self.allowance = allowance
        self.left = np.zeros(accounts, np.int64)
        self.number = np.full(accounts, _NO_PERIOD, np.int64)  # of the period, when a session last was priced
        self.since = np.zeros(accounts, np.int64)  # its first date

    def load(self, account: Int32, day: Int64, joined: Int64, left: Int64) -> None:
        """What the state says: what was left in the period of a date."""
        self.number[account], self.since[account] = period_of(self.allowance.period, day, joined)
        self.since[account] = day
        self.left[account] = left

    def now(self, account: Int32, day: Int64, joined: Int64) -> Int64:
        """What each account has left on a date, in the period of which it may be the first session."""
        number, _ = period_of(self.allowance.period, day, joined)
        amount, carry_max = self.allowance.amount, self.allowance.carry_max
        before, left = self.number[account], self.left[account]
        passed = np.where(before == _NO_PERIOD, 0, number - before)
        # After p periods of which the last p - 1 went by without a session, all of those were left over as well.
        spare = left + np.maximum(passed - 1, 0) * amount
        carried = spare if carry_max is None else np.minimum(spare, carry_max)
        fresh = np.where(before == _NO_PERIOD, amount, carried + amount)
        return np.asarray(np.where((before != _NO_PERIOD) & (passed <= 0), left, fresh))

    def keep(self, account: Int32, day: Int64, joined: Int64, left: Int64) -> None:
        """What is left after a session on a date."""
        self.number[account], self.since[account] = period_of(self.allowance.period, day, joined)
        self.left[account] = left
