"""The values of a picture of a bill: power over time, and which price held when.

Instants are microseconds since 1970-01-01 UTC, power is in milli-W. A dimension has a lane, with a band of a price
wherever something was measured that it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from rating.reference.clock import load_zone, local
from rating.reference.match import Priced
from rating.reference.words import duration
from rating.tariff.model import LineDimension


@dataclass(frozen=True, slots=True)
class Power:
    """Mean power of an interval of the meter; None where there is no meter data."""

    start_us: int
    end_us: int
    mw: int | None
    energy_mwh: int


@dataclass(frozen=True, slots=True)
class Key:
    """A price of the legend: its letter, what it is, and when its element holds; the letter of none is empty."""

    priced: Priced | None
    letter: str
    element: str | None
    version: str | None
    price: str
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A time over which one price holds."""

    start_us: int
    end_us: int
    key: Key
    label: str  # the price in short
    words: str  # when, what, at which price
    level: Fraction | None  # from 0, the lowest price of its lane, to 1; None: free


@dataclass(frozen=True, slots=True)
class Lane:
    """What was priced of one dimension, band by band."""

    dimension: LineDimension
    title: str
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A moment at which the clock is set."""

    at_us: int
    moved: timedelta

    @property
    def words(self) -> str:
        """Which way, and how far."""
        way = "forward" if self.moved > timedelta(0) else "back"
        return f"{way} {duration(abs(self.moved) // timedelta(microseconds=1))}"


@dataclass(frozen=True, slots=True)
class Chart:
    """All of the picture, from the first moment to the last."""

    start_us: int
    end_us: int
    zone: str
    powers: tuple[Power, ...]
    lanes: tuple[Lane, ...]
    keys: tuple[Key, ...]
    clock_changes: tuple[ClockChange, ...]

    @property
    def peak_mw(self) -> int:
        """The most power."""
        return max((power.mw for power in self.powers if power.mw is not None), default=0)

    def range_of(self, key: Key) -> str:
        """Between which prices one that follows an index was; nothing for others."""
        found = sorted(
            (band.level, band.label)
            for lane in self.lanes
            for band in lane.bands
            if band.key == key and band.level is not None
        )
        low, high = (found[0][1], found[-1][1]) if found else ("", "")
        return "" if low == high else f"here from {low} to {high}"

    def means(self, number: int) -> list[int | None]:
        """The mean power of so many equal times; None where there is no meter data, and 0 before the session."""
        length = self.end_us - self.start_us
        edges = [self.start_us + length * place // number for place in range(number + 1)]
        sums, known, gaps = [0] * number, [False] * number, [False] * number
        for power in self.powers:
            place = min((power.start_us - self.start_us) * number // length, number - 1)
            while place < number and edges[place] < power.end_us:
                shared_us = min(power.end_us, edges[place + 1]) - max(power.start_us, edges[place])
                if shared_us > 0:
                    sums[place] += (power.mw or 0) * shared_us
                    (gaps if power.mw is None else known)[place] = True
                place += 1
        return [
            None if gaps[place] and not known[place] else total // max(1, edges[place + 1] - edges[place])
            for place, total in enumerate(sums)
        ]

    def local(self, us: int) -> datetime:
        """What the clock on the wall reads."""
        zone = load_zone(self.zone)
        assert zone is not None  # the bill was reckoned in it
        return local(us, zone)

    def ahead_us(self, us: int) -> int:
        """By how much that clock is ahead of UTC."""
        ahead = self.local(us).utcoffset()
        assert ahead is not None
        return ahead // timedelta(microseconds=1)
