"""What is left of an allowance for each account, and what is carried from period to period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rating.accounts.days import period_of
from rating.tariff.plans import Allowance

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

_NEVER = -(2**31)


class Left:
    """One allowance of one plan, for a accounts."""

    def __init__(self, allowance: Allowance, accounts: int) -> None:
        self.allowance = allowance
        self.left = np.zeros(accounts, np.int64)
        self.since = np.full(accounts, _NEVER, np.int64)  # the first date of the period in which a session last was

    def now(self, account: Int32, day: Int64, joined: Int64) -> Int64:
        """What each account has left on a date, in the period of which it may be the first session."""
        amount, carry_max = self.allowance.amount, self.allowance.carry_max
        since, left = self.since[account], self.left[account]
        new = since == _NEVER
        before, _ = period_of(self.allowance.period, np.where(new, day, since), joined)
        passed = period_of(self.allowance.period, day, joined)[0] - before
        # After p periods of which the last p - 1 went by without a session, all of those were left over as well.
        spare = left + np.maximum(passed - 1, 0) * amount
        carried = spare if carry_max is None else np.minimum(spare, carry_max)
        return np.asarray(np.where(new, amount, np.where(passed <= 0, left, carried + amount)))

    def keep(self, account: Int32, day: Int64, joined: Int64, left: Int64) -> None:
        """What is left after a session on a date."""
        self.since[account] = period_of(self.allowance.period, day, joined)[1]
        self.left[account] = left
