"""Columns of instants -> int64 microseconds since 1970-01-01 UTC. A time without a zone or an offset is UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rating.errors import Refused
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, US_PER_S
from rating.usage.batch import Int64
from rating.usage.columns import Column, all_null, checked, is_text, nulls, read_chunks, view

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)
_FRACTION: Final = re.compile(r"[.,](\d+)")
# Below this many rows, text that Arrow refuses is read one by one; above it, halved, to find the few that are odd.
_ONE_BY_ONE: Final = 512
assert INSTANT_MIN_US > 0  # which stands where a value is at fault
_DATE_LENGTH: Final = len("2026-03-02")
_US_PER_UNIT: Final = {"s": US_PER_S, "ms": 1000, "us": 1}


def read_instants(column: pa.ChunkedArray) -> Column:
    """Instants in microseconds. INSTANT_RANGE: finer than a microsecond, unreadable, or past int64.

    Values within int64 are not checked against INSTANT_MIN_US and INSTANT_MAX_US: that would cost a pass of its own
    over every interval, and an interval outside of its (checked) session is refused by the kernel anyway.
    """
    return read_chunks(column, _read)


def check_range(column: Column) -> Column:
    """The same, with INSTANT_RANGE for what lies outside of INSTANT_MIN_US .. INSTANT_MAX_US."""
    values, fault = column
    if len(values) == 0 or (fault is None and values.min() >= INSTANT_MIN_US and values.max() <= INSTANT_MAX_US):
        return column
    # Mostly what is too early are the zeros of what is at fault already.
    early = values < INSTANT_MIN_US
    if fault is not None and np.count_nonzero(early) == np.count_nonzero(fault) and values.max() <= INSTANT_MAX_US:
        return column
    bad = early | (values > INSTANT_MAX_US)
    code = np.where(bad, np.uint8(Refused.INSTANT_RANGE), np.uint8(0))
    if fault is not None:
        code = np.where(fault != 0, fault, code)
    return Column(np.where(code != 0, 0, values), code) if code.any() else Column(values, None)


def _read(chunk: pa.Array) -> Column:
    kind = chunk.type
    if pa.types.is_null(kind):
        return all_null(len(chunk))
    if is_text(kind):
        return _read_text(chunk)
    null = nulls(chunk)
    values: Int64 = view(chunk, np.int64)
    if kind.unit == "us":
        return checked(values, null)
    if kind.unit == "ns":
        whole = values // 1000
        return checked(whole, null, whole * 1000 != values, Refused.INSTANT_RANGE)
    return _scaled(values, _US_PER_UNIT[kind.unit], chunk)


def _scaled(values: Int64, factor: int, chunk: pa.Array) -> Column:
    limit = (2**63 - 1) // factor
    bad = (values > limit) | (values < -limit)
    return checked(np.where(bad, 0, values) * factor, nulls(chunk), bad, Refused.INSTANT_RANGE)


def _read_text(chunk: pa.Array) -> Column:
    """ISO 8601 text. Arrow reads columns of one form; the odd ones are read by `instant_from_text`."""
    for kind in (pa.timestamp("us", "UTC"), pa.timestamp("us")):
        try:
            column = _read(chunk.cast(kind))
        except pa.ArrowInvalid:
            continue
        return column if kind.tz else _without_dates(column, chunk)
    if len(chunk) > _ONE_BY_ONE:
        half = len(chunk) // 2
        return read_chunks(pa.chunked_array([chunk.slice(0, half), chunk.slice(half)]), _read_text)
    values = np.zeros(len(chunk), np.int64)
    fault = np.zeros(len(chunk), np.uint8)
    for i, text in enumerate(chunk.to_pylist()):
        instant = None if text is None else instant_from_text(text)
        if instant is not None:
            values[i] = instant
        else:
            fault[i] = Refused.INSTANT_RANGE if text and text.strip() else Refused.NULL_VALUE
    return Column(values, fault if fault.any() else None)


def _without_dates(column: Column, chunk: pa.Array) -> Column:
    """The same, with INSTANT_RANGE for dates without a time of day, which Arrow reads as midnight."""
    length = pc.binary_length(chunk)
    if (pc.min(length).as_py() or _DATE_LENGTH + 1) > _DATE_LENGTH:
        return column
    date = pc.less_equal(length, _DATE_LENGTH).fill_null(False).to_numpy(zero_copy_only=False)
    fault = np.zeros(len(date), np.uint8) if column.fault is None else column.fault.copy()
    fault[date] = Refused.INSTANT_RANGE
    return Column(np.where(date, 0, column.values), fault)


def instant_from_text(text: str) -> int | None:
    """Microseconds since 1970-01-01 UTC of an ISO 8601 text; None where it is none, or finer than a microsecond.

    A date needs a time of day behind it, after a T or a blank.

    >>> instant_from_text("2026-01-01T01:00:00+01:00") == instant_from_text("2026-01-01 00:00Z") == 1767225600000000
    True
    >>> instant_from_text("2026-01-01T00:00:00.0000005Z"), instant_from_text("yesterday")
    (None, None)
    """
    text = text.strip().upper()
    fraction = _FRACTION.search(text)
    if "T" not in text and " " not in text:
        return None
    if fraction is not None and fraction[1][6:].strip("0"):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // _US
    except (ValueError, OverflowError):
        return None
