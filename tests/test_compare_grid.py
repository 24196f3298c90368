"""Grids of changes in one pass: each session by each variant costs what `rate` says with the tariff written out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from compare_tools import assert_one_pass_is_rate, grid_text, groups_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import networks, random_network
from strategies_pick import Pick, hypothesis_pick, random_pick
from twin import all_told, batch_of, is_told

import rating
from rating.cli.demo import _draw
from rating.desk.compare import one_pass
from rating.desk.compare.changes import Grid
from rating.desk.compare.present import read_history
from rating.errors import InputError, TariffError
from rating.tariff.model import Tariffs

EXAMPLES = Path(__file__).parent.parent / "tariffs"


def checked_grid(tariffs: Tariffs, pick: Pick) -> Grid | None:
    """A grid that concerns these tariffs; None where none was drawn."""
    for _ in range(20):
        grid = rating.grid(*(grid_text(pick) for _ in range(pick.of((1, 1, 2)))))
        try:
            grid.check(tariffs)
        except InputError:
            continue
        return grid
    return None


def compared(network: tuple, pick: Pick, threads: int = 1) -> tuple[int, int]:
    """How many sessions times variants were compared, and how many sessions were rated in full."""
    drawn, sessions = network
    tariffs = Tariffs(tuple(drawn))
    told = any(is_told(usage) for _, usage in sessions)
    batch = batch_of([(name, all_told(usage) if told else usage) for name, usage in sessions])
    grid = checked_grid(tariffs, pick)
    if grid is None:
        return 0, 0
    try:
        found = assert_one_pass_is_rate(tariffs, batch, grid, threads)
    except TariffError:  # prices too odd for 64 bits
        return 0, 0
    return found.sessions, found.rates.in_full.size


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=networks() | networks(full=True), data=st.data())
def test_drawn_networks_and_grids(network, data):
    compared(network, hypothesis_pick(data.draw))


@pytest.mark.parametrize("full", [False, True])
def test_random_networks_and_grids(full):
    every, in_full = 0, 0
    for seed in range(120):
        found = compared(random_network(seed, full=full), random_pick(seed), threads=1 + seed % 2)
        every, in_full = every + found[0], in_full + found[1]
    assert every > 1000
    assert in_full > 0


@contextmanager
def narrow_passes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two variants in a pass."""
    with monkeypatch.context() as patch:
        patch.setattr(one_pass, "_SETS_MIN", 2)
        patch.setattr(one_pass, "_ACCOUNT_CELLS_MAX", 2)
        yield


@pytest.mark.parametrize("full", [False, True])
def test_several_passes_are_as_one(full, monkeypatch):
    with narrow_passes(monkeypatch):
        every = sum(compared(random_network(seed, full=full), random_pick(seed))[0] for seed in range(500, 540))
    assert every > 300


@pytest.fixture(scope="module")
def month():
    """A month on all example tariffs, with its mistakes: tables, and the batch of them."""
    from datetime import date

    drawn = _draw(rating.load_tariffs(EXAMPLES), date(2026, 3, 1), 20_000, 7, EXAMPLES)
    sessions, intervals = drawn.sessions_table(), drawn.intervals_table()
    return sessions, intervals, read_history(sessions, intervals, None)


GRIDS = (
    ("energy +0.01..+0.05 step 0.01",),
    ("energy@harbour-* *0.9..*1.1 step 0.1", "time =0, +10%", "flat +0.50"),
    ("* -100%, -50%, +0%, +33.3333%",),
    ("parking_time +0.001, +0.07", "energy@*-*/*peak* +0.123456"),
)


@pytest.mark.parametrize("texts", GRIDS)
def test_the_examples(month, texts):
    tariffs = rating.load_tariffs(EXAMPLES)
    grid = rating.grid(*texts)
    grid.check(tariffs)
    found = assert_one_pass_is_rate(tariffs, month[2], grid, threads=2)
    assert found.sessions > 800 * len(grid.variants)
    names = np.array(month[2].sessions.tariff_names)[month[2].sessions.tariff[found.rates.in_full]]
    # The prices of its energy are the market's; where the grid leaves its others alone too, it is rated once.
    assert set(names) == ({"spot"} if "spot" in grid.concerned(tariffs) else set())


def test_variants_written_out_in_full_are_rated_alike(month, tmp_path):
    """As files: what a manager would have written by hand."""
    chosen = ("harbour-dc", "ca-tou", "steps", "limits", "two-versions", "tiers", "speeds")
    every = rating.load_tariffs(EXAMPLES)
    tariffs = Tariffs(tuple(every[name] for name in chosen if name in every))
    grid = rating.grid("energy +0.02, *1.07", "time +5%")
    found = rating.compare(tariffs, grid, *month[:2])
    for number, steps in enumerate(grid.variants, start=1):
        folder = tmp_path / str(number)
        folder.mkdir()
        for tariff in grid.apply(tariffs, steps).values():
            (folder / f"{tariff.id}.yaml").write_text(rating.to_yaml(tariff))
        rated = rating.rate(rating.load_tariffs(folder), *month[:2]).sessions
        for row in found.rows:
            if row.variant == number:
                of = rated.filter([each == row.currency for each in rated.column("currency").to_pylist()])
                sums = [
                    sum(int(each * 10**6) for each in of.column(name).to_pylist()) for name in ("net", "tax", "gross")
                ]
                assert [row.amounts.net_micro, row.amounts.tax_micro, row.amounts.gross_micro] == sums
                assert row.sessions == of.num_rows
    assert len(found.rows) == 3 * len(found.currencies) == 6


HISTORY = {
    "session_id": ["S-1", "S-2", "S-3", "S-4"],
    "tariff": ["per-kwh"] * 4,
    "energy_kwh": ["10", "20", "3", "4"],
    "start": [f"2026-03-0{day}T10:00:00+01:00" for day in (2, 3, 4, 5)],
    "end": [f"2026-03-0{day}T11:30:00+01:00" for day in (2, 3, 4, 5)],
    "account": ["anna", "anna", "bert", None],
}


def test_by_hand():
    """per-kwh: 0.49 a kWh, VAT included; 37 kWh in all."""
    price = rating.load_tariffs(EXAMPLES / "per-kwh.yaml")["per-kwh"].versions[0].elements[0].components[0].price
    found = rating.compare(EXAMPLES / "per-kwh.yaml", rating.grid("energy -0.10, +0.01"), HISTORY)
    now, less, more = found.rows
    assert now.amounts.gross_micro == 37 * price.amount_micro
    assert [row.label for row in found.rows] == ["as it is", "energy -0.10", "energy +0.01"]
    assert [row.change.gross_micro for row in found.rows] == [0, -3_700_000, 370_000]
    assert [(row.payers.more, row.payers.same, row.payers.less) for row in found.rows] == [
        (0, 4, 0),
        (0, 0, 4),
        (4, 0, 0),
    ]
    assert (less.payers.fall_micro, more.payers.rise_micro) == (-3_700_000, 370_000)
    assert [(row.drivers.more, row.drivers.same, row.drivers.less) for row in (now, less, more)] == [
        *((0, 2, 0), (0, 0, 2), (2, 0, 0))
    ]
    assert (found.in_full, found.compared, found.strays, found.rejected) == (0, 4, 0, ())


def test_accounts_with_plans_are_rated_in_full():
    tariffs = rating.load_tariffs(EXAMPLES)
    accounts = {"account": ["anna"], "plan": ["gold"], "from": ["2026-01-01"]}
    grid = rating.grid("energy@per-kwh +0.05, *2")
    found = rating.compare(tariffs, grid, HISTORY, accounts=accounts)
    assert found.in_full == 4
    assert "accounts" in found.why_in_full
    for row, steps in zip(found.rows, (None, *grid.variants), strict=True):
        of = tariffs if steps is None else grid.apply(tariffs, steps)
        gross = rating.rate(of, HISTORY, accounts=accounts).sessions.column("gross").to_pylist()
        assert row.amounts.gross_micro == sum(int(each * 10**6) for each in gross)
    plain = rating.compare(tariffs, grid, HISTORY)
    assert plain.rows[0].amounts.gross_micro > found.rows[0].amounts.gross_micro  # gold has a discount


def test_rejected_sessions_are_told():
    spoilt = {**HISTORY, "tariff": ["per-kwh", "nowhere", "per-kwh", "per-kwh"]}
    found = rating.compare(EXAMPLES / "per-kwh.yaml", rating.grid("energy +0.01"), spoilt)
    assert (found.sessions, found.compared) == (4, 3)
    assert [(each.session_id, each.code) for each in found.rejected] == [("S-2", "unknown_tariff")]


def test_a_variant_that_rejects_sessions_says_so():
    """A price so high that a session costs more than any may: it is in no sum of that variant."""
    history = {**HISTORY, "energy_kwh": ["100000", "20", "3", "4"]}
    found = rating.compare(EXAMPLES / "per-kwh.yaml", rating.grid("energy +1, =1000000"), history)
    assert [row.sessions for row in found.rows] == [4, 4, 3]
    assert found.rows[2].amounts.gross_micro == 27 * 10**12
    assert found.in_full == 1
    assert [line.split()[-1] for line in found.text.splitlines() if line.startswith("  =1")] == ["3"]


def test_intervals_in_any_order():
    """They are put in order once, as `rate` does."""
    intervals = {
        "session_id": ["S-1", "S-1"],
        "start": ["2026-03-02T10:30:00+01:00", "2026-03-02T10:00:00+01:00"],
        "end": ["2026-03-02T11:30:00+01:00", "2026-03-02T10:30:00+01:00"],
        "energy_kwh": ["4", "6"],
    }
    sessions = {name: column[:1] for name, column in HISTORY.items() if name != "energy_kwh"}
    found = rating.compare(EXAMPLES / "per-kwh.yaml", rating.grid("energy +0.10"), sessions, intervals)
    assert [row.change.gross_micro for row in found.rows] == [0, 1_000_000]


def test_an_empty_history():
    nothing = {name: [] for name in ("session_id", "tariff", "start", "end", "energy_kwh")}
    found = rating.compare(EXAMPLES / "per-kwh.yaml", rating.grid("energy +0.10"), nothing)
    assert (found.rows, found.sessions) == ((), 0)
    assert groups_of(read_history(nothing, None, None)).size == 0
    assert "0 of 0 sessions rated" in found.text


def test_not_compiled_nothing_overflows():
    """In a process of its own: the same sessions, where an overflow is an error (see `compare_modes`)."""
    env = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "ignore", str(Path(__file__).parent / "compare_modes.py")]
    done = subprocess.run(command, env=env, cwd=EXAMPLES.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 400
