"""Where the axes of the picture have their marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rating.desk.explain.chart import Chart
from rating.reference import words
from rating.units import MWH_PER_KWH, US_PER_DAY, US_PER_H, US_PER_MIN, US_PER_S

_STEPS_US: Final = (
    *(seconds * US_PER_S for seconds in (1, 5, 15, 30)),
    *(minutes * US_PER_MIN for minutes in (1, 5, 10, 15, 30)),
    *(hours * US_PER_H for hours in (1, 2, 3, 6, 12)),
    *(days * US_PER_DAY for days in (1, 2, 7, 14, 28, 56, 112)),
)
_PARTS: Final = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the time axis: what the clock reads, and the date where it is another than at the mark before."""

    at_us: int
    clock: str
    day: str


def ticks(chart: Chart, most: int) -> Iterator[Tick]:
    """At most so many marks, and two more, at round readings of the clock on the wall."""
    length = chart.end_us - chart.start_us
    step = next((step for step in _STEPS_US if length // step < most), _STEPS_US[-1])
    ahead_us = chart.ahead_us(chart.start_us)
    wall_us = -(-(chart.start_us + ahead_us) // step) * step
    day = None
    while wall_us - US_PER_DAY <= chart.end_us:
        # Marks that are hours apart follow a clock that is set in between; others go evenly through both passes.
        mark_us = wall_us - (chart.ahead_us(wall_us - ahead_us) if step > US_PER_H else ahead_us)
        wall_us += step
        if not chart.start_us <= mark_us <= chart.end_us:
            continue
        reading = chart.local(mark_us)
        # The year and both passes of an hour are said elsewhere.
        text = "" if reading.date() == day else words.day(reading).rsplit(" ", 1)[0]
        yield Tick(mark_us, words.clock(reading).partition(" (")[0], text)
        day = reading.date()


def power_marks(peak_mw: int) -> list[int]:
    """Round powers from 0 to the peak or just above it.

    >>> power_marks(48_000_000)
    [0, 20000000, 40000000, 60000000]
    >>> power_marks(0)
    [0, 1000000]
    """
    if peak_mw <= 0:
        return [0, MWH_PER_KWH]
    step = 1
    while step * _PARTS < peak_mw:
        step *= 10
    step = next((part for part in (step // 5, step // 2) if part and part * _PARTS >= peak_mw), step)
    return [step * number for number in range(-(-peak_mw // step) + 1)]
