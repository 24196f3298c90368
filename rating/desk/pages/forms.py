"""The forms in which a verb of the desk tells what it found: text, one page, and data."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any


class Forms(ABC):
    """What all of them share; each says `text`, `html` and `as_dict` itself, and loads what makes them when asked."""

    @property
    @abstractmethod
    def text(self) -> str:
        """As the terminal prints it, in 80 columns and without colour."""

    @property
    @abstractmethod
    def html(self) -> str:
        """One page that asks no other host for anything."""

    @abstractmethod
    def as_dict(self) -> dict[str, Any]:
        """All of it for programs; amounts, quantities and prices are texts."""

    @property
    def json(self) -> str:
        """The same as text."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)

    def write_html(self, path: str | Path) -> None:
        """Write the page."""
        Path(path).write_text(self.html, encoding="utf-8")

    def __str__(self) -> str:
        return self.text
