"""NumPy arrays as Arrow arrays, without a copy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

# Precisions hold the limits of `units` with room; energy is in milli-Wh (6 decimals of a kWh), time in us.
MONEY = pa.decimal128(18, 6)
QUANTITY = pa.decimal128(18, 6)
VOLUME = pa.decimal128(20, 9)
AMOUNT = pa.decimal128(24, 12)
PERCENT = pa.decimal128(7, 4)


Valid = NDArray[np.bool_] | Any  # (n,) bool, or a pyarrow.Buffer of n bits; None: all are there

_ZEROS_KEPT_BYTES = 16 * 2**20
_zeros = np.zeros(0, np.uint8)


def zeros(count: int, dtype: type, width: int = 1) -> NDArray[Any]:
    """(count,) or (count, width) zeros that nobody may write to, most of them kept from call to call."""
    global _zeros
    size = np.dtype(dtype).itemsize * count * width
    kept = _zeros  # read once: another thread may put others in their place
    if kept.size < size:
        kept = np.zeros(size, np.uint8)
        kept.flags.writeable = False
        if size <= _ZEROS_KEPT_BYTES:
            _zeros = kept
    return kept[:size].view(dtype).reshape((count, width) if width > 1 else (count,))


def decimals(halves: NDArray[np.int64], type_: Any, valid: Valid = None) -> Any:
    """An Arrow decimal128 array over (n, 2) int64 halves, low half first; `valid` is (n,), its bitmap, or None."""
    return pa.Array.from_buffers(type_, len(halves), [_bitmap(valid), pa.py_buffer(halves)])


def nulls(count: int, type_: Any) -> Any:
    """An Arrow decimal128 array without a value."""
    valid, halves = zeros(-(-count // 8), np.uint8), zeros(count, np.int64, 2)
    return pa.Array.from_buffers(type_, count, [pa.py_buffer(valid), pa.py_buffer(halves)])


def coded(codes: NDArray[Any], names: tuple[str, ...], valid: Valid = None) -> Any:
    """An Arrow dictionary array over (n,) codes into `names`."""
    signed = codes.view(np.int8) if codes.dtype == np.uint8 else codes
    indices = pa.Array.from_buffers(
        pa.from_numpy_dtype(signed.dtype), signed.size, [_bitmap(valid), pa.py_buffer(signed)]
    )
    return pa.DictionaryArray.from_arrays(indices, _names(names), safe=False)


@lru_cache(maxsize=256)
def _names(names: tuple[str, ...]) -> Any:
    """One dictionary for all chunks of a table."""
    return texts(names)


def texts(values: Sequence[str]) -> Any:
    """An Arrow string array. `pa.array` of a list loads pandas where it is installed, which takes 0.3 s."""
    data = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, data)], dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(data), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(data))])


def integers(values: NDArray[np.int64]) -> Any:
    """An Arrow array over (n,) int64, which does not load pandas either."""
    return pa.Array.from_buffers(pa.int64(), values.size, [None, pa.py_buffer(values)])


def instants(us: NDArray[np.int64]) -> Any:
    """An Arrow timestamp array in UTC over (n,) int64 microseconds."""
    return pa.Array.from_buffers(pa.timestamp("us", "UTC"), us.size, [None, pa.py_buffer(us)])


def _bitmap(valid: Valid) -> Any:
    if valid is None or isinstance(valid, pa.Buffer):
        return valid
    return pa.py_buffer(np.packbits(valid, bitorder="little"))
