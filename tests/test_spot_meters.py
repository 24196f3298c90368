"""What `kernels.spot` prices in one pass, against the slow twin."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies_meters import START_US, metered
from strategies_pick import random_pick
from twin import assert_same, tables

from rating.compile.plan import make_plan
from rating.kernels.runs import find_runs
from rating.tariff.model import Tariffs
from rating.usage.read import read_usage

NETWORKS = 60  # of each shard


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_drawn_meters_by_an_index_are_priced_alike(seed):
    assert_same(*metered(random_pick(seed)))


@pytest.mark.parametrize("shard", range(4))
def test_random_meters_by_an_index_are_priced_alike(shard):
    for seed in range(shard * NETWORKS, (shard + 1) * NETWORKS):
        assert_same(*metered(random_pick(seed)), chunk_sessions=4)


def test_the_drawn_tariffs_are_those_of_the_one_pass():
    tariffs, drawn = metered(random_pick(1))
    assert make_plan(
        Tariffs(tuple(tariffs)), read_usage(*tables(drawn), None, find_runs=find_runs)
    ).book.rules.plain.tolist() == [1]


def test_the_draws_have_what_the_one_pass_tells_apart():
    """Sessions with an interval for each price, with more, with less, and across them; and prices that are missing."""
    found = set()
    for seed in range(NETWORKS):
        (tariff,), drawn = metered(random_pick(seed))
        ((points, step_us),) = {
            (part.spot.index.points, part.spot.index.points[0][1] - part.spot.index.points[0][0])
            for element in tariff.versions[0].elements
            for part in element.components
            if part.spot is not None
        }
        found.add("missing" if any(a[1] != b[0] for a, b in pairwise(points)) else "all there")
        for _, usage in drawn:
            length_us = usage.intervals[0].end_us - usage.intervals[0].start_us
            within = (usage.start_us - START_US) % step_us != 0
            found.add(
                "across" if within else "one" if length_us == step_us else "fewer" if length_us > step_us else "more"
            )
    assert found == {"missing", "all there", "across", "one", "fewer", "more"}
