"""A fault or a warning, and which part of which line of its file it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from rating.errors import Fault

Severity = Literal["fault", "warning"]
# Where YAML begins a new line; columns are counted from there.
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_FILE_MAX_BYTES: Final = 16 << 20  # a larger one is read by no person
_WORD: Final = re.compile("[^ \t,:{}\\[\\]#]+")
_BRACKETS: Final = re.compile("\\[[^\\[\\]]*\\]|{[^{}]*}")
_QUOTED: Final = re.compile("""'(?:[^']|'')*'|"(?:[^"\\\\]|\\\\.)*\"""")


@dataclass(frozen=True, slots=True)
class Found:
    """One fault, or warning."""

    fault: Fault
    severity: Severity

    @property
    def line(self) -> str | None:
        """The line of the file, without what ends it; None where there is none to show."""
        place = self.fault.place
        if place.line is None or place.row is not None:
            return None
        lines = _lines(place.source)
        return lines[place.line - 1] if place.line <= len(lines) else None

    @property
    def width(self) -> int:
        """How many letters of the line are meant, from its column on; at least 1."""
        line, column = self.line, self.fault.place.column
        return 1 if line is None or column is None else _width(line[column - 1 :], self.fault.got)


def _width(rest: str, got: str) -> int:
    """How much of the rest of a line was read as what the fault shows.

    >>> _width("0.39/h, max: 1", "0.39/h"), _width("'ja', x: 1", "ja"), _width("days: mon", "no name"), _width("", "")
    (6, 4, 4, 1)
    """
    shown = got.removesuffix("…")
    if shown and rest.startswith(shown):
        return len(shown) if shown == got else len(rest.rstrip())
    for form in (_QUOTED, _BRACKETS, _WORD):
        if found := form.match(rest):
            return len(found[0])
    return 1


@lru_cache(maxsize=8)
def _lines(source: str) -> list[str]:
    try:
        with open(source, "rb") as file:
            data = file.read(_FILE_MAX_BYTES + 1)
    except (OSError, ValueError):
        return []
    text = "" if len(data) > _FILE_MAX_BYTES else data.decode("utf-8", errors="replace")
    return _BREAK.split(text.removeprefix("\ufeff"))


def forget_files() -> None:
    """Read each file again: it was saved since."""
    _lines.cache_clear()
