"""Sessions of all kinds in one batch are priced in blocks, and come out as if each tariff had been rated alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import rating
from rating.settle import chunks
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariffs

START_US = 1_772_359_200_000_000
QUARTER_US = 900_000_000
COUNT = 9_000  # more than two windows of sessions among which `price` looks for those of a block

_HEAD = "{{tariff: {name}, currency: EUR, time_zone: Europe/Amsterdam, tax: {{name: VAT, percent: 21, included: false}}, versions: [elements: [{elements}]]}}"  # noqa: E501
_REST = "{energy: 0.40/kWh, flat: 0.50/session}"
# A price for each quarter of an hour of the day: as many lines, and more stretches than there is room for at first.
_QUARTERS = ", ".join(
    f"{{energy: 0.{10 + slot}/kWh, time: 0.{10 + slot}/h, when: {{start_time: {slot // 4:02}:{slot % 4 * 15:02}, "
    f"end_time: {(slot + 1) // 4 % 24:02}:{(slot + 1) % 4 * 15:02}}}}}"
    for slot in range(80)
)
TEXTS = {
    "plain": _REST,
    "windows": "{energy: 0.30/kWh, when: {start_time: 08:00, end_time: 11:00}}, " + _REST,
    "power": "{energy: 0.25/kWh, when: {max_power: 11 kW}}, " + _REST,
    "energy": "{energy: 0.20/kWh, when: {max_kwh: 6}}, " + _REST,
    "current": "{energy: 0.15/kWh, when: {max_current: 32 A}}, " + _REST,
    "reserved": "{time: 2.00/h, flat: 1.00/session, when: {reservation: RESERVATION}}, " + _REST,
    "grace": "{energy: 0.40/kWh, parking_time: {price: 0.10/min, grace: 20 min}}",
    "steps": "{energy: {price: 0.40/kWh, step_size: 1 kWh}, time: {price: 1.00/h, step_size: 5 min}}",
    "quarters": _QUARTERS + ", " + _REST,
    "quarters by power": f"{_QUARTERS}, {{energy: 0.10/kWh, when: {{max_power: 11 kW}}}}, " + _REST,
    "two taxes": "{energy: 0.40/kWh, flat: {price: 0.50/session, tax: {name: VAT, percent: 9}}}",
}
NAMES = [name.replace(" ", "-") for name in TEXTS]


@cache
def tariffs() -> Tariffs:
    made = (_HEAD.format(name=name, elements=text) for name, text in zip(NAMES, TEXTS.values(), strict=True))
    return Tariffs(tuple(map(parse_tariff, made)))


@cache
def usage() -> tuple[pa.Table, pa.Table]:
    """Sessions of one to thirty quarters, each on a drawn tariff; some are faulty, some reserved, some have no data."""
    rng = np.random.Generator(np.random.PCG64(20261121))
    counts = rng.integers(0, 31, COUNT)
    start_us = START_US + rng.integers(0, 96, COUNT) * QUARTER_US
    first = np.concatenate([[0], np.cumsum(counts)])
    owner = np.repeat(np.arange(COUNT), counts)
    at_us = start_us[owner] + (np.arange(first[-1]) - first[owner]) * QUARTER_US
    energy_wh = rng.integers(0, 6_000, first[-1])
    energy_wh[rng.random(first[-1]) < 0.0005] = -1
    times = pa.timestamp("us", "UTC")

    def instants(values: Any, mask: Any = None) -> pa.Array:
        return pa.array(values, pa.int64(), mask=mask).cast(times)

    sessions = {
        "session_id": np.arange(COUNT),
        "tariff": pa.array(np.array(NAMES)[rng.integers(0, len(NAMES), COUNT)]),
        "start": instants(start_us),
        "end": instants(start_us + (counts + rng.integers(0, 4, COUNT)) * QUARTER_US),
        "reservation_start": instants(start_us - rng.integers(0, 9, COUNT) * QUARTER_US, rng.random(COUNT) < 0.6),
    }
    current_a = rng.integers(0, 64, first[-1])
    rows = {"session_id": owner, "start": instants(at_us), "end": instants(at_us + QUARTER_US), "energy_wh": energy_wh}
    return pa.table(sessions), pa.table(rows | {"current_a": current_a})


@cache
def alone() -> dict[str, list[dict[str, Any]]]:
    """What each tariff gives by itself, all of its rows by session."""
    sessions, intervals = usage()
    found: dict[str, list[dict[str, Any]]] = {"sessions": [], "lines": [], "rejected": []}
    for name in NAMES:
        mine = sessions.filter(pc.equal(sessions["tariff"], name))
        own = intervals.filter(pc.is_in(intervals["session_id"], value_set=mine["session_id"].combine_chunks()))
        for kind, rows in tables(rating.rate(tariffs(), mine, own)).items():
            found[kind] += rows
    return {kind: sorted(rows, key=_place) for kind, rows in found.items()}


def tables(rated: rating.Rated) -> dict[str, list[dict[str, Any]]]:
    """The tables as rows; where a fault stands is counted within what was handed over."""
    rejected = rated.rejected.drop_columns(["message", "place"])
    return {"sessions": rated.sessions.to_pylist(), "lines": rated.lines.to_pylist(), "rejected": rejected.to_pylist()}


def _place(row: dict[str, Any]) -> tuple[int, int]:
    return row["session_id"], row.get("line", 0)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("chunk_sessions", [None, 700])
@pytest.mark.parametrize("room", [4, 0])
def test_all_kinds_in_one_batch(
    threads: int, chunk_sessions: int | None, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room for lines runs out in the middle of blocks as well, where there is next to none for each session."""
    monkeypatch.setattr(chunks, "LINES_A_SESSION", room)
    rated = rating.rate(tariffs(), *usage(), threads=threads, chunk_sessions=chunk_sessions)
    found = tables(rated)
    assert len(found["sessions"]) > COUNT * 3 // 4
    assert len(found["rejected"]) > COUNT // 50
    for kind, rows in alone().items():
        assert found[kind] == rows, kind


def test_totals_without_lines() -> None:
    rated = rating.rate(tariffs(), *usage(), lines=False)
    assert rated.sessions.to_pylist() == alone()["sessions"]
    assert rated.lines.num_rows == 0
