"""The week as the compiled epochs price it: every season and holiday of a year, each day as stretches of the clock.

Epochs are compiled on clocks that are never set (`sheet.compile_alone`), so that days are alike where their prices are.
The days on which the clocks of the tariff's zone are set are told apart: `clocks`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from rating.compile.tables import Compiled
from rating.compile.traits import NO_TRAITS, Traits
from rating.desk.show.sheet import compile_alone
from rating.tariff.calendars import Calendar
from rating.tariff.model import Tariff, Version
from rating.units import LINE_DIMENSIONS, US_PER_DAY, US_PER_MIN

DAY_MIN = 1440
_EPOCH = date(1970, 1, 1)

# For each of LINE_DIMENSIONS the components that may price it, in the order in which they are asked; the last one
# holds always, or what none prices is free.
Cell = tuple[tuple[int, ...], ...]


class Run(NamedTuple):
    """From one reading of the clock to another, in minutes of the day, the same candidates."""

    start_min: int
    end_min: int
    cell: Cell


DayRuns = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """Holidays with prices of their own, all alike."""

    calendars: tuple[Calendar, ...]
    dates: tuple[date, ...]
    runs: DayRuns


@dataclass(frozen=True, slots=True)
class Season:
    """Stretches of dates with the same week. A weekday that does not occur in them is None."""

    stretches: tuple[tuple[date, date], ...]  # the last day included
    months: frozenset[int] | None  # where whole months make it up, as they recur each year
    week: tuple[DayRuns | None, ...]  # Monday first
    specials: tuple[SpecialDay, ...]


@dataclass(frozen=True, slots=True)
class Weeks:
    """A year, or what of it a version is in force."""

    first: date
    last: date
    seasons: tuple[Season, ...]

    def runs_of(self, day: date) -> DayRuns | None:
        """What an ordinary or special day of the year says."""
        for season in self.seasons:
            if any(first <= day <= last for first, last in season.stretches):
                special = (each.runs for each in season.specials if day in each.dates)
                return next(special, season.week[day.weekday()])
        return None


def weeks_of(tariff: Tariff, version: Version, first: date, last: date, traits: Traits = NO_TRAITS) -> Weeks:
    """The weeks of a version from `first` to `last`, for sessions that say so of themselves."""
    first_day, last_day = (first - _EPOCH).days, (last - _EPOCH).days
    compiled = compile_alone(tariff, version, traits, first_day, last_day)
    days = {first + timedelta(days=n): runs for n, runs in enumerate(_days(compiled, first_day, last_day))}
    calendars = _calendars(version)
    holidays = {
        day for calendar in calendars for year in range(first.year, last.year + 1) for day in calendar.dates(year)
    }
    found: list[tuple[list[tuple[date, date]], list[DayRuns | None]]] = []
    for stretch in _stretches(version, first, last):
        week = _week(days, stretch, holidays)
        for stretches, known in found:
            if _alike(known, week):
                stretches.append(stretch)
                known[:] = [mine or other for mine, other in zip(known, week, strict=True)]
                break
        else:
            found.append(([stretch], week))
    seasons = []
    for stretches, week in found:
        joined = _joined(stretches)
        special = tuple(_specials(days, joined, holidays, week, calendars))
        seasons.append(Season(joined, _months(joined, first, last), tuple(week), special))
    return Weeks(first, last, tuple(seasons))


def _days(compiled: Compiled, first_day: int, last_day: int) -> Iterator[DayRuns]:
    """Each day's stretches, from the epochs that kernels walk."""
    start_us = compiled.book.timelines.epoch_start_us[:-1].tolist()
    restrictions = compiled.book.restrictions
    rows = restrictions.row.reshape(-1, 8)[int(restrictions.row_first[0]) :]
    candidates = restrictions.candidate.reshape(-1, 2).tolist()
    known: dict[tuple[int, ...], Cell] = {}

    def cell(epoch: int) -> Cell:
        begins = tuple(rows[epoch][: len(LINE_DIMENSIONS)].tolist())
        if begins not in known:
            known[begins] = tuple(tuple(_candidates(candidates, begin)) for begin in begins)
        return known[begins]

    for day in range(first_day, last_day + 1):
        midnight_us = day * US_PER_DAY
        epoch = bisect_right(start_us, midnight_us) - 1
        runs: list[Run] = []
        at_min = 0
        while at_min < DAY_MIN:
            ends_us = start_us[epoch + 1] if epoch + 1 < len(start_us) else midnight_us + US_PER_DAY
            end_min = min(DAY_MIN, (ends_us - midnight_us) // US_PER_MIN)
            runs.append(Run(at_min, end_min, cell(epoch)))
            at_min, epoch = end_min, epoch + 1
        yield tuple(runs)


def _candidates(candidates: Sequence[Sequence[int]], begin: int) -> Iterator[int]:
    while candidates[begin][0] >= 0:
        yield candidates[begin][0]
        begin += 1


def _calendars(version: Version) -> tuple[Calendar, ...]:
    found = (element.when.holidays for element in version.elements)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _stretches(version: Version, first: date, last: date) -> list[tuple[date, date]]:
    """The stretches between which months or dates change what holds."""
    begins = {first}
    for when in (element.when for element in version.elements):
        begins.update(day for day in (when.start_date, when.end_date) if day is not None and first < day <= last)
        if when.months is not None:
            for number in range(first.year * 12 + first.month, last.year * 12 + last.month):
                month = date(number // 12, number % 12 + 1, 1)
                before = (month - timedelta(days=1)).month
                if (month.month in when.months) != (before in when.months) and first < month <= last:
                    begins.add(month)
    ordered = sorted(begins)
    ends = [day - timedelta(days=1) for day in ordered[1:]] + [last]
    return list(zip(ordered, ends, strict=True))


def _week(days: dict[date, DayRuns], stretch: tuple[date, date], holidays: set[date]) -> list[DayRuns | None]:
    """The runs of each weekday, by the first one that is no holiday."""
    week: list[DayRuns | None] = [None] * 7
    for day in _dates(*stretch):
        if week[day.weekday()] is None and day not in holidays:
            week[day.weekday()] = days[day]
    return week


def _alike(one: list[DayRuns | None], other: list[DayRuns | None]) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def _specials(
    days: dict[date, DayRuns],
    stretches: Sequence[tuple[date, date]],
    holidays: set[date],
    week: list[DayRuns | None],
    calendars: tuple[Calendar, ...],
) -> Iterator[SpecialDay]:
    found: dict[DayRuns, list[date]] = {}
    for day in (day for stretch in stretches for day in _dates(*stretch)):
        if day in holidays and days[day] != week[day.weekday()]:
            found.setdefault(days[day], []).append(day)
    for runs, dates in found.items():
        named = tuple(each for each in calendars if any(day in each.dates(day.year) for day in dates))
        yield SpecialDay(named, tuple(dates), runs)


def _joined(stretches: Sequence[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    found: list[tuple[date, date]] = []
    for first, last in stretches:
        if found and found[-1][1] + timedelta(days=1) == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return tuple(found)


def _months(stretches: Sequence[tuple[date, date]], first: date, last: date) -> frozenset[int] | None:
    """The months of a season that has every day of them in the year that is shown, and no day of another."""
    mine = Counter(day.month for stretch in stretches for day in _dates(*stretch))
    every = Counter(day.month for day in _dates(first, last))
    return frozenset(mine) if all(mine[month] == every[month] for month in mine) else None


def _dates(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
