"""A few inputs of `make fuzz` for each reader: they are read, or refused with a code, a place and a fix."""

from __future__ import annotations

import pytest
from fuzz import targets, tried

import rating

SEED = 20261121
INPUTS = 40


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    """An input's time is its own: kernels that it is the first to need are compiled before."""
    rating.warmup(processes=1)


@pytest.mark.parametrize("name", sorted(targets()))
def test_changed_inputs_are_read_or_refused(name: str) -> None:
    for number in range(INPUTS):
        outcome = tried(SEED, name, number)
        assert outcome.fine, (name, number, outcome, outcome.told)
