"""A session of a batch as the twin takes it."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from rating.reference import Interval, Usage
from rating.units import ACTIVITIES, ACTIVITY_RESERVED
from rating.usage.batch import Intervals, Names, UsageBatch


def usage_of(batch: UsageBatch, i: int) -> Usage:
    """Session i as the twin takes it."""
    sessions = batch.sessions
    zone = -1 if sessions.time_zone is None else int(sessions.time_zone[i])
    intervals = [_interval(batch.intervals, k) for k in range(*map(int, batch.interval_first[i : i + 2]))]
    said = {name: _name(names, i) for name, names in sessions.attributes.items()}
    return Usage(
        session_id=sessions.id[i].as_py(),
        start_us=int(sessions.start_us[i]),
        end_us=int(sessions.end_us[i]),
        intervals=(*_reserved(batch, i), *intervals),
        time_zone=sessions.zone_names[zone] if zone >= 0 else None,
        tariff_type=said.get("tariff_type"),
        connector=said.get("connector"),
        membership=said.get("membership"),
        payment_method=said.get("payment_method"),
        evse_power_mw=_known(sessions.evse_power_mw, i),
        expired=bool(_known(sessions.expired, i)),
        charging_end_us=_known(sessions.charging_end_us, i),
    )


def _reserved(batch: UsageBatch, i: int) -> tuple[Interval, ...]:
    """The reserved time of session i, which the twin takes as an interval."""
    sessions = batch.sessions
    since_us = _known(sessions.reserved_us, i)
    if since_us is None:
        return ()
    until_us = sessions.end_us if _known(sessions.expired, i) else sessions.start_us
    # Nothing flows.
    return (Interval(since_us, int(until_us[i]), 0, ACTIVITIES[ACTIVITY_RESERVED], power_mw=0, current_ma=0),)


def _interval(intervals: Intervals, k: int) -> Interval:
    charging, parked, reserved = (0, 0, 0) if intervals.volumes_us is None else map(int, intervals.volumes_us[k])
    return Interval(
        start_us=int(intervals.start_us[k]),
        end_us=int(intervals.end_us[k]),
        energy_mwh=int(intervals.energy[k]) * intervals.energy_scale,
        activity=ACTIVITIES[_known(intervals.activity, k) or 0],
        power_mw=_known(intervals.power_mw, k),
        current_ma=_known(intervals.current_ma, k),
        volumes_us=None if intervals.volumes_us is None else (charging, parked, reserved),
    )


def _name(names: Names, i: int) -> str | None:
    code = int(names.code[i])
    return names.names[code] if code >= 0 else None


def _known(values: NDArray[Any] | None, i: int) -> int | None:
    """The value in a column that may not be there, None where it has none (-1)."""
    return None if values is None or values[i] < 0 else int(values[i])
