"""Reservations: since when a place was reserved for a session, and whether nobody came."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from rating.errors import Refused
from rating.units import SESSION_MAX_US
from rating.usage.batch import Int64, UInt8
from rating.usage.columns import Column, Mask, is_text, mark, read_chunks
from rating.usage.instants import check_range, read_instants
from rating.usage.tables import Source

_WORDS: Final = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
EXPIRED_WORDS: Final = "true or false, yes or no, 1 or 0"


def read_reservations(
    source: Source, start_us: Int64, end_us: Int64, status: UInt8
) -> tuple[Int64 | None, UInt8 | None]:
    """(n,) since when sessions were reserved, -1: they were not; and (n,) 1 where one expired; each None where no
    session was or did. Marks what it refuses.

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
    if expired is None:
        return np.where(given, since_us, np.int64(-1)), None
    return np.where(given | expired, since_us, np.int64(-1)), expired.astype(np.uint8)


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
