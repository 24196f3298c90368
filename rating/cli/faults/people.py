"""Faults for people: the line of the file with the place marked below it, what was expected, and how to fix it.

As compilers show them, because an eye finds a mark faster than a column's number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rating.cli.faults.found import Found
from rating.errors import plain

_COLOURS: Final = {"fault": "bold red", "warning": "bold yellow"}
_RULER: Final = "bold blue"
_WIDTH_MIN: Final = 40
_ANY: Final = Console(width=80)  # texts that are folded ask it for the size of a tab, and nothing else


def print_found(found: Iterable[Found], console: Console) -> None:
    """Print each in the width of a console, in colour where it has any, with an empty line after each."""
    for each in found:
        for line in lines_of(each, max(_WIDTH_MIN, console.width)):
            line.rstrip()
            console.print(line, soft_wrap=True, highlight=False)
        console.print()


def lines_of(found: Found, width: int) -> list[Text]:
    """The lines of one fault, none of them wider than `width` columns."""
    fault, colour = found.fault, _COLOURS[found.severity]
    mark = found.mark
    number = "" if mark is None else str(mark.number)
    margin = " " * len(number)
    head = Text.assemble((f"{found.severity}[{fault.code}]", colour), (f": read `{fault.got}`", "bold"))
    lines = _folded(head, width, " " * (len(found.severity) + 2))
    if str(fault.place):
        # Not folded: terminals and editors open a place that stands in one piece.
        lines.append(Text.assemble((f"{margin}--> ", _RULER), plain(place_of(found), 2_000)))
    if mark is not None:
        shown, marks = _marked(mark.line, mark.column, mark.width, width - len(number) - 3)
        lines.append(Text(f"{margin} |", _RULER))
        lines.append(Text.assemble((f"{number} | ", _RULER), shown))
        lines.append(Text.assemble((f"{margin} | ", _RULER), (marks, colour)))
    for name, words in (("expected", fault.want), ("fix", fault.fix)):
        lead = f"{margin} = {name}: "
        text = Text.assemble((f"{margin} = ", _RULER), (f"{name}: ", "bold"), words)
        lines += _folded(text, width, " " * len(lead))
    return lines


def place_of(found: Found) -> str:
    """Where it is: file, line and column; in JSON with the path, which the reader of the file has instead of them."""
    place, mark = found.fault.place, found.mark
    if mark is None or not place.path:
        return str(place)
    return f"{place.source}:{mark.number}:{mark.column}: {place.path}"


def _folded(text: Text, width: int, indent: str) -> list[Text]:
    """The text in lines of at most so many columns; all but the first are indented."""
    first, *rest = text.wrap(_ANY, width)
    if not rest:
        return [first]
    left = text[len(first.plain) :]
    left = left[len(left.plain) - len(left.plain.lstrip(" ")) :]
    return [first, *(Text(indent) + line for line in left.wrap(_ANY, width - len(indent)))]


def _marked(line: str, column: int, letters: int, width: int) -> tuple[str, str]:
    """The line, and below it the marks; a line that is too long is cut around its place.

    >>> print(*_marked("  - energy: 0.39/h", 13, 6, 40), sep="|")
      - energy: 0.39/h|            ^^^^^^
    >>> print(*_marked("a: 1, b: 2, c: 3, d: 4", 13, 4, 12), sep="|")
    …2, c: 3, d…|    ^^^^
    """
    # What cannot be printed is written out, so that it takes columns and moves no cursor.
    cells = [" " if letter == "\t" else plain(letter) for letter in line]
    first = min(column - 1, len(cells))
    cells += [" "] * (first == len(cells))  # a mark behind the end of the line stands below something, too
    last = max(first + 1, min(first + letters, len(cells)))
    before = sum(map(cell_len, cells[:first]))
    marks = max(1, sum(map(cell_len, cells[first:last])))
    total = sum(map(cell_len, cells))
    if total <= width:
        return "".join(cells), " " * before + "^" * marks
    # The marked part first, two thirds of the columns at most; then what follows and what precedes, in turn, while
    # there is room. Two columns are for the dots.
    start = end = first
    room, most = width - 2, max(1, width * 2 // 3)
    while end < last and (size := cell_len(cells[end])) <= most - (width - 2 - room):
        end, room = end + 1, room - size
    while room > 0:
        grown = False
        for index in ([end] if end < len(cells) else []) + ([start - 1] if start > 0 else []):
            if (size := cell_len(cells[index])) <= room:
                start, end, room, grown = min(start, index), max(end, index + 1), room - size, True
        if not grown:
            break
    left = "…" if start > 0 else ""
    right = "…" if end < len(cells) else ""
    lead = cell_len(left) + sum(map(cell_len, cells[start:first]))
    seen = max(1, sum(map(cell_len, cells[first : min(last, end)])))
    return f"{left}{''.join(cells[start:end])}{right}", " " * lead + "^" * seen
