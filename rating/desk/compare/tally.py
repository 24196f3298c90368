"""What variants come to, added up from what each session costs."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Bool = NDArray[np.bool_]


class Sums(NamedTuple):
    """What v variants come to, in micro, by g groups; a variant is a column, and the first is what prices are now."""

    sessions: Int64  # (g, v) that are rated
    net: Int64  # (g, v)
    tax: Int64  # (g, v)
    more: Int64  # (g, v) sessions that cost more than now
    less: Int64  # (g, v)
    rise: Int64  # (g, v) by so much together
    fall: Int64  # (g, v) not above 0
    account: Int64  # (a, v) what the sessions of an account cost more than now


class Costs(Protocol):
    """What q sessions cost."""

    @property
    def net(self) -> Int64:
        """(q,) micro; 0 where it is not known."""

    @property
    def tax(self) -> Int64:
        """(q,) micro; 0 where it is not known."""

    @property
    def known(self) -> Bool:
        """(q,) rated, and the tax is known."""


def no_sums(groups: int, accounts: int, variants: int) -> Sums:
    """Nothing yet."""
    net, tax, more, less, rise, fall, sessions = (np.zeros((groups, variants), np.int64) for _ in range(7))
    return Sums(sessions, net, tax, more, less, rise, fall, np.zeros((accounts, variants), np.int64))


def add_up(sums: Sums, column: int, group: Int32, account: Int32 | None, now: Costs, then: Costs) -> None:
    """Add the sessions that are rated now and by a variant to its column; both group and account are (q,)."""
    both = now.known & then.known
    change: Int64 = np.where(both, then.net + then.tax - now.net - now.tax, 0)
    values = (both, np.where(both, then.net, 0), np.where(both, then.tax, 0))
    moved = (change > 0, change < 0, np.maximum(change, 0), np.minimum(change, 0))
    for name, each in zip(Sums._fields, (*values, *moved), strict=False):
        np.add.at(getattr(sums, name)[:, column], group, each.astype(np.int64))
    if account is not None:
        named = account >= 0
        np.add.at(sums.account[:, column], account[named], change[named])
