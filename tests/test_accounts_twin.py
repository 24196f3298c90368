"""Accounts: the engine and the slow twin agree on every line, total and row of the state, in whatever batches."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_histories import History, histories
from twin import fast_answers
from twin_history import account_table, assert_same_history, rate, rate_or_skip

import rating
from rating.reference.accounts import Account
from rating.reference.fees import fee_lines
from rating.reference.history import order_of
from rating.tariff.load import parse_plan
from rating.tariff.plans import Plans


@pytest.mark.parametrize(("full", "by_index"), [(False, False), (True, False), (False, True), (True, True)])
def test_engine_and_twin_agree_on_histories(full: bool, by_index: bool) -> None:
    @given(histories(full=full, by_index=by_index))
    @settings(max_examples=150, deadline=None)
    def check(history: History) -> None:
        assert_same_history(history)

    check()


@given(histories() | histories(by_index=True), st.data())
@settings(max_examples=60, deadline=None)
def test_batches_give_what_one_batch_gives(history: History, data: st.DataObject) -> None:
    drawn = sorted(history.drawn, key=lambda pair: order_of(pair[1]))
    whole = rate_or_skip(history, drawn)
    if whole is None:
        return
    at = data.draw(st.integers(0, len(drawn)))
    parts, state = [], None
    for part in (drawn[:at], drawn[at:]):
        if part:
            parts.append(rate(history, part, state=state, threads=1, chunk_sessions=1))
            state = parts[-1].state
    assert fast_answers(whole) == {id_: answer for part in parts for id_, answer in fast_answers(part).items()}
    assert whole.state.equals(state)


@given(histories(faulty=False))
@settings(max_examples=40, deadline=None)
def test_fees_are_those_of_the_twin(history: History) -> None:
    days = [row.begins for row in history.accounts if not isinstance(row.begins, int)]
    if not days:
        return
    begins, until = min(days), min(days).replace(year=min(days).year + 1, day=1)
    slow_lines = fee_lines(history.plans, history.accounts, begins, until)
    table = rating.fees(history.plans, account_table(history.accounts), begins, until)
    assert table.num_rows == len(slow_lines)
    for row, line in zip(table.to_pylist(), slow_lines, strict=True):
        assert (row["account"], row["plan"], row["from"], row["until"]) == (
            line.account, line.plan, line.begins, line.until,
        )  # fmt: skip
        assert (row["days"], row["period_days"]) == (line.days, line.period_days)
        for name in ("net", "tax", "gross"):
            micro = getattr(line, f"{name}_micro")
            assert row[name] == (None if micro is None else Decimal(micro).scaleb(-6))


def test_a_fee_of_nothing_has_no_tax_of_which_the_rate_matters() -> None:
    text = "{plan: free, currency: EUR, time_zone: UTC, tax: {included: false}, fee: 0.00/month}"
    accounts = {"account": ["anna"], "plan": ["free"], "from": ["2026-03-01"]}
    plans = Plans((parse_plan(text),))
    (row,) = rating.fees(plans, accounts, "2026-03-01", "2026-04-01").to_pylist()
    assert [row["net"], row["tax"], row["gross"]] == [0, 0, 0]


def test_february_of_a_leap_year_is_paid_by_29_days() -> None:
    # From 10 to 29 February 2028 are 20 of 29 days: 29.00 x 20/29 = 20.00. In 2026, 19 of 28: 29 x 19/28 = 19.678571...
    plans = Plans((parse_plan("{plan: gold, currency: EUR, time_zone: UTC, fee: 29.00/month}"),))
    found = []
    for year in (2028, 2026):
        accounts = {"account": ["anna"], "plan": ["gold"], "from": [f"{year}-02-10"]}
        (line,) = rating.fees(plans, accounts, f"{year}-02").to_pylist()
        found.append((line["days"], line["period_days"], str(line["amount"]), str(line["gross"])))
    assert found == [(20, 29, "20.000000000000", "20.000000"), (19, 28, "19.678571428571", "19.680000")]


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (("2026-02",), "2026-02-01", "2026-03-01"),
        (("2026-12",), "2026-12-01", "2027-01-01"),
        (("2026",), "2026-01-01", "2027-01-01"),
        ((("2026-02-03", date(2026, 2, 9)),), "2026-02-03", "2026-02-09"),
    ],
)
def test_a_period_of_fees_is_a_month_a_year_or_two_dates(period: Any, start: str, end: str) -> None:
    plans = Plans((parse_plan("{plan: gold, currency: EUR, time_zone: UTC, fee: 31.00/month}"),))
    accounts = {"account": ["anna"], "plan": ["gold"], "from": ["2026-01-15"]}
    found = rating.fees(plans, accounts, *period)
    assert found.num_rows > 0
    assert found.equals(rating.fees(plans, accounts, start, end))


@pytest.mark.parametrize(
    "period", [("2026-13",), ("0000",), ("2026-02-30", "2026-03-01"), ((1, 2, 3),), ("2026-02-01",)]
)
def test_a_period_that_is_none_is_refused(period: Any) -> None:
    with pytest.raises(rating.InputError, match="a date such as 2026-02-01, or as the period alone a month"):
        rating.fees(Plans(), {"account": [], "plan": [], "from": []}, *period)


def test_a_plan_until_a_date_that_the_clocks_skipped_is_paid_until_that_date() -> None:
    plan = parse_plan("{plan: gold, currency: WST, time_zone: Pacific/Apia, fee: 31.00/month}")
    row = Account("anna", "gold", date(2011, 12, 20), date(2011, 12, 30))  # the 30th was not there
    asked = date(2011, 12, 1), date(2012, 1, 1)
    (slow_line,) = fee_lines(Plans((plan,)), [row], *asked)
    (line,) = rating.fees(Plans((plan,)), account_table([row]), *asked).to_pylist()
    assert (line["days"], line["gross"]) == (slow_line.days, 10) == (10, 10)
