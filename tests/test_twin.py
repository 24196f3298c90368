"""The fast path against the slow twin, with `==` on every line and total, over tariffs and sessions drawn freely.

RATING_DRAWS says how many sessions are drawn at random: 3,000 in a normal run, a million in `make test-long`.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from strategies import cases, networks, random_network
from twin import Drawn, assert_same_where_priceable, is_told

from rating.tariff.model import Tariff

DRAWS = int(os.environ.get("RATING_DRAWS", "3000"))
SHARDS = 20
SESSIONS_AT_ONCE = 300


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases() | cases(full=True))
def test_a_drawn_session_is_priced_alike(case):
    tariff, usage = case
    assert_same_where_priceable([tariff], [(tariff.id, usage)])


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(network=networks() | networks(full=True))
def test_drawn_networks_are_priced_alike(network):
    assert_same_where_priceable(*network)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_networks_are_priced_alike(shard):
    """Networks are rated together, so that sessions of many tariffs, zones and versions lie side by side.

    Two shards in three draw all that a tariff can say; half of those have sessions as CDRs tell them.
    """
    full, told = shard % 3 > 0, shard % 3 == 2
    wanted, seed = -(-DRAWS // SHARDS), shard * 1_000_000_007
    while wanted > 0:
        tariffs: list[Tariff] = []
        sessions: list[Drawn] = []
        while len(sessions) < min(wanted, SESSIONS_AT_ONCE):
            names, drawn = {}, random_network(seed, full=full)
            for tariff in drawn[0]:
                names[tariff.id] = f"{tariff.id}-{seed}"
                tariffs.append(replace(tariff, id=names[tariff.id]))
            for name, usage in (pair for pair in drawn[1] if told or not is_told(pair[1])):
                sessions.append((names[name], replace(usage, session_id=f"{usage.session_id}-{seed}")))
            seed += 1
        assert_same_where_priceable(tariffs, sessions, chunk_sessions=64)
        wanted -= len(sessions)
