"""The bill of one session of an account, told by the twin: what came before it is what a rating of that leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rating.accounts.asked import points_of
from rating.accounts.claims import Claims, find_claims, has_deals, in_order
from rating.accounts.members import find_members, no_members
from rating.accounts.names import texts_of
from rating.accounts.state import read_state
from rating.desk.usage import usage_of
from rating.errors import Refused
from rating.reference import Account, Bill, Refusal, StateRow, rate_history, rate_session
from rating.tariff.model import Tariffs
from rating.usage.accounts import AccountTable, Moments, read_accounts
from rating.usage.batch import UsageBatch

_EPOCH: Final = date(1970, 1, 1)


def bill_of(tariffs: Tariffs, batch: UsageBatch, i: int, *, accounts: Any = None, state: Any = None) -> Bill | Refusal:
    """The bill of session `i`, whose tariff is known, or why it is refused.

    Raises: InputError with every fault of the accounts or of the state.
    """
    sessions = batch.sessions
    name = sessions.tariff_names[sessions.tariff[i]]
    usage = usage_of(batch, i)
    if not has_deals(batch, accounts, state):
        return rate_session(tariffs[name], usage)
    table = None if accounts is None else read_accounts(accounts)
    members = no_members() if table is None else find_members(table, tariffs.plans)
    status = sessions.status.copy()
    claims = find_claims(batch, tariffs.plans, members, status)
    if status[i] != Refused.FINE:
        return Refusal(usage.session_id, Refused(int(status[i])))
    account, coupon = (texts_of(sessions.extra, each, len(status))[i].as_py() for each in ("account", "coupon"))
    points = points_of(sessions.extra, status)
    usage = replace(
        usage, account=account, coupon=coupon, redeem_points=int(points[i]) or None if len(points) else None
    )
    before = read_state(_before(tariffs, batch, claims, i, accounts, state))
    [answer], _ = rate_history(tariffs, tariffs.plans, _of(table, account), [(name, usage)], _rows(before, account))
    return answer


def _before(tariffs: Tariffs, batch: UsageBatch, claims: Claims, i: int, accounts: Any, state: Any) -> Any:
    """The state just before the session: it depends on nothing but the sessions before it."""
    if i not in claims.session:
        return state
    order = in_order(
        np.asarray(batch.sessions.start_us)[claims.session], batch.sessions.id.take(pa.array(claims.session))
    )
    session = claims.session[order]
    earlier = session[: int(np.flatnonzero(session == i)[0])]
    if not len(earlier):
        return state
    from rating.engine import state_after  # most stories do without, and without what it compiles

    status = np.where(batch.sessions.status == Refused.FINE, np.uint8(Refused.LATE), batch.sessions.status)
    status[earlier] = batch.sessions.status[earlier]
    hidden = batch._replace(sessions=batch.sessions._replace(status=status.astype(batch.sessions.status.dtype)))
    return state_after(tariffs, hidden, accounts=accounts, state=state)


def _rows(state: Any, account: str | None) -> list[StateRow]:
    """What is kept of the account, and of all."""
    mine = pc.is_in(state["account"], value_set=pa.array(["", account or ""], pa.string()))
    return [StateRow(**row) for row in state.filter(mine).to_pylist()]


def _of(table: AccountTable | None, account: str | None) -> list[Account]:
    """The plans of the account, as the twin takes them."""
    if table is None or account is None:
        return []
    rows = np.flatnonzero(np.asarray(pc.equal(table.account, account).to_numpy(zero_copy_only=False)))
    found = []
    for row in map(int, rows):
        begins = _moment(table.start, row)
        assert begins is not None  # the reader refuses a row without
        found.append(Account(account, table.plan_names[table.plan[row]], begins, _moment(table.end, row)))
    return found


def _moment(moments: Moments, row: int) -> date | int | None:
    if not moments.given[row]:
        return None
    value = int(moments.value[row])
    return _EPOCH + timedelta(days=value) if moments.is_date[row] else value
