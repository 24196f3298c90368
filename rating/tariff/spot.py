"""Prices that follow a market: an index of prices by the quarter, half or whole hour, and what a tariff makes of it."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass

from rating.units import FEMTO_PER_MICRO


class Index:
    """Market prices: (start, end, price) in order of start, mostly of a quarter, half or whole hour each.

    Two of them are equal where their name and all their prices are; only a digest is compared, because a year has
    35,040 of them.
    """

    def __init__(self, name: str, points: tuple[tuple[int, int, int], ...]) -> None:
        self.name = name
        self.points = points  # start_us and end_us in UTC, and nano (thousand-millionths of the currency) a kWh
        self.starts_us = [start_us for start_us, _, _ in points]
        self.digest = hashlib.sha256(repr((name, points)).encode()).hexdigest()

    def at(self, moment_us: int) -> tuple[int, int, int | None]:
        """From when to when the price of a moment holds, and the price in nano a kWh; of a gap None.

        >>> Index("a", ((100, 200, 5), (300, 400, 7))).at(250)
        (200, 300, None)
        """
        number = bisect_right(self.starts_us, moment_us) - 1
        start_us, end_us, nano = self.points[number] if number >= 0 else (-(2**63), -(2**63), 0)
        if moment_us < end_us:
            return start_us, end_us, nano
        following = self.starts_us[number + 1] if number + 1 < len(self.points) else 2**63 - 1
        return end_us, following, None

    def gaps(self, from_us: int, to_us: int) -> list[tuple[int, int]]:
        """The stretches between two instants for which there is no price.

        >>> Index("a", ((100, 200, 5), (300, 400, 7))).gaps(150, 500)
        [(200, 300), (400, 500)]
        """
        found = []
        at_us = from_us
        while at_us < to_us:
            _, end_us, nano = self.at(at_us)
            if nano is None:
                found.append((at_us, min(end_us, to_us)))
            at_us = end_us
        return found

    def bounds_between(self, from_us: int, to_us: int) -> list[int]:
        """The instants after `from_us` and before `to_us` at which a price begins or ends."""
        first = max(0, bisect_right(self.starts_us, from_us) - 1)
        last = bisect_right(self.starts_us, to_us)
        bounds = {bound for start_us, end_us, _ in self.points[first:last] for bound in (start_us, end_us)}
        return sorted(bound for bound in bounds if from_us < bound < to_us)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Index) and other.digest == self.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Index({self.name}, {self.digest})"


@dataclass(frozen=True, slots=True)
class SpotPrice:
    """A price of energy that follows an index: its price x factor + add, not below the floor nor above the ceiling.

    Where the index has no price, `fallback` is the whole price; without one the session is refused.
    """

    index: Index
    factor_ppm: int = 1_000_000
    add_micro: int = 0  # all a kWh
    floor_micro: int | None = None
    ceiling_micro: int | None = None
    fallback_micro: int | None = None

    def femto(self, nano: int | None) -> int | None:
        """The exact price in 10^-15 of the currency a kWh where the index says `nano`; None: there is none.

        >>> SpotPrice(Index("a", ()), factor_ppm=1_050_000, add_micro=120_000).femto(-80_000_000)
        36000000000000
        """
        if nano is None:
            return None if self.fallback_micro is None else self.fallback_micro * FEMTO_PER_MICRO
        price = nano * self.factor_ppm + self.add_micro * FEMTO_PER_MICRO
        if self.floor_micro is not None:
            price = max(price, self.floor_micro * FEMTO_PER_MICRO)
        if self.ceiling_micro is not None:
            price = min(price, self.ceiling_micro * FEMTO_PER_MICRO)
        return price
