"""Allowances of a plan: what is billable after grace is free until what is left of them runs out (PRICING 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rating.reference.deal import AllowanceLeft
from rating.reference.match import Priced
from rating.reference.quantity import Share
from rating.reference.trace import Allowed
from rating.units import LINE_DIMENSIONS


def take_allowances(allowances: Iterable[AllowanceLeft], shares: list[Share]) -> list[Allowed]:
    """Each allowance in the order written, on the shares in order of time; marks on them what is free.

    Of energy or time, the first part of a piece is free and the rest is not, to the last milli-Wh and microsecond;
    the next allowance of the dimension begins where this one ran out. A free session takes all that is still billable
    of its dimensions, its price per session too, and needs something to be billable, whatever that costs.
    """
    found = []
    for each in allowances:
        taken = _free_session(each, shares) if each.allowance.of == "sessions" else _free_volume(each, shares)
        if taken:
            used = 1 if each.allowance.of == "sessions" else sum(taken.values())
            found.append(Allowed(each, used, tuple(sorted(taken.items()))))
    return found


def _free_volume(each: AllowanceLeft, shares: list[Share]) -> dict[Priced, int]:
    left = each.left
    taken: dict[Priced, int] = defaultdict(int)
    for share in shares:
        if LINE_DIMENSIONS[share.priced.dimension] == each.allowance.of:
            free = min(left, share.remaining)
            if free:
                share.allowed += free
                taken[share.priced] += free
                left -= free
    return taken


def _free_session(each: AllowanceLeft, shares: list[Share]) -> dict[Priced, int]:
    taken: dict[Priced, int] = defaultdict(int)
    if each.left < 1:
        return taken
    for share in shares:
        if LINE_DIMENSIONS[share.priced.dimension] in each.allowance.dimensions and share.remaining:
            taken[share.priced] += share.remaining
            share.allowed += share.remaining
    return taken
