"""Faults as SARIF 2.1.0 (OASIS), the format that code hosts and editors read from any checker.

`text` parts are plain sentences; a path below the current folder is told relative to it, as the hosts ask.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from rating._version import __version__
from rating.cli.faults.found import Found, below_here
from rating.tariff.meanings import meaning

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final = {"fault": "error", "warning": "warning"}


def as_sarif(found: Sequence[Found], exit_code: int) -> str:
    """A log of one run, whose rules are the codes that occur in it."""
    levels = {each.fault.code: _LEVELS[each.severity] for each in found}
    codes = sorted(levels)
    driver = {"name": "rating", "version": __version__, "rules": [_rule(code, levels[code]) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "exitCode": exit_code}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes) for each in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(code: str, level: str) -> dict[str, Any]:
    text = meaning(code)
    # What exactly was expected, and the fix, depend on what was read: the message of each result says them.
    helped = f"{text} The message of each place says what was read there, what was expected, and how to fix it."
    return {
        "id": code,
        "shortDescription": {"text": text},
        "help": {"text": helped},
        "defaultConfiguration": {"level": level},
    }


def _result(found: Found, codes: list[str]) -> dict[str, Any]:
    fault = found.fault
    result: dict[str, Any] = {
        "ruleId": fault.code,
        "ruleIndex": codes.index(fault.code),
        "level": _LEVELS[found.severity],
        "message": {"text": fault.message},
    }
    location: dict[str, Any] = {}
    if fault.place.source:
        location["physicalLocation"] = {"artifactLocation": _artifact(fault.place.source)}
        if region := _region(found):
            location["physicalLocation"]["region"] = region
    if fault.place.path:
        location["logicalLocations"] = [{"fullyQualifiedName": fault.place.path}]
    return result | ({"locations": [location]} if location else {})


def _region(found: Found) -> dict[str, Any]:
    place, mark = found.fault.place, found.mark
    if mark is not None:
        end = {"endColumn": mark.column + mark.width, "snippet": {"text": mark.line}}
        return {"startLine": mark.number, "startColumn": mark.column, **end}
    told = {"startLine": place.line, "startColumn": place.column}
    return {key: value for key, value in told.items() if value is not None and place.line is not None}


def _artifact(source: str) -> dict[str, str]:
    below = below_here(source)
    if below is None:
        return {"uri": Path(os.path.abspath(source)).as_uri()}
    # A colon in the first part of a relative address would read as a scheme: it is written as %3A.
    return {"uri": quote(below, safe="/"), "uriBaseId": "%SRCROOT%"}
