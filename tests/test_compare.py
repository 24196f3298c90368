"""What a change of tariffs does: a small history worked out by hand, and what holds for any."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from strategies import random_network
from twin import tables

import rating
from rating.desk.compare.present import read_history
from rating.desk.compare.sums import Amounts, Bar, Payers, histogram
from rating.errors import InputError, SessionError, TariffError
from rating.reference import tell
from rating.tariff.load import parse_tariff
from rating.tariff.model import Tariffs

EXAMPLES = Path(__file__).parent.parent / "tariffs"
OLD = (
    """
tariff: city
currency: EUR
time_zone: Europe/Paris
tax: {name: VAT, percent: 25, included: false}
versions:
  - elements:
      - {name: night, energy: 0.20/kWh, when: {start_time: "22:00", end_time: "06:00"}}
      - {name: day, energy: 0.40/kWh, flat: 1.00/session}
""",
    """
tariff: coast
currency: EUR
time_zone: Europe/Lisbon
versions:
  - elements:
      - {name: always, energy: 0.50/kWh}
""",
    """
tariff: gone
currency: EUR
time_zone: Europe/Paris
versions:
  - elements:
      - {energy: 1.00/kWh}
""",
    """
tariff: moved
currency: EUR
time_zone: Europe/Paris
versions:
  - elements:
      - {energy: 1.00/kWh}
""",
)
NEW = (
    OLD[0].replace("0.40/kWh", "0.44/kWh").replace("1.00/session", "0.50/session"),
    OLD[1],
    OLD[2].replace("gone", "fresh"),
    OLD[3].replace("EUR", "GBP"),
)
# A Monday; city by day, city again, coast an hour behind, and those that have no other side.
HISTORY = {
    "session_id": ["a", "b", "c", "d", "e", "f", "g"],
    "tariff": ["city", "city", "coast", "gone", "fresh", "moved", "nowhere"],
    "energy_kwh": ["10", "20", "8", "2", "3", "4", "5"],
    "start": [f"2026-03-02T{hour:02}:00:00Z" for hour in (9, 9, 9, 10, 10, 10, 10)],
    "end": [f"2026-03-02T{hour:02}:00:00Z" for hour in (10, 10, 10, 11, 11, 11, 11)],
    "site": ["north", "south", "south", "south", "south", "south", "south"],
    "membership": ["gold", None, "gold", None, None, None, None],
    "account": ["anna", "anna", "bert", None, None, None, None],
}


def tariffs(texts: tuple[str, ...]) -> Tariffs:
    return Tariffs(tuple(map(parse_tariff, texts)))


@pytest.fixture(scope="module")
def found():
    return rating.compare(tariffs(OLD), tariffs(NEW), HISTORY)


def test_revenue_by_hand(found):
    """a: 10 × 0.40 + 1.00 = 5.00 becomes 10 × 0.44 + 0.50 = 4.90; b: 9.00 becomes 9.30; c: 4.00 stays; tax 25 %."""
    (row,) = found.totals
    assert (row.currency, row.sessions) == ("EUR", 3)
    assert row.old == Amounts(18_000_000, 3_500_000, 21_500_000)  # 5 + 9 + 4, and 1.25 + 2.25
    assert row.new == Amounts(18_200_000, 3_560_000, 21_760_000)  # 4.90 + 9.30 + 4, and 1.23 (1.225) + 2.33 (2.325)
    assert row.change == Amounts(200_000, 60_000, 260_000)
    # a pays 6.25, then 6.13; b 11.25, then 11.63.
    assert row.payers == Payers(1, 1, 1, 380_000, -120_000)
    assert found.drivers == {"EUR": Payers(1, 1, 0, 260_000, 0)}  # anna's two sessions together, and bert


def test_revenue_by_groups(found):
    rows = {
        group.name: [(row.name, row.sessions, row.change.gross_micro) for row in group.rows] for group in found.groups
    }
    assert rows == {
        "tariff": [("city", 2, 260_000), ("coast", 1, 0)],
        # 09:00 UTC is 10:00 in Paris and 09:00 in Lisbon.
        "hour of the week": [("Mon 09:00", 1, 0), ("Mon 10:00", 2, 260_000)],
        "site": [("north", 1, -120_000), ("south", 2, 380_000)],
        "membership": [("(none)", 1, 380_000), ("gold", 2, -120_000)],
    }


def test_sessions_of_one_side_stand_apart(found):
    assert (found.sessions, found.compared) == (7, 3)
    told = [(each.session_id, each.why, each.old_gross_micro, each.new_gross_micro) for each in found.apart]
    assert told == [
        ("d", "rejected_by_new", 2_000_000, None),
        ("e", "rejected_by_old", None, 3_000_000),
        ("f", "currency_changed", 4_000_000, 4_000_000),
        ("g", "rejected_by_both", None, None),
    ]
    assert [found.apart[0].new_refusal.code, found.apart[1].old_refusal.code] == ["unknown_tariff"] * 2
    assert (found.apart[2].old_currency, found.apart[2].new_currency) == ("EUR", "GBP")
    assert (found.only_old, found.only_new, found.differ) == (("gone",), ("fresh",), ("city", "moved"))


def test_elements_that_nothing_was_billed_by(found):
    assert [tuple(each) for each in found.unused_old] == [("city", "always", "night", "energy")]
    assert found.unused_new == found.unused_old  # those of tariffs without a compared session are not told


def test_the_largest_changes_are_told_by_both_sides(found):
    rise, fall = found.largest
    assert (rise.session_id, rise.change_micro, fall.session_id, fall.change_micro) == ("b", 380_000, "a", -120_000)
    for pair in found.largest:
        for story, side in ((pair.old_story, OLD), (pair.new_story, NEW)):
            assert story == tell(rating.explain(tariffs(side), HISTORY, session_id=pair.session_id).bill)
    assert (rise.account, rise.tariff) == ("anna", "city")


def test_how_much_bills_change(found):
    (bars,) = found.histograms
    assert bars.step_micro == 50_000  # ten of 0.05 hold 0.38
    assert [(bar.from_micro, bar.to_micro) for bar in bars.bars if bar.sessions] == [
        *((-150_000, -100_000), (0, 0), (350_000, 400_000))
    ]


def test_a_column_may_be_named_instead_of_the_site():
    by = rating.compare(tariffs(OLD), tariffs(NEW), HISTORY, by="account")
    assert [group.name for group in by.groups] == ["tariff", "hour of the week", "account", "membership"]
    with pytest.raises(InputError, match="no_column: read `place`, expected a column of the sessions that travels"):
        rating.compare(tariffs(OLD), tariffs(NEW), HISTORY, by="place")


def test_a_column_of_lists_is_refused():
    with pytest.raises(InputError, match="column_type: read `tags`, expected a column of plain values"):
        rating.compare(tariffs(OLD), tariffs(NEW), {**HISTORY, "tags": [["x"]] * 7}, by="tags")


def network(seed: int):
    drawn, sessions = random_network(seed, full=True)
    changed = rating.grid("* *1.1")
    old = Tariffs(tuple(drawn))
    return old, changed.apply(old, changed.variants[0]), *tables(sessions)


@pytest.mark.parametrize("seed", range(30))
def test_nothing_changes_where_both_sides_are_the_same(seed):
    old, _, sessions, intervals = network(seed)
    try:
        same = rating.compare(old, old, sessions, intervals)
    except TariffError:
        pytest.skip("prices too odd for 64 bits")
    for row in (*same.totals, *(row for group in same.groups for row in group.rows)):
        assert row.change == Amounts(0, 0, 0)
        assert row.payers == Payers(0, row.sessions, 0, 0, 0)
    assert (same.largest, same.differ, same.only_old, same.only_new) == ((), (), (), ())
    assert {each.why for each in same.apart} <= {"rejected_by_both", "tax_not_known"}
    assert same.compared + len(same.apart) == same.sessions == len(sessions["session_id"])


@pytest.mark.parametrize("seed", range(30))
def test_the_other_way_round_is_minus(seed):
    old, new, sessions, intervals = network(seed)
    try:
        there = rating.compare(old, new, sessions, intervals)
        back = rating.compare(new, old, sessions, intervals)
    except TariffError:
        pytest.skip("prices too odd for 64 bits")
    none = Amounts(0, 0, 0)
    pairs = list(zip(there.totals, back.totals, strict=True))
    for one, other in zip(there.groups, back.groups, strict=True):
        pairs += zip(one.rows, other.rows, strict=True)
    for row, minus in pairs:
        assert (row.name, row.currency, row.sessions) == (minus.name, minus.currency, minus.sessions)
        assert row.change == none - minus.change
        assert (row.old, row.new) == (minus.new, minus.old)
        assert row.payers == turned(minus.payers)
    assert {currency: turned(each) for currency, each in back.drivers.items()} == there.drivers
    for one, other in zip(there.histograms, back.histograms, strict=True):
        assert one.bars == tuple(turned_bar(bar) for bar in reversed(other.bars))
    assert sorted((str(each.session_id), each.change_micro) for each in there.largest if each.change_micro) == sorted(
        (str(each.session_id), -each.change_micro) for each in back.largest
    )


def turned(payers: Payers) -> Payers:
    return Payers(payers.less, payers.same, payers.more, -payers.fall_micro, -payers.rise_micro)


def turned_bar(bar: Bar) -> Bar:
    low, high = (None if each is None else -each for each in (bar.to_micro, bar.from_micro))
    return Bar(low, high, bar.sessions)


def test_amounts_are_those_of_rate():
    """Of each side, session by session and in sum."""
    every = rating.load_tariffs(EXAMPLES)
    sessions = {
        **HISTORY,
        "tariff": ["harbour-dc", "per-kwh", "ca-tou", "tokyo-flat", "mixed-vat", "zurich-cash", "tiers"],
    }
    grid = rating.grid("* +0.11")
    new = grid.apply(every, grid.variants[0])
    found = rating.compare(every, new, sessions)
    for side, name in ((every, "old"), (new, "new")):
        rated = rating.rate(side, sessions).sessions.to_pylist()
        for row in found.totals:
            of = [each for each in rated if each["currency"] == row.currency]
            for amount in ("net", "tax", "gross"):
                assert getattr(getattr(row, name), f"{amount}_micro") == sum(int(each[amount] * 10**6) for each in of)


def test_plans_of_accounts_count_on_both_sides():
    every = rating.load_tariffs(EXAMPLES)
    history = {**HISTORY, "tariff": ["per-kwh"] * 7}
    accounts = {"account": ["anna"], "plan": ["gold"], "from": ["2026-01-01"]}
    grid = rating.grid("energy +0.10")
    new = grid.apply(every, grid.variants[0])
    found = rating.compare(every, new, history, accounts=accounts)
    (row,) = found.totals
    for side, amounts in ((every, row.old), (new, row.new)):
        rated = rating.rate(side, history, accounts=accounts).sessions
        assert amounts.gross_micro == sum(int(each * 10**6) for each in rated.column("gross").to_pylist())
    assert found.largest[0].old_gross_micro < found.largest[0].new_gross_micro
    assert "gold" in found.largest[0].new_story


def test_an_empty_history():
    nothing = {name: [] for name in HISTORY}
    found = rating.compare(tariffs(OLD), tariffs(NEW), nothing)
    assert (found.sessions, found.totals, found.largest, found.apart) == (0, (), (), ())
    assert "All of 0 sessions are compared" in found.text
    assert "What the change does" in found.html
    assert found.as_dict()["totals"] == []


def test_sessions_that_cannot_be_read_stand_apart():
    """No start, one far away, an id that occurs twice, and no tariff."""
    spoilt = {
        "session_id": ["a", "b", "c", "c", "d", "e"],
        "tariff": ["city", "city", "city", "city", None, "city"],
        "energy_kwh": ["10"] * 6,
        "start": [None, "9999-01-01T00:00:00Z", *["2026-03-02T09:00:00Z"] * 4],
        "end": ["2026-03-02T10:00:00Z"] * 6,
    }
    found = rating.compare(tariffs(OLD), tariffs(NEW), spoilt)
    assert (found.sessions, found.compared) == (6, 1)
    assert {each.why for each in found.apart} == {"rejected_by_both"}
    assert [row.name for group in found.groups for row in group.rows] == ["city", "Mon 10:00"]
    assert "5 sessions not compared" in found.text
    grid = rating.compare(tariffs(OLD), rating.grid("energy@city +1"), spoilt)
    assert (grid.compared, len(grid.rejected)) == (1, 5)


def test_bars_hold_every_change():
    for seed in range(50):
        random = Random(seed)
        top = 10 ** random.randrange(1, 9)
        change = np.array([random.randrange(-top, top + 1) * 10_000 for _ in range(random.randrange(0, 200))], np.int64)
        bars = histogram("EUR", change).bars
        assert sum(bar.sessions for bar in bars) == change.size
        for before, after in pairwise(bars):
            assert before.to_micro == after.from_micro


def test_faults_of_both_sides_are_told_together(tmp_path):
    (tmp_path / "a.yaml").write_text("tariff: a\n")
    (tmp_path / "b.yaml").write_text("tariff: b\n")
    with pytest.raises(TariffError) as caught:
        rating.compare(tmp_path / "a.yaml", tmp_path / "b.yaml", HISTORY)
    assert {Path(fault.place.source).name for fault in caught.value.faults} == {"a.yaml", "b.yaml"}
    with pytest.raises(InputError):
        rating.compare(tariffs(OLD), tariffs(NEW), {"session_id": ["a"]})
    with pytest.raises(SessionError):
        rating.explain(tariffs(OLD), HISTORY, session_id="g")


def test_values_cannot_be_changed(found):
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.sessions = 1
    assert read_history(HISTORY, None, None).sessions.start_us.size == 7
