"""A few inputs of `make fuzz` for each reader: they are read, or refused with a code, a place and a fix."""

from __future__ import annotations

import pytest
from fuzz import targets, tried

SEED = 20261121
INPUTS = 40


@pytest.mark.parametrize("name", sorted(targets()))
def test_changed_inputs_are_read_or_refused(name: str) -> None:
    for number in range(INPUTS):
        outcome = tried(SEED, name, number)
        assert outcome.fine, (name, number, outcome, outcome.told)
