"""German law of measurement: prices of energy change where a measuring period does, every 15 minutes.

Values may be used in trade where they go back to the result of a measuring instrument (Mess- und Eichgesetz, section
33, paragraph 1). What a meter records by the period are the values of its registering periods, which prices by time may
only add up (PTB-A 50.7, 3.1.1.3: meters with load profiles); those of the grid's meters last 15 minutes. A part of a
period is no result of a measurement: a price that changes within one asks for a value that nobody measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from rating.errors import Fault
from rating.tariff.lint.profiles.profile import Profile, ProfileCode, finding
from rating.tariff.lint.profiles.reach import met
from rating.tariff.lint.words import clock_text, length_text
from rating.tariff.model import Element, Tariff
from rating.tariff.spot import Index
from rating.units import US_PER_MIN

_PERIOD_MIN: Final = 15
_PERIOD_US: Final = _PERIOD_MIN * US_PER_MIN
_SOURCE: Final = "MessEG § 33 (1); PTB-A 50.7, 3.1.1.3"
_WANT: Final = "a price of energy that changes at a full measuring period of 15 minutes"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _check(tariff: Tariff) -> Iterator[Fault]:
    for number, version in enumerate(tariff.versions):
        start = version.valid_from
        if number and tariff.on_change == "at_once" and isinstance(start, int) and start % _PERIOD_US:
            got = f"valid_from: {version.label}, at once"
            fix = "write a full quarter of an hour, or let sessions keep their version: on_change: next_session"
            yield finding(ProfileCode.EICHRECHT_VERSION, version.place, got, _WANT, _SOURCE, fix)
        for each in met(tariff, number, fast=False, ad_hoc=False):
            if each.component.dimension == "energy":
                yield from _window(each.element)
                yield from _duration(each.element)
                if each.component.spot is not None:
                    yield from _index(each.element, each.component.spot.index)


def _window(element: Element) -> Iterator[Fault]:
    when = element.when
    for key, minute in (("start_time", when.start_min), ("end_time", when.end_min)):
        if minute is not None and minute % _PERIOD_MIN:
            before = minute - minute % _PERIOD_MIN
            got = f"{key}: {clock_text(minute)} of {element.name}"
            fix = f"write {clock_text(before)} or {clock_text(before + _PERIOD_MIN)}"
            yield finding(ProfileCode.EICHRECHT_WINDOW, element.place, got, _WANT, _SOURCE, fix)


def _duration(element: Element) -> Iterator[Fault]:
    """A time since the start is no full period, whatever its length: sessions start at any moment."""
    when = element.when
    for key, length_us in (("min_duration", when.min_duration_us), ("max_duration", when.max_duration_us)):
        if length_us:
            got = f"{key}: {length_text(length_us)} of {element.name}, counted from a start at any moment"
            fix = "price energy by the clock, and the length of a stay by parking_time"
            yield finding(ProfileCode.EICHRECHT_DURATION, element.place, got, _WANT, _SOURCE, fix)


def _index(element: Element, index: Index) -> Iterator[Fault]:
    """Prices of an index that begin or end within a period: the first of them is told."""
    edges = (us for start_us, end_us, _ in index.points for us in (start_us, end_us))
    found = next((us for us in edges if us % _PERIOD_US), None)
    if found is not None:
        at = (_EPOCH + timedelta(microseconds=found)).isoformat().replace("+00:00", "Z")
        got = f"index {index.name}, with a price that begins or ends at {at}"
        fix = "look at the times of the index: they are quarters of an hour"
        yield finding(ProfileCode.EICHRECHT_INDEX, element.place, got, _WANT, _SOURCE, fix)


EICHRECHT: Final = Profile(
    "eichrecht",
    "Mess- und Eichgesetz (MessEG) § 33, PTB-A 50.7: prices change at full measuring periods",
    _check,
    (
        "meters, signed values and how they can be verified (REA-Dokument 6-A), and their approval",
        "whether the intervals that are rated are those measuring periods",
        "prices by the power or current of an interval, which change where the intervals do",
        "prices by time, which need a clock that is approved for it, and prices by the energy of a session",
        "how prices are shown (PAngV)",
    ),
)
