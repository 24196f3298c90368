"""Energy totals of sessions: an interval where there is no other data, a check where there is."""

from __future__ import annotations

import numpy as np

from rating.errors import Refused
from rating.units import ENERGY_MAX_MWH, ENERGY_READ_MAX_MWH
from rating.usage.batch import Int64, Intervals
from rating.usage.columns import Mask, mark
from rating.usage.energies import Energy, to_milli
from rating.usage.match import session_of
from rating.usage.meter import Metered
from rating.usage.sessions import SessionTable
from rating.usage.weave import Insert, weave


def check_totals(table: SessionTable, metered: Metered) -> None:
    """Mark ENERGY_MISMATCH where a session's total is not the sum of its intervals.

    Exact, but for columns of floats: each of those was rounded to a milli-Wh, so that the sum may be off by half of
    one for each number that went into it.
    """
    assert table.total is not None
    first, energy = metered.first, metered.intervals.energy
    count = np.diff(first)
    rows = np.flatnonzero(count > 0)
    if len(rows) == 0:
        return
    most = ENERGY_MAX_MWH // metered.intervals.energy_scale + 1  # beyond it, the kernel refuses the session
    if energy.max() > most or energy.min() < -most:
        energy = np.clip(energy, -most, most)
    taken = np.add.reduceat(energy, first[rows]) * metered.intervals.energy_scale
    total = to_milli(table.total, ENERGY_READ_MAX_MWH)
    off = np.abs(taken - total.values[rows])
    half_milli = metered.rounded * (count[rows] + 1) + total.rounded
    bad = np.zeros(len(count), np.bool_)
    bad[rows] = 2 * off > half_milli
    if total.fault is not None:
        bad &= total.fault == Refused.FINE
    mark(table.sessions.status, bad, Refused.ENERGY_MISMATCH)


def add_totals(table: SessionTable, metered: Metered | None, insert: Insert) -> tuple[Intervals, Int64]:
    """The intervals with one more for each session that has a total and no interval; and their interval_first (n + 1,).

    That interval lies from the session's start to `charging_end` (else its end), and carries the total. Without
    energy it is the whole session. What is left of the session is a gap, which counts as parked.
    """
    sessions, total = table.sessions, table.total
    if metered is not None and total is None:
        return metered.intervals, metered.first
    if total is None:  # all that there is are reservations
        nothing = np.empty(0, np.int64)
        none = Intervals(nothing, nothing, nothing, 1, None, nothing, "sessions")
        return none, np.zeros(len(sessions.status) + 1, np.int64)
    lone = np.ones(len(sessions.status), np.bool_) if metered is None else np.diff(metered.first) == 0
    if total.fault is not None:
        lone &= total.fault == Refused.FINE
    if metered is not None and not lone.any():
        return metered.intervals, metered.first
    if metered is None:
        first = _counted(lone)
        if lone.all():
            ends = np.where(total.values == 0, sessions.end_us, table.charged_until_us)
            return Intervals(sessions.start_us, ends, total.values, total.scale, None, None, "sessions"), first
        session = np.flatnonzero(lone)
        return _alone(table, total, session, session, "sessions"), first
    return _woven(table, total, metered, lone, insert)


def _counted(where: Mask) -> Int64:
    return np.concatenate((np.zeros(1, np.int64), np.cumsum(where, dtype=np.int64)))


def _alone(table: SessionTable, total: Energy, session: Int64, row: Int64, name: str) -> Intervals:
    """The intervals of the totals of some sessions."""
    energy = total.values[session]
    ends = np.where(energy == 0, table.sessions.end_us[session], table.charged_until_us[session])
    return Intervals(table.sessions.start_us[session], ends, energy, total.scale, None, row, name)


def _woven(table: SessionTable, total: Energy, metered: Metered, lone: Mask, insert: Insert) -> tuple[Intervals, Int64]:
    """The metered intervals, with those of totals at the places of their sessions, at one scale."""
    given, session = metered.intervals, np.flatnonzero(lone)
    if given.energy_scale != total.scale:
        total = to_milli(total, ENERGY_READ_MAX_MWH)
        energy = to_milli(Energy(given.energy, None, given.energy_scale, False), ENERGY_READ_MAX_MWH)
        if total.fault is not None:
            mark(table.sessions.status, total.fault == Refused.ENERGY_RANGE, Refused.ENERGY_RANGE)
        if energy.fault is not None:
            _mark_range(table, metered, np.flatnonzero(energy.fault))
        given = given._replace(energy=energy.values, energy_scale=1)
    added = _alone(table, total, session, np.full(len(session), -1, np.int64), given.table)
    return weave(given, metered.first, session, added, insert)


def _mark_range(table: SessionTable, metered: Metered, place: Int64) -> None:
    """Refuse the sessions of intervals beyond the range, which scaling would have made leave int64."""
    status, status_row = table.sessions.status, table.sessions.status_row
    rows = place if metered.intervals.row is None else metered.intervals.row[place]
    for session, row in zip(session_of(metered.first, place).tolist(), rows.tolist(), strict=True):
        if status[session] == Refused.FINE:
            status[session], status_row[session] = Refused.ENERGY_RANGE, row
