"""Work on arrays, cut into parts for several threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from rating.workers import in_order

T = TypeVar("T")

_PART = 20_000  # sessions or claims: fewer are not worth a second thread


def edges_of(count: int, threads: int) -> list[int]:
    """Where parts of about the same size begin, and where the last one ends; as many as are worth a thread."""
    parts = max(1, min(threads, count // _PART))
    return [count * part // parts for part in range(parts + 1)]


def in_parts(edges: Sequence[int], work: Callable[[int, int], T]) -> list[T]:
    """What `work` gives for each part, which begins at its first argument and ends before its second."""
    return in_order(list(pairwise(edges)), lambda part: work(*part), len(edges) - 1)
