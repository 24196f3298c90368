"""The twin's fee lines: proration by day, anchored months, leap years, taxes."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_tools import CENT, EURO, plan_of
from strategies_pick import instant_us

from rating.reference import Account, FeeLine, fee_lines
from rating.tariff.model import Rates, Rounding, Tax
from rating.tariff.plans import AnchorName, Fee, Period, PeriodName, Plan, Plans

MONTHLY = Period("month")
JOINING = Period("month", "start")


def fees(plan: Plan, account: Account, begins: date, until: date) -> list[FeeLine]:
    return fee_lines(Plans((plan,)), [account], begins, until)


def row(begins: date | int, until: date | int | None = None) -> Account:
    return Account("anna", "gold", begins, until)


def monthly(amount_micro: int, period: Period = MONTHLY, **parts: object) -> Plan:
    return plan_of(fee=Fee(amount_micro, period), **parts)


def test_february_of_a_leap_year_has_29_days() -> None:
    # From 10 to 29 February 2028 are 20 of 29 days: 29.00 x 20/29 = 20.00. In 2026 it is 19 of 28: 29 x 19/28.
    (leap,) = fees(monthly(29 * EURO), row(date(2028, 2, 10)), date(2028, 2, 1), date(2028, 3, 1))
    assert (leap.days, leap.period_days, leap.amount, leap.gross_micro) == (20, 29, Fraction(20), 20 * EURO)
    (other,) = fees(monthly(29 * EURO), row(date(2026, 2, 10)), date(2026, 2, 1), date(2026, 3, 1))
    assert (other.days, other.period_days, other.amount) == (19, 28, Fraction(29 * 19, 28))
    assert other.gross_micro == 1968 * CENT  # 19.678...


def test_a_year_is_366_days_where_it_is() -> None:
    # 1 July to 31 December are 184 days. The year from 1 March 2027 on has 29 February 2028 in it.
    plan = monthly(366 * EURO, Period("year"))
    (line,) = fees(plan, row(date(2028, 7, 1)), date(2028, 1, 1), date(2029, 1, 1))
    assert (line.days, line.period_days, line.amount) == (184, 366, Fraction(184))
    (line,) = fees(
        monthly(366 * EURO, Period("year", "start")), row(date(2027, 3, 1)), date(2028, 2, 1), date(2028, 3, 1)
    )
    assert (line.period_start, line.period_end, line.days, line.period_days) == (
        date(2027, 3, 1),
        date(2028, 3, 1),
        29,
        366,
    )


def test_months_from_the_31st_end_where_months_end() -> None:
    plan = monthly(31 * EURO, JOINING)
    lines = fees(plan, row(date(2026, 1, 31), date(2026, 4, 15)), date(2026, 1, 1), date(2027, 1, 1))
    assert [(line.period_start, line.period_end) for line in lines] == [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    ]
    # The last one is left on 15 April: 15 of 30 days.
    assert [(line.days, line.period_days, line.amount) for line in lines] == [
        (28, 28, Fraction(31)),
        (31, 31, Fraction(31)),
        (15, 30, Fraction(31, 2)),
    ]


def test_weeks_begin_on_monday_or_when_the_account_joined() -> None:
    # 1 January 2026 is a Thursday.
    (first, second) = fees(monthly(7 * EURO, Period("week")), row(date(2026, 1, 1)), date(2026, 1, 1), date(2026, 1, 6))
    assert (first.period_start, first.days, first.amount) == (date(2025, 12, 29), 4, Fraction(4))
    assert (second.period_start, second.days, second.amount) == (date(2026, 1, 5), 1, Fraction(1))
    (line,) = fees(
        monthly(7 * EURO, Period("week", "start")), row(date(2026, 1, 1)), date(2026, 1, 1), date(2026, 1, 8)
    )
    assert (line.period_start, line.days, line.amount) == (date(2026, 1, 1), 7, Fraction(7))


def test_what_is_asked_for_cuts_a_period_too() -> None:
    (line,) = fees(monthly(31 * EURO), row(date(2020, 1, 1)), date(2026, 1, 10), date(2026, 1, 12))
    assert (line.begins, line.until, line.days, line.amount) == (date(2026, 1, 10), date(2026, 1, 12), 2, Fraction(2))
    assert fees(monthly(31 * EURO), row(date(2026, 2, 1)), date(2026, 1, 1), date(2026, 2, 1)) == []
    assert fees(plan_of(), row(date(2020, 1, 1)), date(2026, 1, 1), date(2026, 2, 1)) == []


def test_an_account_that_changes_plan_within_a_day_pays_for_that_day_once() -> None:
    noon = instant_us("2026-01-16T12:00+01:00")
    plans = Plans(
        (
            plan_of("silver", "Europe/Amsterdam", fee=Fee(31 * EURO, MONTHLY)),
            plan_of("gold", "Europe/Amsterdam", fee=Fee(62 * EURO, MONTHLY)),
        )
    )
    rows = [Account("anna", "gold", noon), Account("anna", "silver", date(2026, 1, 1), noon)]
    lines = fee_lines(plans, rows, date(2026, 1, 1), date(2026, 2, 1))
    assert [(line.plan, line.days, line.amount) for line in lines] == [("silver", 15, 15), ("gold", 16, 32)]


def test_taxes_and_rounding_are_those_of_the_plan() -> None:
    tax = Tax.one("VAT", 210_000, True)
    (line,) = fees(monthly(9_900_000, tax=tax), row(date(2026, 1, 1)), date(2026, 1, 1), date(2026, 2, 1))
    # 9.90 x 21/121 = 1.7181...
    assert (line.net_micro, line.tax_micro, line.gross_micro) == (818 * CENT, 172 * CENT, 990 * CENT)
    tax = Tax.one("VAT", 210_000, False)
    (line,) = fees(monthly(9_900_000, tax=tax), row(date(2026, 1, 16)), date(2026, 1, 1), date(2026, 2, 1))
    # 9.90 x 16/31 = 5.1096..., of which 21 % are 1.0730...
    assert (line.net_micro, line.tax_micro, line.gross_micro) == (511 * CENT, 107 * CENT, 618 * CENT)
    plan = monthly(9_900_000, tax=tax, rounding=Rounding("up", 5 * CENT))
    (line,) = fees(plan, row(date(2026, 1, 16)), date(2026, 1, 1), date(2026, 2, 1))
    assert (line.net_micro, line.tax_micro, line.gross_micro) == (515 * CENT, 110 * CENT, 625 * CENT)
    plan = monthly(9_900_000, tax=Tax(Rates(None), True))
    (line,) = fees(plan, row(date(2026, 1, 1)), date(2026, 1, 1), date(2026, 2, 1))
    assert (line.net_micro, line.tax_micro, line.gross_micro) == (None, None, 990 * CENT)


PERS: list[PeriodName] = ["day", "week", "month", "year"]
ANCHORS: list[AnchorName] = ["calendar", "start"]
dates = st.dates(date(2023, 1, 1), date(2029, 1, 1))


@given(
    st.sampled_from(PERS), st.sampled_from(ANCHORS), dates, st.none() | st.integers(1, 900), st.lists(dates, min_size=3)
)
def test_fees_of_parts_add_up(
    per: PeriodName, anchor: AnchorName, joined: date, length: int | None, borders: list[date]
) -> None:
    """The exact amounts of two ranges are those of both together, and each day is in one line."""
    plan = monthly(9_900_000, Period(per, anchor))
    until = None if length is None else joined + timedelta(days=length)
    first, middle, last = sorted(borders)[0], sorted(borders)[1], sorted(borders)[-1]
    both = fees(plan, row(joined, until), first, last)
    parts = fees(plan, row(joined, until), first, middle) + fees(plan, row(joined, until), middle, last)
    assert sum(line.amount for line in parts) == sum(line.amount for line in both)
    assert sum(line.days for line in both) == max(0, (min(last, until or last) - max(first, joined)).days)
    for line in both:
        assert line.period_start <= line.begins < line.until <= line.period_end
        assert line.amount == Fraction(99, 10) * line.days / line.period_days
    if any(line.period_start == middle for line in both):
        assert parts == both


@pytest.mark.parametrize("per", PERS)
@pytest.mark.parametrize("anchor", ANCHORS)
def test_whole_periods_cost_whole_fees(per: PeriodName, anchor: AnchorName) -> None:
    joined = date(2024, 2, 29)
    lines = fees(monthly(9_900_000, Period(per, anchor)), row(joined), joined, date(2029, 1, 1))
    assert {line.amount for line in lines[1:-1]} <= {Fraction(99, 10)}
    assert all(before.period_end == after.period_start for before, after in pairwise(lines))
