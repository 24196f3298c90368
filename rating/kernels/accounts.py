"""What is known of accounts before any session is priced: who asks for what, in which order, and what is left for it.

Where plans count sessions or energy alone, all of it can be told from the meter, and the sessions of an account need
not wait for each other's bills.
"""

from __future__ import annotations

from typing import NamedTuple

from rating.kernels.arrays import Int32, Int64, UInt8, Usage
from rating.kernels.jit import lean_kernel
from rating.units import ENERGY_MAX_MWH

# What is known of a session before it is priced.
FINE = 0
REFUSED = 1
UNTOLD = 2


class Asked(NamedTuple):
    """n sessions, as they are asked for what they claim."""

    account: Int32  # (n,) -1: none
    start_us: Int64  # (n,)
    status: UInt8  # (n,) not 0: refused
    id: Int64  # (n,) or (0,): they are no integers


class Spans(NamedTuple):
    """m spans of time in which a accounts have a plan."""

    first: Int64  # (a,) the spans of each account are first to last - 1
    last: Int64  # (a,)
    from_us: Int64  # (m,)
    until_us: Int64  # (m,) exclusive


class Counted(NamedTuple):
    """What k claims of one plan count, by account and in the order in which they count; with what a state counted."""

    account: Int32  # (k,) ascending
    counts: UInt8  # (k,) 0: a claim that neither counts nor is counted for
    key: Int64  # (k,) the date under which each is counted, which does not go down within an account
    since: Int64  # (k,) the first date that counts for it; that does not go down either
    value: Int64  # (k,)
    old_account: Int32  # (r,) ascending
    old_key: Int64  # (r,) ascending within an account
    old_value: Int64  # (r,)


class Used(NamedTuple):
    """What k claims of one plan use of an allowance, by account and in the order in which they count."""

    begins: UInt8  # (k,) 1: the first of its account since that joined
    number: Int64  # (k,) of the period in which it lies
    joined_number: Int64  # (k,) of the one in which its account joined
    kept_number: Int64  # (k,) of the one that `kept_left` is of, -NEVER: none
    kept_left: Int64  # (k,) what the account has left from before
    uses: UInt8  # (k,) 0: it is refused, or of a tariff without the allowance
    rated: UInt8  # (k,) 0: it is refused
    spare: Int64  # (k,) what it could use; what it uses is taken from it
    left: Int64  # (k,) written: what is left when it begins
    used: Int64  # (k,) written


@lean_kernel
def claim(session: Asked, asks: UInt8, spans: Spans, span: Int32, size: Int64) -> int:
    """Write the span of each of n sessions, -1: none, and how many sessions of each account claim something.

    A session claims where its account has a plan at its start, or where it `asks` (n,), or (0,): none does. Those of no
    account are counted last in `size` (a + 1,). Returns: how many there are.
    """
    code, start_us, status = session.account, session.start_us, session.status
    first, last, from_us, until_us = spans.first, spans.last, spans.from_us, spans.until_us
    size[:] = 0
    count = 0
    for s in range(code.size):
        span[s] = -1
        if status[s] != 0:
            continue
        c = code[s]
        if c >= 0:
            for m in range(first[c], last[c]):
                if from_us[m] <= start_us[s] < until_us[m]:
                    span[s] = m
        if span[s] >= 0 or (asks.size > 0 and asks[s] != 0):
            size[c if c >= 0 else size.size - 1] += 1
            count += 1
    return count


@lean_kernel
def sort_claims(session: Asked, asks: UInt8, span: Int32, place: Int64, row: Int64) -> int:
    """Write the sessions that claim as `row` (k,), by account, start and id; those of no account come last.

    `place` (a + 1,) says where those of each account begin, and is used up. Returns: how many begin together with
    another one of the account, where there are no ids.
    """
    code, start_us, status, ids = session.account, session.start_us, session.status, session.id
    for s in range(code.size):
        if status[s] != 0 or (span[s] < 0 and (asks.size == 0 or asks[s] == 0)):
            continue
        c = code[s] if code[s] >= 0 else place.size - 1
        row[place[c]] = s
        place[c] += 1
    ties = 0
    at = 0
    for c in range(place.size - 1):
        lo, at = at, place[c]
        for i in range(lo + 1, at):
            own = row[i]
            j = i
            while j > lo:
                before = row[j - 1]
                if start_us[before] == start_us[own]:
                    if ids.size == 0:
                        ties += 1
                        break
                    if ids[before] < ids[own]:
                        break
                elif start_us[before] < start_us[own]:
                    break
                row[j] = before
                j -= 1
            row[j] = own
    return ties


@lean_kernel
def measure(lo: int, hi: int, place: Int32, usage: Usage, tells: UInt8, energy_mwh: Int64, fate: UInt8) -> None:
    """Write the energy of the sessions lo to hi - 1 that claim, and whether they will be refused for their intervals.

    `place` (n,) says which claim is theirs, -1: none. `tells` (k,) says of which timelines all energy is billable.
    `fate` is FINE, REFUSED as `walk` would refuse them, or UNTOLD. Sessions are read in their order: by account it
    took six times as long, for their intervals are then all over the memory.
    """
    start_us, end_us, energies, first = usage.start_us, usage.end_us, usage.energy, usage.interval_first
    session_start_us, session_end_us, status = usage.session_start_us, usage.session_end_us, usage.status
    timeline, scale = usage.timeline, usage.energy_scale[0]
    energy_max = ENERGY_MAX_MWH // scale
    for s in range(lo, hi):
        at = place[s]
        if at < 0:
            continue
        energy_mwh[at] = 0
        fate[at] = REFUSED
        i, last = first[s], first[s + 1]
        if status[s] != 0 or i == last:
            continue
        if tells[timeline[s]] == 0:
            fate[at] = UNTOLD
            continue
        now = session_start_us[s]
        energy = 0
        while 0 <= i < last:
            start, end, more = start_us[i], end_us[i], energies[i]
            if start < now or end < start or more < 0 or more > energy_max - energy:
                break
            energy += more
            now = end
            i += 1
        if i == last and now <= session_end_us[s]:
            energy_mwh[at] = energy * scale
            fate[at] = FINE


@lean_kernel
def count_before(counted: Counted, count: Int64) -> None:
    """Write what counts for each of k claims before it, within its window."""
    account, counts, key, since, value = counted.account, counted.counts, counted.key, counted.since, counted.value
    old_account, old_key, old_value = counted.old_account, counted.old_key, counted.old_value
    old = 0  # the first row of the state that is not before the window
    tail = 0  # the first claim that is not before it
    total = 0
    for i in range(account.size):
        if i == 0 or account[i] != account[i - 1]:
            tail = i
            total = 0
            while old < old_account.size and old_account[old] < account[i]:
                old += 1
            at = old
            while at < old_account.size and old_account[at] == account[i]:
                total += old_value[at]
                at += 1
        elif counts[i - 1] != 0:
            total += value[i - 1]
        count[i] = 0
        if counts[i] == 0:
            continue
        while old < old_account.size and old_account[old] == account[i] and old_key[old] < since[i]:
            total -= old_value[old]
            old += 1
        while tail < i and (counts[tail] == 0 or key[tail] < since[i]):
            total -= value[tail] if counts[tail] != 0 else 0
            tail += 1
        count[i] = total


@lean_kernel
def allow(claims: Used, amount: int, carry_max: int) -> None:
    """Write what is left of an allowance for each of k claims, and what it uses (see `accounts.left`)."""
    number, joined_number = claims.number, claims.joined_number
    now = 0  # the period
    rest = 0
    for i in range(number.size):
        if claims.begins[i] != 0:
            now, rest = claims.kept_number[i], claims.kept_left[i]
        if now < joined_number[i]:
            now, rest = joined_number[i], amount
        own, own_rest = now, rest
        passed = number[i] - now
        if passed > 0:
            # After p periods of which the last p - 1 went by without a session, all of those were left over as well.
            own, own_rest = number[i], min(carry_max, rest + (passed - 1) * amount) + amount
        claims.left[i] = own_rest
        claims.used[i] = 0
        if claims.uses[i] != 0:
            claims.used[i] = min(own_rest, claims.spare[i])
            claims.spare[i] -= claims.used[i]
        if claims.rated[i] != 0:
            now, rest = own, own_rest - claims.used[i]
