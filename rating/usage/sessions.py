"""The sessions' own columns: ids, bounds, tariffs, zones, totals; and the status they give each session."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rating.errors import Refused
from rating.units import ENERGY_READ_MAX_MWH, SESSION_MAX_US
from rating.usage.batch import Int32, Int64, Sessions, UInt8
from rating.usage.bounds import Bounds, bounds_of
from rating.usage.columns import Column, Mask, mark, mark_all
from rating.usage.energies import Energy, read_energy
from rating.usage.identity import SessionIds, session_ids
from rating.usage.instants import check_range, read_instants
from rating.usage.names import read_attributes, read_names
from rating.usage.powers import read_powers, some
from rating.usage.reservations import read_reservations
from rating.usage.schema import CONSUMED, SESSIONS
from rating.usage.tables import Source


class SessionTable(NamedTuple):
    """What the table of n sessions says."""

    sessions: Sessions
    ids: SessionIds
    total: Energy | None  # (n,) NULL_VALUE: no total
    charged_until_us: Int64  # (n,) charging_end, or end where there is none


def read_sessions(source: Source, twice: Mask | None = None) -> SessionTable:
    """Read the table, whose columns were checked by `check.check_table`, and mark the sessions that it refuses.

    `twice` (n,): whose ids occur once more outside of this table; None: none of them.
    """
    start, end = read_instants(source.column("start")), read_instants(source.column("end"))
    bounds = bounds_of(source.column("session_id"), start, end)
    if bounds is None:
        start, end = check_range(start), check_range(end)
    ids = session_ids(source.column("session_id"), increasing=bounds is not None and bounds.increasing)
    if twice is not None:
        ids = ids._replace(twice=twice if ids.twice is None else ids.twice | twice)
    tariff, tariff_names = read_names(source.column("tariff"))
    zone, zone_names = read_names(source.column("time_zone")) if source.has("time_zone") else (None, ())
    status = np.zeros(len(ids.ids), np.uint8)
    _mark_bounds(status, ids, tariff, start, end, bounds)
    charging_end_us = None
    if source.has("charging_end"):
        charging_end_us = some(_read_charging_end(source, start.values, end.values, status))
    charged_until_us = end.values
    if charging_end_us is not None:
        charged_until_us = np.where(charging_end_us < 0, end.values, charging_end_us)
    power = read_powers(source, *SESSIONS.powers)
    if power.fault is not None:
        mark_all(status, power.fault)
    reserved_us, expired = read_reservations(source, start.values, end.values, status)
    total = _read_total(source, status)
    extra = source.table.drop_columns([name for name in CONSUMED if source.has(name)])
    no_row = np.full(len(status), -1, np.int64)
    sessions = Sessions(
        *(ids.ids, start.values, end.values, tariff, tariff_names, zone, zone_names, status, no_row, extra),
        attributes=read_attributes(source),
        evse_power_mw=some(power.values),
        expired=expired,
        reserved_us=reserved_us,
        charging_end_us=charging_end_us,
        span_us=None if bounds is None else (bounds.start_us[0], bounds.end_us[1]),
    )
    return SessionTable(sessions, ids, total, charged_until_us)


def _mark_bounds(
    status: UInt8, ids: SessionIds, tariff: Int32, start: Column, end: Column, bounds: Bounds | None
) -> None:
    """Refuse sessions for what every one must have: an id of its own, a tariff, a start and an end."""
    if ids.ids.null_count:
        mark(status, ids.ids.is_null().to_numpy(zero_copy_only=False), Refused.NULL_VALUE)
    if len(tariff) and tariff.min() < 0:
        mark(status, tariff < 0, Refused.NULL_VALUE)
    for column in (start, end):
        if column.fault is not None:
            mark_all(status, column.fault)
    if ids.twice is not None:
        mark(status, ids.twice, Refused.DUPLICATE_SESSION)
    if bounds is not None and bounds.length_us[0] >= 0 and bounds.length_us[1] <= SESSION_MAX_US:
        return
    # Both ends are within a hundred years here, so that the difference stays far within int64.
    duration = end.values - start.values
    if len(duration) and duration.min() < 0:
        mark(status, duration < 0, Refused.END_BEFORE_START)
    if len(duration) and duration.max() > SESSION_MAX_US:
        mark(status, duration > SESSION_MAX_US, Refused.SESSION_TOO_LONG)


def _read_charging_end(source: Source, start_us: Int64, end_us: Int64, status: UInt8) -> Int64:
    values, fault = check_range(read_instants(source.column("charging_end")))
    if fault is None:
        given = np.ones(len(values), np.bool_)
    else:
        given = fault == Refused.FINE
        mark(status, fault == Refused.INSTANT_RANGE, Refused.INSTANT_RANGE)
    mark(status, given & ((values < start_us) | (values > end_us)), Refused.CHARGING_END)
    return np.where(given, values, np.int64(-1))


def _read_total(source: Source, status: UInt8) -> Energy | None:
    for name, digits in (("energy_wh", 3), ("energy_kwh", 6)):
        if source.has(name):
            total = read_energy(source.column(name), digits, ENERGY_READ_MAX_MWH)
            if total.fault is not None:
                mark(status, total.fault == Refused.ENERGY_RANGE, Refused.ENERGY_RANGE)
            return total
    return None
