"""What every column has in common: views of Arrow buffers, nulls, and the codes of values that are refused.

Nothing here copies values that are right already: a column of one chunk, without nulls, is the caller's own memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.errors import Refused
from rating.usage.batch import Int64, UInt8

Mask = NDArray[np.bool_]


class Column(NamedTuple):
    """m checked values. Where `fault` is not FINE the value is a harmless placeholder (0)."""

    values: Int64  # (m,)
    fault: UInt8 | None  # (m,) codes of errors.Refused; None: all fine


def read_chunks(column: pa.ChunkedArray, read: Callable[[pa.Array], Column]) -> Column:
    """Read each chunk by `read`, and join them. A single chunk stays what `read` made of it."""
    parts = [read(plain(chunk)) for chunk in column.chunks if len(chunk) > 0]
    if not parts:
        return Column(np.empty(0, np.int64), None)
    if len(parts) == 1:
        return parts[0]
    values = np.concatenate([part.values for part in parts])
    if all(part.fault is None for part in parts):
        return Column(values, None)
    faults = [np.zeros(len(part.values), np.uint8) if part.fault is None else part.fault for part in parts]
    return Column(values, np.concatenate(faults))


def plain(chunk: pa.Array) -> pa.Array:
    """The same values without dictionary or run-end encoding, and text in a layout that every Arrow function takes.

    >>> plain(pa.array(["a", "b", "a"]).dictionary_encode()).to_pylist()
    ['a', 'b', 'a']
    """
    if pa.types.is_dictionary(chunk.type):
        chunk = chunk.dictionary_decode()
    elif pa.types.is_run_end_encoded(chunk.type):
        chunk = pc.run_end_decode(chunk)
    return chunk.cast(pa.large_string()) if pa.types.is_string_view(chunk.type) else chunk


def view(chunk: pa.Array, dtype: Any) -> NDArray[Any]:
    """(m,) the values of a fixed-width chunk as they lie in memory, read-only. Under a null there may be anything."""
    kind = np.dtype(dtype)
    buffer = chunk.buffers()[1]
    if len(chunk) == 0 or buffer is None:
        return np.zeros(len(chunk), kind)
    values = np.frombuffer(buffer, kind, count=len(chunk), offset=chunk.offset * kind.itemsize)
    return values if values.flags.aligned else values.copy()


def nulls(chunk: pa.Array) -> Mask | None:
    """(m,) True where the value is null; None where there is no null."""
    if chunk.null_count == 0:
        return None
    mask: Mask = chunk.is_null().to_numpy(zero_copy_only=False)
    return mask


def checked(values: Int64, null: Mask | None = None, bad: Mask | None = None, code: Refused = Refused.FINE) -> Column:
    """The column of `values` where `null` rows are NULL_VALUE and, of the others, `bad` rows are `code`."""
    if null is None and (bad is None or not bad.any()):
        return Column(values, None)
    # All rows in a pass: to mark nulls one by one takes three times as long.
    fault = np.where(False if bad is None else bad, np.uint8(code), np.uint8(0))
    if null is not None:
        fault = np.where(null, np.uint8(Refused.NULL_VALUE), fault)
    return Column(np.where(fault != 0, 0, values), fault)


def all_null(count: int) -> Column:
    """A column of the Arrow type null, which is what an empty or an all-None list becomes."""
    return Column(np.zeros(count, np.int64), np.full(count, Refused.NULL_VALUE, np.uint8) if count else None)


def merge_faults(*faults: UInt8 | None) -> UInt8 | None:
    """One code for each row: of several, the first in the order given.

    >>> merge_faults(None, np.array([0, 7], np.uint8), np.array([1, 1], np.uint8)).tolist()
    [1, 7]
    """
    found = [fault for fault in faults if fault is not None]
    if not found:
        return None
    merged = found[0].copy()
    for fault in found[1:]:
        np.copyto(merged, fault, where=merged == 0)
    return merged


def mark(status: UInt8, where: Mask, code: Refused) -> None:
    """Set the status of the sessions `where` to `code`, unless they have one already."""
    status[where & (status == Refused.FINE)] = code


def mark_all(status: UInt8, codes: UInt8) -> None:
    """Set the status of each session to its code in `codes`, unless it has one already."""
    np.copyto(status, codes, where=status == Refused.FINE)


def is_text(kind: pa.DataType) -> bool:
    """Whether values of an Arrow type are text, dictionary- and run-end-encoded text included."""
    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
