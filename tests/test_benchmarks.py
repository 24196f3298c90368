"""The benchmarks run, what they compare is the same bill, and that bill is right."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from inspect import signature
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

import rating
from benchmarks.__main__ import main
from benchmarks.contender import Totals, disagreement
from benchmarks.data import SLOT_US, SLOTS, YEAR_FIRST_US, columns, make_job
from benchmarks.jobs import j1
from benchmarks.jobs.accounts import with_accounts, with_plans
from benchmarks.jobs.j1 import CONTENDERS, find
from benchmarks.jobs.spot import index as spot_index
from benchmarks.jobs.spot import spot_tariffs
from benchmarks.measure import measure, memory_of
from benchmarks.prices import ZONE, Prices, Season, from_tariff, load_prices
from rating.accounts.ledger import Ledger
from rating.tariff.model import Component, Element, Price, Rounding, Tariff, Version, When

SMALL = 20_000
PRICES = Prices(Season(0.5, 0.4, 0.3), Season(0.45, 0.35, 0.25), session=2.0, parked_per_min=0.07)


@pytest.mark.parametrize("odd", [False, True])
def test_the_job_is_the_same_on_each_run(odd: bool) -> None:
    one, other = make_job(SMALL, odd=odd), make_job(SMALL, odd=odd)
    assert one.sessions.equals(other.sessions)
    assert one.intervals.equals(other.intervals)


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("n_intervals", [88, 997, SMALL])
def test_the_job_has_its_shape(n_intervals: int, odd: bool) -> None:
    job = make_job(n_intervals, odd=odd)
    session_id, start_us, end_us, energy_wh = columns(job)
    ids, first, length = np.unique(session_id, return_index=True, return_counts=True)
    assert job.n_intervals == n_intervals
    assert ids.tolist() == job.sessions.column("session_id").to_pylist()
    assert np.all(np.diff(session_id) >= 0)
    assert length.min() >= 4
    assert length.max() <= 44
    assert np.all(end_us - start_us == SLOT_US)
    same = session_id[1:] == session_id[:-1]
    assert np.all(start_us[1:][same] == end_us[:-1][same])
    assert job.sessions.column("start").to_pylist() == job.intervals.column("start").take(first).to_pylist()
    assert job.sessions.column("end").to_pylist() == job.intervals.column("end").take(first + length - 1).to_pylist()
    assert start_us.min() >= YEAR_FIRST_US
    assert end_us.max() <= YEAR_FIRST_US + SLOTS * SLOT_US
    assert np.any((start_us - YEAR_FIRST_US) % SLOT_US) == odd
    if n_intervals == SMALL:
        assert np.mean(energy_wh == 0) == pytest.approx(0.37, abs=0.02)
        assert np.mean(length) == pytest.approx(24, abs=2)


@pytest.mark.parametrize("odd", [False, True])
def test_the_expert_charges_what_a_plain_loop_charges(odd: bool) -> None:
    job, prices = make_job(1_000, odd=odd), load_prices()
    zone, slot_s = ZoneInfo(ZONE), SLOT_US // 1_000_000
    expected: dict[int, float] = {}
    for session_id, start_us, end_us, energy_wh in zip(*(column.tolist() for column in columns(job)), strict=True):
        start, end = (datetime.fromtimestamp(us // 1_000_000, UTC) for us in (start_us, end_us))
        middle = start + timedelta(seconds=slot_s - start.timestamp() % slot_s)
        amount = 0.0 if energy_wh else (end - start) / timedelta(minutes=1) * prices.parked_per_min
        for piece_start, piece_end in ((start, middle), (middle, end)):
            local = piece_start.astimezone(zone)
            share = (piece_end - piece_start) / (end - start)
            amount += share * energy_wh / 1000 * prices.per_kwh(local.month, local.weekday(), local.hour)
        expected[session_id] = expected.get(session_id, prices.session) + amount
    expert = find("numpy expert, odd" if odd else "numpy expert")
    assert expert.totals is not None
    got = expert.totals(expert.prepare(job, prices)())
    assert got.by_session == pytest.approx(list(expected.values()), rel=1e-9)


def test_all_contenders_agree() -> None:
    found = measure(j1.build(SMALL), rounds=2)
    assert list(found.timings) == [contender.name for contender in CONTENDERS]
    for name, timing in found.timings.items():
        skipped = timing.skipped is not None
        assert skipped == (name == "rating, totals only" and "lines" not in signature(rating.rate).parameters)
        assert len(timing.ns) == (0 if skipped else 2), timing.skipped
    assert found.notes[0].startswith("J1: ")


def test_a_difference_is_found() -> None:
    bill = Totals(np.array([1.0, 2.0]), 3.0)
    assert disagreement(bill, bill, 0) is None
    assert disagreement(Totals(np.array([1.004, 2.0]), 3.0), bill, 0.005) is None
    assert disagreement(Totals(np.array([1.004, 2.0]), 3.0), bill, 0) == "1.004 instead of 1.0 for session 0"
    assert disagreement(Totals(np.array([1.0]), 1.0), bill, 0) == "1 sessions instead of 2"
    assert disagreement(Totals(bill.by_session, 3.1), bill, 0.005) == "a total of 3.1 instead of 3.0"
    assert disagreement(Totals(bill.by_session, None), bill, 0.005) is None
    with pytest.raises(AssertionError, match="polars expert disagrees with numpy expert: 1 sessions instead of 2"):
        j1.checked(CONTENDERS, {"numpy expert": bill, "polars expert": Totals(np.array([1.0]), 1.0)})


def test_prices_come_from_the_tariff_or_are_refused() -> None:
    assert from_tariff(_tariff()) == PRICES
    first, *rest = _tariff().versions[0].elements
    later = replace(first, when=replace(first.when, end_min=22 * 60))
    with pytest.raises(ValueError, match="month 1, weekday 0, 21:00 has"):
        from_tariff(_tariff((later, *rest)))
    with pytest.raises(ValueError, match="one version in"):
        from_tariff(replace(_tariff(), time_zone="Europe/Paris"))


def test_the_command_prints_a_table_and_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    arguments = ["--intervals", str(SMALL), "--rounds", "1", "--no-memory", "--only", "numpy", "--json", str(folder)]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert f"J1: {SMALL:,} intervals; peak memory beyond the inputs, 1 round\n" in shown
    assert "the same for 2 contenders" in shown
    written = json.loads((folder / "j1.json").read_text())
    assert (written["job"], written["size"], written["unit"]) == ("J1", SMALL, "interval")
    names = {result["name"]: result for result in written["results"]}
    assert set(names) == {"read floor", "numpy usual", "numpy expert", "numpy expert, odd"}
    assert names["read floor"]["times"] == {"read floor": 1.0, "rating": None}
    with pytest.raises(SystemExit, match="no contender begins with 'fortran'"):
        main(["--only", "fortran"])


def test_memory_is_measured_in_a_process_of_its_own() -> None:
    peak, output, _ = memory_of(j1.JOB, j1.build(SMALL).row("rating"), SMALL)
    assert (peak is None) == (output is None)
    if peak is not None and output is not None:
        assert 0 < output < 50


def _tariff(elements: tuple[Element, ...] | None = None) -> Tariff:
    """PRICES as a tariff."""
    prices = PRICES
    workdays, weekend = frozenset(range(5)), frozenset({5, 6})
    summer, winter = frozenset({6, 7, 8, 9}), frozenset({1, 2, 3, 4, 5, 10, 11, 12})
    made = []
    for name, months, season in (("winter", winter, prices.winter), ("summer", summer, prices.summer)):
        peak = When(workdays, 16 * 60, 21 * 60, months=months)
        made += [
            Element(f"{name} peak", (_energy(season.peak),), peak),
            Element(f"{name} weekend", (_energy(season.part_peak),), replace(peak, day_of_week=weekend)),
            Element(f"{name} part-peak", (_energy(season.part_peak),), When(workdays, 15 * 60, 1440, months=months)),
            Element(f"{name} off-peak", (_energy(season.off_peak),), When(months=months)),
        ]
    always: Any = (
        Component("parking_time", Price(round(prices.parked_per_min * 1e6), "min")),
        Component("flat", Price(round(prices.session * 1e6), "session")),
    )
    version = Version("always", None, elements or (*made, Element("always", always)))
    return Tariff("ca-tou", "USD", 10_000, (version,), Rounding("half_up", 10_000), ZONE)


def _energy(per_kwh: float) -> Component:
    return Component("energy", Price(round(per_kwh * 1e6), "kWh"))


def test_the_job_by_an_index_charges_each_quarter_its_price() -> None:
    job, tariffs = make_job(1_000), spot_tariffs()
    rated = rating.rate(tariffs, job.sessions, job.intervals)
    prices = {}
    for row in spot_index().to_pylist():
        price = Fraction(row["price_per_mwh"]) / 1000 * Fraction("1.05") + Fraction("0.12")
        prices[row["start"]] = min(max(price, Fraction("-0.05")), Fraction("0.90"))
    expected: dict[int, Fraction] = {}
    for row in job.intervals.to_pylist():
        cost = prices[row["start"]] * row["energy_wh"] / 1000
        expected[row["session_id"]] = expected.get(row["session_id"], Fraction(0)) + cost
    lines = [row for row in rated.lines.to_pylist() if row["dimension"] == "energy"]
    assert {row["session_id"]: Fraction(row["amount"]) for row in lines} == {k: v for k, v in expected.items() if v}


def test_what_is_told_ahead_is_what_one_session_after_the_other_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    job, tariffs = make_job(100_000), with_plans()
    sessions, accounts = with_accounts(job)
    told = rating.rate(tariffs, sessions, job.intervals, accounts=accounts)
    asked = []
    monkeypatch.setattr(Ledger, "look_ahead", lambda *_: asked.append(1))
    waited = rating.rate(tariffs, sessions, job.intervals, accounts=accounts)
    assert asked
    assert told.sessions.equals(waited.sessions)
    assert told.lines.equals(waited.lines)
    assert told.state.equals(waited.state)
    kinds = set(told.lines["kind"].unique().to_pylist())
    assert {"usage", "allowance", "discount"} <= kinds
