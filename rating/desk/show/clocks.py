"""The days on which the clocks of a zone are set, from the same stretches that epochs are compiled from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from rating.compile.zones import offsets
from rating.units import US_PER_DAY, US_PER_MIN

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClockChange(NamedTuple):
    """Clock readings of a day that are skipped, in which nothing is priced, or come twice, each time at that price."""

    day: date
    start_min: int  # readings from here
    end_min: int  # to here; past 1440 on the day after
    skipped: bool  # else they come twice


def clock_changes(zone: str, first: date, last: date) -> tuple[ClockChange, ...]:
    """Each change from one date to another, the last included.

    >>> [(each.day.isoformat(), each.start_min, each.skipped) for each in
    ...  clock_changes("Europe/Amsterdam", date(2026, 1, 1), date(2026, 12, 31))]
    [('2026-03-29', 120, True), ('2026-10-25', 120, False)]
    """
    lo_us = (first - _EPOCH.date()).days * US_PER_DAY - US_PER_DAY
    hi_us = (last - _EPOCH.date()).days * US_PER_DAY + 2 * US_PER_DAY
    start_us, offset_us = (each.tolist() for each in offsets(zone, lo_us, hi_us))
    found = []
    for at_us, before_us, after_us in zip(start_us[1:], offset_us, offset_us[1:], strict=False):
        from_us, to_us = at_us + min(before_us, after_us), at_us + max(before_us, after_us)
        begins = _EPOCH + timedelta(microseconds=from_us)
        minute = begins.hour * 60 + begins.minute
        if first <= begins.date() <= last:
            length_min = (to_us - from_us) // US_PER_MIN
            found.append(ClockChange(begins.date(), minute, minute + length_min, after_us > before_us))
    return tuple(found)
