"""Faults for programs: JSON, and the lines by which GitHub marks places in a pull request."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from rating.cli.faults.found import Found, below_here

_LEVELS: Final = {"fault": "error", "warning": "warning"}
# GitHub reads these back; in a property, colon and comma have a meaning of their own.
_IN_MESSAGES: Final = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_IN_PROPERTIES: Final = (*_IN_MESSAGES, (":", "%3A"), (",", "%2C"))


def as_json(found: Iterable[Found]) -> str:
    """A list of objects; [] where nothing is wrong. A `row` is one of a table, from 0."""
    listed = [
        {
            "severity": each.severity,
            "code": each.fault.code,
            "file": each.fault.place.source,
            "line": each.fault.place.line if each.mark is None else each.mark.number,
            "column": each.fault.place.column if each.mark is None else each.mark.column,
            "path": each.fault.place.path or None,
            **({} if each.fault.place.row is None else {"row": each.fault.place.row}),
            "got": each.fault.got,
            "want": each.fault.want,
            "fix": each.fault.fix,
        }
        for each in found
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False)


def as_github(found: Iterable[Found]) -> list[str]:
    """A workflow command a fault, which GitHub shows beside the line that it names.

    >>> from rating.errors import Fault, Place
    >>> fault = Fault("percent", Place("a,b.yaml", 4, 16), "21 %", "a rate", "write 21")
    >>> print(*as_github([Found(fault, "warning")]))
    ::warning file=a%2Cb.yaml,line=4,col=16,title=percent::read `21 %25`, expected a rate; write 21
    """
    lines = []
    for each in found:
        place, mark = each.fault.place, each.mark
        # Paths are those of the repository, at whose top workflows run.
        file = below_here(place.source) if place.source else None
        properties: dict[str, object] = {"file": file or place.source}
        if mark is None:
            properties |= {"line": place.line, "col": place.column}
        else:
            properties |= {"line": mark.number, "endLine": mark.number}
            properties |= {"col": mark.column, "endColumn": mark.column + mark.width}
        properties["title"] = each.fault.code
        told = ",".join(f"{key}={_escaped(str(value), _IN_PROPERTIES)}" for key, value in properties.items() if value)
        path = f"{place.path}: " if place.path else ""
        lines.append(f"::{_LEVELS[each.severity]} {told}::{_escaped(path + each.fault.message, _IN_MESSAGES)}")
    return lines


def _escaped(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for letter, code in pairs:
        text = text.replace(letter, code)
    return text
