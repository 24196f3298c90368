"""What kernels know as plain numbers is what the other rooms mean by them."""

from __future__ import annotations

from typing import get_args

import pytest

from rating.compile.components import STEP_ROUNDS, ComponentRow, RuleRow
from rating.errors import Refused
from rating.kernels import arith, arrays, bill, step, walk
from rating.reference.values import LineKind
from rating.tariff.model import DimensionName, RoundingMode, StepRound
from rating.units import (
    ACTIVITIES,
    ACTIVITY_AUTO,
    ACTIVITY_CHARGING,
    ACTIVITY_PARKED,
    ACTIVITY_RESERVED,
    ACTIVITY_WITHHELD,
    DIMENSIONS,
    ENERGY,
    FLAT,
    PARKING_TIME,
    ROUNDING_MODES,
    TIME,
)

STATUSES = ["END_BEFORE_START", "NO_DATA", "OVERLAP", "OUTSIDE_SESSION", "NEGATIVE_ENERGY", "ENERGY_RANGE"]


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_of_the_walk_is_the_refusal_of_that_name(name):
    assert getattr(walk, name) == Refused[name]


def test_every_status_of_the_walk_is_listed_here():
    assert {name for name in Refused.__members__ if hasattr(walk, name)} == set(STATUSES)


def test_the_status_of_the_bill_is_the_refusal_of_that_name():
    assert bill.AMOUNT_RANGE == Refused.AMOUNT_RANGE


def test_rounding_modes_are_numbered_alike():
    numbered = {mode: getattr(arith, mode.upper()) for mode in ROUNDING_MODES}
    assert [numbered[mode] for mode in ROUNDING_MODES] == list(range(len(ROUNDING_MODES)))
    assert set(get_args(RoundingMode)) == set(ROUNDING_MODES)


def test_rounds_of_steps_are_numbered_alike():
    assert [getattr(step, f"_{word.upper()}") for word in STEP_ROUNDS] == list(range(len(STEP_ROUNDS)))
    assert set(get_args(StepRound)) == set(STEP_ROUNDS)


def test_kinds_of_lines_are_numbered_alike():
    for name in ("usage", "minimum", "maximum", "rounding"):
        assert arrays.KINDS[getattr(arrays, name.upper())] == name
    assert set(get_args(LineKind)) <= set(arrays.KINDS)


def test_dimensions_are_numbered_alike():
    assert [DIMENSIONS[code] for code in (ENERGY, TIME, PARKING_TIME, FLAT)] == list(get_args(DimensionName))


def test_activities_are_numbered_alike():
    codes = (ACTIVITY_AUTO, ACTIVITY_CHARGING, ACTIVITY_PARKED, ACTIVITY_WITHHELD, ACTIVITY_RESERVED)
    assert [ACTIVITIES[code] for code in codes] == ["auto", "charging", "parked", "withheld", "reserved"]


def test_rows_that_compile_makes_have_the_columns_that_kernels_read_in_their_order():
    assert arrays.Components._fields == (*ComponentRow._fields, "element", "unit", "price_micro")
    assert arrays.Rules._fields == RuleRow._fields
