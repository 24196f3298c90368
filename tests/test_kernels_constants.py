"""What kernels know as plain numbers is what the other rooms mean by them."""

from __future__ import annotations

from fractions import Fraction
from typing import get_args, get_type_hints

import numpy as np
import pytest

from rating.compile import taxes, traits
from rating.compile.components import STEP_ROUNDS, ComponentRow, RuleRow
from rating.compile.restricted import condition_of
from rating.errors import Refused
from rating.kernels import arith, arrays, bill, price, step, walk, walk_restricted
from rating.reference import printing
from rating.reference.values import LineKind
from rating.settle import apart
from rating.tariff.model import DimensionName, LineDimension, RoundingMode, StepRound, When
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
    LINE_DIMENSIONS,
    PARKING_TIME,
    RESERVATION_FLAT,
    RESERVATION_TIME,
    ROUNDING_MODES,
    TIME,
)
from rating.usage.schema import ATTRIBUTES

STATUSES = ["END_BEFORE_START", "NO_DATA", "OVERLAP", "OUTSIDE_SESSION", "NEGATIVE_ENERGY", "ENERGY_RANGE"]


RESTRICTED_STATUSES = [*STATUSES, "MISSING_COLUMN", "RESERVATION"]


@pytest.mark.parametrize(
    ("kernel", "name"),
    [*((walk, name) for name in STATUSES), *((walk_restricted, name) for name in RESTRICTED_STATUSES)],
)
def test_a_status_of_a_walk_is_the_refusal_of_that_name(kernel, name):
    assert getattr(kernel, name) == Refused[name]


@pytest.mark.parametrize(("kernel", "names"), [(walk, STATUSES), (walk_restricted, RESTRICTED_STATUSES)])
def test_every_status_of_a_walk_is_listed_here(kernel, names):
    assert {name for name in Refused.__members__ if hasattr(kernel, name)} == set(names)


def test_the_status_of_the_bill_is_the_refusal_of_that_name():
    assert bill.AMOUNT_RANGE == Refused.AMOUNT_RANGE


def test_rounding_modes_are_numbered_alike():
    numbered = {mode: getattr(arith, mode.upper()) for mode in ROUNDING_MODES}
    assert [numbered[mode] for mode in ROUNDING_MODES] == list(range(len(ROUNDING_MODES)))
    assert set(get_args(RoundingMode)) == set(ROUNDING_MODES)


@pytest.mark.parametrize("mode", ROUNDING_MODES)
def test_what_is_settled_apart_is_rounded_as_by_the_twin(mode):
    for amount in (Fraction(n, 1200) for n in range(-40, 41)):
        assert apart.round_to(amount, 10_000, ROUNDING_MODES.index(mode)) == printing.round_to(amount, 10_000, mode)


def test_rounds_of_steps_are_numbered_alike():
    assert [getattr(step, f"_{word.upper()}") for word in STEP_ROUNDS] == list(range(len(STEP_ROUNDS)))
    assert set(get_args(StepRound)) == set(STEP_ROUNDS)


def test_kinds_of_lines_are_numbered_alike():
    for name in ("usage", "minimum", "maximum", "rounding"):
        assert arrays.KINDS[getattr(arrays, name.upper())] == name
    assert set(get_args(LineKind)) <= set(arrays.KINDS)


def test_dimensions_are_numbered_alike():
    assert [DIMENSIONS[code] for code in (ENERGY, TIME, PARKING_TIME, FLAT)] == list(get_args(DimensionName))
    lines = [*range(len(DIMENSIONS)), RESERVATION_TIME, RESERVATION_FLAT]
    assert [LINE_DIMENSIONS[code] for code in lines] == list(LINE_DIMENSIONS) == list(get_args(LineDimension))


def test_activities_are_numbered_alike():
    codes = (ACTIVITY_AUTO, ACTIVITY_CHARGING, ACTIVITY_PARKED, ACTIVITY_WITHHELD, ACTIVITY_RESERVED)
    assert [ACTIVITIES[code] for code in codes] == ["auto", "charging", "parked", "withheld", "reserved"]


def test_rows_that_compile_makes_have_the_columns_that_kernels_read_in_their_order():
    assert arrays.Components._fields == (*ComponentRow._fields, "element", "unit", "price_micro")
    assert arrays.Rules._fields == RuleRow._fields


def test_a_row_of_restrictions_has_a_place_for_each_dimension_of_lines_its_marks_and_its_flags():
    assert len(LINE_DIMENSIONS) == walk_restricted._DIMENSIONS
    assert len(LINE_DIMENSIONS) + 2 == arrays.ROW_WIDTH
    flags = [arrays.NEEDS_CURRENT, arrays.LACKS_FACT, *(arrays.VARIES << d for d in range(len(LINE_DIMENSIONS)))]
    assert flags == [1 << bit for bit in range(len(flags))]
    assert max(flags) <= np.iinfo(np.int32).max
    assert arrays.BY_CURRENT not in (0, 1)  # Timelines.restricted: 0 not, 1 restricted


def test_a_condition_is_energy_duration_power_and_current_each_at_least_and_below():
    when = When(
        min_energy_mwh=1,
        max_energy_mwh=2,
        min_duration_us=3,
        max_duration_us=4,
        min_power_mw=5,
        max_power_mw=6,
        min_current_ma=7,
        max_current_ma=8,
    )
    assert condition_of(when) == (1, 2, 3, 4, 5, 6, 7, 8)
    assert condition_of(When(min_power_mw=5)) == (0, arrays.NEVER, 0, arrays.NEVER, 5, arrays.NEVER, 0, arrays.NEVER)
    assert arith.POWER_UNLIMITED < arrays.NEVER


def test_what_sessions_say_of_themselves_is_called_the_same_everywhere():
    assert traits.NAMES == ATTRIBUTES == traits.Traits._fields[: len(ATTRIBUTES)]
    assert set(ATTRIBUTES) <= set(get_type_hints(When))


def test_codes_of_one_kind_differ():
    for codes in (
        (arrays.NO_TAX, arrays.TAX_EXCLUDED, arrays.TAX_INCLUDED),
        (0, arrays.MIXED, arrays.SETTLED_APART),
        (price.DONE, price.LINES_FULL, price.SCRATCH_FULL, price.APART),
    ):
        assert list(codes) == list(range(len(codes)))
    assert arrays.NO_LINE not in range(len(arrays.KINDS))
    assert taxes.TAXES_MAX < 63  # the bits of an int64 without its sign
