"""Files, iterables and single objects -> (place, value) of each message."""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from rating.errors import Fault, InputError, Place
from rating.usage.ocpp.text import DECODER, DEPTH_MAX, check_text, from_json, short

_PLAIN: Final = json.JSONDecoder()
_WANT: Final = "OCPP messages: the path of a file of JSON or JSON lines, or an iterable of dicts, lists or JSON texts"


class Item(NamedTuple):
    """A message in whatever form it came."""

    place: Place
    value: Any


def items(messages: Any, faults: list[Fault]) -> Iterator[Item]:
    """Each message with its place: the line of a file, or the row (from 0) of an iterable.

    Raises InputError where there is nothing to read from.
    """
    if isinstance(messages, (str, os.PathLike)):
        yield from _file_items(Path(messages), faults)
    elif isinstance(messages, Mapping) or is_call(messages):
        if _is_text(messages, place := Place("messages", row=0), faults):
            yield Item(place, messages)
    elif isinstance(messages, Iterable) and not isinstance(messages, (bytes, bytearray)):
        for row, value in enumerate(messages):
            place = Place("messages", row=row)
            if isinstance(value, (str, bytes)):
                if value.strip():
                    yield from flat(Item(place, from_json(value, place, faults)))
            elif _is_text(value, place, faults):
                yield from flat(Item(place, value))
    else:
        got = f"an object of type {type(messages).__name__}"
        raise InputError([Fault("unsupported_source", Place("messages"), got, _WANT, "pass one of these")])


def _is_text(value: Any, place: Place, faults: list[Fault]) -> bool:
    """Whether all texts of a value can be written; a Fault where one cannot."""
    try:
        check_text(value)
    except ValueError as error:
        faults.append(Fault("json", place, str(error), "texts in Unicode", "write it again as it was sent"))
        return False
    return True


def is_call(value: Any) -> bool:
    """Whether a list is one message of OCPP-J, which begins with the number of its kind and its id.

    >>> is_call([2, "id", "Heartbeat", {}]), is_call([[2, "id", "Heartbeat", {}]])
    (True, False)
    """
    if not isinstance(value, (list, tuple)) or len(value) < 2:
        return False
    return type(value[0]) is int and isinstance(value[1], (str, int))


def flat(item: Item, depth: int = 0) -> Iterator[Item]:
    """The messages of a list of them, one by one."""
    if isinstance(item.value, (list, tuple)) and not is_call(item.value) and depth < DEPTH_MAX:
        for value in item.value:
            yield from flat(Item(item.place, value), depth + 1)
    elif item.value is not None:
        yield item


def _file_items(path: Path, faults: list[Fault]) -> Iterator[Item]:
    if not path.is_file():
        fix = f"check the path; the working directory is {Path.cwd()}"
        raise InputError([Fault("file_missing", Place("messages"), str(path), "a file that exists", fix)])
    data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    document = _document(data, str(path), faults)
    for item in _lines(data, str(path), faults) if document is None else document:
        yield from flat(item)


def _document(data: bytes, name: str, faults: list[Fault]) -> Iterable[Item] | None:
    """The messages of a file that is one JSON value; None where it is not."""
    try:
        text = data.decode().lstrip()
        value, end = _PLAIN.raw_decode(text)
        if text[end:].strip():
            return None
    except (ValueError, RecursionError):
        return None
    first = data.count(b"\n") - text.count("\n") + 1
    if isinstance(value, list) and not is_call(value):
        return _elements(text, name, first, faults)
    place = Place(name, first)
    return [Item(place, from_json(text, place, faults))]


def _elements(text: str, name: str, line: int, faults: list[Fault]) -> Iterator[Item]:
    """The elements of a JSON array, each at the line on which it begins."""
    at, counted = 1, 0
    while True:
        while text[at] in " \t\r\n,":
            at += 1
        if text[at] == "]":
            return
        line, counted = line + text.count("\n", counted, at), at
        _, at = _PLAIN.raw_decode(text, at)
        place = Place(name, line)
        yield Item(place, from_json(text[counted:at], place, faults))


def _lines(data: bytes, name: str, faults: list[Fault]) -> Iterator[Item]:
    """The messages of JSON lines. Of a file in which no line is JSON there is one Fault, for the whole."""
    found = False
    wrong: list[Fault] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            place = Place(name, number)
            value = from_json(line, place, wrong)
            if value is not None:
                found = True
                yield Item(place, value)
    faults.extend(wrong if found or len(wrong) <= 1 else [_damaged(data, name)])


def _damaged(data: bytes, name: str) -> Fault:
    place, got = Place(name), "a file of which no line is JSON"
    try:
        DECODER.decode(data.decode())
    except json.JSONDecodeError as error:
        place, got = Place(name, error.lineno, error.colno), error.msg
    except (ValueError, RecursionError) as error:
        got = short(str(error))
    return Fault("json", place, got, "JSON, or a JSON value on each line", "write the file again")
