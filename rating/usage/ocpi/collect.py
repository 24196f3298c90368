"""CDRs, one by one or many at a time -> the checked columnar batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from rating.errors import Refused
from rating.units import ACTIVITY_RESERVED, SESSION_MAX_US
from rating.usage.batch import Int32, Int64, Intervals, Sessions, UInt8, UsageBatch
from rating.usage.columns import mark
from rating.usage.ocpi.session import CdrSession

PERIODS = "charging_periods"


class Block(NamedTuple):
    """k sessions and their m intervals, in order."""

    id: Sequence[str]
    tariff: Sequence[int]
    zone: Sequence[int]
    session_start_us: Int64  # (k,)
    session_end_us: Int64  # (k,)
    expired: UInt8  # (k,)
    intervals: Int64  # (k,) how many each has
    start_us: Int64  # (m,)
    end_us: Int64  # (m,)
    energy: Int64  # (m,) milli-Wh
    volumes_us: Int64  # (m, 3) charging, parked, reserved
    power_mw: Int64  # (m,) -1: not given
    current_ma: Int64  # (m,) -1: not given
    activity: UInt8  # (m,)


class Codes:
    """Texts, numbered in the order in which they first come."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def of(self, text: str) -> int:
        """The number of a text."""
        return self._codes.setdefault(text, len(self._codes))

    @property
    def names(self) -> tuple[str, ...]:
        """The texts by their numbers."""
        return tuple(self._codes)


def block_of(cdr_id: str, session: CdrSession, tariff: int, zone: int) -> Block:
    """A single session."""
    stays = session.stays

    def column(values: list[int]) -> Int64:
        return np.array(values, np.int64)

    return Block(
        id=(cdr_id,),
        tariff=(tariff,),
        zone=(zone,),
        session_start_us=column([session.start_us]),
        session_end_us=column([session.end_us]),
        expired=np.array([session.expired], np.uint8),
        intervals=column([len(stays)]),
        start_us=column([stay.start_us for stay in stays]),
        end_us=column([stay.end_us for stay in stays]),
        energy=column([stay.energy_mwh for stay in stays]),
        volumes_us=np.array([stay.volumes_us for stay in stays], np.int64).reshape(-1, 3),
        power_mw=column([-1 if stay.power_mw is None else stay.power_mw for stay in stays]),
        current_ma=column([-1 if stay.current_ma is None else stay.current_ma for stay in stays]),
        activity=np.array([stay.activity for stay in stays], np.uint8),
    )


def batch_of(blocks: Sequence[Block], tariffs: Codes, zones: Codes) -> UsageBatch:
    """All sessions as one batch. What needs all of them is checked here: ids, and the length of sessions."""
    ids = pa.array([cdr_id for block in blocks for cdr_id in block.id], pa.string())
    first = np.zeros(len(ids) + 1, np.int64)
    np.cumsum(_joined(blocks, "intervals"), out=first[1:])
    power, current = _joined(blocks, "power_mw"), _joined(blocks, "current_ma")
    intervals = Intervals(
        start_us=_joined(blocks, "start_us"),
        end_us=_joined(blocks, "end_us"),
        energy=_joined(blocks, "energy"),
        energy_scale=1,
        activity=_joined(blocks, "activity", np.uint8),
        row=None,
        table=PERIODS,
        power_mw=power if (power >= 0).any() else None,
        current_ma=current if (current >= 0).any() else None,
        volumes_us=_joined(blocks, "volumes_us").reshape(-1, 3),
    )
    expired = _joined(blocks, "expired", np.uint8)
    sessions = Sessions(
        id=ids,
        start_us=_joined(blocks, "session_start_us"),
        end_us=_joined(blocks, "session_end_us"),
        tariff=_codes(blocks, "tariff"),
        tariff_names=tariffs.names,
        time_zone=_codes(blocks, "zone"),
        zone_names=zones.names,
        status=np.zeros(len(ids), np.uint8),
        status_row=np.full(len(ids), -1, np.int64),
        extra=pa.table({"session_id": ids}).select([]),
        expired=expired if expired.any() else None,
    )
    _check(sessions, intervals, first)
    return UsageBatch(sessions, intervals, first, (), _sources(sessions, intervals))


def _check(sessions: Sessions, intervals: Intervals, first: Int64) -> None:
    """Mark the sessions that are refused whatever their tariff is."""
    start, end, status = sessions.start_us, sessions.end_us, sessions.status
    mark(status, _twice(sessions.id), Refused.DUPLICATE_SESSION)
    mark(status, end - start > SESSION_MAX_US, Refused.SESSION_TOO_LONG)
    if len(status) == 0 or intervals.activity is None:
        return
    # Every CDR has a period, and a reservation comes first.
    reserved = intervals.activity[first[:-1]] == ACTIVITY_RESERVED
    until = start if sessions.expired is None else np.where(sessions.expired != 0, end, start)
    mark(status, reserved & (until - intervals.start_us[first[:-1]] > SESSION_MAX_US), Refused.RESERVATION)


def _joined(blocks: Sequence[Block], name: str, kind: Any = np.int64) -> Any:
    parts = [getattr(block, name) for block in blocks]
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _codes(blocks: Sequence[Block], name: str) -> Int32:
    return np.array([code for block in blocks for code in getattr(block, name)], np.int32)


def _twice(ids: Any) -> Any:
    if len(ids) < 2:
        return np.zeros(len(ids), np.bool_)
    encoded = ids.dictionary_encode()
    codes = encoded.indices.to_numpy()
    return np.bincount(codes, minlength=len(encoded.dictionary))[codes] > 1


def _sources(sessions: Sessions, intervals: Intervals) -> dict[str, Any]:
    """The tables that messages quote from."""
    kind = pa.timestamp("us", "UTC")
    names = pa.array(sessions.tariff_names, pa.string())
    columns = {
        "session_id": sessions.id,
        "tariff": names.take(pa.array(sessions.tariff)),
        "start": pa.array(sessions.start_us).view(kind),
        "end": pa.array(sessions.end_us).view(kind),
    }
    periods = {"start": pa.array(intervals.start_us).view(kind), "end": pa.array(intervals.end_us).view(kind)}
    return {"sessions": pa.table(columns), PERIODS: pa.table(periods)}
