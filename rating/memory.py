"""Memory for kernels to write to: many arrays in one block, which comes back when nobody holds any of them.

A block that comes back is kept for the next call, up to KEPT_MAX_BYTES in all: to fault in fresh pages for what
10 million intervals give (170 MB) takes 35 ms of one core, and all the rest of their rating 71 ms. Arrow's own pool
keeps pages for some 10 ms only.
"""

from __future__ import annotations

import weakref
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

KEPT_LEAST_BYTES: Final = 2**16  # smaller ones cost next to nothing to make
# Blocks of so many bytes and more, up to those of the next tier, and how many bytes of them are kept: a million
# intervals take 17 MB of the second tier, 10 million 210 MB of the third. With one limit for all, 30 million and more
# pushed out what a million needs, which took 7.9 ns an interval then, and 3.9 where it found its blocks.
TIERS: Final = ((KEPT_LEAST_BYTES, 8 * 2**20), (2**20, 40 * 2**20), (2**24, 208 * 2**20))
KEPT_MAX_BYTES: Final = sum(most for _, most in TIERS)
KEPT_MAX: Final = 32  # blocks of a tier: each that comes back looks at all of them
ARRAYS_MAX = 40  # of one dtype in a block
_ALIGN = 64  # a cache line, and what Arrow recommends


class Tier:
    """Blocks of about a size that wait for the next call, the last one that came back first.

    A block may come back in the middle of any step of any thread, where the collector of garbage finds it: so there is
    no lock, which could be asked for by who holds it, but only steps on a deque that nothing interrupts.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._blocks: deque[Any] = deque()

    def take(self, size: int) -> Any | None:
        """A block of at least `size` bytes and at most twice as many, if one is kept."""
        for block in self._each():
            if size <= block.size <= 2 * size:
                return block
            self._blocks.appendleft(block)
        return None

    def give_back(self, block: Any) -> None:
        """Keep a block, and let go of those that came back longest ago where that is too much."""
        if block.size > self._most_bytes:  # all others would go for it, and it would, too
            return
        self._blocks.append(block)
        total = 0
        for number, each in enumerate(self._each()):
            total += each.size
            if total <= self._most_bytes and number < KEPT_MAX:
                self._blocks.appendleft(each)

    def _each(self) -> Iterator[Any]:
        """Take every block out, the last one first; what is put back in front keeps its order."""
        for _ in range(len(self._blocks)):
            try:
                yield self._blocks.pop()
            except IndexError:  # another thread took it
                return


class Kept:
    """The tiers. A block is looked for in the tier of the size that is asked for, and comes back to that of its own."""

    def __init__(self) -> None:
        self.tiers = [Tier(most) for _, most in TIERS]

    def take(self, size: int) -> Any:
        """A block of at least `size` bytes and at most twice as many: kept, else new."""
        found = self._tier(size).take(size)
        return pa.allocate_buffer(size) if found is None else found

    def give_back(self, block: Any) -> None:
        """Keep a block for the next call."""
        self._tier(block.size).give_back(block)

    def _tier(self, size: int) -> Tier:
        return self.tiers[bisect_right(_LEASTS, size) - 1]


_LEASTS = [least for least, _ in TIERS]
_KEPT = Kept()


class _Root(np.ndarray[Any, np.dtype[np.uint8]]):
    """The bytes of a block. A type of its own, because NumPy then lets no view skip it as its base."""


class Block:
    """A block of bytes that is handed out as arrays; `reset` hands all of it out again."""

    def __init__(self) -> None:
        self._root: Any = None
        self._used = 0

    def reset(self, sizes: dict[Any, int]) -> None:
        """Make room for so many items of each dtype in `sizes`, in at most ARRAYS_MAX arrays each."""
        wanted = sum(np.dtype(dtype).itemsize * size + ARRAYS_MAX * _ALIGN for dtype, size in sizes.items()) + _ALIGN
        if self._root is None or self._root.size < wanted:
            keep = wanted >= KEPT_LEAST_BYTES
            block = _KEPT.take(wanted) if keep else pa.allocate_buffer(wanted)
            self._root = _Root(block.size, np.uint8, block)
            if keep:
                weakref.finalize(self._root, _KEPT.give_back, block).atexit = False
        self._used = -self._root.__array_interface__["data"][0] % _ALIGN

    def take(self, size: int, dtype: Any, width: int | None = None) -> NDArray[Any]:
        """An array of `size` items, or (`size`, `width`), not initialised."""
        shape = (size,) if width is None else (size, width)
        array: NDArray[Any] = np.ndarray(shape, dtype, self._root, self._used)
        self._used += -(-array.nbytes // _ALIGN) * _ALIGN
        return array
