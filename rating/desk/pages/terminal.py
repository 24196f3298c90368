"""Lines in the columns of a terminal, with or without colour."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from typing import Final

from rich.console import Console
from rich.text import Text

WIDTH_MIN: Final = 60


def printed(show: Callable[[Console], None], width: int) -> str:
    """What `show` prints, without colour."""
    console = Console(file=StringIO(), width=width, no_color=True, color_system=None, force_terminal=False, emoji=False)
    show(console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def width_of(console: Console) -> int:
    """How many columns lines may have."""
    return max(WIDTH_MIN, console.width)


def has_colour(console: Console) -> bool:
    """Whether what is printed has colours."""
    return console.color_system is not None and not console.no_color


def print_lines(lines: Iterable[Text], console: Console, *, filled: bool = False) -> None:
    """Print lines as they are. Where they are `filled` with colours, spaces at their ends are parts of a picture."""
    for line in lines:
        if not (filled and has_colour(console)):
            line.rstrip()
        console.print(line, soft_wrap=True, highlight=False)


def wrapped(line: str, width: int, style: str = "") -> Iterator[Text]:
    """A line in as many as it takes, those that follow further in."""
    indent = " " * (len(line) - len(line.lstrip()))
    for part in textwrap.wrap(line.strip(), width, initial_indent=indent, subsequent_indent=indent + "    ") or [""]:
        yield Text(part, style=style)
