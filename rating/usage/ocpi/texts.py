"""JSON texts of CDRs -> where each record lies in them, checked to be JSON by msgspec; what is odd is left to others.

A text is an object, an object a line, a list, or an OCPI response whose `data` is a list. Lines are read block by
block, so that a file may be larger than memory.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from itertools import pairwise
from os import PathLike
from typing import Final, NamedTuple, TypeAlias

import msgspec
import numpy as np

from rating.errors import Fault, Place
from rating.ocpi_json import read_bytes
from rating.usage.batch import Int64, UInt8

Data: TypeAlias = "bytes | mmap.mmap"

BLOCK_BYTES: Final = 4 << 20
_BLANKS: Final = b" \t\r\n"
_RAW: Final = msgspec.json.Decoder(msgspec.Raw)
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_KEYS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Chunk(NamedTuple):
    """Records of a text: n objects in `data`, and the places of them."""

    data: Data
    first: Int64  # (n,)
    end: Int64  # (n,)
    place: Place  # of the whole text
    numbers: Int64 | None  # (n,) the line, from 1, or the index in the list; None: the text is one record
    path: str | None  # of the list; None: lines
    values: Sequence[object] | None = None  # (n,) of which the text was made

    @property
    def listed(self) -> bool:
        """Whether its records are lines, or items of a list."""
        return self.numbers is not None

    @property
    def array(self) -> UInt8:
        """The bytes of the text, without a copy."""
        return np.frombuffer(self.data, np.uint8)

    @property
    def whole(self) -> bytes:
        """The bytes of all records, and what stands between them."""
        return self.data[int(self.first[0]) : int(self.end[-1])] if len(self.first) else b""

    def text(self, r: int) -> bytes:
        """The bytes of a record."""
        return self.data[int(self.first[r]) : int(self.end[r])]

    def place_of(self, r: int) -> Place:
        """The place of a record."""
        if self.numbers is None:
            return self.place
        number = int(self.numbers[r])
        if self.path is None:
            return Place(self.place.source, line=number)
        return Place(self.place.source, path=self.path).within(number)


class Broken(NamedTuple):
    """A line that is no JSON object."""

    text: bytes
    place: Place


def open_text(path: str | PathLike[str], faults: list[Fault]) -> Data:
    """A file's bytes, mapped; empty, with a fault, where it cannot be read or has nothing in it."""
    try:
        with open(path, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return read_bytes(path, faults, 1 << 62)  # a pipe, or one that says what is wrong


def split(data: Data, source: str) -> Iterator[Chunk | Broken] | None:
    """The records of a text; None where it is of another form, or no JSON."""
    start = 3 if data[:3] == b"\xef\xbb\xbf" else 0
    while start < len(data) and data[start] in _BLANKS:
        start += 1
    letter = data[start : start + 1]
    if letter == b"[":
        return _of_list(data, start, source, "")
    if letter != b"{":
        return None
    if _is_lines(data, start):
        return _of_lines(data, start, source)
    try:
        response = _KEYS.decode(data[start:])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    inner = bytes(response.get("data", b""))
    if "status_code" in response:
        return _of_list(inner, 0, source, "data") if inner[:1] == b"[" else None
    end = len(data)
    while data[end - 1] in _BLANKS:
        end -= 1
    return iter([Chunk(data, np.array([start]), np.array([end]), Place(source), None, None)])


def _is_lines(data: Data, start: int) -> bool:
    """Whether the first line is a whole object, and another object begins behind it."""
    end = data.find(b"\n", start)
    if end < 0 or data[start:end].rstrip()[-1:] != b"}":
        return False
    while end < len(data) and data[end] in _BLANKS:
        end += 1
    return data[end : end + 1] == b"{"


def _of_list(data: Data, start: int, source: str, path: str) -> Iterator[Chunk | Broken] | None:
    try:
        items = _LIST.decode(data[start:] if start else data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    firsts = np.empty(len(items), np.int64)
    ends = np.empty(len(items), np.int64)
    at = start + 1
    for index, item in enumerate(items):
        while data[at] in b" \t\r\n,":
            at += 1
        firsts[index] = at
        at += len(item)
        ends[index] = at
    return _blocks(data, firsts, ends, Place(source), path)


def _blocks(data: Data, firsts: Int64, ends: Int64, place: Place, path: str) -> Iterator[Chunk]:
    """The items of a list, some megabytes at a time."""
    lo = 0
    while lo < len(firsts):
        hi = max(lo + 1, int(np.searchsorted(ends, firsts[lo] + BLOCK_BYTES)))
        yield Chunk(data, firsts[lo:hi], ends[lo:hi], place, np.arange(lo, hi, dtype=np.int64), path)
        lo = hi


def _of_lines(data: Data, start: int, source: str) -> Iterator[Chunk | Broken]:
    line = 1 + data[:start].count(b"\n")
    while start < len(data):
        end = data.rfind(b"\n", start, start + BLOCK_BYTES) + 1
        if end <= start:
            end = (data.find(b"\n", start) + 1) or len(data)
        block = data[start:end]
        bounds = _lines(block)
        yield from _of_block(block, bounds, line, source)
        line += len(bounds)
        start = end


def _lines(block: bytes) -> list[tuple[int, int]]:
    """The bounds of each line, without the blanks around it."""
    bounds = []
    at, size = 0, len(block)
    while at < size:
        end = block.find(b"\n", at)
        end = size if end < 0 else end
        bounds.append((at, end) if block[at] == 123 and block[end - 1] == 125 else _stripped(block, at, end))
        at = end + 1
    return bounds


def _of_block(block: bytes, bounds: list[tuple[int, int]], line: int, source: str) -> Iterator[Chunk | Broken]:
    """The lines of a block. One that is broken stands alone, between the chunks of those before and behind it."""
    fine = _all_json(block, bounds) or [_is_json(block[lo:hi]) for lo, hi in bounds]
    kinds = [0 if lo == hi else 1 if good else 2 for (lo, hi), good in zip(bounds, fine, strict=True)]
    ends = np.array(bounds, np.int64).reshape(-1, 2)
    for lo, hi in _runs(kinds):
        if kinds[lo] == 1:
            yield Chunk(block, ends[lo:hi, 0], ends[lo:hi, 1], Place(source), np.arange(line + lo, line + hi), None)
        elif kinds[lo] == 2:
            for i in range(lo, hi):
                yield Broken(block[slice(*bounds[i])], Place(source, line=line + i))


def _runs(kinds: list[int]) -> Iterator[tuple[int, int]]:
    """Stretches of lines that are alike."""
    edges = [0, *(i for i in range(1, len(kinds)) if kinds[i] != kinds[i - 1]), len(kinds)]
    return pairwise(edges)


def _stripped(block: bytes, lo: int, hi: int) -> tuple[int, int]:
    """The bounds of a line without the blanks around it."""
    text = block[lo:hi].lstrip(_BLANKS)
    lo = hi - len(text)
    return lo, lo + len(text.rstrip(_BLANKS))


def _all_json(block: bytes, bounds: list[tuple[int, int]]) -> list[bool]:
    """True for every line where all of them are objects; nothing where one is not."""
    try:
        items = _RAW.decode_lines(block)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    lengths = [hi - lo for lo, hi in bounds if lo < hi]
    alike = [len(item) for item in items] == lengths
    return [True] * len(bounds) if alike and all(block[lo] == 123 for lo, hi in bounds if lo < hi) else []


def _is_json(line: bytes) -> bool:
    """Whether a line is an object."""
    try:
        _RAW.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return line[:1] == b"{"
