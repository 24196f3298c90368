"""Stretches of constant offset against `zoneinfo`, hour by hour, and what their edges say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np
import pytest
from strategies_pick import ANCHORS

from rating.compile.epochs import version_start_us
from rating.compile.zones import load_zone, offsets, tzdata_version
from rating.tariff.model import Version
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, US_PER_DAY, US_PER_H, US_PER_S

FROM, UNTIL = datetime(2000, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
ZONES = [
    *("Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Johannesburg"),
    *("Africa/Juba", "Africa/Windhoek", "America/Asuncion", "America/Caracas"),
    *("America/Godthab", "America/Havana", "America/Los_Angeles", "America/New_York"),
    *("America/Sao_Paulo", "America/Scoresbysund", "America/St_Johns", "Antarctica/Casey"),
    *("Antarctica/Troll", "Asia/Amman", "Asia/Gaza", "Asia/Kathmandu"),
    *("Asia/Kolkata", "Asia/Pyongyang", "Asia/Tehran", "Asia/Tokyo"),
    *("Atlantic/Azores", "Australia/Adelaide", "Australia/Lord_Howe", "Europe/Amsterdam"),
    *("Europe/Dublin", "Europe/Istanbul", "Europe/London", "Europe/Moscow"),
    *("Europe/Volgograd", "Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham"),
    *("Pacific/Kiritimati", "Pacific/Tongatapu", "UTC", "Etc/GMT-14"),
]


def us_of(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize("zone", ZONES)
def test_offsets_are_those_of_zoneinfo_in_every_hour(zone):
    info = load_zone(zone)
    lo_us, hi_us = us_of(FROM), us_of(UNTIL)
    start_us, offset_us = offsets(zone, lo_us, hi_us)
    seconds = range(lo_us // US_PER_S, hi_us // US_PER_S, 3600)
    deltas = [datetime.fromtimestamp(at, info).utcoffset() for at in seconds]
    in_us = {delta: delta // timedelta(microseconds=1) for delta in set(deltas)}
    expected = np.fromiter(map(in_us.__getitem__, deltas), np.int64)
    at_us = np.arange(lo_us, hi_us, US_PER_H)
    found = offset_us[np.searchsorted(start_us, at_us, "right") - 1]
    assert (found == expected).all()


@pytest.mark.parametrize("zone", ZONES)
def test_a_stretch_starts_at_the_very_second_of_the_change(zone):
    info = load_zone(zone)
    start_us, offset_us = offsets(zone, us_of(FROM), us_of(UNTIL))
    assert start_us[0] <= us_of(FROM)
    assert (np.diff(start_us) > 0).all()
    assert (np.diff(offset_us) != 0).all()
    for i in range(1, len(start_us)):
        for at, offset in (
            (int(start_us[i]) // US_PER_S, offset_us[i]),
            (int(start_us[i]) // US_PER_S - 1, offset_us[i - 1]),
        ):
            assert datetime.fromtimestamp(at, info).utcoffset() == timedelta(microseconds=int(offset))


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Africa/Casablanca", "Pacific/Apia", "UTC"])
def test_offsets_of_a_part_are_a_part_of_the_offsets(zone):
    random = Random(zone)
    start_us, offset_us = offsets(zone, us_of(FROM), us_of(UNTIL))
    for _ in range(200):
        lo_us = random.randrange(us_of(FROM), us_of(UNTIL) - 400 * US_PER_DAY)
        hi_us = lo_us + random.randrange(1, 400 * US_PER_DAY)
        part_us, part_offset_us = offsets(zone, lo_us, hi_us)
        i, j = np.searchsorted(start_us, lo_us, "right") - 1, np.searchsorted(start_us, hi_us, "left")
        assert part_us[0] <= lo_us
        assert part_us[1:].tolist() == start_us[i + 1 : j].tolist()
        assert part_offset_us.tolist() == offset_us[i:j].tolist()


def test_offsets_reach_over_both_ends_of_the_domain():
    lo_us, hi_us = INSTANT_MIN_US - 2 * US_PER_DAY, INSTANT_MAX_US + 2 * US_PER_DAY
    start_us, offset_us = offsets("Europe/Amsterdam", lo_us, hi_us)
    assert start_us[0] <= lo_us
    assert len(start_us) == 201  # two changes a year in a hundred years
    assert set(offset_us.tolist()) == {US_PER_H, 2 * US_PER_H}


def test_samoa_skips_a_day():
    start_us, offset_us = offsets(
        "Pacific/Apia", us_of(datetime(2011, 12, 1, tzinfo=UTC)), us_of(datetime(2012, 2, 1, tzinfo=UTC))
    )
    assert start_us[1:].tolist() == [us_of(datetime(2011, 12, 30, 10, tzinfo=UTC))]
    assert offset_us.tolist() == [-10 * US_PER_H, 14 * US_PER_H]


@pytest.mark.parametrize(
    "name", ["", "Europe/Atlantis", "../etc/passwd", "Europe", "Europe//Paris", "Europe\\Paris", "zones", "."]
)
def test_a_zone_that_does_not_exist_is_none(name):
    assert load_zone(name) is None


def test_the_release_of_the_zones_is_known():
    assert tzdata_version()[:2] == "20"


def first_minute(day: date, zone: str) -> int:
    """By trying every minute around it: the first whose local date is that day or, where it is skipped, a later one."""
    info = load_zone(zone)
    about = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    minutes = range(about - 2 * 86400, about + 2 * 86400, 60)
    return next(at for at in minutes if datetime.fromtimestamp(at, info).date() >= day) * US_PER_S


@pytest.mark.parametrize("anchor", ANCHORS, ids=lambda anchor: f"{anchor.zone} {anchor.day}")
def test_a_version_starts_at_the_first_instant_of_its_local_date(anchor):
    for days in range(-2, 3):
        day = anchor.day + timedelta(days=days)
        assert version_start_us(Version("v", day, ()), anchor.zone) == first_minute(day, anchor.zone)


@pytest.mark.parametrize("zone", ZONES[::3])
def test_a_version_starts_at_the_first_instant_of_any_local_date(zone):
    random = Random(zone)
    for _ in range(6):
        day = date(2000, 1, 5) + timedelta(days=random.randrange(365 * 38))
        assert version_start_us(Version("v", day, ()), zone) == first_minute(day, zone)


def test_a_version_from_an_instant_starts_then_and_one_from_always_before_everything():
    assert version_start_us(Version("v", 1_700_000_000_123_456, ()), "Europe/Paris") == 1_700_000_000_123_456
    assert version_start_us(Version("always", None, ()), "Europe/Paris") < INSTANT_MIN_US


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1999, 12, 1), date(2100, 2, 1), date(9999, 12, 31)])
def test_a_version_from_a_date_beyond_all_sessions_starts_beyond_them(day):
    start_us = version_start_us(Version("v", day, ()), "Pacific/Kiritimati")
    assert (start_us < INSTANT_MIN_US) if day.year < 2000 else (start_us > INSTANT_MAX_US)
