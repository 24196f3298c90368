"""Columns of energy -> int64 and one scale for the column, so that value x scale is in milli-Wh.

Whole Wh are used as they came, with the scale 1000. All else becomes whole milli-Wh: decimals and text exactly (finer
digits are refused, never rounded), floats by the one rounding of the whole package, in `_round_float`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.errors import Refused
from rating.memory import Block
from rating.units import MWH_PER_WH
from rating.usage.batch import Int64, UInt8
from rating.usage.columns import Column, all_null, checked, is_text, nulls, read_chunks, view
from rating.workers import CORES, in_order

# A number as text: digits with a point, or an exponent. Decimal itself would also take `1_000` and `nan`.
NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_ONE_BY_ONE: Final = 512
_INT64_DIGITS: Final = 18
_PIECE_ROWS: Final = 2**16
# Text is cast to this by Arrow: nine decimals of a kWh are finer than a milli-Wh, and stay checkable.
_TEXT_DECIMAL: Final = pa.decimal128(38, 9)
_ARROW_LENGTH_MAX: Final = 24
_LENGTH_MAX: Final = 1_000  # of a number as text: no meter and no program writes one so long


class Energy(NamedTuple):
    """(m,) energies: `values * scale` is in milli-Wh. `rounded`: from floats, each within half a milli-Wh."""

    values: Int64
    fault: UInt8 | None
    scale: int
    rounded: bool


def read_energy(column: pa.ChunkedArray, digits: int, limit_mwh: int) -> Energy:
    """Read a column whose unit is 10^digits milli-Wh: 3 for Wh, 6 for kWh.

    ENERGY_RANGE: not a number, finer than a milli-Wh, or beyond +-limit_mwh. Whole Wh in int64 are not checked
    here: the kernel checks them in the pass that it makes anyway.
    """
    kind = _value_type(column.type)
    if pa.types.is_integer(kind) and 10**digits == MWH_PER_WH:
        return Energy(*read_chunks(column, _read_integers), MWH_PER_WH, False)
    read = read_chunks(column, partial(_read, digits=digits, limit=limit_mwh))
    return Energy(*read, 1, pa.types.is_floating(kind))


def to_milli(energy: Energy, limit_mwh: int) -> Energy:
    """The same energies at the scale 1; ENERGY_RANGE for what lies beyond +-limit_mwh."""
    if energy.scale == 1:
        return energy
    values, fault = _multiplied(energy.values, energy.scale, None, limit_mwh)
    if energy.fault is not None:
        fault = energy.fault if fault is None else np.where(energy.fault != 0, energy.fault, fault)
    return Energy(values, fault, 1, energy.rounded)


def _value_type(kind: pa.DataType) -> pa.DataType:
    encoded = pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind)
    return kind.value_type if encoded else kind


def _read_integers(chunk: pa.Array) -> Column:
    kind = np.dtype(chunk.type.to_pandas_dtype())
    values = view(chunk, kind)
    if kind == np.uint64:
        bad = values > np.uint64(2**63 - 1)
        return checked(values.astype(np.int64), nulls(chunk), bad, Refused.ENERGY_RANGE)
    return checked(values if kind == np.int64 else values.astype(np.int64), nulls(chunk))


def _read(chunk: pa.Array, digits: int, limit: int) -> Column:
    kind = chunk.type
    if pa.types.is_null(kind):
        return all_null(len(chunk))
    if pa.types.is_integer(kind):
        whole = _read_integers(chunk)
        values, fault = _multiplied(whole.values, 10**digits, None, limit)
        if whole.fault is not None:
            fault = whole.fault if fault is None else np.where(whole.fault != 0, whole.fault, fault)
        return Column(values, fault)
    if pa.types.is_floating(kind):
        return _round_float(view(chunk, kind.to_pandas_dtype()).astype(np.float64), nulls(chunk), digits, limit)
    if pa.types.is_decimal(kind):
        return _read_decimals(chunk, digits, limit)
    return _read_text(chunk, digits, limit)


def _multiplied(values: Int64, factor: int, null: NDArray[np.bool_] | None, limit: int) -> Column:
    most = limit // factor
    if null is None and len(values) and (found := times(values, factor, -most, most)) is not None:
        return Column(found, None)
    bad = (values > most) | (values < -most)
    return checked(np.where(bad, 0, values) * factor, null, bad, Refused.ENERGY_RANGE)


def times(values: Int64, factor: int, least: int, most: int) -> Int64 | None:
    """Every value times the factor; None where one of them is below `least` or above `most`.

    In pieces that stay in cache, and into memory that comes back from the last call: three passes over all of it, with
    fresh pages, took 3 ns a row.
    """
    room = Block()
    room.reset({np.int64: len(values)})
    found = room.take(len(values), np.int64)

    def piece(lo: int) -> bool:
        some = values[lo : lo + _PIECE_ROWS]
        np.multiply(some, factor, out=found[lo : lo + _PIECE_ROWS])
        return least <= int(some.min()) and int(some.max()) <= most

    return found if all(in_order(range(0, len(values), _PIECE_ROWS), piece, CORES)) else None


def _round_float(values: NDArray[np.float64], null: NDArray[np.bool_] | None, digits: int, limit: int) -> Column:
    """The one place where a float becomes energy: the nearest milli-Wh, and the even one of two that are as near."""
    with np.errstate(over="ignore", invalid="ignore"):
        milli = np.rint(values * float(10**digits))
        bad = ~(np.abs(milli) <= limit)  # also true for nan
    return checked(np.where(bad, 0.0, milli).astype(np.int64), null, bad, Refused.ENERGY_RANGE)


def _read_decimals(chunk: pa.Array, digits: int, limit: int) -> Column:
    kind = chunk.type
    if pa.types.is_decimal256(kind):
        return _one_by_one([None if x is None else x for x in chunk.to_pylist()], digits, limit)
    if not pa.types.is_decimal128(kind):
        chunk = chunk.cast(pa.decimal128(38, kind.scale))
    # A decimal128 is two words: where the high one only repeats the sign of the low one, the low one is the value.
    words = view_decimal(chunk)
    low, high = np.ascontiguousarray(words[:, 0]), words[:, 1]
    null = nulls(chunk)
    wide = high != (low >> 63)
    if null is not None:
        wide &= ~null
    shift = digits - kind.scale
    if shift < -_INT64_DIGITS or shift > _INT64_DIGITS:
        return _one_by_one(chunk.to_pylist(), digits, limit)
    if shift >= 0:
        column = _multiplied(low, 10**shift, null, limit)
    else:
        whole = low // 10**-shift
        bad = (whole * 10**-shift != low) | (whole > limit) | (whole < -limit)
        column = checked(whole, null, bad, Refused.ENERGY_RANGE)
    if not wide.any():
        return column
    values = column.values.copy()
    fault = np.zeros(len(values), np.uint8) if column.fault is None else column.fault
    rows = np.flatnonzero(wide)
    odd = _one_by_one(chunk.take(pa.array(rows)).to_pylist(), digits, limit)
    values[rows] = odd.values
    fault[rows] = 0 if odd.fault is None else odd.fault
    return Column(values, fault if fault.any() else None)


def view_decimal(chunk: pa.Array) -> Int64:
    """(m, 2) the low and the high word of each decimal128."""
    buffer = chunk.buffers()[1]
    if buffer is None or len(chunk) == 0:
        return np.zeros((len(chunk), 2), np.int64)
    words = np.frombuffer(buffer, np.int64, count=2 * len(chunk), offset=16 * chunk.offset)
    return words.reshape(-1, 2)


def _read_text(chunk: pa.Array, digits: int, limit: int) -> Column:
    """Arrow reads short plain text; where it refuses, halves are tried, and a few hundred read one by one.

    Long text and exponents are kept from Arrow 26: it reads 1.5 with 47 zeros behind it, and 1E-48, as 0.
    """
    assert is_text(chunk.type)
    odd = pc.or_(pc.greater(pc.utf8_length(chunk), _ARROW_LENGTH_MAX), pc.match_substring(chunk, "e", ignore_case=True))
    if not pc.any(odd).as_py():
        try:
            return _read_decimals(chunk.cast(_TEXT_DECIMAL), digits, limit)
        except pa.ArrowInvalid:
            pass
    if len(chunk) <= _ONE_BY_ONE:
        return _one_by_one(chunk.to_pylist(), digits, limit)
    half = len(chunk) // 2
    halves = pa.chunked_array([chunk.slice(0, half), chunk.slice(half)])
    return read_chunks(halves, partial(_read_text, digits=digits, limit=limit))


def _one_by_one(numbers: list[str | Decimal | None], digits: int, limit: int) -> Column:
    values = np.zeros(len(numbers), np.int64)
    fault = np.zeros(len(numbers), np.uint8)
    for i, number in enumerate(numbers):
        if number is None or not str(number).strip():
            fault[i] = Refused.NULL_VALUE
            continue
        milli = milli_from_text(str(number), digits)
        if milli is None or abs(milli) > limit:
            fault[i] = Refused.ENERGY_RANGE
        else:
            values[i] = milli
    return Column(values, fault if fault.any() else None)


def milli_from_text(text: str, digits: int) -> int | None:
    """Whole milli-Wh of a decimal number in units of 10^digits milli-Wh; None where it is none, or finer.

    >>> milli_from_text("1.25", 6), milli_from_text("0.0000001", 6), milli_from_text("1,5", 3)
    (1250000, None, None)
    """
    text = text.strip()
    if len(text) > _LENGTH_MAX or NUMBER.fullmatch(text) is None:
        return None
    sign, figures, exponent = Decimal(text).as_tuple()
    assert isinstance(exponent, int)
    number = int("".join(map(str, figures)))
    if exponent + digits >= 0:
        number *= 10 ** (exponent + digits)
    else:
        number, rest = divmod(number, 10 ** -(exponent + digits))
        if rest:
            return None
    return int(-number if sign else number)
