"""Readings of cumulative registers -> intervals between consecutive ones.

Readings of one instant are taken in the order of their registers, so that the result does not depend on the order
of the rows: of two with equal registers the second is ignored, two with different registers make an interval of no
length that carries the difference.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rating.errors import Refused
from rating.units import ENERGY_MAX_MWH
from rating.usage.batch import Int64, Intervals, Stray, UInt8
from rating.usage.columns import merge_faults
from rating.usage.energies import Energy
from rating.usage.identity import FindRuns, Runs, SessionIds, runs_of
from rating.usage.instants import read_instants
from rating.usage.match import match, order_ties
from rating.usage.meter import Metered, first_faults, read_activity, read_energies, stray_rows
from rating.usage.powers import read_powers, some
from rating.usage.schema import READINGS
from rating.usage.tables import Source

# A register counts over the life of a meter, and may be far beyond what one session may take.
REGISTER_MAX_MWH: Final = 4 * 10**18


def read_readings(source: Source, ids: SessionIds, find: FindRuns) -> Metered:
    """Read a table of readings, which was checked by `check.check_table`. An interval's row is its closing reading's.

    An activity, a power or a current stated at a reading holds until the next. A single reading makes no interval.
    """
    at = read_instants(source.column("at"))
    register = _in_range(read_energies(source, "register", REGISTER_MAX_MWH))
    activity, unknown = read_activity(source)
    power, current = read_powers(source, *READINGS.powers), read_powers(source, "current_a")
    runs = runs_of(source.column("session_id"), at.values, find)()
    matched = match(runs, ids, at.values)
    fault = merge_faults(at.fault, register.fault, unknown, power.fault, current.fault)
    stray = _stray_readings(runs, matched.stray_runs, at.values, register)

    rows = np.arange(len(at.values), dtype=np.int64) if matched.rows is None else matched.rows
    rows = order_ties(rows, matched.first, at.values, register.values)
    refused_first = matched.first
    kept, first = _without_repeats(rows, matched.first, at.values, register.values)

    opens = np.ones(len(kept), np.bool_)
    opens[first[1:][np.diff(first) > 0] - 1] = False  # the last reading of a session opens no interval
    before = kept[opens]
    after = kept[np.flatnonzero(opens) + 1]
    energy = register.values[after] - register.values[before]
    interval_first = np.concatenate((np.zeros(1, np.int64), np.cumsum(np.maximum(np.diff(first) - 1, 0))))
    if fault is not None:
        energy[(fault[before] != 0) | (fault[after] != 0)] = 0
    fault = _mark_steps(fault, after, energy, register.scale, len(at.values))
    held = None if activity is None else activity[before]
    intervals = Intervals(
        *(at.values[before], at.values[after], energy, register.scale, held, after, source.label),
        power_mw=some(power.values[before]) if len(power.values) else None,
        current_ma=some(current.values[before]) if len(current.values) else None,
    )
    refused = first_faults(fault, rows, refused_first)
    return Metered(intervals, interval_first, register.rounded, refused, stray)


def _in_range(register: Energy) -> Energy:
    """ENERGY_RANGE where a difference of two registers might leave int64."""
    most = REGISTER_MAX_MWH // register.scale
    values = register.values
    if len(values) == 0 or (values.min() >= -most and values.max() <= most):
        return register
    bad = (values > most) | (values < -most)
    fault = merge_faults(register.fault, np.where(bad, np.uint8(Refused.ENERGY_RANGE), np.uint8(0)))
    return register._replace(values=np.where(bad, 0, values), fault=fault)


def _without_repeats(rows: Int64, first: Int64, at_us: Int64, register: Int64) -> tuple[Int64, Int64]:
    """`rows` and `first` without readings that repeat the one before: the same session, instant and register."""
    instant, value = at_us[rows], register[rows]
    repeats = np.zeros(len(rows), np.bool_)
    repeats[1:] = (instant[1:] == instant[:-1]) & (value[1:] == value[:-1])
    repeats[first[:-1][np.diff(first) > 0]] = False
    if not repeats.any():
        return rows, first
    dropped = np.concatenate((np.zeros(1, np.int64), np.cumsum(repeats, dtype=np.int64)))
    return rows[~repeats], first - dropped[first]


def _mark_steps(fault: UInt8 | None, after: Int64, energy: Int64, scale: int, count: int) -> UInt8 | None:
    """`fault` (count,) with the closing readings of steps that run backwards, or take more than a session may."""
    backwards = energy < 0
    huge = energy > ENERGY_MAX_MWH // scale
    if not backwards.any() and not huge.any():
        return fault
    marked = np.zeros(count, np.uint8)
    marked[after[huge]] = Refused.ENERGY_RANGE
    marked[after[backwards]] = Refused.REGISTER_BACKWARDS
    return merge_faults(fault, marked)


def _stray_readings(runs: Runs, stray_runs: Int64, at_us: Int64, register: Energy) -> tuple[Stray, ...]:
    """One Stray for each id: the difference of its last and first register, unknown where there is no id."""
    if len(stray_runs) == 0:
        return ()
    groups = stray_rows(runs, stray_runs)
    starts, ends = groups.first[:-1], groups.first[1:] - 1
    group = np.repeat(np.arange(len(starts)), ends - starts + 1)
    values = register.values[groups.rows]
    order = np.lexsort((values, at_us[groups.rows], group))
    taken = values[order[ends]] - values[order[starts]]
    unknown = np.array([name is None for name in groups.ids], np.bool_)
    if register.fault is not None:
        unknown |= np.logical_or.reduceat(register.fault[groups.rows] != 0, starts)
    return tuple(
        Stray(name, None if no_sum else energy * register.scale, row)
        for name, no_sum, energy, row in zip(
            groups.ids, unknown.tolist(), taken.tolist(), groups.rows[starts].tolist(), strict=True
        )
    )
