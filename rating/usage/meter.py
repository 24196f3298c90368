"""Intervals of the sessions, from a table of intervals or of readings: grouped by session, sorted, and checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from rating.errors import Refused
from rating.units import ACTIVITIES, ACTIVITY_RESERVED, ENERGY_READ_MAX_MWH
from rating.usage.batch import Int64, Intervals, Stray, UInt8
from rating.usage.columns import Column, merge_faults, read_chunks
from rating.usage.energies import Energy, read_energy
from rating.usage.identity import FindRuns, Runs, SessionIds, runs_of
from rating.usage.instants import read_instants
from rating.usage.match import expand, match, order_ties, session_of
from rating.usage.powers import read_powers, some
from rating.usage.schema import INTERVALS
from rating.usage.tables import Source


class Metered(NamedTuple):
    """Intervals as CSR, and the sessions that the table refuses."""

    intervals: Intervals
    first: Int64  # (n + 1,)
    rounded: bool  # energies come from floats
    refused: Refusals
    stray: tuple[Stray, ...]
    complete: bool = False  # it is known that every session has intervals


class Refusals(NamedTuple):
    """Sessions refused for a row of intervals or readings; of several rows of a session, the first."""

    session: Int64  # (r,)
    code: UInt8  # (r,)
    row: Int64  # (r,)


def read_intervals(source: Source, find: FindRuns) -> Callable[[SessionIds], Metered]:
    """Begin to read a table of intervals, which was checked by `check.check_table`; what is returned goes on when the
    ids of the sessions are known.
    """
    start = read_instants(source.column("start"))
    end = read_instants(source.column("end"))
    energy = read_energies(source, "energy", ENERGY_READ_MAX_MWH)
    activity, unknown = read_activity(source)
    power, current = read_powers(source, *INTERVALS.powers), read_powers(source, "current_a")
    runs = runs_of(source.column("session_id"), start.values, find)
    fault = merge_faults(start.fault, end.fault, energy.fault, unknown, power.fault, current.fault)
    intervals = Intervals(
        *(start.values, end.values, energy.values, energy.scale, activity, None, source.label),
        power_mw=some(power.values),
        current_ma=some(current.values),
    )

    def of_sessions(ids: SessionIds) -> Metered:
        found = runs()
        matched = match(found, ids, start.values)
        stray = _stray_intervals(found, matched.stray_runs, energy)
        rows, mine = matched.rows, intervals
        if rows is not None:  # of intervals that start together, those of no length come first
            rows = order_ties(rows, matched.first, start.values, end.values)
            mine = reordered(intervals, rows)
        refused = first_faults(fault, rows, matched.first)
        return Metered(mine, matched.first, energy.rounded, refused, stray, matched.complete)

    return of_sessions


def reordered(intervals: Intervals, order: Int64) -> Intervals:
    """The intervals in another order (k,), and with the rows that they came from."""

    def taken(values: Any) -> Any:
        return None if values is None else values[order]

    return Intervals(
        start_us=intervals.start_us[order],
        end_us=intervals.end_us[order],
        energy=intervals.energy[order],
        energy_scale=intervals.energy_scale,
        activity=taken(intervals.activity),
        row=order if intervals.row is None else intervals.row[order],
        table=intervals.table,
        power_mw=taken(intervals.power_mw),
        current_ma=taken(intervals.current_ma),
        volumes_us=taken(intervals.volumes_us),
    )


def read_energies(source: Source, name: str, limit_mwh: int) -> Energy:
    """The column `<name>_wh` or `<name>_kwh` of the table."""
    if source.has(f"{name}_wh"):
        return read_energy(source.column(f"{name}_wh"), 3, limit_mwh)
    return read_energy(source.column(f"{name}_kwh"), 6, limit_mwh)


def read_activity(source: Source) -> tuple[UInt8 | None, UInt8 | None]:
    """(m,) codes of units.ACTIVITIES and (m,) UNKNOWN_ACTIVITY where the text is none; each None where all are 0."""
    if not source.has("activity") or pa.types.is_null(source.column("activity").type):
        return None, None
    column = read_chunks(source.column("activity"), _read_activity)
    codes = column.values.astype(np.uint8)
    return (codes if codes.any() else None), column.fault


def _read_activity(chunk: pa.Array) -> Column:
    encoded = chunk.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    may_say = ACTIVITIES[:ACTIVITY_RESERVED]  # that a place was reserved is the session's to say
    known = np.array([may_say.index(word) if word in may_say else -1 for word in words] + [0], np.int64)
    codes = known[encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]
    bad = codes < 0
    if not bad.any():
        return Column(codes, None)
    return Column(np.where(bad, 0, codes), np.where(bad, np.uint8(Refused.UNKNOWN_ACTIVITY), np.uint8(0)))


def first_faults(fault: UInt8 | None, rows: Int64 | None, first: Int64) -> Refusals:
    """The first faulty input row of each session. fault (all rows,); rows (m,) or None; first (n + 1,)."""
    if fault is None:
        return Refusals(np.empty(0, np.int64), np.empty(0, np.uint8), np.empty(0, np.int64))
    place = np.flatnonzero(fault if rows is None else fault[rows])
    row = place if rows is None else rows[place]
    session = session_of(first, place)
    order = np.lexsort((row, session))
    session, row = session[order], row[order]
    leads = np.concatenate((np.ones(min(len(session), 1), np.bool_), session[1:] != session[:-1]))
    return Refusals(session[leads], fault[row[leads]], row[leads])


class StrayRows(NamedTuple):
    """Rows of g ids that no session has."""

    ids: list[str | int | None]  # (g,)
    rows: Int64  # (s,) grouped by id, in input order within a group
    first: Int64  # (g + 1,)


def stray_rows(runs: Runs, stray_runs: Int64) -> StrayRows:
    """The rows of `stray_runs` by id, ids in order of first appearance. Null is an id of its own."""
    ids = runs.ids.take(pa.array(stray_runs)).dictionary_encode(null_encoding="encode")
    codes = ids.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    runs_in_order = stray_runs[order]
    length = runs.first[runs_in_order + 1] - runs.first[runs_in_order]
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(length)))
    first = ends[np.searchsorted(codes[order], np.arange(len(ids.dictionary) + 1))]
    return StrayRows(ids.dictionary.to_pylist(), expand(runs.first[runs_in_order], length), first)


def _stray_intervals(runs: Runs, stray_runs: Int64, energy: Energy) -> tuple[Stray, ...]:
    if len(stray_runs) == 0:
        return ()
    groups = stray_rows(runs, stray_runs)
    values = energy.values[groups.rows]
    # Two sums of half a word each cannot overflow, and are exact when joined as Python integers.
    high = np.add.reduceat(values >> 32, groups.first[:-1]).tolist()
    low = np.add.reduceat(values & 0xFFFF_FFFF, groups.first[:-1]).tolist()
    unknown = np.zeros(len(high), np.bool_)
    if energy.fault is not None:
        unknown = np.logical_or.reduceat(energy.fault[groups.rows] != 0, groups.first[:-1])
    sums = [((h << 32) + w) * energy.scale for h, w in zip(high, low, strict=True)]
    rows = groups.rows[groups.first[:-1]].tolist()
    return tuple(
        Stray(name, None if no_sum else total, row)
        for name, no_sum, total, row in zip(groups.ids, unknown.tolist(), sums, rows, strict=True)
    )
