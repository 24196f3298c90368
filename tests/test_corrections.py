"""Corrections: what was booked and the correction lines together are what a rating in order would have given."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_histories import History, histories
from twin import fast_answers
from twin_history import rate_or_skip

import rating
from rating.reference.history import order_of

TARIFFS = Path(__file__).parent.parent / "tariffs"
TURNED = ("volume", "billed_volume", "amount", "printed_amount")
TOTALS = ("net", "tax", "gross")
CAPPED = {"account": ["ben"], "plan": ["day-cap"], "from": ["2026-01-01"]}


def rate(rows: list[tuple[Any, str, str]], state: Any = None) -> rating.Rated:
    """Sessions of an hour in March: id, day and hour, energy."""
    found = {
        "session_id": [id_ for id_, _, _ in rows],
        "tariff": ["per-kwh"] * len(rows),
        "start": [f"2026-03-{at}:00:00Z" for _, at, _ in rows],
        "end": [f"2026-03-{at}:30:00Z" for _, at, _ in rows],
        "energy_kwh": [kwh for _, _, kwh in rows],
        "account": ["ben"] * len(rows),
    }
    return rating.rate(rating.load_tariffs(TARIFFS), found, accounts=CAPPED, state=state)


def test_a_late_session_takes_the_rest_of_a_cap() -> None:
    # 15.60 came late: of the 19.50 of session b only 25.00 - 15.60 = 9.40 are due; the day after is not touched.
    before = rate([("b", "03T12", "50"), ("c", "04T12", "10")])
    after = rate([("b", "03T12", "50"), ("c", "04T12", "10"), ("a", "03T10", "40")])
    found = rating.corrections(before, after)
    lines = [
        (row["session_id"], row["correction"], row["line"], row["kind"], row["element"], row["volume"], row["amount"])
        for row in found.lines.to_pylist()
    ]
    assert lines == [
        ("b", "reversal", 1, "usage", "element 1", -50, Decimal("-19.5")),
        ("b", "new", 1, "usage", "element 1", 50, Decimal("19.5")),
        ("b", "new", 2, "maximum", "day cap", None, Decimal("-10.1")),
        ("a", "new", 1, "usage", "element 1", 40, Decimal("15.6")),
    ]
    rows = [(row["session_id"], row["net"], row["tax"], row["gross"]) for row in found.sessions.to_pylist()]
    # 19.50 is 16.12 and 3.38, 9.40 is 7.77 and 1.63, 15.60 is 12.89 and 2.71.
    assert rows == [
        ("b", Decimal("-8.35"), Decimal("-1.75"), Decimal("-10.10")),
        ("a", Decimal("12.89"), Decimal("2.71"), Decimal("15.60")),
    ]


def test_a_session_that_is_gone_is_taken_back() -> None:
    both, one = rate([("b", "03T12", "50"), ("c", "04T12", "10")]), rate([("b", "03T12", "50")])
    found = rating.corrections(both, one)
    assert [(row["session_id"], row["correction"]) for row in found.lines.to_pylist()] == [("c", "reversal")]
    assert found.sessions["gross"].to_pylist() == [Decimal("-3.90")]


def test_the_same_bills_need_no_correction() -> None:
    rows = [("b", "03T12", "50"), ("c", "04T12", "10"), ("a", "03T10", "40")]
    found = rating.corrections(rate(rows), rate(rows[::-1]))
    assert (found.lines.num_rows, found.sessions.num_rows) == (0, 0)
    nothing = rating.corrections(rate([]), rate([]))
    assert (nothing.lines.num_rows, nothing.sessions.num_rows) == (0, 0)


def test_from_nothing_all_is_new() -> None:
    rated = rate([("b", "03T12", "50")])
    found = rating.corrections(rate([]), rated)
    assert found.lines.drop_columns(["correction"]).to_pylist() == rated.lines.to_pylist()


def test_ids_that_were_numbers_and_are_text_are_the_same() -> None:
    one, other = rate([(7, "03T12", "50")]), rate([("7", "03T12", "50"), ("x", "03T14", "1")])
    assert rating.corrections(one, other).sessions["session_id"].to_pylist() == ["x"]
    assert rating.corrections(other, one).sessions["session_id"].to_pylist() == ["x"]


def booked(lines: Any) -> Counter[tuple[tuple[str, Any], ...]]:
    return Counter(tuple(row.items()) for row in lines.to_pylist())


def turned(row: dict[str, Any]) -> dict[str, Any]:
    return {name: -each if name in TURNED and each is not None else each for name, each in row.items()}


def assert_corrected(before: rating.Rated, after: rating.Rated) -> None:
    """What was booked, without what is taken back, and with what is new, is what the second rating gives."""
    found = rating.corrections(before, after)
    lines = booked(before.lines)
    for row in found.lines.to_pylist():
        kind = row.pop("correction")
        item = tuple((turned(row) if kind == "reversal" else row).items())
        lines[item] += -1 if kind == "reversal" else 1
        assert lines[item] >= 0
    assert +lines == booked(after.lines)
    totals = {row["session_id"]: [row[name] for name in TOTALS] for row in before.sessions.to_pylist()}
    expected = {row["session_id"]: [row[name] for name in TOTALS] for row in after.sessions.to_pylist()}
    for row in found.sessions.to_pylist():
        was = totals.pop(row["session_id"], [Decimal(0)] * 3)
        now = expected.pop(row["session_id"], [Decimal(0)] * 3)
        for name, one, other in zip(TOTALS, was, now, strict=True):
            assert row[name] == (None if one is None or other is None else other - one)
    assert totals == expected  # of those that did not change


@given(histories(), st.data())
@settings(max_examples=60, deadline=None)
def test_late_sessions_give_what_an_order_would_have_given(history: History, data: st.DataObject) -> None:
    drawn = sorted(history.drawn, key=lambda pair: order_of(pair[1]))
    whole = rate_or_skip(history, drawn)
    if whole is None:
        return
    cut = data.draw(st.integers(0, len(drawn) - 1))
    state = rate_or_skip(history, drawn[:cut]).state if cut else None
    since = drawn[cut:]
    late = data.draw(st.sets(st.integers(0, len(since) - 1)))
    in_time = [pair for at, pair in enumerate(since) if at not in late]
    if not in_time:
        return
    before = rate_or_skip(history, in_time, state=state)
    after = rate_or_skip(history, since, state=state)
    assert_corrected(before, after)
    in_order = fast_answers(whole)
    assert fast_answers(after) == {usage.session_id: in_order[usage.session_id] for _, usage in since}
    assert after.state.equals(whole.state)
