"""Reservations: what the sessions say of them, and the intervals of reserved time that they become."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from rating.errors import Refused
from rating.units import ACTIVITY_RESERVED, SESSION_MAX_US
from rating.usage.batch import Int64, Intervals, UInt8
from rating.usage.columns import Column, Mask, is_text, mark, read_chunks
from rating.usage.instants import check_range, read_instants
from rating.usage.tables import Source
from rating.usage.weave import Insert, weave

_WORDS: Final = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
EXPIRED_WORDS: Final = "true or false, yes or no, 1 or 0"


class Reserved(NamedTuple):
    """The reservations of k sessions."""

    session: Int64  # (k,) increasing
    start_us: Int64  # (k,)
    end_us: Int64  # (k,) the session's start; of an expired one its end


def read_reservations(
    source: Source, start_us: Int64, end_us: Int64, status: UInt8
) -> tuple[Reserved | None, UInt8 | None]:
    """The reservations of sessions (n,) if there are any, and (n,) 1 where one expired; marks what it refuses.

    A session is reserved from `reservation_start` to its start. Where the reservation expired nobody came: then it
    lasts to the session's end, and begins with the session where no `reservation_start` is given.
    """
    expired = _read_expired(source, status)
    given, since_us = _read_start(source, start_us, status)
    if not given.any() and expired is None:
        return None, None
    until_us = start_us if expired is None else np.where(expired, end_us, start_us)
    # All are within a hundred years, or refused already and 0.
    length = until_us - since_us
    mark(status, given & ((length < 0) | (length > SESSION_MAX_US)), Refused.RESERVATION)
    session = np.flatnonzero(given if expired is None else given | expired)
    flags = None if expired is None else expired.astype(np.uint8)
    return Reserved(session, since_us[session], until_us[session]), flags


def _read_start(source: Source, start_us: Int64, status: UInt8) -> tuple[Mask, Int64]:
    """(n,) whether a reservation_start is given, and (n,) that, or else the session's start."""
    if not source.has("reservation_start"):
        return np.zeros(len(start_us), np.bool_), start_us
    values, fault = check_range(read_instants(source.column("reservation_start")))
    if fault is None:
        return np.ones(len(start_us), np.bool_), values
    mark(status, fault == Refused.INSTANT_RANGE, Refused.INSTANT_RANGE)
    given = fault == Refused.FINE
    return given, np.where(given, values, start_us)


def _read_expired(source: Source, status: UInt8) -> Mask | None:
    """(n,) whether the reservation expired; None where none did."""
    if not source.has("reservation_expired"):
        return None
    flags = read_flags(source.column("reservation_expired"))
    if flags.fault is not None:
        mark(status, flags.fault == Refused.RESERVATION, Refused.RESERVATION)
    return flags.values == 1 if flags.values.any() else None


def read_flags(column: pa.ChunkedArray) -> Column:
    """(n,) 1 where the column says so, 0 where it says no or nothing. RESERVATION: it says something else."""
    return read_chunks(column, _read_flags)


def _read_flags(chunk: pa.Array) -> Column:
    if pa.types.is_null(chunk.type):
        return Column(np.zeros(len(chunk), np.int64), None)
    encoded = chunk.dictionary_encode()
    said = encoded.dictionary.to_pylist()
    if is_text(chunk.type):
        meaning = [_WORDS.get(word.strip().lower(), -1 if word.strip() else 0) for word in said]
    else:
        meaning = [int(value) if value in (0, 1) else -1 for value in said]
    codes = encoded.indices.fill_null(len(said)).to_numpy(zero_copy_only=False)
    values = np.array([*meaning, 0], np.int64)[codes]
    bad = values < 0
    if not bad.any():
        return Column(values, None)
    return Column(np.where(bad, 0, values), np.where(bad, np.uint8(Refused.RESERVATION), np.uint8(0)))


def add_reservations(
    reserved: Reserved | None, status: UInt8, intervals: Intervals, first: Int64, insert: Insert
) -> tuple[Intervals, Int64]:
    """The intervals with one of reserved time in front of those of each session that has a reservation and is fine."""
    if reserved is None:
        return intervals, first
    kept = np.flatnonzero(status[reserved.session] == Refused.FINE)
    if len(kept) == 0:
        return intervals, first
    nothing = np.zeros(len(kept), np.int64)  # of energy, and of power and current where the others have them
    added = Intervals(
        start_us=reserved.start_us[kept],
        end_us=reserved.end_us[kept],
        energy=nothing,
        energy_scale=intervals.energy_scale,
        activity=np.full(len(kept), ACTIVITY_RESERVED, np.uint8),
        row=np.full(len(kept), -1, np.int64),
        table=intervals.table,
        power_mw=None if intervals.power_mw is None else nothing,
        current_ma=None if intervals.current_ma is None else nothing,
    )
    return weave(intervals, first, reserved.session[kept], added, insert)
