"""Sessions of accounts explained: the bill is the one that they were rated with, and the story says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies_histories import History, histories
from test_cases import CASES, RATERS, as_stored, has_deals, read_rows
from twin import as_answer, fast_answers, is_told, tables
from twin_history import account_table, rate_or_skip

import rating
from rating.errors import InputError, SessionError
from rating.reference import tell
from rating.reference.history import order_of
from rating.tariff.model import Tariffs

TARIFFS = Path(__file__).parent.parent / "tariffs"
ACCOUNTS = {"account": ["anna", "ben"], "plan": ["flex-100", "gold"], "from": ["2026-02-15", "2026-03-10"]}
SESSIONS: dict[str, list[Any]] = {
    "session_id": ["a", "b", "c", "d", "e"],
    "tariff": ["per-kwh"] * 5,
    "start": [f"2026-03-{day}T10:00:00Z" for day in ("02", "03", "04", "11", "01")],
    "end": [f"2026-03-{day}T12:00:00Z" for day in ("02", "03", "04", "11", "01")],
    "energy_kwh": ["60", "60", "60", "20", "30"],
    "account": ["anna", "anna", "anna", "ben", "ben"],
    "coupon": [None, "SPRING26", "SPRING26", None, None],
}


def tariffs() -> Tariffs:
    return rating.load_tariffs(TARIFFS)


def explain(session_id: str, sessions: Any = SESSIONS, **options: Any) -> rating.Explanation:
    return rating.explain(tariffs(), sessions, session_id=session_id, accounts=ACCOUNTS, **options)


def story(session_id: str, sessions: Any = SESSIONS, **options: Any) -> str:
    return tell(explain(session_id, sessions, **options).bill)


def test_what_an_account_used_before_is_told() -> None:
    # 60 of 100 kWh are gone; 20 of the 60 kWh are left to pay: 7.80 at 0.39.
    text = story("b")
    assert text.startswith("Session b, tariff per-kwh (Energy only)\nAccount anna, plan flex-100 (Flex 100)\n")
    for row in (
        '  energy, element 1: 60 kWh, 40 kWh in "included energy"\n    20 kWh at 0.39 EUR/kWh = 7.80 EUR\n',
        "  included energy, in the period from Sun 15 Feb 2026 on: 40 kWh left, 40 kWh used, 0 kWh left after it\n",
        "  Spring does not hold: the session costs 7.80 EUR before it, and it asks for at least 10.00 EUR\n",
    ):
        assert row in text
    assert "  Spring, 5.00 EUR off: 5.00 EUR less\n" in story("c")
    assert "  member, 10 % off energy: 0.78 EUR less\n" in story("d")
    assert "  account ben has no plan at the session's start\n" in story("e")


def test_the_state_is_what_came_before() -> None:
    march = {name: values[1:3] for name, values in SESSIONS.items()}
    first = {name: values[:1] for name, values in SESSIONS.items()}
    state = rating.rate(tariffs(), first, accounts=ACCOUNTS).state
    assert story("b", march, state=state) == story("b")
    assert "100 kWh left, 60 kWh used, 40 kWh left after it" in story("b", march)


def test_the_order_of_the_rows_changes_no_word() -> None:
    turned = {name: values[::-1] for name, values in SESSIONS.items()}
    assert [story(id_, turned) for id_ in "abcde"] == [story(id_) for id_ in "abcde"]


def test_a_coupon_that_another_account_has_used_up(tmp_path: Path) -> None:
    (tmp_path / "per-kwh.yaml").write_text((TARIFFS / "per-kwh.yaml").read_text())
    coupon = "coupon: ONCE\ncurrency: EUR\ntime_zone: Europe/Amsterdam\npercent: 50\nuses: 1\n"
    (tmp_path / "once.yaml").write_text(coupon)
    loaded = rating.load_tariffs(tmp_path)
    sessions = SESSIONS | {"coupon": [None, None, "ONCE", None, "ONCE"]}
    told = {id_: tell(rating.explain(loaded, sessions, session_id=id_).bill) for id_ in "ce"}
    assert "  coupon ONCE does not hold: it has been used once already\n" in told["c"]
    assert "coupon ONCE, 50 % off: 5.85 EUR less" in told["e"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"coupon": [None, "SPRING", None, None, None]}, "unknown_coupon"),
        ({"redeem_points": [None, "1.5", None, None, None]}, "points"),
    ],
)
def test_a_refused_session_says_why(changes: dict[str, list[Any]], code: str) -> None:
    with pytest.raises(SessionError) as caught:
        explain("b", SESSIONS | changes)
    assert [(fault.code, str(fault.place)) for fault in caught.value.faults] == [(code, "sessions row 1")]


def test_a_late_session_says_why() -> None:
    state = rating.rate(tariffs(), SESSIONS, accounts=ACCOUNTS).state
    with pytest.raises(SessionError, match="late: read `a session of account anna and coupon SPRING26 that starts"):
        explain("b", state=state)


def test_faults_of_accounts_and_states_are_told() -> None:
    with pytest.raises(InputError, match="unknown_plan: read `flex`"):
        rating.explain(tariffs(), SESSIONS, session_id="a", accounts=ACCOUNTS | {"plan": ["flex", "gold"]})
    with pytest.raises(InputError, match="state: read `no column account"):
        explain("e", state={"who": ["anna"]})


CASES_OF_ACCOUNTS = [case for case in sorted(CASES.iterdir()) if has_deals(case)]


@pytest.mark.parametrize("case", CASES_OF_ACCOUNTS, ids=lambda case: case.name)
def test_the_cases_are_explained_as_they_are_rated(case: Path) -> None:
    files = [path for kind in ("tariff", "plan", "coupon") for path in sorted(case.glob(f"{kind}*.yaml"))]
    loaded = rating.load_tariffs(files)
    rated = RATERS["engine"](case, loaded)
    accounts = case / "accounts.csv" if (case / "accounts.csv").exists() else None
    intervals = case / "intervals.csv" if (case / "intervals.csv").exists() else None
    for row in read_rows(case / "sessions.csv"):
        id_ = row["session_id"]
        if id_ in rated.rejected:
            continue
        bill = rating.explain(loaded, case / "sessions.csv", intervals, session_id=id_, accounts=accounts).bill
        told = [as_stored({"volume": line.volume, "billed": line.billed_volume, "amount": line.amount, "tax": None})
                for line in bill.lines]  # fmt: skip
        assert [(line["volume"], line["billed"], line["amount"]) for line in told] == [
            (line["volume"], line["billed"], line["amount"]) for line in rated.lines[id_]
        ]
        assert bill.gross_micro == rated.sessions[id_]["gross"] * 10**6


@given(histories(), st.data())
@settings(max_examples=40, deadline=None)
def test_the_bill_is_the_rated_one(history: History, data: st.DataObject) -> None:
    """Of any session, with what came before it in the batch, in a state, or in both."""
    drawn = sorted(history.drawn, key=lambda pair: order_of(pair[1]))
    rated = rate_or_skip(history, drawn)
    if rated is None or any(is_told(usage) for _, usage in drawn):
        return
    at = data.draw(st.integers(0, len(drawn) - 1))
    cut = data.draw(st.integers(0, at))
    state = rate_or_skip(history, drawn[:cut]).state if cut else None
    id_ = drawn[at][1].session_id
    options = {"accounts": account_table(history.accounts), "state": state, "session_id": id_}
    known = Tariffs(tuple(history.tariffs), history.plans)
    sessions, intervals = tables(drawn[cut:])
    answer = fast_answers(rated)[id_]
    if isinstance(answer, str):
        with pytest.raises(SessionError, match=answer):
            rating.explain(known, sessions, intervals, **options)
    else:
        assert answer == as_answer(rating.explain(known, sessions, intervals, **options).bill)
