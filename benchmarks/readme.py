"""Puts tables of figures into a text between their markers: `<!-- bench -->` for J1, `<!-- bench cdr -->` for CDRs."""

from __future__ import annotations

from pathlib import Path


def put_into(path: Path, marker: str, table: str) -> None:
    """Write a table into a file, in the place of the one that stands between the markers of that name."""
    text = path.read_text(encoding="utf-8")
    path.write_text(replaced(text, marker, table), encoding="utf-8")


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
