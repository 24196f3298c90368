"""Accounts: the engine and the slow twin agree on every line, total and row of the state, in whatever batches."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tools import plan_of
from strategies_histories import History, histories
from twin import all_told, as_answer, batch_of, fast_answers, instant, is_told, tables

import rating
from rating.engine import rate_batch
from rating.errors import TariffError
from rating.reference.accounts import Account
from rating.reference.fees import fee_lines
from rating.reference.history import order_of, rate_history
from rating.reference.state import StateRow
from rating.tariff.model import Rates, Tariffs, Tax
from rating.tariff.plans import Fee, Period, Plans
from rating.usage.accounts import read_accounts


def account_table(accounts: list[Account]) -> dict[str, list[Any]]:
    """The table of accounts, its moments as text."""

    def text(moment: Any) -> str | None:
        if moment is None:
            return None
        return instant(moment).isoformat() if isinstance(moment, int) else moment.isoformat()

    return {
        "account": [row.account for row in accounts],
        "plan": [row.plan for row in accounts],
        "from": [text(row.begins) for row in accounts],
        "until": [text(row.ends) for row in accounts],
    }


def rate(history: History, drawn: list[Any], state: Any = None, **options: Any) -> Any:
    tariffs = Tariffs(tuple(history.tariffs), history.plans)
    options |= {"accounts": account_table(history.accounts), "state": state}
    if any(is_told(usage) for _, usage in history.drawn):
        return rate_batch(tariffs, batch_of([(name, all_told(usage)) for name, usage in drawn]), **options)
    return rating.rate(tariffs, *tables(drawn), **options)


def rate_or_skip(history: History, drawn: list[Any], **options: Any) -> Any:
    """None where a tariff is too odd for 64 bits, which only a free draw makes."""
    try:
        return rate(history, drawn, **options)
    except TariffError as error:
        if {fault.code for fault in error.faults} == {"price_precision"}:
            return None
        raise


def slow(history: History, drawn: list[Any], state: Any = ()) -> Any:
    if any(is_told(usage) for _, usage in history.drawn):
        drawn = [(name, all_told(usage)) for name, usage in drawn]
    known = {tariff.id: tariff for tariff in history.tariffs}
    return rate_history(known, history.plans, history.accounts, drawn, state)


def rows_of(state: Any) -> tuple[StateRow, ...]:
    return tuple(StateRow(**row) for row in state.to_pylist())


@pytest.mark.parametrize("full", [False, True])
def test_engine_and_twin_agree_on_histories(full: bool) -> None:
    @given(histories(full=full))
    @settings(max_examples=150, deadline=None)
    def check(history: History) -> None:
        rated = rate_or_skip(history, history.drawn)
        if rated is None:
            return
        answers, state = slow(history, history.drawn)
        found = fast_answers(rated)
        for (_, usage), answer in zip(history.drawn, answers, strict=True):
            assert found[usage.session_id] == as_answer(answer), usage
        assert rows_of(rated.state) == state

    check()


@given(histories(), st.data())
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


def test_a_fee_of_nothing_has_no_tax_even_where_its_rate_is_not_known() -> None:
    plans = Plans((plan_of(fee=Fee(0, Period("month")), tax=Tax(Rates(None), False)),))
    accounts = {"account": ["anna"], "plan": ["gold"], "from": ["2026-03-01"]}
    (line,) = rating.fees(plans, accounts, "2026-03-01", "2026-04-01").to_pylist()
    assert (line["net"], line["tax"], line["gross"]) == (0, 0, 0)


def test_accounts_are_read_with_all_their_faults() -> None:
    with pytest.raises(rating.InputError) as caught:
        read_accounts({"account": ["a", None], "plan": ["gold", "gold"], "from": ["2026-13-01", "soon"]})
    assert [fault.code for fault in caught.value.faults] == ["null_value", "moment", "moment"]
