"""Tables that not everybody asks for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any


class Later:
    """A table that is made when it is first asked for, at the latest when it is pickled or copied."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make: Callable[[], Any] | None = make
        self._table: Any = None
        self._lock = Lock()

    def get(self) -> Any:
        """The table, the same one each time. It is made once: to make a state closes its ledger."""
        if self._make is not None:
            with self._lock:
                make = self._make
                if make is not None:  # else another thread was first
                    self._table = make()
                    self._make = None
        return self._table

    def __getstate__(self) -> dict[str, Any]:
        return {"_make": None, "_table": self.get()}
