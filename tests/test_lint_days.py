"""Sets of dates, the dates of versions, and how both are said, against the plain way of doing it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_examples import one_version, tariff_of
from strategies_pick import ANCHORS, Anchor

from rating.money import minor_micro
from rating.reference.clock import first_instant_of, load_zone, local
from rating.tariff.calendars import Calendar
from rating.tariff.lint import days
from rating.tariff.lint.holes import dates_text
from rating.tariff.lint.sizes import PER_EUR
from rating.tariff.lint.span import span_of
from rating.tariff.model import When
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, SESSION_MAX_US, US_PER_DAY

DATES = st.dates(date(2000, 1, 1), date(2099, 12, 31))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_the_axis_has_room_for_reservations_and_long_sessions() -> None:
    ends = [_EPOCH + timedelta(microseconds=us) for us in (INSTANT_MIN_US - SESSION_MAX_US, INSTANT_MAX_US)]
    assert ends[0].date() - timedelta(days=2) > days.FIRST
    assert days.day_at(days.COUNT) > ends[1].date() + timedelta(days=SESSION_MAX_US // US_PER_DAY + 4)


@given(DATES, st.frozensets(st.integers(0, 6)), st.frozensets(st.integers(1, 12)), DATES, DATES, st.booleans())
def test_dates_of_restrictions(
    day: date, week: frozenset[int], months: frozenset[int], start: date, end: date, inside: bool
) -> None:
    listed = frozenset({start, date(2026, 4, 27)})
    for probe in (day, start, end, end - timedelta(days=1), date(2026, 4, 27)):
        bit = 1 << days.index_of(probe)
        assert bool(days.of_when(When(day_of_week=week)) & bit) == (probe.weekday() in week)
        assert bool(days.of_when(When(months=months)) & bit) == (probe.month in months)
        assert bool(days.of_when(When(start_date=start, end_date=end)) & bit) == (start <= probe < end)
        when = When(holidays=Calendar("fair", listed=listed), holidays_in=inside)
        assert bool(days.of_when(when) & bit) == ((probe in listed) == inside)
        assert days.day_at(days.index_of(probe)) == probe


def test_calendars_that_know_few_years_are_no_trouble() -> None:
    """The package warns where it has no dates of a year; here warnings are errors."""
    assert days.in_calendar(Calendar("IN", country="IN")) & 1 << days.index_of(date(2026, 8, 15))


@given(st.sampled_from(ANCHORS), st.booleans(), st.integers(-30 * 24, 30 * 24), st.sampled_from(["once", "later"]))
def test_the_dates_of_a_version_hold_in_every_zone(anchor: Anchor, by_date: bool, hours: int, change: str) -> None:
    """The clock of any zone shows a date that a version may price, at each moment at which it does."""
    zone_name, at_us, day = anchor
    zone = load_zone(zone_name)
    assert isinstance(zone, ZoneInfo)
    start = day.isoformat() if by_date else f"{_EPOCH + timedelta(microseconds=at_us):%Y-%m-%dT%H:%M:%SZ}"
    on_change = "at_once" if change == "once" else "next_session"
    first, second = "{elements: [energy: 1/kWh]}", f"{{valid_from: {start}, elements: [energy: 2/kWh]}}"
    tariff = tariff_of(f"on_change: {on_change}\nversions:\n  - {first}\n  - {second}\n")
    start_us = first_instant_of(day, zone) if by_date else at_us
    moment_us = start_us + hours * US_PER_DAY // 24
    shown = 1 << days.index_of(local(moment_us, zone).date())
    before, after = span_of(tariff, 0), span_of(tariff, 1)
    mine, other = (after, before) if moment_us >= start_us else (before, after)
    assert shown & mine.touched
    assert shown & mine.priced
    assert shown & mine.reserved
    assert not shown & other.whole


def test_sessions_go_on_after_their_version() -> None:
    text = "versions:\n  - elements: [energy: 1/kWh]\n  - {valid_from: 2026-06-01, elements: [energy: 2/kWh]}\n"
    later, at_once = tariff_of(text), tariff_of("on_change: at_once\n" + text)
    bit = 1 << days.index_of(date(2027, 7, 5))
    assert span_of(later, 0).priced & bit
    assert not span_of(later, 0).priced & 1 << days.index_of(date(2027, 7, 15))
    assert not span_of(at_once, 0).priced & bit
    assert not span_of(later, 0).touched & bit
    assert span_of(later, 1).reserved & 1 << days.index_of(date(2025, 5, 1))
    assert not span_of(later, 1).priced & 1 << days.index_of(date(2026, 5, 1))


def test_an_end_bounds_the_dates() -> None:
    tariff = tariff_of(one_version("energy: 1/kWh", "    valid_from: 2026-06-01\n    valid_until: 2026-07-01\n"))
    assert span_of(tariff, 0).whole == days.between(date(2026, 6, 1), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (When(), ""),
        (When(day_of_week=frozenset({0, 1, 2, 3, 4})), "mon-fri"),
        (When(months=frozenset({12, 1, 2})), "dec-feb"),
        (When(months=frozenset({6, 7}), day_of_week=frozenset({5, 6})), "jun,jul sat,sun"),
        (When(start_date=date(2026, 6, 1)), "from 2026-06-01"),
        (When(end_date=date(2026, 6, 1)), "before 2026-06-01"),
        (When(start_date=date(2026, 6, 1), end_date=date(2026, 8, 1)), "from 2026-06-01 and before 2026-08-01"),
        (
            When(holidays=Calendar("fair", listed=frozenset({date(2026, 6, 1), date(2026, 7, 7)}))),
            "on 2 dates, such as 2026-06-01,",
        ),
    ],
)
def test_dates_in_words(when: When, said: str) -> None:
    tariff = tariff_of(one_version("energy: 1/kWh"))
    among = span_of(tariff, 0).whole
    assert dates_text(days.of_when(when) & among, among) == said


def test_the_currencies_are_known() -> None:
    for code, per_eur in PER_EUR.items():
        assert minor_micro(code) > 0
        assert per_eur > 0
