"""Dates of plans: those of the engine are those of the twin, also where a clock is set back over midnight."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rating.accounts.days import local_days, period_of
from rating.reference.accounts import date_at, zone_of
from rating.reference.periods import number_of, start_of
from rating.reference.versions import instant_of
from rating.tariff.plans import Period

EPOCH = date(1970, 1, 1)
ZONES = ["America/St_Johns", "Europe/Amsterdam", "America/Havana", "Africa/Cairo", "Asia/Amman", "Pacific/Apia", "UTC"]


def day_number(instant_us: int, zone: str) -> int:
    return (date_at(instant_us, zone_of(zone)) - EPOCH).days


@given(st.data())
def test_dates_are_those_of_the_twin(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(ZONES))
    first = instant_of(data.draw(st.dates(date(2000, 1, 1), date(2037, 1, 1))), zone_of(zone))
    assert first is not None
    instants_us = [first + each for each in data.draw(st.lists(st.integers(0, 40 * 86_400_000_000), min_size=1))]
    assert local_days(np.array(instants_us), zone).tolist() == [day_number(each, zone) for each in instants_us]


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "together"])
def test_a_clock_set_back_over_midnight_does_not_bring_back_the_day_before(alone: bool) -> None:
    zone = "America/St_Johns"  # 2010-11-07 00:01 became 2010-11-06 23:01
    midnight = instant_of(date(2010, 11, 7), zone_of(zone))
    assert midnight is not None
    minutes = range(-3, 130)
    instants_us = np.array([midnight + minute * 60_000_000 for minute in minutes])
    seventh = (date(2010, 11, 7) - EPOCH).days
    groups = [instants_us[at : at + 1] for at in range(len(instants_us))] if alone else [instants_us]
    found = np.concatenate([local_days(each, zone) for each in groups])
    assert found.tolist() == [seventh - (minute < 0) for minute in minutes]


@given(st.data())
def test_periods_are_those_of_the_twin(data: st.DataObject) -> None:
    period = Period(
        data.draw(st.sampled_from(("day", "week", "month", "year"))), data.draw(st.sampled_from(("calendar", "start")))
    )
    joined = data.draw(st.dates(date(2019, 1, 1), date(2028, 12, 31)))
    day = joined + timedelta(data.draw(st.integers(0, 1500)))
    number, first = period_of(period, *(np.array([(each - EPOCH).days]) for each in (day, joined)))
    slow = number_of(period, joined, day)
    assert EPOCH + timedelta(int(first[0])) == start_of(period, joined, slow)
    after = start_of(period, joined, slow + 1)
    next_, _ = period_of(period, *(np.array([(each - EPOCH).days]) for each in (after, joined)))
    assert int(next_[0]) == int(number[0]) + 1


def test_every_date_lies_in_its_month_and_year() -> None:
    days = np.arange((date(1900, 1, 1) - EPOCH).days, (date(2200, 1, 1) - EPOCH).days)
    dates = [EPOCH + timedelta(int(day)) for day in days]
    for per, first in (("month", [d.replace(day=1) for d in dates]), ("year", [date(d.year, 1, 1) for d in dates])):
        number, begins = period_of(Period(per), days, days)  # type: ignore[arg-type]
        assert begins.tolist() == [(d - EPOCH).days for d in first]
        assert np.array_equal(np.flatnonzero(np.diff(number)), np.flatnonzero(np.diff(begins)))
        assert set(np.diff(number).tolist()) == {0, 1}
