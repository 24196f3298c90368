"""Put the engine and the slow twin side by side over histories of accounts."""

from __future__ import annotations

from typing import Any

from strategies_histories import History
from twin import all_told, as_answer, batch_of, fast_answers, instant, is_told, tables

import rating
from rating.engine import rate_batch
from rating.errors import TariffError
from rating.reference.accounts import Account
from rating.reference.history import rate_history
from rating.reference.state import StateRow
from rating.tariff.model import Tariffs


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


def assert_same_history(history: History, **options: Any) -> Any:
    """Rate with both, demand equality on every line, tax, total and row of the state, and return what the engine gave,
    or None where a tariff is too odd.
    """
    rated = rate_or_skip(history, history.drawn, **options)
    if rated is None:
        return None
    answers, state = slow(history, history.drawn)
    found = fast_answers(rated)
    for (_, usage), answer in zip(history.drawn, answers, strict=True):
        assert found[usage.session_id] == as_answer(answer), usage
    assert rows_of(rated.state) == state
    return rated
