"""A rating without lines is the same in all else: sessions, taxes, refusals and the state."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import twin_history as histories
from strategies import random_network
from strategies_histories import history
from strategies_pick import Pick
from twin import all_told, batch_of, is_told

from rating.engine import rate_batch
from rating.errors import TariffError
from rating.tariff.model import Tariffs


def assert_same_but_lines(with_lines: Any, without: Any) -> None:
    assert without.lines.num_rows == 0
    assert without.lines.schema == with_lines.lines.schema
    for name in ("sessions", "taxes", "rejected"):
        assert without.tables[name].equals(with_lines.tables[name]), name
    assert (without.state is None) == (with_lines.state is None)
    assert without.state is None or without.state.equals(with_lines.state)


@pytest.mark.parametrize("full", [False, True])
def test_drawn_networks(full: bool) -> None:
    rated = 0
    for seed in range(60):
        tariffs, drawn = random_network(seed, full=full)
        told = any(is_told(usage) for _, usage in drawn)
        batch = batch_of([(name, all_told(usage) if told else usage) for name, usage in drawn])
        try:
            found = [rate_batch(Tariffs(tuple(tariffs)), batch, lines=lines) for lines in (True, False)]
        except TariffError:  # prices too odd for 64 bits
            continue
        assert_same_but_lines(*found)
        rated += found[0].lines.num_rows
    assert rated > 100


def test_drawn_histories() -> None:
    discounts = 0
    for seed in range(60):
        random = Random(seed)
        drawn = history(Pick(random.randrange, full=seed % 2 == 0), 8)
        found = histories.rate_or_skip(drawn, drawn.drawn)
        if found is not None:
            assert_same_but_lines(found, histories.rate(drawn, drawn.drawn, lines=False))
            discounts += found.lines.column("kind").to_pylist().count("discount")
    assert discounts > 20
