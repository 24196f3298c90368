"""CDRs of a source, one by one: each an object with its place, or the faults of what is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from rating.errors import Fault, Place
from rating.ocpi_json import Record, read_records, records_of
from rating.usage.ocpi.texts import Broken, Chunk, Data, open_text, split

_TEXT_MAX_BYTES: Final = 1 << 30
_ITEM: Final = re.compile(r"(data)?\[[0-9]+\]")  # of a list, or of the list in a response


class Unreadable(NamedTuple):
    """What is no object, or breaks a rule of JSON; one of several does not stop the others.

    `id`: the CDR's, where that can be read all the same.
    """

    place: Place
    faults: tuple[Fault, ...]
    id: str | None = None


class Values(NamedTuple):
    """Parsed values: n items of the list at a place, or, where it is not `listed`, one that is no list."""

    items: Sequence[object]
    place: Place
    listed: bool


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
            yield from of_text(part.text, part.place)
        else:
            for r in range(len(part.first)):
                yield from of_record(part, r)


def of_record(part: Chunk, r: int) -> Iterator[Found]:
    """One record of a chunk, read with care: as the value that it was, or as text."""
    if part.values is not None:
        yield from of_item(part.values[r], part.place_of(r)) if part.listed else of_values(part.values[r], part.place)
    elif part.listed:
        yield from of_text(part.text(r), part.place_of(r))
    else:
        yield from of_text(part.data[:], part.place)  # with the lines before it, which faults count


def of_text(data: bytes, place: Place) -> Iterator[Found]:
    """The objects of a text, or of a part of one that stands at a place.

    An item of a list is an object, and no list or response: it is read as the only item of one.
    """
    faults: list[Fault] = []
    dropped: list[Record] = []
    if place.path:
        data = b"[" + data + b"]"
    for record in read_records(data, place.source, faults, _TEXT_MAX_BYTES, dropped):
        yield Record(record.value, _moved(record.place, place))
    yield from _unreadable(faults, dropped, place)


def of_values(value: object, place: Place) -> Iterator[Found]:
    """The objects of parsed values."""
    values = values_of(value, place)
    if values.listed:
        for number, item in enumerate(values.items):
            yield from of_item(item, values.place.within(number))
        return
    faults: list[Fault] = []
    dropped: list[Record] = []
    yield from records_of(value, place, faults, dropped)
    yield from _unreadable(faults, dropped, place)


def of_item(item: object, place: Place) -> Iterator[Found]:
    """An item of a list of parsed values: an object, as in a text."""
    faults: list[Fault] = []
    dropped: list[Record] = []
    for record in records_of([item], Place(place.source), faults, dropped):
        yield Record(record.value, _moved(record.place, place))
    yield from _unreadable(faults, dropped, place)


def _unreadable(faults: Iterable[Fault], dropped: Iterable[Record], base: Place) -> Iterator[Unreadable]:
    """The faults of each object that was dropped, and each of the others by itself."""
    records = {record.place: record for record in dropped}
    groups: dict[Place, list[Fault]] = {}
    for fault in faults:
        item = _ITEM.match(fault.place.path)
        owners = [replace(fault.place, path=path, column=None) for path in (item[0] if item else "", "")]
        owner = next((place for place in owners if place in records), fault.place)
        groups.setdefault(owner, []).append(fault)
    for place, own in groups.items():
        record = records.get(place)
        named = None if record is None else record.value.get("id")
        is_sure = all(fault.place != place.within("id") for fault in own)
        moved = tuple(replace(fault, place=_moved(fault.place, base)) for fault in own)
        yield Unreadable(_moved(place, base), moved, named if is_sure and isinstance(named, str) else None)


def values_of(value: object, place: Place) -> Values:
    """The items of a list or of a response, or the value itself, without a look at what is in them.

    >>> values_of({"data": [{"vat": 0.1}], "status_code": 1000}, Place("answer"))[0]
    [{'vat': 0.1}]
    """
    if isinstance(value, list | tuple):
        return Values(value, place, True)
    if isinstance(value, Mapping) and "status_code" in value and isinstance(value.get("data"), list | tuple):
        faults: list[Fault] = []
        records_of({**value, "data": []}, place, faults)
        if not faults:
            return Values(value["data"], place.within("data"), True)
    return Values((value,), place, False)


def _moved(place: Place, base: Place) -> Place:
    """A place within a part of a text, as a place in that text."""
    line = place.line if base.line is None else base.line
    within = place.path.removeprefix("[0]") if base.path else place.path
    return replace(place, line=line, path=f"{base.path}{within}")
