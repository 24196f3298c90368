"""The claims of each plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Rows = NDArray[np.intp]


def by_plan(plan: Int32) -> Iterator[tuple[int, Rows]]:
    """The plans that are there, -1 (none) first, and the places of each, ascending."""
    if not len(plan):
        return
    code = plan + 1
    most = int(code.max())
    # NumPy sorts small integers by radix, four times as fast.
    order = np.argsort(code.astype(np.uint16) if most < 2**16 else code, kind="stable")
    edges = np.searchsorted(code[order], np.arange(most + 2))
    for index in range(most + 1):
        if edges[index] < edges[index + 1]:
            yield index - 1, order[edges[index] : edges[index + 1]]
