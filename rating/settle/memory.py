"""Memory for kernels to write to: many arrays in one block, which comes back when nobody holds any of them.

A block that comes back is kept for the next call, up to KEPT_MAX_BYTES in all: to fault in fresh pages for what
10 million intervals give (170 MB) takes 35 ms of one core, and all the rest of their rating 71 ms. Arrow's own pool
keeps pages for some 10 ms only.
"""

from __future__ import annotations

import weakref
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

KEPT_MAX_BYTES = 256 * 2**20
_ALIGN = 64  # a cache line, and what Arrow recommends


class _Kept:
    """Blocks that wait for the next call, the last one that came back first."""

    def __init__(self) -> None:
        self._blocks: list[Any] = []
        self._lock = Lock()

    def take(self, size: int) -> Any:
        """A block of at least `size` bytes and at most twice as many: kept, else new."""
        with self._lock:
            for i in range(len(self._blocks) - 1, -1, -1):
                if size <= self._blocks[i].size <= 2 * size:
                    return self._blocks.pop(i)
        return pa.allocate_buffer(size)

    def give_back(self, block: Any) -> None:
        """Keep a block, and let go of those that came back longest ago where that is too much."""
        with self._lock:
            self._blocks.append(block)
            total = sum(each.size for each in self._blocks)
            while total > KEPT_MAX_BYTES:
                total -= self._blocks.pop(0).size


_KEPT = _Kept()


class _Root(np.ndarray[Any, np.dtype[np.uint8]]):
    """The bytes of a block. A type of its own, because NumPy then lets no view skip it as its base."""


class Block:
    """A block of bytes that is handed out as arrays; `reset` hands all of it out again."""

    def __init__(self) -> None:
        self._root: Any = None
        self._used = 0

    def reset(self, sizes: dict[Any, int]) -> None:
        """Make room for so many items of each dtype in `sizes`, in at most sixteen arrays each."""
        wanted = sum(np.dtype(dtype).itemsize * size + 16 * _ALIGN for dtype, size in sizes.items()) + _ALIGN
        if self._root is None or self._root.size < wanted:
            block = _KEPT.take(wanted)
            self._root = _Root(block.size, np.uint8, block)
            weakref.finalize(self._root, _KEPT.give_back, block).atexit = False
        self._used = -self._root.__array_interface__["data"][0] % _ALIGN

    def take(self, size: int, dtype: Any, width: int = 0) -> NDArray[Any]:
        """An array of `size` items, or (`size`, `width`), not initialised."""
        shape = (size, width) if width else (size,)
        array: NDArray[Any] = np.ndarray(shape, dtype, self._root, self._used)
        self._used += -(-array.nbytes // _ALIGN) * _ALIGN
        return array
