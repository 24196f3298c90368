"""Parsed values of CDRs -> JSON again, which is scanned faster than values are walked.

A value whose JSON does not say exactly the same (a date, NaN, a key that is no text, decimals beside floats) stays one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from rating.errors import Place
from rating.ocpi_json import Json
from rating.usage.ocpi.records import Values
from rating.usage.ocpi.texts import BLOCK_BYTES, Chunk

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_DECODERS: Final = (msgspec.json.Decoder(), msgspec.json.Decoder(float_hook=Decimal))


class Loose(NamedTuple):
    """A value to be read singly, an item of a list or not."""

    value: object
    place: Place
    listed: bool


def chunks_of(values: Values) -> Iterator[Chunk | Loose]:
    """The values in their order, some megabytes of JSON at a time."""
    texts: list[bytes] = []
    size = begun = 0
    for index, value in enumerate(values.items):
        text = as_json(value)
        if text is not None:
            texts.append(text)
            size += len(text)
        if texts and (text is None or size >= BLOCK_BYTES):
            yield _chunk(values, begun, texts)
            texts, size = [], 0
        if text is None:
            yield _loose(values, index)
        if not texts:
            begun = index + 1
    if texts:
        yield _chunk(values, begun, texts)


def as_json(value: Any) -> bytes | None:
    """A CDR as JSON; None where it is none, or reading that JSON would give another one.

    >>> as_json({"volume": 0.1, "remark": None}), as_json({"volume": float("nan")}), as_json({1: "a"})
    (b'{"volume":0.1,"remark":null}', None, None)
    """
    if type(value) is not dict or "status_code" in value:  # what may be a response is not scanned
        return None
    try:
        text = _ENCODER.encode(value)
        same = any(decoder.decode(text) == value for decoder in _DECODERS)
    except Exception:  # whatever a value of any type may raise: it is walked, which names what is wrong with it
        return None
    return text if same else None


def as_key(value: Mapping[str, Json]) -> bytes:
    """A text that only the same object has: numbers with all of their digits, keys in their order."""
    return _ENCODER.encode(value)


def loose(values: Values) -> Iterator[Loose]:
    """Each of the values."""
    return (_loose(values, index) for index in range(len(values.items)))


def _loose(values: Values, index: int) -> Loose:
    place = values.place.within(index) if values.listed else values.place
    return Loose(values.items[index], place, values.listed)


def _chunk(values: Values, begun: int, texts: list[bytes]) -> Chunk:
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    firsts = ends - np.array([len(text) for text in texts], np.int64)
    numbers = np.arange(begun, begun + len(texts), dtype=np.int64) if values.listed else None
    items = values.items[begun : begun + len(texts)]
    return Chunk(b"".join(texts), firsts, ends, values.place, numbers, values.place.path, items)
