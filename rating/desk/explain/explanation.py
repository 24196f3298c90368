"""A bill with its story, in all its forms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rating.desk.explain.bands import chart_of
from rating.desk.explain.chart import Chart
from rating.desk.pages.forms import Forms
from rating.reference import Bill
from rating.reference.story import story_of
from rating.reference.told import Story


@dataclass(frozen=True, repr=False)
class Explanation(Forms):
    """A bill with its story; `print` it to read it, or write its page with `.write_html(path)`."""

    bill: Bill

    @cached_property
    def story(self) -> Story:
        """The bill's steps as sections of rows: what all forms are written from."""
        return story_of(self.bill)

    @cached_property
    def chart(self) -> Chart | None:
        """Power over time, and which price held when; None for a session of no length."""
        return chart_of(self.bill)

    @property
    def text(self) -> str:
        """The story as plain text of 80 columns."""
        from rating.desk.explain.terminal import as_text

        return as_text(self, width=80)

    @property
    def markdown(self) -> str:
        """The story for a ticket or a chat."""
        from rating.desk.explain.markdown import as_markdown

        return as_markdown(self)

    @property
    def html(self) -> str:
        """The story as one page that asks no other host for anything, with a picture."""
        from rating.desk.explain.page import as_html

        return as_html(self)

    def as_dict(self) -> dict[str, Any]:
        """All of it for programs; amounts, quantities and prices are texts."""
        from rating.desk.explain.as_json import as_dict

        return as_dict(self)

    def __repr__(self) -> str:
        return f"Explanation of session {self.bill.session_id}: print() it to read it"
