"""What compiling keeps for its next call: the latest results, up to so many bytes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by their keys; the oldest goes first. A value is made outside the lock: two threads may both make it.

    `functools.lru_cache` counts values. But the timeline of a day takes a kilobyte and that of a year with a price for
    each quarter of an hour a megabyte: a number that is safe for these forgets most of a network's tariffs. That the
    oldest goes and not the one that was used longest ago saves to hash a key again at each use: keys are prices and
    restrictions, and take longer to hash than anything else here.

    >>> kept = Kept(2, lambda text: len(text), lambda text: text.upper())
    >>> kept("a"), kept("b"), kept("a"), kept("c")
    ('A', 'B', 'A', 'C')
    >>> kept.keys()
    ('b', 'c')
    """

    def __init__(self, most_bytes: int, size: Callable[[V], int], make: Callable[[K], V]) -> None:
        self._most_bytes = most_bytes
        self._size = size
        self._make = make
        self._values: dict[K, tuple[V, int]] = {}
        self._bytes = 0
        self._lock = Lock()

    def __call__(self, key: K) -> V:
        """The value of a key: kept, else made. What is larger than all that may be kept is not."""
        found = self._values.get(key)
        if found is not None:
            return found[0]
        value = self._make(key)
        size = self._size(value)
        if size <= self._most_bytes:
            with self._lock:
                if self._values.setdefault(key, (value, size))[0] is value:
                    self._bytes += size
                while self._bytes > self._most_bytes:
                    self._bytes -= self._values.pop(next(iter(self._values)))[1]
        return value

    def keys(self) -> tuple[K, ...]:
        """Those of what is kept, the oldest first."""
        with self._lock:
            return tuple(self._values)

    def cache_clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._bytes = 0
