"""What compiling keeps for its next call: the latest results, up to so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Values by their keys, the last used at the end. A value is made outside the lock: two threads may both make it.

    `functools.lru_cache` counts values. But the timeline of a day takes a kilobyte and that of a year with a price for
    each quarter of an hour a megabyte: a number that is safe for these forgets most of a network's tariffs.

    >>> kept = Kept(2, lambda text: len(text), lambda text: text.upper())
    >>> kept("a"), kept("b"), kept("a"), kept("c")
    ('A', 'B', 'A', 'C')
    >>> list(kept.keys())
    ['a', 'c']
    """

    def __init__(self, most_bytes: int, size: Callable[[V], int], make: Callable[[K], V]) -> None:
        self._most_bytes = most_bytes
        self._size = size
        self._make = make
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __call__(self, key: K) -> V:
        """The value of a key: kept, else made. What is larger than all that may be kept is not."""
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
                return found[0]
        value = self._make(key)
        size = self._size(value)
        if size <= self._most_bytes:
            with self._lock:
                self._put(key, value, size)
        return value

    def keys(self) -> tuple[K, ...]:
        """Those of what is kept, the last used at the end."""
        with self._lock:
            return tuple(self._values)

    def cache_clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._bytes = 0

    def _put(self, key: K, value: V, size: int) -> None:
        before = self._values.pop(key, None)
        self._bytes += size - (0 if before is None else before[1])
        self._values[key] = value, size
        while self._bytes > self._most_bytes:
            _, (_, dropped) = self._values.popitem(last=False)
            self._bytes -= dropped
