"""Totals before and after several taxes, with limits on either side, and taxes that are not known."""

from __future__ import annotations

from fractions import Fraction

import pytest
from reference_tools import NOON, bill_of, minute, tariff_of, taxed, usage_of

from rating.errors import Refused
from rating.reference import Bill, Interval, Refusal, Usage, rate_session
from rating.tariff.model import Tariff
from rating.units import MWH_PER_KWH

GST_QST = "rates: [{name: GST, percent: 5}, {name: QST, percent: 9.975}]"
MIXED = """
    name: energy, energy: {price: 1.00/kWh, tax: {name: VAT, percent: 10}}
    name: fee, flat: {price: 5.00/session, tax: {name: VAT, percent: 20}}
"""


def charged(kwh: int) -> Usage:
    return usage_of(Interval(NOON, minute(60), kwh * MWH_PER_KWH))


def tariff(elements: str, tax: str, limits: str = "") -> Tariff:
    return tariff_of(elements, head=f"tax: {{{tax}}}", tail=limits)


def parts(bill: Bill) -> dict[str, tuple[Fraction, Fraction]]:
    """By each tax: what it is on, and how much it is."""
    return {f"{part.rate.name} {part.rate.rate_ppm}": (part.base, part.amount) for part in taxed(bill).taxes or ()}


def totals(bill: Bill) -> tuple[Fraction | None, Fraction | None]:
    return taxed(bill).net, taxed(bill).gross


def refusal(tariff: Tariff, usage: Usage) -> Refused:
    found = rate_session(tariff, usage)
    assert isinstance(found, Refusal)
    return found.reason


def test_taxes_of_one_price_each_count_from_the_price_before_all() -> None:
    excluded = bill_of(tariff("name: all, energy: 1.00/kWh", f"included: false, {GST_QST}"), charged(100))
    assert parts(excluded) == {"GST 50000": (100, 5), "QST 99750": (100, Fraction("9.975"))}
    assert totals(excluded) == (100, Fraction("114.975"))
    included = bill_of(tariff("name: all, energy: 1.14975/kWh", f"included: true, {GST_QST}"), charged(100))
    assert parts(included) == parts(excluded)
    assert totals(included) == totals(excluded)
    # 114.975 is rounded once, and so is each tax: what is before them is the rest.
    assert (included.net_micro, included.tax_micro, included.gross_micro) == (100_000_000, 14_980_000, 114_980_000)


def test_a_tax_is_one_by_its_name_and_rate_and_rounded_once() -> None:
    two = """
        name: a, energy: {price: 0.04/kWh, tax: [{name: VAT, percent: 10}, {name: levy, percent: 10}]}
        name: b, flat: {price: 0.04/session, tax: {name: VAT, percent: 10}}
    """
    bill = bill_of(tariff(two, "included: false"), charged(1))
    assert parts(bill) == {
        "VAT 100000": (Fraction("0.08"), Fraction("0.008")),
        "levy 100000": (Fraction("0.04"), Fraction("0.004")),
    }
    assert (bill.net_micro, bill.tax_micro, bill.gross_micro) == (80_000, 10_000, 90_000)
    assert [line.tax_ppm for line in bill.lines] == [200_000, 100_000]


@pytest.mark.parametrize("included", ["false", "true"])
def test_a_tariff_s_own_taxes_are_for_components_without(included: str) -> None:
    elements = """
        name: own, energy: {price: 1.00/kWh, tax: {name: VAT, percent: 10}}
        name: exempt, time: {price: 1.00/min, tax: none}
        name: theirs, flat: 1.00/session
    """
    bill = bill_of(tariff(elements, f"name: VAT, percent: 20, included: {included}"), charged(1))
    assert [line.tax_ppm for line in bill.lines] == [100_000, 0, 200_000]
    untaxed = bill_of(tariff_of("name: all, energy: 1.00/kWh"), charged(1))
    assert [line.tax_ppm for line in untaxed.lines] == [None]
    assert totals(untaxed) == (1, 1)


def test_each_tax_is_scaled_with_the_total() -> None:
    """15.00 with taxes of 1.00 and 1.00; the limit before tax is a third of it, that after tax 17 / 10."""
    bill = bill_of(tariff(MIXED, "included: false", "max_price: {before_tax: 5.00}"), charged(10))
    third = Fraction(1, 3)
    assert parts(bill) == {"VAT 100000": (10 * third, third), "VAT 200000": (5 * third, third)}
    bill = bill_of(tariff(MIXED, "included: false", "max_price: {after_tax: 1.70}"), charged(10))
    assert totals(bill) == (Fraction("1.5"), Fraction("1.7"))
    assert parts(bill) == {"VAT 100000": (1, Fraction("0.1")), "VAT 200000": (Fraction("0.5"), Fraction("0.1"))}
    assert bill.lines[-1].amount == Fraction("-13.5")


def test_an_after_tax_limit_beside_its_own_before_tax_limit_moves_the_taxes_alone() -> None:
    bill = bill_of(tariff(MIXED, "included: false", "max_price: {before_tax: 15.00, after_tax: 15.50}"), charged(10))
    quarter = Fraction(1, 4)
    assert totals(bill) == (15, Fraction("15.5"))
    assert parts(bill) == {"VAT 100000": (10, quarter), "VAT 200000": (5, quarter)}
    assert [line.kind for line in bill.lines] == ["usage", "usage"]
    # Where prices include tax, it is the other side that stays: the line takes what the taxes lose.
    inside = MIXED.replace("1.00/kWh", "1.10/kWh").replace("5.00/", "6.00/")
    bill = bill_of(tariff(inside, "included: true", "max_price: {before_tax: 15.00, after_tax: 15.50}"), charged(10))
    assert totals(bill) == (15, Fraction("15.5"))
    assert bill.lines[-1].amount == Fraction("-1.5")


def test_taxes_of_nothing_cannot_be_scaled_and_the_first_takes_what_a_limit_asks() -> None:
    zero = "name: all, energy: {price: 1.00/kWh, tax: [{name: A, percent: 0}, {name: B, percent: 0}]}"
    limit = "min_price: {before_tax: 5.00, after_tax: 6.00}"
    assert parts(bill_of(tariff(zero, "included: false", limit), charged(1))) == {"A 0": (5, 1), "B 0": (5, 0)}
    exempt = "name: all, energy: {price: 1.00/kWh, tax: none}"
    own = "name: VAT, percent: 20, included: false"
    assert parts(bill_of(tariff(exempt, own, limit), charged(1))) == {"VAT 200000": (5, 1)}


@pytest.mark.parametrize(
    ("tax", "limit", "net", "gross"),
    [
        (f"included: false, {GST_QST}", "before_tax: 100", 100, Fraction("114.975")),
        (f"included: false, {GST_QST}", "after_tax: 114.975", 100, Fraction("114.975")),
        (f"included: true, {GST_QST}", "before_tax: 100", 100, Fraction("114.975")),
        (f"included: true, {GST_QST}", "after_tax: 114.975", 100, Fraction("114.975")),
        ("included: false", "before_tax: 100", 100, None),
        ("included: true", "after_tax: 100", None, 100),
    ],
)
def test_a_minimum_of_nothing_is_taxed_as_the_tariff_says(tax: str, limit: str, net: object, gross: object) -> None:
    elements = "name: all, energy: {price: 1.00/kWh, tax: {name: VAT, percent: 50}}"
    bill = bill_of(tariff(elements, tax, f"min_price: {{{limit}}}"), charged(0))
    assert totals(bill) == (net, gross)
    assert [line.kind for line in bill.lines] == ["minimum"]
    assert bill.lines[0].tax_ppm == (None if net is None or gross is None else 149_750)


UNKNOWN = "name: all, energy: 1.00/kWh"


@pytest.mark.parametrize(
    ("tax", "limit", "kwh", "answer"),
    [
        ("included: false", "min_price: {before_tax: 1.00}", 2, (2, None)),
        ("included: false", "max_price: {after_tax: 99.00}", 2, Refused.TAX_UNKNOWN),
        ("included: true", "max_price: {after_tax: 1.00}", 2, (None, 1)),
        ("included: true", "min_price: {before_tax: 0.00}", 2, Refused.TAX_UNKNOWN),
        # Nothing is charged: its tax is nothing, until a minimum needs the rate.
        ("included: false", "max_price: {after_tax: 99.00}", 0, (0, 0)),
        ("included: true", "max_price: {before_tax: 99.00}", 0, (0, 0)),
        ("included: false", "min_price: {after_tax: 1.00}", 0, Refused.TAX_UNKNOWN),
        ("included: true", "min_price: {before_tax: 1.00}", 0, Refused.TAX_UNKNOWN),
        ("included: false", "min_price: {before_tax: 1.00, after_tax: 2.00}", 0, Refused.TAX_UNKNOWN),
    ],
)
def test_a_limit_on_the_side_that_is_not_known_refuses_the_session(
    tax: str, limit: str, kwh: int, answer: object
) -> None:
    priced = tariff(UNKNOWN, tax, limit)
    if isinstance(answer, Refused):
        assert refusal(priced, charged(kwh)) is answer
    else:
        assert totals(bill_of(priced, charged(kwh))) == answer


def test_one_unknown_rate_among_known_ones_leaves_the_whole_tax_unknown_unless_it_is_of_nothing() -> None:
    elements = (
        "name: all, energy: {price: 1.00/kWh, tax: {name: VAT, percent: 10}}, time: {price: 1.00/h, tax: unknown}"
    )
    bill = bill_of(tariff(elements, "included: false"), charged(2))
    assert (bill.net_micro, bill.tax_micro, bill.gross_micro) == (3_000_000, None, None)
    assert [line.tax_ppm for line in bill.lines] == [100_000, None]
    free = bill_of(tariff(elements.replace("1.00/h", "0.00/h"), "included: false"), charged(2))
    assert (free.net_micro, free.tax_micro, free.gross_micro) == (2_000_000, 200_000, 2_200_000)


def test_the_rate_of_a_line_for_the_whole_session() -> None:
    minimum = "min_price: {before_tax: 9.00}"
    own = "name: VAT, percent: 20, included: false"
    for elements, ppm in [
        ("name: all, energy: 1.00/kWh, flat: 1.00/session", 200_000),
        ("name: all, energy: {price: 1.00/kWh, tax: {name: VAT, percent: 10}}", 100_000),
        ("name: all, energy: {price: 1.00/kWh, tax: {name: VAT, percent: 10}}, flat: 1.00/session", None),
        ("name: all, energy: {price: 1.00/kWh, tax: {name: VAT, percent: 10}}, flat: 0.00/session", 100_000),
        ("name: all, energy: {price: 1.00/kWh, tax: unknown}", None),
    ]:
        bill = bill_of(tariff(elements, own, minimum), charged(1))
        assert (bill.lines[-1].kind, bill.lines[-1].tax_ppm) == ("minimum", ppm)


def test_amounts_out_of_range_go_before_taxes_that_are_not_known() -> None:
    priced = tariff("name: all, energy: 1000000/Wh", "included: false", "max_price: {after_tax: 1.00}")
    assert refusal(priced, charged(10_000)) is Refused.AMOUNT_RANGE
    assert refusal(priced, charged(1)) is Refused.TAX_UNKNOWN
