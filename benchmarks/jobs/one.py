"""One session at a time: quotes, and `rate` of a table of one session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import rating
from benchmarks.shapes import PATH
from benchmarks.trial import Found, Job, Mark, Row, Run, SkippedError, Trial

FULL: Final = 2_000
QUICK: Final = 50
QUOTE_US: Final = 30
RATE_US: Final = 150
_START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
_QUARTER: Final = timedelta(minutes=15)


def build(calls: int) -> Trial:
    """So many calls of each, one after the other."""
    each = cache(runs)
    rows = tuple(Row(name, "one call after the other", _repeated(each, name, calls), calls) for name in NAMES)
    marks = (
        Mark("a quote: {} us a call in the median round", _median_us(NAMES[0]), QUOTE_US),
        Mark("rate of one session: {} us a call in the median round", _median_us(NAMES[5]), RATE_US),
    )
    return Trial(f"{calls:,} calls of each", rows, unit="call", bases=(), scale=("us", 1000), marks=marks)


def _repeated(each: Callable[[], dict[str, Callable[[], Any]]], name: str, calls: int) -> Callable[[], Run]:
    def prepare() -> Run:
        if name.startswith("quote") and "quote" not in rating.__all__:
            raise SkippedError("this version has no rating.quote")
        call = each()[name]

        def run() -> Any:
            result = None
            for _ in range(calls):
                result = call()
            return result

        return run

    return prepare


def _median_us(name: str) -> Callable[[Found], float | None]:
    def value(found: Found) -> float | None:
        timing = found.timings[name]
        return timing.median / 1000 if timing.ns else None

    return value


def runs() -> dict[str, Callable[[], Any]]:
    """What is measured."""
    tariffs = rating.load_tariffs(PATH.parent)
    facts: dict[str, Any] = {"start": "2026-03-02T10:00+01:00", "end": "2026-03-02T11:30+01:00", "energy_kwh": "23.4"}
    rows = [
        {"start": _START + i * _QUARTER, "end": _START + (i + 1) * _QUARTER, "energy_wh": 1000 + i} for i in range(24)
    ]
    bounds: dict[str, Any] = {"start": rows[0]["start"], "end": rows[-1]["end"]}
    sessions = {"session_id": ["S-1"], "tariff": ["harbour-dc"], **{name: [value] for name, value in facts.items()}}
    return {
        "quote, a price a kWh": lambda: rating.quote(tariffs, "per-kwh", **facts),
        "quote, windows, grace and limits": lambda: rating.quote(tariffs, "harbour-dc", **facts),
        "quote, by a quarter-hour index": lambda: rating.quote(tariffs, "spot", **facts),
        "quote of 24 intervals": lambda: rating.quote(tariffs, "harbour-dc", **bounds, intervals=rows),
        "quote with its lines": lambda: rating.quote(tariffs, "harbour-dc", **facts).lines,
        "rate of one session": lambda: rating.rate(tariffs, sessions),
        "rate of one session with its tables": lambda: _tables(rating.rate(tariffs, sessions)),
    }


def _tables(rated: Any) -> Any:
    return rated.sessions, rated.lines, rated.rejected


NAMES: Final = (
    "quote, a price a kWh",
    "quote, windows, grace and limits",
    "quote, by a quarter-hour index",
    "quote of 24 intervals",
    "quote with its lines",
    "rate of one session",
    "rate of one session with its tables",
)
JOB: Final = Job("ONE", "one session at a time", "calls", FULL, QUICK, build)
