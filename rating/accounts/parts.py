"""Work on arrays, cut into parts for several threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rating.workers import in_order

T = TypeVar("T")

_PART = 20_000  # sessions or claims: fewer are not worth a second thread


def edges_of(count: int, threads: int) -> list[int]:
    """Where parts of about the same size begin, and where the last one ends; as many as are worth a thread."""
    parts = max(1, min(threads, count // _PART))
    return [count * part // parts for part in range(parts + 1)]


def parts_of_accounts(first: NDArray[np.int64], threads: int) -> list[int]:
    """Where parts of whole accounts begin, and where the last one ends; first[c] to first[c + 1] - 1 are the claims of
    account c.
    """
    accounts = len(first) - 1
    cuts = np.searchsorted(first[:accounts], edges_of(int(first[-1]), threads)[1:-1])
    return [0, *cuts.tolist(), accounts]


def in_parts(edges: Sequence[int], work: Callable[[int, int], T]) -> list[T]:
    """What `work` gives for each part, which begins at its first argument and ends before its second."""
    return in_order(list(pairwise(edges)), lambda part: work(*part), len(edges) - 1)
