"""Close the ledger of a batch: the state after it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.accounts.ledger import Ledger
from rating.accounts.opening import of_account, of_coupon
from rating.accounts.state import ALLOWANCE_UNITS, COUNT_UNITS, NO_PERIOD, Kept, NewState, OldState
from rating.accounts.tracks import PlanTracks, Track

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]


def close_ledger(ledger: Ledger) -> Any:
    """The state after the batch, as a pyarrow.Table (see `state`); it depends on the history alone."""
    ledger.close()
    old, new = ledger.old, NewState(ledger.claims.accounts)
    stays = np.ones(old.mine.num_rows, np.bool_)
    for tracks in ledger.tracks:
        touched = np.append(tracks.seen, False)
        stays &= ~(_is(old, "plan", tracks.plan.id) & touched[old.code]) | _is(old, "item", "rated_coupon")
        _keep_plan(tracks, np.flatnonzero(touched[:-1]).astype(np.int32), new)
    for index, coupon in enumerate(ledger.coupons.coupons):
        stays &= ~(_is(old, "item", "coupon") & _is(old, "name", coupon.id))
        _keep_coupon(ledger, index, new)
    _keep_last(ledger, new, stays)
    return new.table(pa.concat_tables([old.others, old.mine.filter(pa.array(stays))]))


def _is(old: OldState, column: str, value: str) -> Bool:
    return np.asarray(pc.equal(old.mine[column], value).to_numpy()).astype(np.bool_)


def _keep_plan(tracks: PlanTracks, account: Int32, new: NewState) -> None:
    """What accounts have that had a session under the plan."""
    plan = tracks.plan
    for each in tracks.lefts:
        rows = Kept(account, each.since(account), each.left[account])
        new.keep(plan.id, "allowance", each.allowance.name, rows, ALLOWANCE_UNITS[each.allowance.of])
    for loyalty, track in zip(plan.loyalty, tracks.loyalty, strict=True):
        rows = _counted(tracks, track, account)
        new.keep(plan.id, "loyalty", loyalty.name, rows, COUNT_UNITS[loyalty.by])
    for cap, track in zip(plan.caps, tracks.caps, strict=True):
        new.keep(plan.id, "cap", cap.name, _counted(tracks, track, account), "micro")
    if plan.points is not None:
        have = account[tracks.balance[account] != 0]
        none = np.full(len(have), NO_PERIOD, np.int64)
        new.keep(plan.id, "points", plan.points.name, Kept(have, none, tracks.balance[have]), "point")


def _counted(tracks: PlanTracks, track: Track, account: Int32) -> Kept:
    """What was counted in the window of each account's last session: by the start of its period, or by date."""
    since = track.since(tracks.last_day[account], tracks.last_joined[account])
    windows = track.windows
    from_, to = windows.first_since(account, since), windows.first_since(account, np.full_like(since, 2**19))
    sizes = to - from_
    entry = np.repeat(from_ - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) + np.arange(int(sizes.sum()))
    place = np.repeat(np.arange(len(account)), sizes)
    period = windows.day[entry]
    order = np.lexsort((period, place))
    place, period, value = place[order], period[order], windows.value[entry][order]
    heads = np.flatnonzero((np.diff(place, prepend=-1) != 0) | (np.diff(period, prepend=0) != 0))
    total = np.add.reduceat(value, heads) if len(heads) else np.empty(0, np.int64)
    some = total != 0
    return Kept(account[place[heads]][some], period[heads][some], total[some])


def _keep_coupon(ledger: Ledger, index: int, new: NewState) -> None:
    coupons = ledger.coupons
    coupon, nobody = coupons.coupons[index], len(ledger.claims.accounts)
    used_by = coupons.used_by[index]
    account = np.flatnonzero(used_by).astype(np.int32) if used_by is not None else np.empty(0, np.int32)
    value = used_by[account] if used_by is not None else np.empty(0, np.int64)
    if coupon.uses_max is not None and coupons.used[index]:
        account = np.append(account, np.int32(nobody))
        value = np.append(value, coupons.used[index])
    new.keep("", "coupon", coupon.id, Kept(account, np.full(len(account), NO_PERIOD, np.int64), value), "use")


def _keep_last(ledger: Ledger, new: NewState, stays: Bool) -> None:
    """The session that was rated last, of each account and with each coupon that count theirs."""
    claims, old = ledger.claims, ledger.old
    coupons = ledger.coupons.coupons
    nobody = len(claims.accounts)
    mine = np.flatnonzero(ledger.rated & of_account(claims, coupons))
    last = np.full(nobody + 1, -1, np.int64)
    last[claims.account[mine]] = mine  # claims are in order: of one account, the last one stays
    stays &= ~(_is(old, "item", "rated") & (last[old.code] >= 0))
    account = np.flatnonzero(last >= 0).astype(np.int32)
    _keep_sessions(ledger, new, "", "rated", account, last[account])
    for index, coupon in enumerate(coupons):
        used = np.flatnonzero(ledger.rated & of_coupon(claims, coupons) & (claims.coupon == index))
        if len(used):
            stays &= ~(_is(old, "item", "rated_coupon") & _is(old, "plan", coupon.id))
            _keep_sessions(ledger, new, coupon.id, "rated_coupon", np.array([nobody], np.int32), used[-1:])


def _keep_sessions(ledger: Ledger, new: NewState, plan: str, item: str, account: Int32, row: Int64) -> None:
    ids = ledger.batch.sessions.id.take(pa.array(ledger.claims.session[row]))
    unit = "int" if pa.types.is_integer(ids.type) else "text"
    none = np.full(len(account), NO_PERIOD, np.int64)
    start_us = np.asarray(ledger.batch.sessions.start_us)[ledger.claims.session[row]]
    new.keep(plan, item, ids.cast(pa.string()).to_pylist(), Kept(account, none, start_us), unit)
