"""Each warning: a tariff that has it, one that comes near and has none, and what it says."""

from __future__ import annotations

import pytest
from lint_examples import EXAMPLES, FINE, MORE, RANGES, one_version, warnings_of

from rating.tariff.lint.codes import Code
from rating.tariff.model import Tariff


@pytest.mark.parametrize("code", Code)
def test_the_example_has_the_warning_and_no_other(code: Code) -> None:
    assert [fault.code for fault in warnings_of(EXAMPLES[code][0])] == [code]


@pytest.mark.parametrize("code", Code)
def test_what_comes_near_has_none(code: Code) -> None:
    assert warnings_of(EXAMPLES[code][1]) == []


@pytest.mark.parametrize(("code", "example"), MORE)
def test_more_of_the_same(code: Code, example: str | Tariff) -> None:
    assert [fault.code for fault in warnings_of(example)] == [code]


@pytest.mark.parametrize("example", FINE)
def test_what_is_well_meant_has_no_warning(example: str | Tariff) -> None:
    assert warnings_of(example) == []


@pytest.mark.parametrize(("elements", "got", "free"), RANGES)
def test_a_range_that_is_free_is_named(elements: str, got: str, free: str) -> None:
    (fault,) = warnings_of(one_version(elements))
    assert fault.got == got
    assert fault.fix.startswith(f"{free} is free, ")
