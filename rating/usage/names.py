"""Columns of few different texts -> codes: tariffs, zones, and what sessions say of themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rating.usage.batch import Int32, Names
from rating.usage.columns import plain
from rating.usage.identity import one_array
from rating.usage.schema import ATTRIBUTES
from rating.usage.tables import Source

_NULL_MAX = 128  # up to here one more is a code of any width
SOME_ROWS = 16384  # in which most of the texts of a column appear


def read_attributes(source: Source) -> dict[str, Names]:
    """Those of the columns ATTRIBUTES that the table of sessions has. Empty text is null."""
    return {name: _without_blanks(*read_names(as_text(source.column(name)))) for name in ATTRIBUTES if source.has(name)}


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers (of connectors, of members) as their digits, each different one written once."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not pa.types.is_integer(kind):
        return column
    codes = one_array(column).dictionary_encode()
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes.indices, codes.dictionary.cast(pa.string()))])


def _without_blanks(code: Int32, names: tuple[str, ...]) -> Names:
    kept = [place for place, name in enumerate(names) if name.strip()]
    if len(kept) == len(names):
        return Names(code, names)
    known = np.full(len(names) + 1, -1, np.int32)  # the last one is for the code -1
    known[kept] = np.arange(len(kept))
    return Names(known[code], tuple(names[place] for place in kept))


def read_names(column: pa.ChunkedArray) -> tuple[Int32, tuple[str, ...]]:
    """(n,) the position of each text among the distinct ones, -1 for null; and those, in order of first appearance."""
    if pa.types.is_null(column.type):
        return np.full(len(column), -1, np.int32), ()
    if pa.types.is_dictionary(column.type) and column.num_chunks == 1:
        # The small codes are hashed again instead of the text, to leave out unused names and put them in order.
        chunk = column.chunk(0)
        if len(chunk.dictionary) == 1 and chunk.null_count == 0 and len(chunk) and chunk.dictionary[0].is_valid:
            return np.zeros(len(chunk), np.int32), (chunk.dictionary[0].as_py(),)
        code, used = _used(chunk)
        names = plain(chunk.dictionary).take(used).to_pylist()
        if None not in names and len(set(names)) == len(names):
            return code, tuple(names)
    text = one_array(column)
    if len(text) and text.null_count == 0 and _is_one_value(text):
        return np.zeros(len(text), np.int32), (text[0].as_py(),)
    encoded = text.dictionary_encode()
    return encoded.indices.fill_null(-1).to_numpy(), tuple(encoded.dictionary.to_pylist())


def _used(chunk: Any) -> tuple[Int32, Any]:
    """(n,) the position of each code of a dictionary array among those that occur, in order of first appearance, -1
    for null; and those, a pyarrow array.

    Mostly all have occurred after some rows, so that nothing has to be hashed: 0.2 ms for what takes 1.7.
    """
    codes = chunk.indices
    seen = codes.slice(0, SOME_ROWS).drop_null().dictionary_encode().dictionary
    count = len(seen)
    if count == len(chunk.dictionary) and (count < _NULL_MAX or codes.null_count == 0):
        position = np.full(count + 1, -1, np.int32)  # the last one is for null
        position[seen.to_numpy()] = np.arange(count, dtype=np.int32)
        return position.take((codes.fill_null(count) if codes.null_count else codes).to_numpy()), seen
    encoded = codes.dictionary_encode()
    return encoded.indices.fill_null(-1).to_numpy(), encoded.dictionary


def offsets_of(text: pa.Array) -> Int32:
    """(n + 1,) where each text of a string array begins and ends among its letters."""
    return np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, 4 * text.offset)


def _is_one_value(text: pa.Array) -> bool:
    """Whether all rows are equal, as they are for a network of one tariff: 0.6 ms for what takes 6 ms to hash."""
    if not pa.types.is_string(text.type) or not pc.all(pc.equal(text.slice(0, 64), text[0])).as_py():
        return False
    offset = offsets_of(text)
    width = int(offset[1] - offset[0])
    if int(offset[-1] - offset[0]) != width * len(text) or (np.diff(offset) != width).any():
        return False
    if width == 0:
        return True
    letters = np.frombuffer(text.buffers()[2], np.uint8)[offset[0] : offset[-1]].reshape(len(text), width)
    return bool((letters == letters[0]).all())
