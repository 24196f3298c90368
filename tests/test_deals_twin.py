"""Sessions with deals: the fast path against the slow twin, with `==` on every line, total and use.

RATING_DRAWS says how many sessions are drawn at random.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest
from deals import assert_same_deals
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import random_network, tariff, usage
from strategies_deals import deal
from strategies_pick import ANCHORS, hypothesis_pick, random_pick
from twin import Drawn, is_told

from rating.compile.plan import Plan
from rating.errors import TariffError
from rating.reference.deal import Deal
from rating.tariff.model import Tariff

DRAWS = int(os.environ.get("RATING_DRAWS", "3000"))
SHARDS = 12


@st.composite
def cases(draw: st.DrawFn, full: bool) -> tuple[Tariff, Drawn, Deal]:
    """A tariff, a session near the same anchor, and a deal."""
    pick = hypothesis_pick(draw, full)
    anchor = pick.of(ANCHORS)
    return tariff(pick, anchor), ("drawn", usage(pick, anchor)), deal(pick)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases(full=False) | cases(full=True))
def test_a_drawn_session_with_a_deal_is_priced_alike(case):
    found, drawn, given = case
    try:
        assert_same_deals([found], [drawn], [given])
    except TariffError:  # too odd for 64 bits
        return


def network(seed: int, full: bool, told: bool) -> tuple[list[Tariff], list[Drawn], list[Deal | None]]:
    """Some networks of tariffs and sessions as one, and deals for two sessions in three."""
    tariffs: list[Tariff] = []
    drawn: list[Drawn] = []
    for number in range(seed, seed + 8):
        found = random_network(number, full=full)
        tariffs += [replace(each, id=f"{each.id}-{number}") for each in found[0]]
        drawn += [
            (f"{name}-{number}", replace(usage, session_id=f"{usage.session_id}-{number}"))
            for name, usage in found[1]
            if told or not is_told(usage)
        ]
    pick = random_pick(seed)
    return tariffs, drawn, [None if pick.one_in(3) else deal(pick) for _ in drawn]


def assert_same_network(tariffs: list[Tariff], drawn: list[Drawn], given: list[Deal | None], **options: object) -> int:
    """Compare what can be priced in 64 bits, and say how many sessions that is."""
    try:
        assert_same_deals(tariffs, drawn, given, **options)
    except TariffError as error:
        odd = {fault.got for fault in error.faults}
        kept = [i for i, each in enumerate(drawn) if each[0] not in odd]
        tariffs = [each for each in tariffs if each.id not in odd]
        return assert_same_network(tariffs, [drawn[i] for i in kept], [given[i] for i in kept], **options)
    return len(drawn)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_networks_with_deals_are_priced_alike(shard):
    full, told = shard % 3 > 0, shard % 3 == 2
    wanted, seed = DRAWS // SHARDS, shard * 1_000_000_007
    while wanted > 0:
        wanted -= assert_same_network(
            *network(seed, full, told), rounds=1 + seed % 4, chunk_sessions=5 if seed % 2 else None
        )
        seed += 8


def apart(plan: Plan) -> Plan:
    """The plan with all deals settled apart."""
    terms = plan.book.terms._replace(apart=np.ones_like(plan.book.terms.apart))
    terms.apart.flags.writeable = False
    return plan._replace(book=plan.book._replace(terms=terms))


@pytest.mark.parametrize("shard", range(3))
def test_what_is_settled_apart_is_the_same(shard):
    assert_same_network(*network(shard * 1_000_000_009 + 5, shard > 0, shard == 2), changed=apart)
