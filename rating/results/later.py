"""Tables that not everybody asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Later:
    """A table that is made when it is first asked for, at the latest when it is pickled or copied."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make: Callable[[], Any] | None = make
        self._table: Any = None

    def get(self) -> Any:
        """The table, the same one each time."""
        make = self._make  # once, for another thread may be done in between
        if make is not None:
            self._table = make()
            self._make = None
        return self._table

    def __getstate__(self) -> dict[str, Any]:
        return {"_make": None, "_table": self.get()}
