"""JSON texts, files and parsed values -> the objects in them, each with its place."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final

from rating.errors import Fault, Place, not_utf8
from rating.ocpi_json.walk import DECODER, VALUES_MAX, Json, Trail, Walk, too_deep
from rating.ocpi_json.words import explain_json
from rating.ocpi_json.write import shown

TEXT_MAX_BYTES: Final = 64 << 20
_PART_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """One object of a text, and where it stands."""

    value: dict[str, Json]
    place: Place


def read_records(
    data: bytes | str,
    source: str,
    faults: list[Fault],
    max_bytes: int = TEXT_MAX_BYTES,
    dropped: list[Record] | None = None,
) -> list[Record]:
    """The objects of a JSON text. What cannot be read is missing from them, and stands in `faults`.

    `dropped` takes objects that are missing for a fault within them, with nulls there: to name them by.

    >>> [(str(record.place), record.value) for record in read_records('[{"vat": 0.10}, {"vat": 1e1}]', "a.json", [])]
    [('a.json: [0]', {'vat': Decimal('0.10')}), ('a.json: [1]', {'vat': Decimal('1E+1')})]
    >>> faults = []
    >>> read_records('{"a": [1, NaN]}', "a.json", faults)
    []
    >>> print(faults[0])
    a.json: a[1]: json_number: read `NaN`, expected a number; write its digits, or leave the key out
    """
    text = _decoded(data, source, faults, max_bytes)
    found: list[Record] = []
    for place, value in _values(text, Place(source), faults):
        found.extend(records_of(value, place, faults, dropped))
    return found


def records_of(value: object, place: Place, faults: list[Fault], dropped: list[Record] | None = None) -> list[Record]:
    """The objects in a value that is parsed already. Floats (of Python's own json) count as they are printed.

    Where one of a list is faulty, the others are there.

    >>> answer = {"data": [{"vat": 0.1}], "status_code": 1000}
    >>> [(str(record.place), record.value) for record in records_of(answer, Place("answer"), [])]
    [('answer: data[0]', {'vat': Decimal('0.1')})]
    """
    walk = Walk(place, faults)
    tidy = walk.tidy(value)
    if walk.count > VALUES_MAX:
        return []
    return _objects(tidy, place, faults, walk.wrong, [] if dropped is None else dropped)


def read_bytes(path: str | PathLike[str], faults: list[Fault], max_bytes: int = TEXT_MAX_BYTES) -> bytes:
    """The bytes of a file; b"" and a fault where it cannot be read, is too big or is empty."""
    place = Place(Path(path).as_posix())
    try:
        with open(path, "rb") as file:
            data = _up_to(file, max_bytes + 1)
    except (OSError, ValueError) as error:
        got = (getattr(error, "strerror", None) or "an error").lower()
        faults.append(
            Fault("no_file", place, got, "a file that can be read", "look at its name and at who may read it")
        )
        return b""
    return data if _fits(len(data), place, faults, max_bytes) else b""


def _up_to(file: BinaryIO, most: int) -> bytes:
    """The first bytes of a file. Read bit by bit: one read takes memory for as many bytes as it may give."""
    parts: list[bytes] = []
    while most > 0 and (part := file.read(min(most, _PART_BYTES))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _fits(size: int, place: Place, faults: list[Fault], max_bytes: int) -> bool:
    if size > max_bytes:
        faults.append(
            Fault("file_too_big", place, "more than that", f"at most {max_bytes >> 20} MiB of JSON", "split the file")
        )
    elif not size:
        faults.append(Fault("empty_file", place, "(nothing)", "JSON", "write an object, or delete the file"))
    return 0 < size <= max_bytes


def _decoded(data: bytes | str, source: str, faults: list[Fault], max_bytes: int) -> str:
    """The text; "" where it is refused, for then there is a fault already."""
    if isinstance(data, str):
        return data.removeprefix("\ufeff") if _fits(len(data), Place(source), faults, max_bytes) else ""
    if not _fits(len(data), Place(source), faults, max_bytes):
        return ""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        faults.append(not_utf8(source, data, error))
        return ""


def _values(text: str, place: Place, faults: list[Fault]) -> Iterator[tuple[Place, object]]:
    """The values of a text: one, or one a line."""
    if not text.strip():
        if text:
            faults.append(Fault("empty_file", place, "(nothing)", "JSON", "write an object, or delete the file"))
        return
    if not _is_lines(text):
        yield from _value(text, place, 0, faults)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield from _value(line, replace(place, line=number), number - 1, faults)


def _is_lines(text: str) -> bool:
    """Whether each line is a value of its own, judged by the first two that are not blank."""
    lines = (line for line in (part.strip() for part in text.lstrip().split("\n", 1)) if line)
    first, rest = next(lines, ""), next(lines, "")
    return first[:1] + first[-1:] in ("{}", "[]") and rest[:1] in ("{", "[")


def _value(text: str, place: Place, lines_before: int, faults: list[Fault]) -> Iterator[tuple[Place, object]]:
    try:
        yield place, DECODER.decode(text)
    except json.JSONDecodeError as error:
        faults.append(explain_json(error, place.source, lines_before))
    except RecursionError:
        faults.append(too_deep(place))


def _objects(value: Json, place: Place, faults: list[Fault], wrong: set[Trail], dropped: list[Record]) -> list[Record]:
    """The objects of a value: itself, those of a list, or those of an OCPI response; but those that are `wrong`."""
    if isinstance(value, dict) and "status_code" in value and ("data" in value or "id" not in value):
        return _of_response(value, place, faults, wrong, dropped)
    if not isinstance(value, list):
        if wrong and isinstance(value, dict):
            dropped.append(Record(value, place))
        return [] if wrong else _object(value, place, faults)
    found: list[Record] = []
    if () not in wrong:
        refused = {trail[0] for trail in wrong}
        for index, item in enumerate(value):
            if index not in refused:
                found += _object(item, place.within(index), faults)
            elif isinstance(item, dict):
                dropped.append(Record(item, place.within(index)))
    return found


def _object(value: Json, place: Place, faults: list[Fault]) -> list[Record]:
    if isinstance(value, dict):
        return [Record(value, place)]
    faults.append(Fault("json_shape", place, shown(value), "an object", "write an object here, or delete it"))
    return []


def _of_response(
    response: dict[str, Json], place: Place, faults: list[Fault], wrong: set[Trail], dropped: list[Record]
) -> list[Record]:
    """What an OCPI response carries. A response that tells of an error carries nothing."""
    if any(trail[:1] != ("data",) for trail in wrong):
        return []
    status = response["status_code"]
    if wrong or response.get("data") is not None:
        return _objects(response.get("data"), place.within("data"), faults, {trail[1:] for trail in wrong}, dropped)
    message = response.get("status_message")
    got = f"{shown(status)} {message[:60]}" if isinstance(message, str) else shown(status)
    fix = "ask again for the object itself"
    faults.append(Fault("ocpi_response", place.within("status_code"), got, "an OCPI response with `data`", fix))
    return []
