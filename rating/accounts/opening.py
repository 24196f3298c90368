"""Open the ledger of a batch: with the state before it, and without the sessions that come too late for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating.accounts.claims import Claims, find_claims
from rating.accounts.ledger import Ledger
from rating.accounts.members import Members, find_members, no_members
from rating.accounts.names import Named, name_accounts
from rating.accounts.state import Kept, OldState
from rating.accounts.tracks import PlanTracks
from rating.errors import Refused
from rating.tariff.model import Tariffs
from rating.tariff.plans import Coupon, Plans
from rating.usage.accounts import read_accounts
from rating.usage.batch import UsageBatch
from rating.workers import meanwhile

Bool = NDArray[np.bool_]


def open_ledger(
    tariffs: Tariffs, batch: UsageBatch, accounts: Any, state: Any, threads: int = 1
) -> tuple[UsageBatch, Ledger]:
    """The ledger, and the batch without the sessions whose points, coupon or time cannot be.

    Raises: InputError with every fault of the accounts or of the state.
    """
    plans, sessions = tariffs.plans, batch.sessions
    met = accounts if isinstance(accounts, Met) else Met(members_of(accounts, plans))
    status = sessions.status.copy()
    claims = find_claims(batch, plans, met.members, status, threads, met.named)
    old = OldState(state, claims.accounts)
    late = _late(batch, plans, claims, old)
    if late.any():
        status[claims.session[late]] = Refused.LATE
        claims = claims.where(~late)
    ledger = Ledger(batch, tariffs, plans, claims, old)
    _load(ledger, old)
    return batch._replace(sessions=sessions._replace(status=status)), ledger


class Met(NamedTuple):
    """Who has which plan, and what the sessions of one batch call them; None: that is not known yet."""

    members: Members
    named: Named | None = None


def meet_meanwhile(accounts: Any, plans: Plans, sessions: Any) -> Callable[[], Met | None]:
    """Read a table of accounts, and look up the names by which `sessions` call them, while something else is done; what
    is returned waits for it. None is no table.

    Names are looked up here where the sessions are a table that says them as codes: others have to be read first.
    """
    if accounts is None:
        return lambda: None

    def meet() -> Met:
        members = members_of(accounts, plans)
        return Met(members, name_accounts(sessions, members.account, 1) if _has_codes(sessions) else None)

    return meanwhile(meet)


def _has_codes(sessions: Any) -> bool:
    if not isinstance(sessions, pa.Table) or len(sessions.schema.get_all_field_indices("account")) != 1:
        return False
    return bool(pa.types.is_dictionary(sessions.schema.field("account").type))


def members_of(accounts: Any, plans: Plans) -> Members:
    """Who has which plan; `accounts` is a table, what was made of one here, or None.

    Raises: InputError with every fault of the table.
    """
    if isinstance(accounts, Members):
        return accounts
    return no_members() if accounts is None else find_members(read_accounts(accounts), plans)


def of_account(claims: Claims, coupons: tuple[Coupon, ...]) -> Bool:
    """(k,) whether an account counts the session: under a plan, or with a coupon of so many uses for each account."""
    counted = np.array([each.uses_per_account_max is not None for each in coupons] + [False])
    return np.asarray((claims.account >= 0) & ((claims.plan >= 0) | counted[claims.coupon]))


def of_coupon(claims: Claims, coupons: tuple[Coupon, ...]) -> Bool:
    """(k,) whether its coupon counts the session: one with so many uses in all."""
    return np.asarray(np.array([each.uses_max is not None for each in coupons] + [False])[claims.coupon])


def _late(batch: UsageBatch, plans: Plans, claims: Claims, old: OldState) -> Bool:
    """(k,) whether a session does not come after the one that the state counted last."""
    late = np.zeros(len(claims), np.bool_)
    if not old.mine.num_rows:
        return late
    coupons = tuple(plans.coupons.values())
    account, last = old.last("", "rated")
    _mark_late(batch, claims, late, claims.account, of_account(claims, coupons), dict(zip(account.tolist(), last)))  # noqa: B905
    for index, coupon in enumerate(coupons):
        _, last = old.last(coupon.id, "rated_coupon")
        mine = of_coupon(claims, coupons) & (claims.coupon == index)
        _mark_late(batch, claims, late, claims.coupon, mine, dict.fromkeys([index], last[0]) if last else {})
    return late


def _mark_late(
    batch: UsageBatch,
    claims: Claims,
    late: Bool,
    key: NDArray[np.int32],
    mine: Bool,
    last: dict[int, tuple[int, int | str]],
) -> None:
    if not last:
        return
    start_us = np.asarray(batch.sessions.start_us)[claims.session]
    most = np.full(int(key.max(initial=-1)) + 2, -(2**62), np.int64)
    most[[at for at in last if at < len(most) - 1]] = [each[0] for at, each in last.items() if at < len(most) - 1]
    late |= mine & (start_us < most[key])
    for at in np.flatnonzero(mine & (start_us == most[key])):
        own, before = batch.sessions.id[int(claims.session[at])].as_py(), last[int(key[at])][1]
        # Numbers come before text, as in the order of sessions.
        late[at] |= (isinstance(own, str), own) <= (isinstance(before, str), before)


def _load(ledger: Ledger, old: OldState) -> None:
    """Put the state into the ledger."""
    claims = ledger.claims
    for index, coupon in enumerate(ledger.coupons.coupons):
        rows = old.rows("", "coupon", coupon.id)
        nobody = rows.account == len(claims.accounts)
        ledger.coupons.used[index] = int(rows.value[nobody].sum())
        used_by = ledger.coupons.used_by[index]
        if used_by is not None:
            used_by[rows.account[~nobody]] = rows.value[~nobody]
    for tracks in ledger.tracks:
        _load_plan(tracks, ledger, old)


def _load_plan(tracks: PlanTracks, ledger: Ledger, old: OldState) -> None:
    plan = tracks.plan
    for allowance in tracks.lefts:
        rows = old.rows(plan.id, "allowance", allowance.allowance.name)
        allowance.keep(rows.account, rows.value, rows.period)
    for track, item in [*((each, "loyalty") for each in tracks.loyalty), *((each, "cap") for each in tracks.caps)]:
        kept = old.rows(plan.id, item, track.name)
        track.start((kept.account, kept.period, kept.value))
    if plan.points is not None:
        balance: Kept = old.rows(plan.id, "points", plan.points.name)
        tracks.balance[balance.account] = balance.value
