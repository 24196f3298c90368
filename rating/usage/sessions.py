"""The sessions' own columns: ids, bounds, tariffs, zones, totals; and the status they give each session."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rating.errors import Refused
from rating.units import ENERGY_READ_MAX_MWH, SESSION_MAX_US
from rating.usage.batch import Int32, Int64, Sessions, UInt8
from rating.usage.columns import Mask, plain
from rating.usage.energies import Energy, read_energy
from rating.usage.identity import SessionIds, one_array, session_ids
from rating.usage.instants import check_range, read_instants
from rating.usage.schema import CONSUMED
from rating.usage.tables import Source


class SessionTable(NamedTuple):
    """What the table of n sessions says."""

    sessions: Sessions
    ids: SessionIds
    total: Energy | None  # (n,) NULL_VALUE: no total
    charged_until_us: Int64  # (n,) charging_end, or end where there is none


def read_sessions(source: Source) -> SessionTable:
    """Read the table, whose columns were checked by `schema.check_table`, and mark the sessions that it refuses."""
    ids = session_ids(source.column("session_id"))
    start = check_range(read_instants(source.column("start")))
    end = check_range(read_instants(source.column("end")))
    tariff, tariff_names = read_names(source.column("tariff"))
    zone, zone_names = read_names(source.column("time_zone")) if source.has("time_zone") else (None, ())
    status = np.zeros(len(ids.ids), np.uint8)

    if ids.ids.null_count:
        mark(status, ids.ids.is_null().to_numpy(zero_copy_only=False), Refused.NULL_VALUE)
    if len(tariff) and tariff.min() < 0:
        mark(status, tariff < 0, Refused.NULL_VALUE)
    for column in (start, end):
        if column.fault is not None:
            mark_all(status, column.fault)
    if ids.twice is not None:
        mark(status, ids.twice, Refused.DUPLICATE_SESSION)
    # Both ends are within a hundred years here, so that the difference stays far within int64.
    duration = end.values - start.values
    if len(duration) and duration.min() < 0:
        mark(status, duration < 0, Refused.END_BEFORE_START)
    if len(duration) and duration.max() > SESSION_MAX_US:
        mark(status, duration > SESSION_MAX_US, Refused.SESSION_TOO_LONG)

    charged_until_us = end.values
    if source.has("charging_end"):
        charged_until_us = _read_charging_end(source, start.values, end.values, status)
    total = _read_total(source, status)
    extra = source.table.drop_columns([name for name in CONSUMED if source.has(name)])
    no_row = np.full(len(status), -1, np.int64)
    sessions = Sessions(
        *(ids.ids, start.values, end.values, tariff, tariff_names, zone, zone_names, status, no_row, extra)
    )
    return SessionTable(sessions, ids, total, charged_until_us)


def mark(status: UInt8, where: Mask, code: Refused) -> None:
    """Set the status of the sessions `where` to `code`, unless they have one already."""
    status[where & (status == Refused.FINE)] = code


def mark_all(status: UInt8, codes: UInt8) -> None:
    """Set the status of each session to its code in `codes`, unless it has one already."""
    np.copyto(status, codes, where=status == Refused.FINE)


def read_names(column: pa.ChunkedArray) -> tuple[Int32, tuple[str, ...]]:
    """(n,) the position of each text among the distinct ones, -1 for null; and those, in order of first appearance."""
    if pa.types.is_null(column.type):
        return np.full(len(column), -1, np.int32), ()
    if pa.types.is_dictionary(column.type) and column.num_chunks == 1:
        # The small codes are hashed again instead of the text, to leave out unused names and put them in order.
        chunk = column.chunk(0)
        if len(chunk.dictionary) == 1 and chunk.null_count == 0 and len(chunk) and chunk.dictionary[0].is_valid:
            return np.zeros(len(chunk), np.int32), (chunk.dictionary[0].as_py(),)
        codes = chunk.indices.dictionary_encode()
        names = plain(chunk.dictionary).take(codes.dictionary).to_pylist()
        if None not in names and len(set(names)) == len(names):
            return codes.indices.fill_null(-1).to_numpy(), tuple(names)
    text = one_array(column)
    if len(text) and text.null_count == 0 and _is_one_value(text):
        return np.zeros(len(text), np.int32), (text[0].as_py(),)
    encoded = text.dictionary_encode()
    return encoded.indices.fill_null(-1).to_numpy(), tuple(encoded.dictionary.to_pylist())


def _is_one_value(text: pa.Array) -> bool:
    """Whether all rows are equal, as they are for a network of one tariff: 0.6 ms for what takes 6 ms to hash."""
    if not pa.types.is_string(text.type) or not pc.all(pc.equal(text.slice(0, 64), text[0])).as_py():
        return False
    offset = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    width = int(offset[1] - offset[0])
    if int(offset[-1] - offset[0]) != width * len(text) or (np.diff(offset) != width).any():
        return False
    if width == 0:
        return True
    letters = np.frombuffer(text.buffers()[2], np.uint8)[offset[0] : offset[-1]].reshape(len(text), width)
    return bool((letters == letters[0]).all())


def _read_charging_end(source: Source, start_us: Int64, end_us: Int64, status: UInt8) -> Int64:
    values, fault = check_range(read_instants(source.column("charging_end")))
    if fault is None:
        given = np.ones(len(values), np.bool_)
    else:
        given = fault == Refused.FINE
        mark(status, fault == Refused.INSTANT_RANGE, Refused.INSTANT_RANGE)
    mark(status, given & ((values < start_us) | (values > end_us)), Refused.CHARGING_END)
    return np.where(given, values, end_us)


def _read_total(source: Source, status: UInt8) -> Energy | None:
    for name, digits in (("energy_wh", 3), ("energy_kwh", 6)):
        if source.has(name):
            total = read_energy(source.column(name), digits, ENERGY_READ_MAX_MWH)
            if total.fault is not None:
                mark(status, total.fault == Refused.ENERGY_RANGE, Refused.ENERGY_RANGE)
            return total
    return None
