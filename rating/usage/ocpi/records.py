"""CDRs of a source, one by one: each an object with its place, or the faults of what is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from rating.errors import Fault, Place
from rating.ocpi_json import Record, read_records, records_of
from rating.usage.ocpi.texts import Broken, Data, open_text, split

_TEXT_MAX_BYTES: Final = 1 << 30


class Unreadable(NamedTuple):
    """What is no object, or breaks a rule of JSON; one of several does not stop the others."""

    place: Place
    faults: tuple[Fault, ...]


Found: TypeAlias = "Record | Unreadable"


def text_of(source: Any, faults: list[Fault]) -> tuple[Data, str] | None:
    """The text of a source and its name, where it is a text or names a file; None where it is parsed values."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), "cdrs"
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return source.encode("utf-8", "surrogatepass"), "cdrs"  # half a character is refused where it is read
    if isinstance(source, str | PathLike):
        return open_text(source, faults), Path(source).as_posix()
    return None


def each_of_text(data: Data, source: str) -> Iterator[Found]:
    """The objects of a text of any form."""
    parts = split(data, source)
    if parts is None:
        yield from of_text(data[:], Place(source))
        return
    for part in parts:
        if isinstance(part, Broken):
            yield from of_text(part.text, Place(source, line=part.line))
        else:
            for r in range(len(part.first)):
                yield from of_text(part.text(r), part.place_of(r))


def of_text(data: bytes, place: Place) -> Iterator[Found]:
    """The objects of a text, or of a part of one that stands at a place.

    An item of a list is an object, and no list or response: it is read as the only item of one.
    """
    faults: list[Fault] = []
    if place.path:
        data = b"[" + data + b"]"
    for record in read_records(data, place.source, faults, _TEXT_MAX_BYTES):
        yield Record(record.value, _moved(record.place, place))
    for fault in faults:
        moved = replace(fault, place=_moved(fault.place, place))
        yield Unreadable(moved.place, (moved,))


def of_values(value: object, place: Place) -> Iterator[Found]:
    """The objects of parsed values."""
    if isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from of_values(item, place.within(number))
        return
    faults: list[Fault] = []
    yield from records_of(value, place, faults)
    if faults:
        yield Unreadable(faults[0].place, tuple(faults))


def _moved(place: Place, base: Place) -> Place:
    """A place within a part of a text, as a place in that text."""
    line = place.line if base.line is None else base.line
    within = place.path.removeprefix("[0]") if base.path else place.path
    return replace(place, line=line, path=f"{base.path}{within}")
