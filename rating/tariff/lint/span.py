"""On which local dates a version prices, as sets of `days`: surely, and at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from rating.tariff.lint import days
from rating.tariff.model import Tariff
from rating.units import SESSION_MAX_US, US_PER_DAY

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_LONGEST = timedelta(days=SESSION_MAX_US // US_PER_DAY + 1)


@dataclass(frozen=True, slots=True)
class Span:
    """The dates of a version, whatever the zone."""

    whole: int  # it is in force all day
    touched: int  # a session that it prices may start
    priced: int  # it may price a moment: with `on_change: next_session` a session goes on after its version
    reserved: int  # it may price reserved time, which comes before the session


def span_of(tariff: Tariff, number: int) -> Span:
    """The dates of a version of a tariff."""
    version = tariff.versions[number]
    following = tariff.versions[number + 1].valid_from if number + 1 < len(tariff.versions) else None
    whole = days.between(days.PRICED_FIRST + _DAY, days.PRICED_LAST)
    touched = days.between(days.PRICED_FIRST - _DAY, days.PRICED_LAST + 2 * _DAY)
    if version.valid_from is not None:
        seen, all_day = _from(version.valid_from)
        whole, touched = whole & days.between(all_day, None), touched & days.between(seen, None)
    for end in (version.valid_until, following):
        if end is not None:
            all_day, seen = _until(end)
            whole, touched = whole & days.between(None, all_day), touched & days.between(None, seen)
    after = _LONGEST if tariff.on_change == "next_session" else timedelta()
    return Span(whole, touched, _widened(touched, timedelta(), after), _widened(touched, _LONGEST, after))


def _from(start: date | int) -> tuple[date, date]:
    """The first date that may be seen from a start on, and the first that lies after it altogether."""
    if isinstance(start, int):
        day = _utc_date(start)
        return day - _DAY, day + 2 * _DAY
    return start - _DAY, start  # a clock may go back over midnight, and show the day before once more


def _until(end: date | int) -> tuple[date, date]:
    """The date up to which all lies before an end, and the date from which none is seen before it."""
    if isinstance(end, int):
        day = _utc_date(end)
        return day - _DAY, day + 2 * _DAY
    return end, end


def _utc_date(instant_us: int) -> date:
    return (_EPOCH + timedelta(microseconds=instant_us)).date()


def _widened(dates: int, before: timedelta, after: timedelta) -> int:
    """The dates, and so many before the first and after the last."""
    if not dates:
        return 0
    first, last = (dates & -dates).bit_length() - 1, dates.bit_length() - 1
    return days.between(days.day_at(first) - before, days.day_at(last) + _DAY + after)
