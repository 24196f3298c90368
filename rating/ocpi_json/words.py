"""What the JSON parser says, said again for somebody who edits the file; the same words on every version of Python."""

from __future__ import annotations

import json
import re

from rating.errors import Fault, Place

_WORDS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "TRUE": "true", "FALSE": "false"}


def explain_json(error: json.JSONDecodeError, source: str, lines_before: int = 0) -> Fault:
    """The fault that a parser's exception stands for.

    >>> try:
    ...     json.loads('{"a": 1,}')
    ... except json.JSONDecodeError as error:
    ...     print(explain_json(error, "a.json"))
    a.json:1:8: json_syntax: read `,}`, expected nothing after the last item; delete the comma
    """
    text, at = error.doc, error.pos
    # Newer parsers point at the comma that is too many, older ones at the bracket behind it.
    behind = _skip_blanks(text, at + 1) if text[at : at + 1] == "," else at
    before = text[:behind].rstrip()
    if text[behind : behind + 1] in ("}", "]") and before.endswith(","):
        at = len(before) - 1
        got = "," + text[behind]
        return _fault(text, at, source, lines_before, got, "nothing after the last item", "delete the comma")
    want, fix = _words(error.msg, text, at)
    return _fault(text, at, source, lines_before, _snippet(text, at), want, fix)


def _words(message: str, text: str, at: int) -> tuple[str, str]:
    rest = text[at:]
    word = re.match("[A-Za-z]+", rest)
    if at >= len(text) or "Unterminated" in message:
        quoted = "Unterminated" in message
        return (
            ("a quote at the end of this text", "close the quote")
            if quoted
            else (
                "more: the JSON ends too early",
                "close every bracket and brace, or copy the file again whole",
            )
        )
    if word and word.group() in _WORDS:
        return "a JSON value", f"write {_WORDS[word.group()]}"
    if rest.startswith(("//", "/*", "#")):
        return "JSON, which has no comments", "delete the comment"
    if rest.startswith("'"):
        return "text in double quotes", "write double quotes around keys and texts"
    if "control character" in message:
        return "text without line breaks and tabs", "write \\n or \\t, or close the quote before the end of the line"
    if "escape" in message:
        return 'a backslash before one of " \\ / b f n r t u', "write two backslashes where one is meant"
    if "property name" in message and (number := _with_comma(text, at)):
        return "a number with a decimal point", f"write {number}"
    if "property name" in message:
        return "a key in double quotes", "write the key in double quotes"
    if "':'" in message:
        return "a colon after the key", "write a colon between key and value"
    if "','" in message:
        return "a comma or the end of the list or object", "write a comma, or close the bracket or quote before it"
    if "Extra data" in message:
        want = "nothing after the first value"
        return want, "put several objects in one list, or each on a line of its own"
    if re.match(r"[-+.0-9]", rest):
        return "a number as JSON writes it, such as 0.39 or -1", "write a digit on both sides of the point, and no plus"
    return "a JSON value", "write a text in double quotes, a number, true, false, null, a list or an object"


def _with_comma(text: str, at: int) -> str:
    """The number that was written with a decimal comma in front of a place, or "".

    >>> _with_comma('{"price": 0,39}', 12)
    '0.39'
    """
    before, after = re.search("[0-9]+(?=, ?$)", text[max(0, at - 20) : at]), re.match("[0-9]+", text[at : at + 20])
    return f"{before.group()}.{after.group()}" if before and after else ""


def _fault(text: str, at: int, source: str, lines_before: int, got: str, want: str, fix: str) -> Fault:
    line = text.count("\n", 0, at) + 1 + lines_before
    column = at - text.rfind("\n", 0, at)
    return Fault("json_syntax", Place(source, line, column), got, want, fix)


def _skip_blanks(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _snippet(text: str, at: int) -> str:
    """What stands at a place up to the end of its line, cut short, with nothing in it that moves a cursor."""
    if at >= len(text):
        return "(the end)"
    rest = text[at : at + 30].split("\n")[0].rstrip()
    words = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in rest)
    return words or "(the end of the line)"
