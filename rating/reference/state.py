"""What is kept between ratings: what each account has used and done, as the rows of one table.

    item           name           period                       value                unit
    allowance      its name       start of the current one     left                 mwh, us, session
    loyalty        its name       start of the current one     count in it          session, mwh, micro
    loyalty        its name       a date (rolling)             count on that date   session, mwh, micro
    points         its name                                    balance              point
    cap            its name       start of the current one     charged in it        micro
    coupon         its code                                    uses                 use
    rated          id of the session rated last                its start in us      int or text
    rated_coupon   the same                                    the same             the same

`account` is empty where something holds for all accounts: uses of a coupon in all, and the session rated last that
named the coupon. `plan` is empty for coupons and for `rated`; for `rated_coupon` it is the coupon's code. The current
period is that of the account's last session under the plan, on whatever tariff. A count, a balance or a sum of 0 has
no row; what is left of an allowance has one from the account's first session under the plan on, 0 or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

Item = Literal["allowance", "loyalty", "points", "cap", "coupon", "rated", "rated_coupon"]


class StateRow(NamedTuple):
    """One row; see above."""

    account: str
    plan: str
    item: Item
    name: str
    period: date | None
    value: int
    unit: str


State = tuple[StateRow, ...]


class Book:
    """The state while sessions are being rated, by account, plan, item and name."""

    def __init__(self, state: Iterable[StateRow] = ()) -> None:
        self._named: dict[tuple[str, str, Item, str], dict[date | None, StateRow]] = {}
        self._last: dict[tuple[str, str, Item], StateRow] = {}
        for row in state:
            if row.item in ("rated", "rated_coupon"):
                self._last[row.account, row.plan, row.item] = row
            else:
                self._named.setdefault((row.account, row.plan, row.item, row.name), {})[row.period] = row

    def values(self, account: str, plan: str, item: Item, name: str) -> dict[date, int]:
        """What is counted in each period."""
        rows = self._named.get((account, plan, item, name), {})
        return {period: row.value for period, row in rows.items() if period is not None}

    def value(self, account: str, plan: str, item: Item, name: str) -> int:
        """What is counted without periods."""
        rows = self._named.get((account, plan, item, name), {})
        return rows[None].value if None in rows else 0

    def keep(
        self, account: str, plan: str, item: Item, name: str, values: dict[date, int] | dict[None, int], unit: str
    ) -> None:
        """These values in place of those before."""
        rows: dict[date | None, StateRow] = {
            period: StateRow(account, plan, item, name, period, value, unit) for period, value in values.items()
        }
        self._named[account, plan, item, name] = rows

    def last(self, account: str, plan: str, item: Item) -> StateRow | None:
        """The session rated last, of an account or with a coupon."""
        return self._last.get((account, plan, item))

    def keep_last(self, account: str, plan: str, item: Item, start_us: int, session_id: str | int) -> None:
        """The session that was rated now in place of the one before."""
        kind = "text" if isinstance(session_id, str) else "int"
        self._last[account, plan, item] = StateRow(account, plan, item, str(session_id), None, start_us, kind)

    def state(self) -> State:
        """The rows in order, texts by their code points and a row without a period first."""
        rows = [row for named in self._named.values() for row in named.values()]
        rows += self._last.values()
        return tuple(sorted(rows, key=lambda row: (*row[:4], row.period is not None, row.period or date.min)))
