"""Memory for kernels to write to: many arrays in one block of Arrow's memory pool.

The pool keeps what was freed, so that the next call does not fault every page in again: 172 MB took 6 ms from the
pool, 35 ms as NumPy blocks with huge pages, and 77 ms as small NumPy arrays.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_ALIGN = 64  # a cache line, and what Arrow recommends


class Block:
    """A block of bytes that is handed out as arrays; `reset` hands all of it out again."""

    def __init__(self) -> None:
        self._bytes: NDArray[np.uint8] = np.empty(0, np.uint8)
        self._used = 0

    def reset(self, sizes: dict[Any, int]) -> None:
        """Make room for so many items of each dtype in `sizes`, in at most sixteen arrays each."""
        wanted = sum(np.dtype(dtype).itemsize * size + 16 * _ALIGN for dtype, size in sizes.items()) + _ALIGN
        if self._bytes.size < wanted:
            self._bytes = np.frombuffer(pa.allocate_buffer(wanted), np.uint8)
        address = self._bytes.__array_interface__["data"][0]
        self._used = -address % _ALIGN

    def take(self, size: int, dtype: Any, width: int = 0) -> NDArray[Any]:
        """An array of `size` items, or (`size`, `width`), not initialised."""
        length = np.dtype(dtype).itemsize * size * (width or 1)
        array: NDArray[Any] = self._bytes[self._used : self._used + length].view(dtype)
        self._used += -(-length // _ALIGN) * _ALIGN
        return array.reshape(size, width) if width else array
