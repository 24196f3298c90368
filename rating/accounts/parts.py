"""Work on arrays, cut into parts for several threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

_PART = 20_000  # sessions or claims: fewer are not worth a second thread


def edges_of(count: int, threads: int) -> list[int]:
    """Where parts of about the same size begin, and where the last one ends; as many as are worth a thread."""
    parts = max(1, min(threads, count // _PART))
    return [count * part // parts for part in range(parts + 1)]


def in_parts(edges: Sequence[int], work: Callable[[int, int], T]) -> list[T]:
    """What `work` gives for each part, which begins at its first argument and ends before its second."""
    if len(edges) == 2:
        return [work(edges[0], edges[1])]
    with ThreadPoolExecutor(len(edges) - 2) as pool:
        others = pool.map(work, edges[1:-1], edges[2:])
        return [work(edges[0], edges[1]), *others]
