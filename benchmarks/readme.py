"""Puts tables of figures into a text between their markers: `<!-- bench -->` for J1, `<!-- bench cdr -->` for CDRs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MARKERS: Final = {
    "J1": "bench",
    "CDR": "bench cdr",
    "SPOT": "bench spot",
    "ACCOUNTS": "bench accounts",
    "FILES": "bench files",
}


def put_into(path: Path, job: str, table: str) -> None:
    """Write the table of a job into a file, in the place of the one that stands there."""
    text = path.read_text(encoding="utf-8")
    path.write_text(replaced(text, MARKERS[job], table), encoding="utf-8")


def replaced(text: str, name: str, table: str) -> str:
    """The text with a table between the markers of that name. ValueError where they are not there.

    >>> print(replaced("a <!-- bench -->old<!-- /bench --> b", "bench", "new"))
    a <!-- bench -->
    ```
    new
    ```
    <!-- /bench --> b
    """
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(opening)
    _, closed, behind = rest.partition(closing)
    if not found or not closed:
        raise ValueError(f"no {opening} … {closing} to write to")
    return f"{before}{opening}\n```\n{table}\n```\n{closing}{behind}"
