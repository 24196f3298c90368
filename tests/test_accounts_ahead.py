"""What is told ahead is what rounds give: in whatever threads and order, and where sessions turn out to be refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import rating
import rating.accounts.claims as claims
import rating.accounts.opening as opening
import rating.accounts.parts as parts
from benchmarks.data import Job, make_job
from benchmarks.jobs.accounts import with_accounts, with_plans
from rating.accounts.ledger import Ledger
from rating.accounts.names import name_accounts
from rating.results.rated import Rated
from rating.tariff.load import parse_coupon, parse_plan
from rating.tariff.model import Tariffs
from rating.tariff.plans import Plans

INTERVALS = 60_000


@pytest.fixture(scope="module")
def job() -> Job:
    return make_job(INTERVALS)


def same(one: Rated, other: Rated) -> bool:
    return all(one.written[name].equals(other.written[name]) for name in one.written)


def waited(*args: Any, **options: Any) -> Rated:
    """Without looking ahead."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Ledger, "look_ahead", lambda *_: None)
        return rating.rate(*args, **options)


def spoilt(job: Job) -> pa.Table:
    """Some intervals end after the next one has begun."""
    end_us = job.intervals["end"].cast(pa.int64()).to_numpy().copy()
    end_us[7::4001] += 7_200_000_000
    return job.intervals.set_column(2, "end", pa.array(end_us).cast(pa.timestamp("us", tz="UTC")))


def test_sessions_that_are_refused_are_told_once_more_and_nobody_waits(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions, accounts = with_accounts(job)
    before = waited(with_plans(), sessions, spoilt(job), accounts=accounts)
    monkeypatch.delattr(Ledger, "forget")
    told = rating.rate(with_plans(), sessions, spoilt(job), accounts=accounts)
    assert 0 < told.rejected.num_rows < 20
    assert same(told, before)


def test_energies_that_cannot_be_are_told_to_be_refused(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions, accounts = with_accounts(job)
    energy_wh = job.intervals["energy_wh"].to_numpy().copy()
    energy_wh[7::4001] = -1
    energy_wh[11::4001] = 2**40
    energy_wh[13:15] = 2**62  # more than int64 holds, together
    intervals = job.intervals.set_column(3, "energy_wh", pa.array(energy_wh))
    before = waited(with_plans(), sessions, intervals, accounts=accounts)
    monkeypatch.delattr(Ledger, "forget")
    told = rating.rate(with_plans(), sessions, intervals, accounts=accounts)
    assert told.rejected.num_rows > 10
    assert same(told, before)


@pytest.mark.parametrize("part", [7, 100, 1000])
def test_threads_change_nothing(job: Job, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    sessions, accounts = with_accounts(job)
    alone = rating.rate(with_plans(), sessions, job.intervals, accounts=accounts, threads=1)
    monkeypatch.setattr(parts, "_PART", part)
    for threads in (2, 5):
        assert same(rating.rate(with_plans(), sessions, job.intervals, accounts=accounts, threads=threads), alone)


@pytest.mark.parametrize("crowd", [1, 3], ids=["one account", "three accounts"])
@pytest.mark.parametrize("text", [False, True], ids=["numbers", "texts"])
def test_many_sessions_of_few_accounts_that_begin_together(crowd: int, text: bool) -> None:
    count = 500
    rng = np.random.default_rng(1)
    start_us = 1_740_000_000_000_000 + rng.integers(0, 20, count) * 86_400_000_000
    names = rng.permutation(count)
    table = {
        "session_id": [f"s{name}" if text else int(name) for name in names],
        "tariff": ["ca-tou"] * count,
        "start": pa.array(start_us).cast(pa.timestamp("us", tz="UTC")),
        "end": pa.array(start_us + 3_600_000_000).cast(pa.timestamp("us", tz="UTC")),
        "energy_wh": rng.integers(1, 3000, count),
        "account": [f"a{each}" for each in rng.integers(0, crowd, count)],
    }
    accounts = {
        "account": [f"a{each}" for each in range(crowd)],
        "plan": ["gold", "silver", "bronze"][:crowd],
        "from": ["2024-12-31"] * crowd,
    }
    told = rating.rate(with_plans(), table, accounts=accounts)
    assert same(told, waited(with_plans(), table, accounts=accounts))
    order = rng.permutation(count)
    mixed = {name: pa.array(column).take(pa.array(order)) for name, column in table.items()}
    assert rating.rate(with_plans(), mixed, accounts=accounts).state.equals(told.state)


def test_names_looked_up_meanwhile_are_those_that_sessions_say(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions, accounts = with_accounts(job)
    codes = sessions["account"]
    half = len(codes) // 2
    plain = codes.cast(pa.string())
    # In two pieces, each with a dictionary of its own, and one in ten without a name.
    some = pa.array(np.arange(len(codes)) % 10 > 0)
    nulls = pc.if_else(some, plain, pa.scalar(None, pa.string()))
    pieces = pa.chunked_array([nulls[:half].dictionary_encode().chunk(0), nulls[half:].dictionary_encode().chunk(0)])
    met: list[Any] = []
    monkeypatch.setattr(opening, "name_accounts", lambda *args: met.append(args) or name_accounts(*args))
    for coded, texts in ((codes, plain), (pieces, nulls)):
        for coupon in (False, True):
            both = []
            for column in (coded, texts):
                table = sessions.set_column(sessions.schema.get_field_index("account"), "account", column)
                if coupon:
                    table = table.append_column("coupon", pa.nulls(len(codes), pa.string()))
                both.append(rating.rate(with_plans(), table, job.intervals, accounts=accounts))
            assert both[0].lines.equals(both[1].lines)
            assert both[0].sessions.drop_columns(["account"]).equals(both[1].sessions.drop_columns(["account"]))
    assert len(met) == 4  # those that say codes


@pytest.mark.parametrize("most", [claims.WANTS_MAX, 0])
def test_what_late_sessions_wanted_leaves_no_name(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    [tariff] = rating.load_tariffs("tariffs/per-kwh.yaml").values()
    gold = parse_plan("{plan: gold, currency: EUR, time_zone: UTC, discounts: [{name: member, percent: 10}]}")
    spring = parse_coupon("{coupon: SPRING, currency: EUR, time_zone: UTC, percent: 5}")
    tariffs = Tariffs((tariff,), Plans((gold,), (spring,)))
    accounts = {"account": ["anna"], "plan": ["gold"], "from": ["2026-01-01"]}

    def sessions(days: list[str], coupons: list[str | None]) -> dict[str, Any]:
        alike = {"tariff": tariff.id, "energy_kwh": "7", "account": "anna"}
        return {
            "session_id": [f"S-{day}" for day in days],
            "start": [f"2026-03-{day}T10:00Z" for day in days],
            "end": [f"2026-03-{day}T11:00Z" for day in days],
            "coupon": coupons,
            **{name: [value] * len(days) for name, value in alike.items()},
        }

    state = rating.rate(tariffs, sessions(["10"], [None]), accounts=accounts).state
    monkeypatch.setattr(claims, "WANTS_MAX", most)
    rated = rating.rate(tariffs, sessions(["05", "12"], ["SPRING", None]), accounts=accounts, state=state)
    assert rated.rejected["code"].to_pylist() == ["late"]
    names = rated.lines["element"].chunk(0).dictionary.to_pylist()
    assert "member" in names
    assert not any("SPRING" in name for name in names)


def test_what_claims_want_is_found_where_there_are_too_many_codes(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions, accounts = with_accounts(job)
    usual = rating.rate(with_plans(), sessions, job.intervals, accounts=accounts)
    monkeypatch.setattr(claims, "WANTS_MAX", 0)
    assert same(rating.rate(with_plans(), sessions, job.intervals, accounts=accounts), usual)
