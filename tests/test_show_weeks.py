"""The weeks of `show` against the slow twin: drawn tariffs, at any minute of any day near their anchor."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from strategies import random_network

from rating.desk.show.clocks import clock_changes
from rating.desk.show.sheet import sheet_of
from rating.desk.show.weeks import DAY_MIN, weeks_of
from rating.errors import TariffError
from rating.reference import Interval, Refusal, Usage, rate_session
from rating.reference.clock import load_zone
from rating.tariff.model import Tariff
from rating.units import DIMENSIONS, MWH_PER_WH, US_PER_S

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("shard", range(4))
def test_each_minute_of_the_weeks_is_priced_by_the_element_that_the_twin_takes(shard):
    checked = 0
    for seed in range(shard * 10_000, shard * 10_000 + 40):
        tariffs, drawn = random_network(seed, full=False)
        day = (EPOCH + timedelta(microseconds=drawn[0][1].start_us)).date()
        random = Random(seed)
        for tariff in tariffs:
            if tariff.time_zone and tariff.on_change == "next_session":
                checked += _check(tariff, day, random)
    assert checked > 100


def _check(tariff: Tariff, day: date, random: Random) -> int:
    try:
        sheet = sheet_of(tariff)
    except TariffError:
        return 0
    first, last = day - timedelta(days=random.randrange(1, 40)), day + timedelta(days=random.randrange(1, 40))
    weeks = [weeks_of(tariff, version, first, last) for version in tariff.versions]
    changes = {each.day for each in clock_changes(tariff.time_zone, first - timedelta(days=1), last)}
    checked = 0
    for _ in range(12):
        at = max(first, day - timedelta(days=4)) + timedelta(days=random.randrange(8))
        minute = random.choice([0, 1, 60, 419, 420, 1020, 1439, random.randrange(DAY_MIN)])
        if not first <= at <= last or {at, at - timedelta(days=1)} & changes:
            continue  # readings that do not exist, or come twice
        bill = _bill(tariff, at, minute)
        if isinstance(bill, Refusal):
            continue
        number = [version.label for version in tariff.versions].index(bill.tariff_version)
        runs = weeks[number].runs_of(at)
        assert runs is not None
        run = next(each for each in runs if each.start_min <= minute < each.end_min)
        offers = {offer.number: offer for offer in sheet.editions[number].offers}
        for dimension in ("energy", "time", "flat"):
            found = [offers[each].element for each in run.cell[DIMENSIONS.index(dimension)]]
            told = [line.element for line in bill.lines if line.kind == "usage" and line.dimension == dimension]
            assert found == told, (tariff, at, minute)
            checked += 1
    return checked


def _bill(tariff: Tariff, day: date, minute: int):
    """A second of charging that begins at that reading of the clock."""
    zone = load_zone(tariff.time_zone or "")
    assert zone is not None
    start = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    start_us = (start.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
    usage = Usage("S-1", start_us, start_us + US_PER_S, (Interval(start_us, start_us + US_PER_S, MWH_PER_WH),))
    return rate_session(tariff, usage)
