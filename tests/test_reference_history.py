"""The twin over histories: order, periods, what is late, what is kept, and the choices of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from plan_tools import (
    EURO,
    KWH,
    by_sessions,
    capped,
    coupon_of,
    gross,
    included,
    percent,
    plan_of,
    rated,
    session,
    values,
)
from reference_tools import tariff_of
from strategies_pick import instant_us

from rating.reference import Account, Bill, Interval, StateRow
from rating.tariff.model import PriceLimit
from rating.tariff.plans import Cap, Discount, Loyalty, Period, Points, Tier
from rating.units import US_PER_H

TEN = plan_of(allowances=(included(10),))
# Each session of 10 kWh costs 5.00.


def test_sessions_that_start_together_come_by_their_ids_as_numbers_and_by_code_points() -> None:
    at = "2026-03-01T10:00+00:00"
    answers, _ = rated([TEN], [session(10, at), session(9, at)])
    assert gross(answers) == {9: 0, 10: 500}
    answers, _ = rated([TEN], [session("9", at), session("10", at)])
    assert gross(answers) == {"10": 0, "9": 500}
    answers, _ = rated([TEN], [session("é", at), session("z", at)])
    assert gross(answers) == {"z": 0, "é": 500}


def test_a_session_that_is_not_after_the_one_rated_last_is_late() -> None:
    _, state = rated([TEN], [session(5, "2026-03-02T10:00+00:00", 4)])
    answers, after = rated(
        [TEN],
        [
            session(4, "2026-03-02T10:00+00:00"),
            session(5, "2026-03-02T10:00+00:00"),
            session(7, "2026-03-01T10:00+00:00"),
            session(6, "2026-03-02T10:00+00:00", 7),
            session(1, "2026-03-01T10:00+00:00", account="ben"),
            session(2, "2026-03-01T10:00+00:00", account=None),
        ],
        state,
    )
    assert gross(answers) == {4: "late", 5: "late", 7: "late", 6: 50, 1: 500, 2: 500}
    assert values(after, "rated") == {"6": instant_us("2026-03-02T10:00+00:00")}
    assert [row.unit for row in after if row.item == "rated"] == ["int"]


def test_late_sessions_are_those_of_a_limited_coupon_too() -> None:
    coupons = [coupon_of("ALL", uses_max=3), coupon_of("EACH", uses_per_account_max=3), coupon_of("FREE")]
    early, late = "2026-03-01T10:00+00:00", "2026-03-02T10:00+00:00"
    batch = [
        session("a", late, account="anna", coupon="ALL"),
        session("b", late, account="ben", coupon="EACH"),
        session("c", late, account="cleo", coupon="FREE"),
    ]
    _, state = rated(coupons, batch)
    assert [(row.account, row.plan, row.item, row.name) for row in state] == [
        ("", "", "coupon", "ALL"),
        ("", "ALL", "rated_coupon", "a"),
        ("ben", "", "coupon", "EACH"),
        ("ben", "", "rated", "b"),
    ]
    again = [
        session("d", early, account="dora", coupon="ALL"),
        session("e", early, account="ben", coupon="EACH"),
        session("f", early, account="dora", coupon="EACH"),
        session("g", early, account="ben"),
        session("h", early, account="anna", coupon="FREE"),
    ]
    answers, _ = rated(coupons, again, state)
    assert gross(answers) == {"d": "late", "e": "late", "f": 250, "g": 500, "h": 250}


def test_a_refused_session_touches_nothing() -> None:
    at = "2026-03-01T10:00+00:00"
    plans = [
        plan_of(allowances=(included(10),), loyalty=(by_sessions(1, 50),), caps=(capped(100),)),
        coupon_of(uses_max=1),
    ]
    bad = session(1, at, coupon="HALF")
    bad = replace(bad, intervals=(*bad.intervals, Interval(bad.start_us, bad.end_us, 0)))
    points = session(2, at, redeem_points=-1)
    answers, state = rated(plans, [bad, points, session(3, at, coupon="NONE")])
    assert gross(answers) == {1: "overlap", 2: "points", 3: "unknown_coupon"}
    assert state == ()
    answers, _ = rated(plans, [bad, session(4, at, 14, coupon="HALF")])
    assert gross(answers) == {1: "overlap", 4: 100}  # 4 kWh are 2.00, and the coupon is there for it


def test_a_session_outside_of_its_account_s_plan_is_priced_as_if_it_had_none() -> None:
    rows = [Account("anna", "gold", date(2026, 3, 2), instant_us("2026-03-03T12:00+00:00"))]
    times = ["2026-03-01T23:59+00:00", "2026-03-02T00:00+00:00", "2026-03-03T11:59+00:00", "2026-03-03T12:00+00:00"]
    answers, state = rated(
        [plan_of(discounts=(percent(50),))], [session(id_, at) for id_, at in enumerate(times)], accounts=rows
    )
    assert gross(answers) == {0: 500, 1: 250, 2: 250, 3: 500}
    assert values(state, "rated") == {"2": instant_us(times[2])}


def test_a_plan_of_another_currency_or_for_other_tariffs_gives_nothing_and_still_moves_on() -> None:
    plan = plan_of(
        allowances=(included(10), replace(included(10), name="elsewhere", tariffs=("x*",))),
        discounts=(percent(50, tariffs=("u",)), percent(10, "all", tariffs=("u", "t*"))),
        caps=(capped(1, tariffs=("x",)),),
    )
    answers, state = rated([plan], [session(1, "2026-03-01T10:00+00:00", 20)])
    assert gross(answers) == {1: 450}
    assert values(state, "allowance") == {"included energy": 0, "elsewhere": 10 * KWH}
    assert values(state, "cap") == {}
    answers, state = rated([replace(plan, currency="CHF")], [session(1, "2026-03-01T10:00+00:00", 20)])
    assert gross(answers) == {1: 1000}
    assert values(state, "allowance") == {"included energy": 10 * KWH, "elsewhere": 10 * KWH}


def test_two_allowances_of_one_dimension_follow_one_another() -> None:
    plan = plan_of(allowances=(included(3, Period("day")), replace(included(10), name="of the month")))
    answers, state = rated([plan], [session(1, "2026-03-01T10:00+00:00"), session(2, "2026-03-02T10:00+00:00")])
    assert gross(answers) == {1: 0, 2: 200}  # 10 = 3 + 7, then 3 + 3 and 4 to pay
    bill = answers[2]
    assert isinstance(bill, Bill)
    assert bill.allowances_used == (("included energy", 3 * KWH), ("of the month", 3 * KWH))
    assert values(state, "allowance") == {"included energy": 0, "of the month": 0}


def test_whoever_joins_again_begins_anew_but_not_within_the_same_period() -> None:
    plan = plan_of(allowances=(included(10, carry_max=None),))
    rows = [
        Account("anna", "gold", date(2026, 1, 1), date(2026, 1, 10)),
        Account("anna", "gold", date(2026, 1, 20), date(2026, 2, 10)),
        Account("anna", "gold", date(2026, 4, 20)),
    ]
    days = ["2026-01-05", "2026-01-25", "2026-04-25"]
    usages = [session(id_, f"{day}T10:00+00:00", 16 if id_ == 2 else 8) for id_, day in enumerate(days)]
    answers, _ = rated([plan], usages, accounts=rows)
    # 8 of 10 kWh; in the same month 2 are left, so 6 to pay; in April 10 again, nothing carried, so 6 to pay.
    assert gross(answers) == {0: 0, 1: 300, 2: 300}


def test_points_stay_from_one_membership_to_the_next() -> None:
    plan = plan_of(points=Points("points", "energy", 1, KWH, EURO))
    rows = [Account("anna", "gold", date(2026, 1, 1), date(2026, 1, 10)), Account("anna", "gold", date(2026, 4, 20))]
    usages = [session(1, "2026-01-05T10:00+00:00", 3), session(2, "2026-04-25T10:00+00:00", redeem_points=9)]
    answers, state = rated([plan], usages, accounts=rows)
    assert gross(answers) == {1: 150, 2: 200}  # 3 points are 3.00
    assert values(state, "points") == {"points": 10}


def test_tiers_by_spend_count_what_was_paid_with_tax() -> None:
    taxed = tariff_of("name: all, energy: 0.50/kWh", head="tax: {included: false, rates: [{name: VAT, percent: 20}]}")
    tier = Tier(12 * EURO, percent(50, "big"))
    plan = plan_of(loyalty=(Loyalty("big", "spend", Period("year", "start"), 0, (tier,)),))
    usages = [session(id_, f"2026-03-0{id_}T10:00+00:00") for id_ in (1, 2, 3)]
    answers, state = rated([plan], usages, tariff=taxed)
    assert gross(answers) == {1: 600, 2: 600, 3: 300}
    assert [(row.period, row.value, row.unit) for row in state if row.item == "loyalty"] == [
        (date(2026, 1, 1), 15 * EURO, "micro")
    ]


def test_dates_do_not_go_back_where_a_clock_is_set_back_over_midnight() -> None:
    # On 7 November 2010 at 00:01 the clocks of Newfoundland were set back to 23:01 of the 6th.
    midnight = instant_us("2010-11-07T00:00-02:30")
    plan = plan_of(zone="America/St_Johns", caps=(capped(7),))
    rows = [Account("anna", "gold", date(2010, 1, 1))]
    starts = [midnight - US_PER_H, midnight + 30_000_000, midnight + US_PER_H // 2]
    usages = [
        replace(session(id_, "2010-11-06T00:00+00:00"), start_us=at, end_us=at, intervals=(Interval(at, at, 10 * KWH),))
        for id_, at in enumerate(starts)
    ]
    answers, state = rated([plan], usages, accounts=rows)
    assert gross(answers) == {0: 500, 1: 500, 2: 200}
    assert [row.period for row in state if row.item == "cap"] == [date(2010, 11, 7)]


def test_a_cap_before_tax_looks_at_that_side() -> None:
    taxed = tariff_of("name: all, energy: 0.50/kWh", head="tax: {included: false, rates: [{name: VAT, percent: 20}]}")
    cap = Cap("week cap", Period("week"), PriceLimit(7 * EURO, None))
    usages = [session(id_, f"2026-03-0{id_}T10:00+00:00") for id_ in (2, 3, 4)]  # from Monday on
    answers, state = rated([plan_of(caps=(cap,))], usages, tariff=taxed)
    assert gross(answers) == {2: 600, 3: 240, 4: 0}
    assert values(state, "cap") == {"week cap": 7 * EURO}


def test_the_tighter_of_two_caps_holds_and_both_count() -> None:
    plan = plan_of(caps=(capped(8), capped(9, Period("month"))))
    usages = [session(id_, f"2026-03-0{id_}T10:00+00:00", 20) for id_ in (1, 2, 3)]
    answers, state = rated([plan], usages)
    assert gross(answers) == {1: 800, 2: 100, 3: 0}
    assert values(state, "cap") == {"month cap": 9 * EURO}  # the day's is 0, which has no row


def test_a_cap_needs_the_taxes_of_its_side() -> None:
    unknown = tariff_of("name: all, energy: 0.50/kWh", head="tax: {included: true}")
    usages = [session(1, "2026-03-01T10:00+00:00")]
    before_tax = Cap("day cap", Period("day"), PriceLimit(99 * EURO, None))
    assert gross(rated([plan_of(caps=(before_tax,))], usages, tariff=unknown)[0]) == {1: "tax_unknown"}
    answers, state = rated([plan_of(caps=(capped(4),))], usages, tariff=unknown)
    assert gross(answers) == {1: 400}
    assert values(state, "cap") == {"day cap": 4 * EURO}


def test_where_discounts_leave_nothing_a_minimum_is_taxed_as_the_tariff_says() -> None:
    tariff = tariff_of(
        "name: all, energy: {price: 0.50/kWh, tax: {name: VAT, percent: 9}}",
        head="tax: {included: false, rates: [{name: VAT, percent: 20}]}",
        tail="min_price: {before_tax: 1.00}",
    )
    (bill,) = rated([plan_of(discounts=(percent(100),))], [session(1, "2026-03-01T10:00+00:00")], tariff=tariff)[
        0
    ].values()
    assert isinstance(bill, Bill)
    assert (bill.net_micro, bill.tax_micro) == (EURO, EURO // 5)
    assert [(line.kind, line.amount, line.tax_ppm) for line in bill.lines] == [
        ("usage", 5, 90_000),
        ("discount", -5, 90_000),
        ("minimum", 1, 200_000),
    ]


def test_a_coupon_that_takes_nothing_is_not_used_up() -> None:
    plans = [plan_of(allowances=(included(10),)), coupon_of(uses_max=1)]
    usages = [session(id_, f"2026-03-0{id_}T10:00+00:00", coupon="HALF") for id_ in (1, 2, 3)]
    answers, state = rated(plans, usages)
    assert gross(answers) == {1: 0, 2: 250, 3: 500}
    assert values(state, "coupon") == {"HALF": 1}


def test_discounts_of_reservations_name_their_dimensions() -> None:
    tariff = tariff_of(
        """
        name: reserved, when: {reservation: RESERVATION}, time: 6.00/h, flat: 2.00/session
        name: all, time: 3.00/h
        """
    )
    usage = session(1, "2026-03-01T10:00+00:00")
    reserved = Interval(usage.start_us - US_PER_H, usage.start_us, 0, "reserved")
    usage = replace(usage, intervals=(reserved, *usage.intervals))
    times = Discount("time", percent_ppm=500_000, dimensions=frozenset({"time"}))
    kept = Discount("kept", percent_ppm=500_000, dimensions=frozenset({"reservation_time", "reservation_flat"}))
    assert gross(rated([plan_of(discounts=(times,))], [usage], tariff=tariff)[0]) == {1: 950}
    assert gross(rated([plan_of(discounts=(kept,))], [usage], tariff=tariff)[0]) == {1: 700}


def test_rows_of_other_accounts_and_unknown_plans_stay_as_they_are() -> None:
    old = (
        StateRow("anna", "platinum", "points", "points", None, 7, "point"),
        StateRow("zoe", "gold", "allowance", "included energy", date(2020, 1, 1), 3, "mwh"),
    )
    _, state = rated([TEN], [session(1, "2026-03-01T10:00+00:00")], old)
    assert set(old) < set(state)
    assert list(state) == sorted(state, key=lambda row: row[:4])
