"""What `tell` says of a bill, word for word."""

from __future__ import annotations

from strategies_pick import instant_us

from rating.reference import Bill, Interval, Usage, rate_session, tell
from rating.tariff.load import parse_tariff
from rating.units import US_PER_MIN

HARBOUR = """
tariff: harbour-dc
name: Harbour fast charging
currency: EUR
time_zone: Europe/Amsterdam
tax: {name: VAT, percent: 21, included: true}
versions:
  - valid_from: 2026-01-01
    elements:
      - name: evening peak
        when: {day_of_week: mon-fri, start_time: 17:00, end_time: 21:00}
        energy: 0.59/kWh
      - name: all other times
        energy: 0.39/kWh
        parking_time: {price: 0.10/min, grace: 15 min, max: 12.00}
        flat: 0.50/session
    min_price: {after_tax: 1.00}
    max_price: {after_tax: 15.00}
"""
QUARTER = 15 * US_PER_MIN


def story_of(text: str, start: str, energies: list[int], minutes_after: int = 0) -> str:
    start_us = instant_us(start)
    intervals = [
        Interval(start_us + n * QUARTER, start_us + (n + 1) * QUARTER, energy) for n, energy in enumerate(energies)
    ]
    end_us = intervals[-1].end_us + minutes_after * US_PER_MIN
    bill = rate_session(parse_tariff(text), Usage("S-1", start_us, end_us, tuple(intervals)))
    assert isinstance(bill, Bill)
    return tell(bill)


def test_the_whole_story_of_a_session() -> None:
    assert (
        story_of(HARBOUR, "2026-03-02T15:30+00:00", [3_900_000] * 6 + [0, 0], minutes_after=10)
        == """\
Session S-1, tariff harbour-dc (Harbour fast charging), version 2026-01-01
Mon 2 Mar 2026 16:30 to 18:40, clock of Europe/Amsterdam
23.4 kWh in 2 h 10 min: 1 h 30 min charging, 40 min parked

What was measured
  Mon 2 Mar 2026 16:30 to 18:00: charging, 23.4 kWh (6 meter intervals)
  Mon 2 Mar 2026 18:00 to 18:30: parked, 0 kWh (2 meter intervals)
  Mon 2 Mar 2026 18:30 to 18:40: no meter data, counted as parked

Which price applied
  Mon 2 Mar 2026 16:30 to 17:00
    7.8 kWh of energy: "all other times" at 0.39 EUR/kWh, not "evening peak" (only from 17:00 to 21:00)
  Mon 2 Mar 2026 17:00 to 18:40
    15.6 kWh of energy: "evening peak" at 0.59 EUR/kWh
    40 min parked: "all other times" at 0.10 EUR/min
  Mon 2 Mar 2026 16:30: once a session, "all other times" at 0.50 EUR/session

What it costs
  energy, evening peak: 15.6 kWh
    15.6 kWh at 0.59 EUR/kWh = 9.204 EUR
  energy, all other times: 7.8 kWh
    7.8 kWh at 0.39 EUR/kWh = 3.042 EUR
  parking time, all other times: 40 min, of which 15 min free of charge
    25 min at 0.10 EUR/min = 2.50 EUR
  price per session, all other times: 1 session
    1 session at 0.50 EUR/session = 0.50 EUR

Total
  Together 15.246 EUR, VAT 21 % included
  The most for a session is 15.00 EUR with VAT, instead of 15.246 EUR
  Exactly 12.396694... EUR + VAT 21 % 2.603305... EUR = 15.00 EUR
  Rounded once, to 0.01 EUR, halves up:
    before tax 12.40 EUR, VAT 21 % 2.60 EUR
    to pay 15.00 EUR
"""
    )


def test_the_hour_that_comes_twice() -> None:
    text = """
tariff: night
currency: EUR
time_zone: Europe/Amsterdam
versions:
  - elements:
      - name: two to three
        when: {start_time: 02:00, end_time: 03:00}
        time: {price: 6.00/h, step_size: 25 min, round: down}
"""
    told = story_of(text, "2026-10-24T23:30+00:00", [1_000_000] * 12)
    assert "Sun 25 Oct 2026 01:30 to 03:30 (the clock was set back 1 h), clock of Europe/Amsterdam" in told
    assert "Sun 25 Oct 2026 02:00 (first pass) to 03:00 (the clock was set back 1 h)" in told
    assert '1 h charging: free, no price holds, not "two to three" (only from 02:00 to 03:00)' in told
    assert "2 h, less 20 min: the session's 2 h rounded down in steps of 25 min" in told
    assert "1 h 40 min at 6.00 EUR/h = 10.00 EUR" in told


def test_a_year_is_told_briefly() -> None:
    told = story_of(HARBOUR, "2026-03-02T15:30+00:00", [1_000_000, 0] * (48 * 300))
    assert len(told.splitlines()) < 60
    assert " more times" in told
    assert "28791 more rows" in told


def test_a_free_session() -> None:
    text = "tariff: free\ncurrency: EUR\ntime_zone: UTC\nversions:\n  - elements:\n      - flat: 0.00/session\n"
    told = story_of(text, "2026-03-02T15:30+00:00", [0])
    assert "0 kWh in 15 min: 0 min charging, 15 min parked" in told
    assert "to pay 0.00 EUR" in told
