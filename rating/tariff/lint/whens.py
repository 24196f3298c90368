"""Restrictions that cannot hold, hold always, or hold at other moments than they seem to."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rating.errors import Fault
from rating.tariff.dates import DAYS
from rating.tariff.lint import days
from rating.tariff.lint.axes import DAY_MIN, NAMES, RANGES
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.span import Span, span_of
from rating.tariff.lint.words import bound_text, clock_text, date_parts, days_text, months_text
from rating.tariff.model import Element, Tariff, When

_WEEK = frozenset(range(7))
_YEAR = frozenset(range(1, 13))
_UNITS = {"kwh": "kWh", "duration": "min", "power": "kW", "current": "A", "evse_power": "kW"}
_KNOWN_ONLY = ("current", "evse_power")  # a session that does not say them is refused where they are restricted


def restrictions(tariff: Tariff) -> Iterator[Fault]:
    """The warnings about the `when` of each element."""
    for number, version in enumerate(tariff.versions):
        span = span_of(tariff, number)
        for element in version.elements:
            yield from _never(element, span)
            yield from _always(element)
            yield from _past_midnight(element)


def _never(element: Element, span: Span) -> Iterator[Fault]:
    when = element.when
    for got, fix in _impossible(when):
        yield warning(Code.NEVER_HOLDS, element.place, got, "restrictions that hold at some moment", fix)
    dates = days.of_when(when)
    got = ", ".join(f"{name}: {text}" for name, text in date_parts(when).items())
    if not dates and when.day_of_week != frozenset() and when.months != frozenset():
        fix = "no date has it all: look at each of them, or delete the element"
        yield warning(Code.NEVER_HOLDS, element.place, got, "restrictions that hold on some date", fix)
    elif dates and span.touched and not dates & (span.touched if when.reservation is None else span.reserved):
        fix = "put the element into the version of those dates, or delete it"
        yield warning(Code.OUTSIDE_VERSION, element.place, got, f"dates of its version, {_dates_text(span)}", fix)


def _dates_text(span: Span) -> str:
    """The dates of a version, as they are when no zone is odd."""
    stretches = list(days.runs(span.whole or span.touched))
    first, end = stretches[0][0], stretches[-1][1]
    start_text = f"from {days.day_at(first)}" if days.day_at(first) > days.PRICED_FIRST.replace(day=2) else ""
    end_text = f"before {days.day_at(end)}" if days.day_at(end) < days.PRICED_LAST else ""
    return " and ".join(text for text in (start_text, end_text) if text)


def _impossible(when: When) -> Iterator[tuple[str, str]]:
    """What is read, and the fix, of each restriction that cannot hold whatever the date."""
    named: dict[str, Collection[object] | None] = {"day_of_week": when.day_of_week, "months": when.months}
    named |= {name: names(when) for name, names in NAMES.items()}
    for name, values in named.items():
        if values is not None and not values:
            yield f"{name}: []", "name at least one, or leave it out"
    for name, (limits, _) in RANGES.items():
        low, high = limits(when)
        if high is not None and high <= max(low or 0, 0):
            got = bound_text("max", name, high)
            got = got if low is None else f"{bound_text('min', name, low)}, {got}"
            yield got, "the maximum is not included: write one above the minimum, and above 0"


def _always(element: Element) -> Iterator[Fault]:
    when = element.when
    want = "a restriction that fails at some moment"
    start, end = when.start_min or 0, when.end_min or DAY_MIN
    if (when.start_min, when.end_min) != (None, None):
        window = f"start_time: {clock_text(start)}, end_time: {clock_text(0 if when.end_min == 0 else end)}"
        if start == end % DAY_MIN and (start or when.end_min == 0):
            fix = "it counts as the whole day: leave both out, or write the end that is meant"
            yield warning(Code.WINDOW_NO_LENGTH, element.place, window, "an end that differs from the start", fix)
        elif (start, end) == (0, DAY_MIN):
            yield warning(Code.ALWAYS_HOLDS, element.place, window, want, "leave both out for the whole day")
    if when.day_of_week == _WEEK:
        yield warning(Code.ALWAYS_HOLDS, element.place, f"day_of_week: {days_text(_WEEK)}", want, "leave it out")
    if when.months == _YEAR:
        yield warning(Code.ALWAYS_HOLDS, element.place, f"months: {months_text(_YEAR)}", want, "leave it out")
    for got, fix in _idle_limits(when):
        yield warning(Code.ALWAYS_HOLDS, element.place, got, want, fix)


def _idle_limits(when: When) -> Iterator[tuple[str, str]]:
    for name, (limits, _) in RANGES.items():
        low, high = limits(when)
        refuses = f", and it refuses sessions that do not say their {name}" if name in _KNOWN_ONLY else ""
        # Beside a maximum, `min_kwh: 0` is a way to show where a row of steps begins.
        if low is not None and low <= 0 and high is None:
            yield bound_text("min", name, low), f"leave it out: no session is below 0 {_UNITS[name]}{refuses}"


def _past_midnight(element: Element) -> Iterator[Fault]:
    when = element.when
    start, end, chosen = when.start_min or 0, when.end_min or DAY_MIN, when.day_of_week
    if not chosen or chosen == _WEEK or end >= start:
        return
    first = next(day for day in sorted(chosen) if (day - 1) % 7 not in chosen)
    after = next((day + 1) % 7 for day in sorted(chosen) if (day + 1) % 7 not in chosen)
    got = f"day_of_week: {days_text(chosen)}, start_time: {clock_text(start)}, end_time: {clock_text(end)}"
    night = f"00:00-{clock_text(end)}"
    want = "a window within the day, beside day_of_week"
    fix = (
        f"after midnight it is the next day's: {DAYS[first]} {night} is in it, {DAYS[after]} {night} is not; "
        "write one element up to 24:00, and one from 00:00 with its own days"
    )
    yield warning(Code.PAST_MIDNIGHT, element.place, got, want, fix)
