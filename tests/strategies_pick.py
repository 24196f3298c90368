"""What drawing starts from: anchors at which clocks do odd things, and a `Pick` that Hypothesis or a seed decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Anchor(NamedTuple):
    """A zone and an instant in it at which something happens."""

    zone: str
    at_us: int
    day: date  # about the local date


def instant_us(text: str) -> int:
    """An ISO instant with its offset, in microseconds UTC."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


ANCHORS = [
    Anchor(zone, instant_us(f"{at}+00:00"), date.fromisoformat(at[:10]))
    for zone, at in [
        ("Europe/Amsterdam", "2026-03-29T01:00"),  # 02:00 becomes 03:00
        ("Europe/Amsterdam", "2026-10-25T01:00"),  # 03:00 becomes 02:00
        ("Europe/Amsterdam", "2026-12-31T23:00"),  # New Year
        ("America/Los_Angeles", "2026-03-08T10:00"),
        ("America/Los_Angeles", "2026-11-01T09:00"),
        ("Asia/Kathmandu", "2028-02-28T18:15"),  # UTC+5:45, the leap day begins
        ("Australia/Lord_Howe", "2026-04-04T15:00"),  # the clock changes by half an hour
        ("Australia/Lord_Howe", "2026-10-03T15:30"),
        ("Africa/Casablanca", "2026-02-15T02:00"),  # Ramadan: back an hour
        ("Africa/Casablanca", "2026-03-22T02:00"),
        ("America/St_Johns", "2026-03-08T05:30"),
        ("America/St_Johns", "2010-11-07T02:31"),  # 00:01 became 23:01 of the day before
        ("America/Sao_Paulo", "2018-11-04T03:00"),  # midnight was skipped
        ("America/Sao_Paulo", "2018-02-18T02:00"),  # the last hour of a day came twice
        ("Pacific/Apia", "2011-12-30T10:00"),  # 30 December was skipped
        ("UTC", "2026-06-30T00:00"),
    ]
]


class Pick:
    """Picks numbers and things. `below(n)` gives an int from 0 to n - 1, where 0 is the simplest.

    `full` says whether all that the model can say is drawn, or only what every rater can price.
    """

    def __init__(self, below: Callable[[int], int], full: bool = False) -> None:
        self.below = below
        self.full = full

    def of(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]

    def between(self, least: int, most: int) -> int:
        return least + self.below(most - least + 1)

    def one_in(self, count: int) -> bool:
        return self.below(count) == count // 2  # not the ends, which Hypothesis draws more often

    def some(self, numbers: Sequence[T], least: int, most: int) -> frozenset[T]:
        return frozenset(self.of(numbers) for _ in range(self.between(least, most)))


@lru_cache
def _integers(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


def hypothesis_pick(draw: st.DrawFn, full: bool = False) -> Pick:
    return Pick(lambda count: draw(_integers(count)), full)


def random_pick(seed: int, full: bool = False) -> Pick:
    """The same picks for the same seed."""
    random = Random(seed)
    return Pick(lambda count: int(random.random() * count), full)
