"""Boxes: sets of moments that are a product of one set on each axis, and what is left of one that others cover.

A set on an axis is a whole number with a bit for each cell. Subtracting is exact, so what is left over is empty
exactly where the others cover the whole box.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Box = tuple[int, ...]
WORK_MAX = 200_000  # boxes looked at for one tariff; beyond it nothing is claimed


@dataclass(slots=True)
class Budget:
    """How much work is left."""

    left: int = WORK_MAX

    def take(self, count: int) -> None:
        """Spend some. Raises: SpentError."""
        self.left -= count
        if self.left < 0:
            raise SpentError


class SpentError(Exception):
    """The question would take too much work: it has no answer."""


def is_empty(box: Box) -> bool:
    """Whether no moment is in it."""
    return 0 in box


def meet(one: Box, other: Box) -> Box:
    """The moments in both."""
    return tuple(a & b for a, b in zip(one, other, strict=True))


def subtract(box: Box, cut: Box) -> list[Box]:
    """What is left of a box without the moments of another, in boxes that have no moment in common.

    >>> subtract((0b111, 0b11), (0b010, 0b01))
    [(5, 3), (2, 2)]
    """
    if is_empty(meet(box, cut)):
        return [box]
    left = []
    rest = box
    for axis, taken in enumerate(cut):
        outside = rest[axis] & ~taken
        if outside:
            left.append((*rest[:axis], outside, *rest[axis + 1 :]))
            rest = (*rest[:axis], rest[axis] & taken, *rest[axis + 1 :])
    return left


def uncovered(box: Box, cuts: Iterable[Box], budget: Budget) -> list[Box]:
    """What is left of a box without all the others; empty where they cover it. Raises: SpentError."""
    left = [] if is_empty(box) else [box]
    for cut in cuts:
        if not left:
            break
        budget.take(len(left))
        left = [part for each in left for part in subtract(each, cut)]
    return left
