"""Prices that follow a market: an index of prices by the quarter, half or whole hour, and what a tariff makes of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


class Index:
    """Market prices: (start, price) in order of start, each for the quarter, half or whole hour from its start on.

    Two of them are equal where their name and all their prices are; only a digest is compared, because a year has
    35,040 of them.
    """

    def __init__(self, name: str, points: tuple[tuple[int, int, int], ...]) -> None:
        self.name = name
        self.points = points  # start_us and end_us in UTC, and nano (thousand-millionths of the currency) a kWh
        self.digest = hashlib.sha256(repr((name, points)).encode()).hexdigest()

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
