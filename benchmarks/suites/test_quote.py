"""One session from plain values."""

from __future__ import annotations

from typing import Any

import rating
from benchmarks.shapes import PATH
from benchmarks.suites.data import needs


@needs("quote")
def test_quote(benchmark: Any) -> None:
    tariffs = rating.load_tariffs(PATH)
    said = {"start": "2025-07-01T15:00:00-07:00", "end": "2025-07-01T18:00:00-07:00", "energy_kwh": "23.4"}
    quote = benchmark(rating.quote, tariffs, "ca-tou", **said)
    assert quote is not None


def test_rate_a_session(benchmark: Any) -> None:
    tariffs = rating.load_tariffs(PATH)
    session = {
        "session_id": ["S-1"],
        "tariff": ["ca-tou"],
        "start": ["2025-07-01T15:00:00-07:00"],
        "end": ["2025-07-01T18:00:00-07:00"],
        "energy_kwh": ["23.4"],
    }
    assert benchmark(rating.rate, tariffs, session).sessions.num_rows == 1
