"""Where in a text of JSON a path leads: faults of OCPI know the path of a value, people look for its line."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_STEP: Final = re.compile(r'\[([0-9]+)\]|\[("(?:[^"\\]|\\.)*")\]|\.?([A-Za-z_][A-Za-z0-9_]*)')
_CLOSES: Final = {"}": "{", "]": "["}
_KEY_MAX: Final = 64  # letters of a key that a path keeps


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, by letters from 0."""

    start: int
    end: int


class JsonText:
    """A text of JSON, cut once, so that every value in it is found by its path without reading the others again."""

    def __init__(self, text: str) -> None:
        found = list(_TOKEN.finditer(text))
        self._words = [each.group() for each in found]
        self._spans = [Span(*each.span()) for each in found]
        self._ends = list(range(1, len(found) + 1))  # of each token, the token after the value that begins with it
        open_: list[int] = []
        for index, word in enumerate(self._words):
            if word in "{[":
                open_.append(index)
            elif word in _CLOSES and open_ and self._words[open_[-1]] == _CLOSES[word]:
                self._ends[open_.pop()] = index + 1

    def value(self, path: str, *, key: bool = False) -> Span | None:
        """Where the value begins and ends, or with `key` the key before it; None where the path leads nowhere.

        >>> text = '{"id": "12", "elements": [{"price": -1}]}'
        >>> span = JsonText(text).value("elements[0].price")
        >>> text[span.start : span.end]
        '-1'
        """
        at, name = 0, None
        for step in _steps(path):
            found = self._child(at, step)
            if found is None:
                return None
            at, name = found
        if key and name is not None:
            return self._spans[name]
        if at >= len(self._words):
            return None
        return Span(self._spans[at].start, self._spans[self._ends[at] - 1].end)

    def _child(self, at: int, step: str | int) -> tuple[int, int | None] | None:
        """The token at which a part begins, and that of its key; of a key that is there twice, the last one."""
        words, within, found = self._words, "[" if isinstance(step, int) else "{", None
        if at >= len(words) or words[at] != within:
            return None
        index, count, end = at + 1, 0, self._ends[at] - 1
        while index < end:
            if words[index] == ",":
                index += 1
                continue
            value = index if within == "[" else index + 2
            if value >= end or (within == "{" and words[index + 1] != ":"):
                break
            if within == "[" and count == step:
                return value, None
            if within == "{" and _text(words[index])[:_KEY_MAX] == step:
                found = value, index
            index, count = self._ends[value], count + 1
        return found


def _steps(path: str) -> list[str | int]:
    """The keys and indexes of a path, as `errors.path_step` writes them.

    >>> _steps('[3].elements[0]["my key"]')
    [3, 'elements', 0, 'my key']
    """
    return [int(index) if index else _text(quoted) if quoted else name for index, quoted, name in _STEP.findall(path)]


def _text(word: str) -> str:
    with suppress(ValueError):
        found = json.loads(word)
        return found if isinstance(found, str) else word
    return word
