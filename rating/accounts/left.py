"""What is left of an allowance for each account, and what is carried from period to period."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rating.accounts.days import first_of, period_of
from rating.kernels.tell import KEPT_SINCE
from rating.tariff.plans import Allowance

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

_NEVER = -KEPT_SINCE


class Left:
    """One allowance of one plan: what each of a accounts has left."""

    def __init__(self, allowance: Allowance, left: Int64, since: Int64) -> None:
        """`left` and `since` (a,) are those of `kernels.tell.Allowances`, and written."""
        self.allowance, self.left, self._since = allowance, left, since
        self.begun = False  # whether anything is kept of any account

    def since(self, account: Int32) -> Int64:
        """The first date of the period in which a session of each account last was, _NEVER: there was none."""
        return np.asarray(self._since[account] - KEPT_SINCE)

    def now(self, account: Int32, day: Int64, joined: Int64) -> tuple[Int64, Int64]:
        """What each account has left on a date, and the first date of the period that it is in.

        What is left is carried from period to period from the one on in which the account joined the plan, sessions
        or none; nothing is carried from before it. A period that has begun is not left for an earlier one.
        """
        period, amount, carry_max = self.allowance.period, self.allowance.amount, self.allowance.carry_max
        first, _ = period_of(period, joined, joined)
        kept = self.since(account)
        known = kept != _NEVER
        number, _ = period_of(period, np.where(known, kept, joined), joined)
        known &= number >= first
        number = np.where(known, number, first)
        left = np.where(known, self.left[account], amount)
        passed = np.maximum(period_of(period, day, joined)[0] - number, 0)
        # After p periods of which the last p - 1 went by without a session, all of those were left over as well.
        spare = left + np.maximum(passed - 1, 0) * amount
        carried = spare if carry_max is None else np.minimum(spare, carry_max)
        left = np.where(passed > 0, carried + amount, left)
        return left, first_of(period, number + passed, joined)

    def keep(self, account: Int32, left: Int64, since: Int64) -> None:
        """What is left after a session, in the period that begins on a date."""
        self.begun = self.begun or len(account) > 0
        self._since[account] = since + KEPT_SINCE
        self.left[account] = left
