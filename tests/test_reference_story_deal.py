"""What `tell` says of what an account gets, word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from plan_tools import EURO, by_sessions, capped, coupon_of, included, percent, plan_of, rated, session
from reference_tools import tariff_of
from strategies_pick import instant_us

from rating.reference import Bill, State, StateRow, tell
from rating.tariff.model import Price, PriceLimit
from rating.tariff.plans import Discount, Points

AT = "2026-03-03T11:00+00:00"
PLAN = plan_of(
    name="Gold",
    allowances=(included(4),),
    discounts=(
        percent(10, "member", dimensions=frozenset({"energy"})),
        Discount("start", price=Price(EURO, "session"), dimensions=frozenset({"flat"})),
    ),
    loyalty=(by_sessions(2, 5),),
    points=Points("points", "spend", 1, EURO, 10_000),
    caps=(capped(25),),
)
TARIFF = tariff_of("name: all, energy: 0.50/kWh", head="tax: {included: true, rates: [{name: VAT, percent: 21}]}")
BEFORE: State = (
    StateRow("anna", "gold", "cap", "day cap", date(2026, 3, 3), 24 * EURO, "micro"),
    StateRow("anna", "gold", "loyalty", "frequent", date(2026, 3, 1), 2, "session"),
    StateRow("anna", "gold", "points", "points", None, 30, "point"),
)


def section(text: str, title: str) -> list[str]:
    """The rows of a section."""
    (found,) = [part for part in text.split("\n\n") if part.startswith(title)]
    return [row.strip() for row in found.splitlines()[1:]]


def told(plans: list[Any], state: State = (), **facts: Any) -> str:
    bill = rated(plans, [session("S", AT, **facts)], state, tariff=TARIFF)[0]["S"]
    assert isinstance(bill, Bill)
    return tell(bill)


def test_all_that_an_account_gets() -> None:
    text = told([PLAN, coupon_of()], BEFORE, coupon="HALF", redeem_points=50)
    assert text.startswith("Session S, tariff t\nAccount anna, plan gold (Gold)\n")
    assert section(text, "What it costs") == [
        'energy, all: 10 kWh, 4 kWh in "included energy"',
        "6 kWh at 0.50 EUR/kWh = 3.00 EUR",
    ]
    # 3.00 less 0.30 is 2.70; 5 % of it 0.135; half of 2.565 is 1.2825; 30 points are 0.30; 0.9825 is left.
    assert section(text, "What the account gets") == [
        "included energy, in the period from Sun 1 Mar 2026 on: 4 kWh left, 4 kWh used, 0 kWh left after it",
        "member, 10 % off energy: 0.30 EUR less",
        "start, 1.00 EUR/session off price per session: nothing left to take it from",
        "frequent, 2 sessions before this session since Sun 1 Mar 2026: from 2 sessions on 5 % off: 0.135 EUR less",
        "coupon HALF, 50 % off: 1.2825 EUR less",
        "points: 30 points before this session, 50 points asked for, 30 redeemed at 0.01 EUR each: 0.30 EUR less; "
        "0 earned by it",
        "day cap: at most 25.00 EUR with VAT a day, of which 24.00 EUR was charged before since Tue 3 Mar 2026: "
        "not reached",
    ]
    assert section(text, "Total")[0] == "Together 0.9825 EUR after all that was taken off, VAT 21 % included"


def test_what_is_not_reached_or_not_asked_for() -> None:
    text = told([PLAN], BEFORE[:1])
    assert section(text, "What the account gets")[-2:] == [
        "frequent, 0 sessions before this session since Sun 1 Mar 2026: the first tier begins at 2 sessions",
        "points: 0 points before this session; 1 earned by it",
    ]
    assert section(text, "Total")[1] == (
        "day cap: at most 25.00 EUR with VAT a day, of which 24.00 EUR was charged before since Tue 3 Mar 2026, "
        "so 1.00 EUR instead of 2.70 EUR"
    )


def test_an_account_without_a_plan_is_told_so_and_nobody_s_session_is_as_before() -> None:
    text = told([PLAN], account="ben", redeem_points=1)
    assert section(text, "What the account gets") == [
        "account ben has no plan at the session's start",
        "1 point asked for, but no plan lets this session redeem any",
    ]
    assert "What the account gets" not in told([PLAN], account=None)


USED = StateRow("", "", "coupon", "HALF", None, 2, "use")
USED_BY_ANNA = StateRow("anna", "", "coupon", "HALF", None, 1, "use")


@pytest.mark.parametrize(
    ("facts", "state", "why"),
    [
        ({"valid_from": date(2026, 3, 4)}, (), "it holds from Wed 4 Mar 2026 on"),
        ({"valid_until": date(2026, 3, 3)}, (), "Mon 2 Mar 2026 was the last day on which it held"),
        ({"valid_until": instant_us(AT)}, (), "it held until Tue 3 Mar 2026 11:00"),
        ({"discount": percent(50, "coupon HALF", tariffs=("u*",))}, (), "it is not for this tariff"),
        ({"currency": "CHF"}, (), "it is not for this tariff"),
        ({"uses_max": 2}, (USED,), "it has been used 2 times already"),
        ({"uses_per_account_max": 1}, (USED_BY_ANNA,), "the account has used it once already"),
        (
            {"min_spend_micro": 6 * EURO},
            (),
            "the session costs 5.00 EUR before it, and it asks for at least 6.00 EUR",
        ),
    ],
)
def test_why_a_coupon_does_not_hold(facts: dict[str, Any], state: State, why: str) -> None:
    coupon = replace(coupon_of(), **facts)
    text = told([plan_of(), coupon], state, coupon="HALF")
    assert section(text, "What the account gets") == [f"coupon HALF does not hold: {why}"]


def test_a_coupon_counted_by_account_needs_one() -> None:
    text = told([coupon_of(uses_per_account_max=1)], coupon="HALF", account=None)
    why = "its uses are counted for each account, and the session has none"
    assert section(text, "What the account gets") == [f"coupon HALF does not hold: {why}"]


def test_a_coupon_that_finds_nothing_left() -> None:
    text = told([plan_of(allowances=(included(10),)), coupon_of()], coupon="HALF", kwh=10)
    assert section(text, "What the account gets")[-1] == "coupon HALF, 50 % off: nothing left to take it from"


def test_a_cap_before_tax_says_so_also_where_it_is_not_reached() -> None:
    before = replace(capped(25), max=PriceLimit(before_tax_micro=25 * EURO))
    (row,) = section(told([plan_of(caps=(before,))]), "What the account gets")
    assert row.startswith("day cap: at most 25.00 EUR before VAT a day, of which 0.00 EUR was charged before")


def test_a_plan_in_another_currency_says_why_it_gives_nothing() -> None:
    plan = replace(plan_of(discounts=(percent(10, "member"),)), currency="CHF")
    why = "plan gold gives nothing here: it is in CHF, and the tariff in EUR"
    assert section(told([plan]), "What the account gets") == [why]
