"""Each warning: a tariff that has it, one that comes near and has none, and what it says."""

from __future__ import annotations

import pytest
from lint_examples import ENERGY, EXAMPLES, FINE, HEADER, MORE, RANGES, Example, one_version, plan, warnings_of
from lint_plan_examples import FINE_PLANS, MORE_PLANS

from rating.tariff.lint.codes import Code


@pytest.mark.parametrize("code", Code)
def test_the_example_has_the_warning_and_no_other(code: Code) -> None:
    assert [fault.code for fault in warnings_of(EXAMPLES[code][0])] == [code]


@pytest.mark.parametrize("code", Code)
def test_what_comes_near_has_none(code: Code) -> None:
    assert warnings_of(EXAMPLES[code][1]) == []


@pytest.mark.parametrize(("code", "example"), [*MORE, *MORE_PLANS])
def test_more_of_the_same(code: Code, example: Example) -> None:
    assert [fault.code for fault in warnings_of(example)] == [code]


@pytest.mark.parametrize("example", [*FINE, *FINE_PLANS])
def test_what_is_well_meant_has_no_warning(example: Example) -> None:
    assert warnings_of(example) == []


def test_what_always_holds_is_told_whole() -> None:
    (fault,) = warnings_of(one_version("energy: 0.39/kWh, when: {min_kwh: 0}"))
    assert (fault.got, fault.fix) == ("min_kwh: 0", "leave it out: no session is below 0 kWh")
    (fault,) = warnings_of(one_version("energy: 0.39/kWh, when: {min_current: 0 A}"))
    want = "leave it out: no session is below 0 A, and it refuses sessions that do not say their current"
    assert fault.fix == want


def test_a_gap_between_instants_is_told_on_one_clock() -> None:
    (fault,) = warnings_of(
        "versions:\n  - {valid_until: '2026-05-31T22:00:00Z', elements: [energy: 0.39/kWh]}\n"
        "  - {valid_from: '2026-07-01T00:00:00Z', elements: [energy: 0.45/kWh]}\n"
    )
    assert fault.got == (
        "valid_until 2026-06-01T00:00:00+02:00, then valid_from 2026-07-01T02:00:00+02:00, clock of Europe/Amsterdam"
    )


@pytest.mark.parametrize(
    ("when", "meant"),
    [
        ("min_kwh: 10000", "did you mean `min_kwh: 10`? (the unit is kWh, not Wh)"),
        ("min_power: 50000", "did you mean `min_power: 50 kW`? (the unit is kW, not W)"),
        ("max_power: 0.011", "did you mean `max_power: 11 kW`? (the unit is kW, not MW)"),
        ("evse_power: {min: 150000}", "did you mean `evse_power: {min: 150 kW}`? (the unit is kW, not W)"),
        ("min_current: 32000", "did you mean `min_current: 32 A`? (the unit is A, not mA)"),
        ("max_duration: 30 s", "did you mean `max_duration: 30 min`? (a number of minutes is not one of seconds)"),
        ("min_duration: 500 h", "did you mean `min_duration: 500 min`? (a number of minutes is not one of hours)"),
        ("min_duration: 9000 h", "look at the number and at its unit"),
    ],
)
def test_a_restriction_in_another_unit(when: str, meant: str) -> None:
    (fault,) = warnings_of(one_version(f"energy: 0.4/kWh, when: {{{when}}}\nenergy: 0.5/kWh"))
    assert (fault.code, fault.fix) == ("implausible", meant)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (
            HEADER + one_version("energy: 0.39/kWh, flat: 1.00/session", "    min_price: {after_tax: 0.50}\n"),
            "min_price:",
        ),
        (HEADER + "tax: {name: VAT, percent: 0.21, included: true}\n" + one_version("energy: 0.39/kWh"), "tax:"),
    ],
)
def test_a_warning_is_marked_where_its_cause_stands(text: str, marked: str) -> None:
    (fault,) = warnings_of(text)
    assert fault.place.line is not None
    assert text.splitlines()[fault.place.line - 1].strip().startswith(marked)


def test_a_tax_of_a_fraction_is_told_in_percent() -> None:
    (fault,) = warnings_of("tax: {name: VAT, percent: 0.21, included: true}\n" + one_version("energy: 0.39/kWh"))
    assert (fault.got, fault.fix) == ("VAT 0.21 %", "did you mean 21? A rate is in percent")


@pytest.mark.parametrize(("elements", "got", "free"), RANGES)
def test_a_range_that_is_free_is_named(elements: str, got: str, free: str) -> None:
    (fault,) = warnings_of(one_version(elements))
    assert fault.got == got
    assert fault.fix.startswith(f"{free} is free, ")


def test_a_discount_below_zero_names_the_tariff_and_what_is_left() -> None:
    text = plan("discounts: [{percent: 50}, {name: off, price: 0.20/kWh}]")
    assert [str(fault) for fault in warnings_of((ENERGY, text))] == [
        "plan.yaml:4:28: below_zero: read `0.20/kWh`, expected no more off than the price: 0.39/kWh for energy in "
        "`example`, of which earlier discounts leave 0.195/kWh; write less: a discount ends at zero, and then all of "
        "it is free"
    ]


def test_a_tariff_that_does_not_exist_is_named_with_the_one_that_was_meant() -> None:
    text = plan("discounts: [{percent: 10, tariffs: [exampel, nowhere-*]}]")
    assert [(fault.code, fault.got, fault.fix) for fault in warnings_of((ENERGY, text))] == [
        ("plan_tariff", "exampel", "did you mean `example`?"),
        ("plan_tariff", "nowhere-*", "look at the ids of the tariffs, or delete it"),
    ]
