"""Where energy costs nothing because no element prices it, while it is priced elsewhere: times; `gaps` has ranges."""

from __future__ import annotations

from collections.abc import Iterator

from rating.errors import Fault
from rating.tariff.dates import DAYS, MONTHS
from rating.tariff.lint import days
from rating.tariff.lint.axes import ALL_MINUTES, minutes_of
from rating.tariff.lint.boxes import Budget, SpentError, uncovered
from rating.tariff.lint.codes import Code, warning
from rating.tariff.lint.gaps import free_ranges
from rating.tariff.lint.span import span_of
from rating.tariff.lint.words import minutes_text, names_text
from rating.tariff.model import Component, Tariff, Version

_SHOWN = 3  # holes of one version that are told


def free_energy(tariff: Tariff) -> Iterator[Fault]:
    """Versions that never price energy nor the time it flows, and holes in those that do."""
    budget = Budget()
    for number, version in enumerate(tariff.versions):
        parts = _ordinary(version)
        if any(part.dimension == "energy" for part in parts):
            span = span_of(tariff, number)
            yield from _holes(version, span.whole, budget)
            yield from free_ranges(version, span.priced)
        elif not any(map(_prices_charging, parts)) and any(part.price.amount_micro or part.spot for part in parts):
            fix = "add a price of energy, or a price of 0 where energy is meant to be free"
            yield warning(Code.ENERGY_FREE, version.place, "no energy", "a price of energy or of charging time", fix)


def _prices_charging(part: Component) -> bool:
    """Whether energy, or the time in which it flows, has a price: of its own, or as plugged-in time."""
    return part.dimension in ("energy", "time") or part.plugged_in


def _ordinary(version: Version) -> list[Component]:
    return [part for element in version.elements if element.when.reservation is None for part in element.components]


def holes_of(version: Version, dates: int, budget: Budget) -> dict[int, int]:
    """The minutes of the day at which energy is not priced, and the dates on which it is just those.

    These are the holes in the calendar; `gaps` has those in energy, duration and power. Raises: SpentError.
    """
    cuts = [
        (days.of_when(element.when), minutes_of(element.when))
        for element in version.elements
        # Charging time that is priced takes the place of energy.
        if element.when.reservation is None and any(map(_prices_charging, element.components))
    ]
    # The first axis is the one that is cut first, so no date is in two of the boxes.
    holes: dict[int, int] = {}
    for on_dates, minutes in uncovered((dates, ALL_MINUTES), cuts, budget):
        holes[minutes] = holes.get(minutes, 0) | on_dates
    return holes


def _holes(version: Version, dates: int, budget: Budget) -> Iterator[Fault]:
    try:
        holes = holes_of(version, dates, budget)
    except SpentError:
        return
    largest = sorted(holes.items(), key=lambda hole: -hole[0].bit_count() * hole[1].bit_count())
    for minutes, on_dates in largest[:_SHOWN]:
        got = " ".join(text for text in (dates_text(on_dates, dates), minutes_text(minutes)) if text)
        fix = "no element prices it then and it is free: add one, with a price of 0 where that is meant"
        yield warning(Code.ENERGY_HOLE, version.place, got, "a price of energy at all times", fix)


def dates_text(chosen: int, among: int) -> str:
    """Dates in words: days of the week and months where they say it all, else stretches of dates; "" for all."""
    if chosen == among:
        return ""
    weekdays = frozenset(day for day in range(7) if chosen & days.on_weekdays(frozenset({day})))
    months = frozenset(month for month in range(1, 13) if chosen & days.in_months(frozenset({month})))
    if among & days.on_weekdays(weekdays) & days.in_months(months) == chosen:
        zero_based = frozenset(month - 1 for month in months)
        parts = (names_text(zero_based, MONTHS) if len(months) < 12 else "", _weekdays(weekdays))
        return " ".join(text for text in parts if text)
    stretches = list(days.runs(chosen))
    start, end = days.day_at(stretches[0][0]), days.day_at(stretches[0][1])
    if len(stretches) > 1:
        return f"on {chosen.bit_count():,} dates, such as {start},"
    from_text = f"from {start}" if (among & -among).bit_length() - 1 != stretches[0][0] else ""
    before_text = f"before {end}" if among.bit_length() != stretches[0][1] else ""
    return " and ".join(text for text in (from_text, before_text) if text)


def _weekdays(weekdays: frozenset[int]) -> str:
    return names_text(weekdays, DAYS) if len(weekdays) < 7 else ""
