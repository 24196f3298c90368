"""Which plan an account has when, from the table of accounts (its dates are those of the plan's zone)."""

from __future__ import annotations

import difflib
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.accounts.days import clocks_of, local_days
from rating.accounts.tellable import counts_energy
from rating.compile.epochs import first_instant_us
from rating.errors import Fault, InputError, Place
from rating.kernels.arrays import NEVER
from rating.kernels.claims import Spans
from rating.kernels.periods import Clocks
from rating.tariff.plans import Plans
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US
from rating.usage.accounts import AccountTable, Moments

Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]

_FAULTS_TOLD = 20
_DAYS_MAX = 2**16  # of all zones; of more, as of years that will be refused, those that there are are sought


class Members(NamedTuple):
    """m rows of the table of accounts, by account and then by time; those of one account do not overlap."""

    account: Any  # pyarrow string (a,): the accounts
    first: Int64  # (a + 1,) CSR: the rows of each account
    plan: Int32  # (m,) index into Plans
    from_us: Int64  # (m,)
    until_us: Int64  # (m,) exclusive, NEVER: open
    joined: Int64  # (m,) the local date of from_us in the plan's zone
    left: Int64  # (m,) that of until_us, NEVER: open


def find_members(table: AccountTable, plans: Plans) -> Members:
    """Sort the rows by account and time. Raises: InputError with every fault of the table, all at once."""
    faults = list(table.faults)
    known = list(plans)
    code = np.array([known.index(name) if name in plans else -1 for name in table.plan_names] or [0], np.int32)
    plan = np.where(table.plan >= 0, code[table.plan], -1).astype(np.int32)
    for row in np.flatnonzero((table.plan >= 0) & (plan < 0))[:_FAULTS_TOLD]:
        name = table.plan_names[table.plan[row]]
        faults.append(Fault("unknown_plan", _place(row), name, _known(known), _meant(name, known)))
    from_us, until_us = _instants(table.start, plan, plans), _instants(table.end, plan, plans)
    until_us = np.where(table.end.given != 0, until_us, NEVER)
    # In no known zone, only dates can be compared with dates, and instants with instants.
    spans = table.sound & ((plan >= 0) | (table.start.is_date == table.end.is_date))
    for row in np.flatnonzero(spans & (until_us <= from_us))[:_FAULTS_TOLD]:
        got = f"account {table.account[row]}: from and until the same moment, or later"
        fix = "`until` is the first moment without the plan: make it later than `from`"
        faults.append(Fault("account_span", _place(row), got, "`until` after `from`", fix))
    names = table.account.dictionary_encode()
    account = names.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    order = np.arange(len(account))
    if not (account[1:] > account[:-1]).all():  # as they are where each account has one row
        order = np.lexsort((from_us, account))
    if faults:
        order = order[(table.sound & (plan >= 0))[order]]
    account, plan, from_us, until_us = account[order], plan[order], from_us[order], until_us[order]
    for before, row in _overlaps(account, from_us, until_us)[:_FAULTS_TOLD]:
        both = f"{known[plan[before]]} and {known[plan[row]]}"
        got = f"account {names.dictionary[int(account[row])]} has {both} at once"
        fix = f"end the one of row {order[before]} (`until`) where the other begins"
        faults.append(Fault("two_plans", _place(order[row]), got, "one plan at a time for an account", fix))
    if faults:
        raise InputError(faults)
    joined = _dates(table.start, order, from_us, plan, plans)
    left = _dates(table.end, order, until_us, plan, plans)
    first = np.concatenate([[0], np.cumsum(np.bincount(account, minlength=len(names.dictionary)))])
    return Members(names.dictionary, first, plan, from_us, until_us, joined, left)


def _overlaps(account: Int32, from_us: Int64, until_us: Int64) -> list[tuple[int, int]]:
    """Rows (in order) that begin before an earlier one of their account ends, each behind the one that ends last."""
    if not ((account[1:] == account[:-1]) & (from_us[1:] < until_us[:-1])).any():
        return []
    found, last = [], 0
    for row in range(1, len(account)):
        if account[row] != account[last]:
            last = row
            continue
        if from_us[row] < until_us[last]:
            found.append((last, row))
        last = row if until_us[row] >= until_us[last] else last
    return found


def _dates(moments: Moments, order: NDArray[np.intp], us: Int64, plan: Int32, plans: Plans) -> Int64:
    """(m,) the local date of each moment in the zone of its plan, NEVER for none; `us` and `plan` are in that order.

    A date is itself, also where the clocks of the place skipped it.
    """
    if us.min(initial=NEVER) == NEVER:
        return us
    if moments.is_date.all():
        return np.where(us == NEVER, NEVER, moments.value[order])
    days = np.where(moments.is_date[order] != 0, moments.value[order], NEVER)
    for index, each in enumerate(plans.values()):
        instants = (plan == index) & (moments.is_date[order] == 0) & (us != NEVER)
        days[instants] = local_days(us[instants], each.time_zone)
    return np.where(us == NEVER, NEVER, days)


def spans_of(members: Members, plans: Plans) -> Spans:
    """When members have which plan."""
    return Spans(
        first=members.first.astype(np.int32),
        span=np.stack([members.from_us, members.until_us, members.plan, members.joined], axis=1),
        measured=np.array([counts_energy(each) for each in plans.values()], np.uint8),
        place=_zones(plans)[1],
    )


def _zones(plans: Plans) -> tuple[list[str], Int64]:
    """The time zones of plans, each once, and (p,) which one is that of each plan."""
    zones = list(dict.fromkeys(each.time_zone for each in plans.values()))
    return zones, np.array([zones.index(each.time_zone) for each in plans.values()], np.int64)


def clocks_of_plans(plans: Plans, span_us: tuple[int, int]) -> Clocks:
    """The clocks of the places of plans, for sessions that start within `span_us`."""
    lo_us, hi_us = (min(max(us, INSTANT_MIN_US), INSTANT_MAX_US) for us in span_us)  # refused ones start at any moment
    return clocks_of(_zones(plans)[0], lo_us, hi_us)


def is_member(members: Members, accounts: Any, start_us: Int64) -> NDArray[np.bool_]:
    """(n,) whether each of `accounts` (pyarrow string) has a plan at the moment."""
    member = pc.index_in(accounts, value_set=members.account).fill_null(-1).to_numpy()
    first, last = np.append(members.first[:-1], 0)[member], np.append(members.first[1:], 0)[member]
    found = np.zeros(len(start_us), np.bool_)
    for number in range(int(np.max(last - first, initial=0))):
        mine = np.flatnonzero(first + number < last)
        row = first[mine] + number
        found[mine] |= (members.from_us[row] <= start_us[mine]) & (start_us[mine] < members.until_us[row])
    return found


def _instants(moments: Moments, plan: Int32, plans: Plans) -> Int64:
    """Dates are the first instants of the day in the zone of the plan."""
    us = moments.value.copy()
    dates = np.flatnonzero((moments.is_date != 0) & (moments.given != 0) & (plan >= 0))
    if not len(dates):
        return us
    zones, zone_of = _zones(plans)
    least = int(us[dates].min())
    count = int(us[dates].max()) - least + 1
    back = zone_of[plan[dates]] * count + (us[dates] - least)
    days = np.arange(min(len(zones) * count, _DAYS_MAX))
    if len(zones) * count > _DAYS_MAX:
        days, back = np.unique(back, return_inverse=True)
    # The first instant of each day that there is in a zone.
    firsts = np.zeros(len(days), np.int64)
    for each in np.flatnonzero(np.bincount(back, minlength=len(days))).tolist():
        zone, day = divmod(int(days[each]), count)
        firsts[each] = first_instant_us(day + least, zones[zone])
    us[dates] = firsts[back]
    return us


def _known(known: list[str]) -> str:
    if not known:
        return "a plan that was loaded with the tariffs, and none was"
    return f"a plan that was loaded: {', '.join(known[:8])}{', ...' if len(known) > 8 else ''}"


def _meant(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean `{close[0]}`?" if close else "write its id, or load its file beside the tariffs"


def _place(row: Any) -> Place:
    return Place(f"accounts, row {int(row)}")


def no_members() -> Members:
    """No account has a plan."""
    none = np.empty(0, np.int64)
    return Members(pa.array([], pa.string()), np.zeros(1, np.int64), none.astype(np.int32), none, none, none, none)
