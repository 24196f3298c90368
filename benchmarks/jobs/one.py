"""One session at a time, as a web shop asks: quotes, and `rate` of a table of one session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import rating
from benchmarks.shapes import PATH
from benchmarks.timing import median_of
from benchmarks.trial import Job, Row, Trial, best_mark

FULL: Final = 2_000
QUICK: Final = 200
QUOTE_US: Final = 30
RATE_US: Final = 150
QUOTE, QUOTE_LINES = "quote, windows, grace and limits", "the same with its lines"
RATE, RATE_TABLES = "rate of one session", "the same with its tables"
NAME: Final = "harbour-dc"
FACTS: Final = {"start": "2026-03-02T10:00+01:00", "end": "2026-03-02T11:30+01:00", "energy_kwh": "23.4"}

_START: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
_QUARTER: Final = timedelta(minutes=15)


def build(calls: int) -> Trial:
    """So many calls of each in a round; the time of a round is their median."""
    rows = [
        {"start": _START + i * _QUARTER, "end": _START + (i + 1) * _QUARTER, "energy_wh": 1000 + i} for i in range(24)
    ]
    bounds: dict[str, Any] = {"start": rows[0]["start"], "end": rows[-1]["end"]}
    session = {"session_id": ["S-1"], "tariff": [NAME], **{name: [value] for name, value in FACTS.items()}}
    tariffs = rating.load_tariffs(PATH.parent)

    def row(name: str, about: str, run: Callable[[], Any], summary: Callable[[Any], Any] | None = None) -> Row:
        return Row(name, about, lambda: run, 1, summary, clock=median_of(calls))

    return Trial(
        f"one session, the median of {calls:,} calls in each round",
        (
            row("quote, a price a kWh", "quote()", lambda: rating.quote(tariffs, "per-kwh", **FACTS)),
            row(QUOTE, "quote()", lambda: rating.quote(tariffs, NAME, **FACTS), lambda quote: quote.gross),
            row(QUOTE_LINES, "quote().lines", lambda: rating.quote(tariffs, NAME, **FACTS).lines),
            row("quote, by a quarter-hour index", "quote()", lambda: rating.quote(tariffs, "spot", **FACTS)),
            row("quote of 24 intervals", "quote()", lambda: rating.quote(tariffs, NAME, **bounds, intervals=rows)),
            row(RATE, "rate() of plain values", lambda: rating.rate(tariffs, session), _gross),
            row(RATE_TABLES, "three Arrow tables as well", lambda: _tables(rating.rate(tariffs, session)), _gross),
        ),
        unit="call",
        bases=(),
        check=check,
        marks=(
            best_mark("quote()", QUOTE, QUOTE_US, of=(1000, "us")),
            best_mark("rate() of one session", RATE, RATE_US, of=(1000, "us")),
        ),
        scale=("us", 1000),
    )


def check(gross: dict[str, Decimal]) -> list[str]:
    """The quote is what the session is charged. AssertionError where it is not."""
    different = {name: gross[name] for name in (RATE, RATE_TABLES) if gross[name] != gross[QUOTE]}
    if different:
        raise AssertionError(f"quote() says {gross[QUOTE]}, not {different}")
    return [f"{gross[QUOTE]} by quote() and by rate()"]


def _tables(rated: Any) -> Any:
    """Asks for all tables, which `rate` of plain values makes when they are asked for."""
    assert rated.lines.num_rows
    assert not rated.rejected.num_rows
    return rated if rated.sessions.num_rows else None


def _gross(rated: Any) -> Decimal:
    gross: Decimal = rated.sessions.column("gross")[0].as_py()
    return gross


JOB: Final = Job("ONE", "one session: quotes, and rate() of plain values", "calls", FULL, QUICK, build)
