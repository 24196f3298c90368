"""What the YAML parser says, said again for somebody who edits prices."""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from rating.errors import Fault, Place
from rating.tariff.refusal import visible

_ODD_STARTS = "@`%"
_UNPRINTABLE = re.compile("[^\t\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# The parser's problem -> what was expected, and what to do about it. The first text that is part of the problem counts.
_PROBLEMS: tuple[tuple[str, str, str], ...] = (
    ("tab character", "spaces at the start of a line", "replace the tab by spaces"),
    (
        "mapping values are not allowed",
        "one `key: value` on a line, in line with the keys around it",
        "move each key to its own line with the same indent, and put text that holds `: ` in quotes",
    ),
    (
        "block sequence entries are not allowed",
        "a list on the lines below its key",
        "start a new line, indented, before the `-`",
    ),
    ("did not find expected ',' or ']'", "`,` or `]` after the `[` that stands here", "close the list with `]`"),
    ("did not find expected ',' or '}'", "`,` or `}` after the `{` that stands here", "close it with `}`"),
    (
        "did not find expected key",
        "a key in line with the keys above it",
        "give the keys of one block the same indent, and close every quote once",
    ),
    (
        "did not find expected '-' indicator",
        "another `-` in line with the list above",
        "give the items of one list the same indent, or move this key out of the list",
    ),
    ("could not find expected ':'", "`key: value`", "write a colon and a space after the key"),
    ("found unexpected end of stream", "a quote at the end of this text", "close the quote"),
    ("unknown escape character", "text without a backslash", "write the text in single quotes"),
    ("did not find expected node content", "a value", "write a value here, or delete this character"),
    ("did not find expected <document start>", "one tariff in each file", "delete what follows, or a bracket too many"),
)


def explain_syntax(error: Exception, text: str, source: str) -> Fault:
    """The fault that a parser's exception stands for."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return _bad_character(text, source)
    problem = error.problem or ""
    mark = error.problem_mark
    if error.context_mark is not None and _is_about_the_start(problem):
        mark = error.context_mark
    line, column = mark.line + 1, mark.column + 1
    want, fix = _words_for(problem, _character(text, line, column))
    code = "yaml_tab" if "tab" in fix else "yaml_syntax"
    return Fault(code, Place(source, line, column), snippet(text, line, column), want, fix)


def snippet(text: str, line: int, column: int, longest: int = 40, end_column: int = 0) -> str:
    """What stands at a place, up to its end or the end of the line, cut short.

    >>> snippet("a: 1\\nb: [x,  y]  # why", 2, 4)
    '[x, y]'
    """
    lines = _lines(text)
    if line > len(lines):
        return "(end of the file)"
    # Cut before tidying: a line may be megabytes long.
    rest = lines[line - 1][column - 1 : column + 4 * longest]
    if end_column:
        rest = rest[: end_column - column]
    words = rest.split(" #")[0].strip(" \t")
    if not words:
        return "\\t" if rest.startswith("\t") else "(end of the line)"
    words = "\\t" + words if rest.startswith("\t") else words
    return visible(words, longest)


def _is_about_the_start(problem: str) -> bool:
    """Whether the place where something began says more than the place where the parser gave up."""
    return any(part in problem for part in ("or ']'", "or '}'", "end of stream", "expected ':'"))


def _words_for(problem: str, character: str) -> tuple[str, str]:
    if "cannot start any token" in problem:
        if character == "\t":
            return "spaces at the start of a line", "replace the tab by spaces"
        if character in _ODD_STARTS:
            return f"text that does not start with `{character}`", "put the text in quotes"
    for part, want, fix in _PROBLEMS:
        if part in problem:
            return want, fix
    return "valid YAML", f"look at this line and the one above it: the YAML parser says `{problem}`"


def _character(text: str, line: int, column: int) -> str:
    lines = _lines(text)
    return lines[line - 1][column - 1 : column] if line <= len(lines) else ""


@lru_cache(maxsize=2)
def _lines(text: str) -> list[str]:
    """The lines as the parser counts them."""
    return re.split("\r\n|[\n\r\x85\u2028\u2029]", text.removeprefix("\ufeff"))


def _bad_character(text: str, source: str) -> Fault:
    """Name the first character that YAML does not allow. The parser's own position counts bytes, so it is not used."""
    for line, words in enumerate(_lines(text), start=1):
        if found := _UNPRINTABLE.search(words):
            code = f"U+{ord(found.group()):04X}"
            fix = "delete the character (it may be invisible), or type the word again"
            return Fault(
                "yaml_character", Place(source, line, found.start() + 1), code, "text that can be printed", fix
            )
    return Fault("yaml_syntax", Place(source, 1, 1), snippet(text, 1, 1), "valid YAML", "write the file again")
