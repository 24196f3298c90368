"""A fault or a warning, and which part of which line of its file it is about."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, Literal

from rating.cli.faults.json_places import JsonText, Span
from rating.errors import Fault

Severity = Literal["fault", "warning"]
# Where YAML begins a new line; columns are counted from there.
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_FILE_MAX_BYTES: Final = 16 << 20  # a larger one is read by no person
_JSON_MAX_CHARS: Final = 2 << 20  # a longer text takes a second to cut, and has lines that nobody reads
_WORD: Final = re.compile("[^ \t,:{}\\[\\]#]+")
_BRACKETS: Final = re.compile("\\[[^\\[\\]]*\\]|{[^{}]*}")
_QUOTED: Final = re.compile("""'(?:[^']|'')*'|"(?:[^"\\\\]|\\\\.)*\"""")


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of a file, and what of it is meant: so many letters from a column on, counted from 1."""

    number: int
    line: str
    column: int
    width: int


@dataclass(frozen=True)
class Found:
    """One fault, or warning."""

    fault: Fault
    severity: Severity

    @cached_property
    def mark(self) -> Mark | None:
        """The line that it is about; None where there is none to show."""
        place = self.fault.place
        if place.row is not None or not place.source:
            return None
        lines = _lines(place.source)
        if place.path:
            return self._json_mark(lines)
        if place.line is None or place.line > len(lines):
            return None
        line, column = lines[place.line - 1], place.column or 1
        return Mark(place.line, line, column, _width(line[column - 1 :], self.fault.got))

    def _json_mark(self, lines: list[str]) -> Mark | None:
        """The same of a value in JSON, which a path leads to."""
        place = self.fault.place
        # In JSON lines the path begins in the line.
        first = 0 if place.line is None else place.line - 1
        text = "\n".join(lines) if place.line is None else "".join(lines[first : first + 1])
        if len(text) > _JSON_MAX_CHARS:
            return None
        cut = _cut(text)
        span = cut.value(place.path)
        last = re.search('[A-Za-z_]\\w*$|(?<=\\[")[^"]*(?="\\]$)', place.path)
        if last is not None and last.group() == self.fault.got.strip('"'):  # the key itself is what was read
            span = cut.value(place.path, key=True)
        return None if span is None else _mark(text, span, first)


def _mark(text: str, span: Span, first: int) -> Mark:
    before = text.rfind("\n", 0, span.start) + 1
    after = text.find("\n", span.start)
    line = text[before : after if after >= 0 else len(text)]
    return Mark(
        first + text.count("\n", 0, span.start) + 1,
        line,
        span.start - before + 1,
        max(1, min(span.end, before + len(line)) - span.start),
    )


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


@lru_cache(maxsize=8)
def _cut(text: str) -> JsonText:
    return JsonText(text)


def below_here(source: str) -> str | None:
    """The path of a file relative to the current folder, with slashes; None where it lies elsewhere.

    >>> below_here("tariffs/../a.yaml"), below_here("../a.yaml")
    ('a.yaml', None)
    """
    path = Path(os.path.abspath(source))  # of `a/../b`, b alone
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else None


def forget_files() -> None:
    """Read each file again: it was saved since."""
    _lines.cache_clear()
