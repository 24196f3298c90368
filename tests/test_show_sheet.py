"""What the sentences of `show` are made of is what is billed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from sheet_tools import tariff_of
from strategies import cases, random_network
from twin import all_told, batch_of, fast_answers, is_told, slow_answer, tables

import rating
from rating.desk.show.sheet import sheet_of
from rating.engine import rate_batch
from rating.errors import TariffError
from rating.tariff.model import Tariff, Tariffs

EXAMPLES = Path(__file__).parent.parent / "tariffs"


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases() | cases(full=True))
def test_a_session_priced_by_the_sheet_costs_what_the_engine_bills(case):
    tariff, usage = case
    try:
        sheet = sheet_of(tariff)
    except TariffError:
        return  # prices too odd for 64 bits, by which nothing is billed
    if is_told(usage):
        usage = all_told(usage)
    known = Tariffs((tariff,))
    drawn = [(tariff.id, usage)]
    rated = rate_batch(known, batch_of(drawn)) if is_told(usage) else rating.rate(known, *tables(drawn))
    assert slow_answer(tariff_of(sheet), usage) == fast_answers(rated)[usage.session_id]


@pytest.mark.parametrize("shard", range(4))
def test_drawn_sessions_priced_by_the_sheet_cost_what_the_twin_bills(shard):
    for seed in range(shard * 1_000_003, shard * 1_000_003 + 60):
        tariffs, drawn = random_network(seed, full=seed % 3 > 0)
        told = {tariff.id: (tariff, rebuilt(tariff)) for tariff in tariffs}
        for name, usage in drawn:
            written, said = told[name]
            assert said is None or slow_answer(said, usage) == slow_answer(written, usage)


def rebuilt(tariff: Tariff) -> Tariff | None:
    try:
        return tariff_of(sheet_of(tariff))
    except TariffError:
        return None


def test_every_example_has_a_sheet():
    tariffs = rating.load_tariffs(EXAMPLES)
    assert [sheet_of(each).id for each in tariffs.values()] == list(tariffs)
