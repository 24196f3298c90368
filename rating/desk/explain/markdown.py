"""The story in Markdown: for a ticket, a mail or a chat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rating.reference.told import Row, Story

if TYPE_CHECKING:
    from rating.desk.explain.explanation import Explanation

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def as_markdown(explanation: Explanation) -> str:
    """The bill as a table, then the story as lists."""
    return "\n".join(_lines(explanation.story)) + "\n"


def _lines(story: Story) -> Iterator[str]:
    title, *head = story.head
    yield f"# {_plain(title)}"
    yield ""
    yield "  \n".join([f"**{_plain(story.totals[-1][1])} to pay**", *map(_plain, head)])
    yield ""
    yield "## The bill"
    yield ""
    yield "| For | How much | By | Amount |"
    yield "| --- | --- | --- | ---: |"
    for each in story.lines:
        yield _cells(each.what, each.how, "; ".join(each.because), each.printed)
    for what, amount in story.totals[:-1]:
        yield _cells(what, "", "", amount)
    what, amount = story.totals[-1]
    yield f"| **{_plain(what)}** |  |  | **{_plain(amount)}** |"
    for section in story.sections:
        yield ""
        yield f"## {_plain(section.title)}"
        yield ""
        yield from _list(section.shown(), "")


def _list(rows: Iterable[Row], indent: str) -> Iterator[str]:
    for row in rows:
        yield f"{indent}- {_plain(row.words)}"
        yield from _list(row.rows, f"{indent}  ")


def _cells(*texts: str) -> str:
    return f"| {' | '.join(map(_plain, texts))} |"


def _plain(text: str) -> str:
    """Texts of a tariff are no markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
