"""What `tell` says of thresholds, facts of the session, reservations and taxes, word for word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from reference_tools import NOON, bill_of, minute, tariff_of, usage_of

from rating.reference import Interval, tell
from rating.reference.restrictions import Restriction
from rating.reference.words_when import _TEXTS, only_when
from rating.tariff.model import When
from rating.units import MWH_PER_KWH, US_PER_H, US_PER_MIN, US_PER_S

KWH = MWH_PER_KWH
HOUR = Interval(NOON, minute(60), 30 * KWH)
RESERVED = Interval(minute(-13), NOON, 0, "reserved")


def test_the_whole_story_of_a_reservation_a_threshold_and_two_taxes() -> None:
    tariff = tariff_of(
        """
        name: reserved, when: {reservation: RESERVATION}, time: {price: 6.00/h, step_size: 5 min}, flat: 2.00/session
        name: members, when: {membership: [gold, fleet]}, energy: 0.20/kWh
        name: slow, when: {max_power: 25 kW}, energy: 0.30/kWh
        name: the first 10 kWh, when: {max_kwh: 10}, energy: {price: 0.59/kWh, tax: {name: GST, percent: 5}}
        name: beyond, energy: 0.49/kWh
        """,
        head="tax: {included: false, rates: [{name: GST, percent: 5}, {name: QST, percent: 9.975}]}",
        tail="max_price: {before_tax: 10.00}",
    )
    assert (
        tell(bill_of(tariff, usage_of(RESERVED, HOUR, membership="silver")))
        == """\
Session S, tariff t
Tue 2 Jun 2026 12:00 to 13:00, clock of UTC
30 kWh in 1 h: 1 h charging, 0 min parked, 13 min reserved

What was measured
  Tue 2 Jun 2026 11:47 to 12:00: 13 min reserved
  Tue 2 Jun 2026 12:00 to 13:00: charging, 30 kWh

Which price applied
  Tue 2 Jun 2026 11:47 to 12:00
    13 min reserved: "reserved" at 6.00 EUR/h
  Tue 2 Jun 2026 12:00 to 12:20 at 30 kW
    10 kWh of energy: "the first 10 kWh" at 0.59 EUR/kWh, not "members" (only for members of fleet or gold), \
not "slow" (only below 25 kW)
  Tue 2 Jun 2026 12:20 to 13:00 at 30 kW, begins at 10 kWh of the session
    20 kWh of energy: "beyond" at 0.49 EUR/kWh, not "members" (only for members of fleet or gold), \
not "slow" (only below 25 kW), not "the first 10 kWh" (only below 10 kWh)
  Tue 2 Jun 2026 11:47: once for the reservation, "reserved" at 2.00 EUR/session

What it costs
  reserved time, reserved: 13 min, plus 2 min: the reservation's 13 min rounded up in steps of 5 min
    15 min at 6.00 EUR/h = 1.50 EUR
  price per reservation, reserved: 1 session
    1 session at 2.00 EUR/session = 2.00 EUR
  energy, the first 10 kWh: 10 kWh
    10 kWh at 0.59 EUR/kWh = 5.90 EUR
  energy, beyond: 20 kWh
    20 kWh at 0.49 EUR/kWh = 9.80 EUR

Total
  Together 19.20 EUR, GST 5 % and QST 9.975 % not included
  The most for a session is 10.00 EUR before tax, instead of 19.20 EUR
  GST 5 % on 10.00 EUR is 0.50 EUR
  QST 9.975 % on 6.927083... EUR is 0.690976... EUR
  Exactly 10.00 EUR + 0.50 EUR + 0.690976... EUR = 11.190976... EUR
  Rounded once, to 0.01 EUR, halves up:
    before tax 10.00 EUR, GST 5 % 0.50 EUR, QST 9.975 % 0.69 EUR
    to pay 11.19 EUR
"""
    )


def test_an_expired_reservation() -> None:
    tariff = tariff_of("""
        name: lost, when: {reservation: RESERVATION_EXPIRES, min_duration: 30 min}, time: 6.00/h
        name: kept, when: {reservation: RESERVATION}, time: 3.00/h
        name: charging, energy: 1.00/kWh
    """)
    reserved = replace(RESERVED, end_us=minute(60))
    told = tell(bill_of(tariff, replace(usage_of(reserved, HOUR), expired=True)))
    assert "The reservation expired: nothing but it is priced" in told
    assert "11:47 to 13:00: 1 h 13 min reserved\n  Tue 2 Jun 2026 12:00 to 13:00: charging, 30 kWh\n" in told
    assert '30 min reserved: "kept" at 3.00 EUR/h, not "lost" (only from 30 min on)' in told
    assert '12:17 to 13:00, begins at 30 min of the reservation\n    43 min reserved: "lost" at 6.00 EUR/h\n' in told
    assert "of energy" not in told
    kept = tell(bill_of(tariff, usage_of(RESERVED, HOUR)))
    assert 'not "lost" (only for a reservation that expires)' in kept


def test_taxes_that_are_not_known() -> None:
    excluded = tell(bill_of(tariff_of("name: all, energy: 0.39/kWh", head="tax: {included: false}"), usage_of(HOUR)))
    assert "30 kWh at 0.39 EUR/kWh = 11.70 EUR, the rate of its tax is not known" in excluded
    assert excluded.endswith(
        """\
Total
  Together 11.70 EUR, tax not included
  Exactly 11.70 EUR before tax; the rate is not known, so tax and gross are not known and are left empty
  Rounded once, to 0.01 EUR, halves up:
    before tax 11.70 EUR
    to pay: not known, for the rate of the tax is not
"""
    )
    included = tell(bill_of(tariff_of("name: all, energy: 0.39/kWh", head="tax: {included: true}"), usage_of(HOUR)))
    left_empty = "the rate is not known, so tax and net are not known and are left empty"
    assert f"Exactly 11.70 EUR with tax; {left_empty}" in included
    assert included.endswith("    before tax: not known, for the rate of the tax is not\n    to pay 11.70 EUR\n")


def test_a_price_is_not_split_where_only_that_of_another_dimension_changes() -> None:
    tariff = tariff_of("""
        name: first half hour, when: {max_duration: 30 min}, time: 0.05/min
        name: all day, energy: 0.39/kWh, time: 0.10/min
    """)
    assert """\
Which price applied
  Tue 2 Jun 2026 12:00 to 13:00
    30 kWh of energy: "all day" at 0.39 EUR/kWh
  Tue 2 Jun 2026 12:00 to 12:30
    30 min charging: "first half hour" at 0.05 EUR/min
  Tue 2 Jun 2026 12:30 to 13:00, begins at 30 min of the session
    30 min charging: "all day" at 0.10 EUR/min, not "first half hour" (only in the first 30 min)

""" in tell(bill_of(tariff, usage_of(HOUR)))
    # Of parking nothing was measured: that its price changed is not told, and what is told is one span.
    parking = tariff_of("""
        name: first half hour, when: {max_duration: 30 min}, parking_time: 0.05/min
        name: all day, energy: 0.39/kWh, parking_time: 0.10/min
    """)
    assert (
        'applied\n  Tue 2 Jun 2026 12:00 to 13:00\n    30 kWh of energy: "all day" at 0.39 EUR/kWh\n\nWhat it costs'
    ) in tell(bill_of(parking, usage_of(HOUR)))


def test_prices_without_any_tax_in_a_tariff_that_has_one() -> None:
    head = "tax: {name: VAT, percent: 21, included: false}"
    told = tell(bill_of(tariff_of("name: all, energy: {price: 0.39/kWh, tax: none}", head=head), usage_of(HOUR)))
    assert "Together 11.70 EUR\n  Exactly 11.70 EUR, no tax on it, = 11.70 EUR\n" in told


def test_power_current_and_times_of_a_cdr() -> None:
    tariff = tariff_of("""
        name: strong, when: {min_current: 20 A}, energy: 1.00/kWh
        name: fast, when: {min_power: 100 kW}, energy: 1.00/kWh
        name: long, when: {min_duration: 2 h}, energy: 1.00/kWh
        name: other, energy: 1.00/kWh, time: 1.00/h
    """)
    times = (40 * US_PER_MIN, 5 * US_PER_MIN, 0)
    first = replace(HOUR, current_ma=16_500, volumes_us=times)
    second = Interval(minute(60), minute(120), 12 * KWH, current_ma=32_000, volumes_us=(0, 0, 0))
    instant = Interval(minute(120), minute(120), KWH, current_ma=10_000, volumes_us=(30 * US_PER_S, 0, 0))
    told = tell(bill_of(tariff, usage_of(first, second, instant)))
    assert "12:00 to 14:00: 40 min 30 s charging and 5 min parked, 43 kWh (3 meter intervals)\n" in told
    assert "Tue 2 Jun 2026 12:00 to 13:00 at 30 kW and 16.5 A\n" in told
    assert "Tue 2 Jun 2026 13:00 to 14:00 at 12 kW and 32 A\n" in told
    assert "Tue 2 Jun 2026 14:00 at once and 10 A, begins at 2 h of the session\n" in told
    assert (
        '"other" at 1.00 EUR/kWh, not "strong" (only from 20 A on), not "fast" (only from 100 kW on), '
        'not "long" (only from 2 h on)' in told
    )
    assert '"fast" at 1.00 EUR/kWh, not "strong" (only from 20 A on)\n' in told


SAID: dict[Restriction, tuple[dict[str, Any], str]] = {
    "reservation": ({"reservation": "reservation"}, "only for a reservation"),
    "reservation_expires": ({"reservation": "reservation_expires"}, "only for a reservation that expires"),
    "tariff_type": ({"tariff_type": frozenset({"REGULAR"})}, "only for the tariff type REGULAR"),
    "connector": ({"connector": frozenset({"CCS", "CHAdeMO", "B"})}, "only for the connector B, CCS or CHAdeMO"),
    "membership": ({"membership": frozenset({"gold"})}, "only for members of gold"),
    "payment_method": ({"payment_method": frozenset({"card", "app"})}, "only when paid by app or card"),
    "evse_power": (
        {"min_evse_power_mw": 50_000_000, "max_evse_power_mw": 150_000_000},
        "only at chargers from 50 kW on and below 150 kW",
    ),
    "min_duration": ({"min_duration_us": 3 * US_PER_H}, "only from 3 h on"),
    "max_duration": ({"max_duration_us": 90 * US_PER_MIN}, "only in the first 1 h 30 min"),
    "min_energy": ({"min_energy_mwh": 10_000_000}, "only from 10 kWh on"),
    "max_energy": ({"max_energy_mwh": 115_200}, "only below 0.1152 kWh"),
    "min_power": ({"min_power_mw": 3_700_000}, "only from 3.7 kW on"),
    "max_power": ({"max_power_mw": 50_000_000}, "only below 50 kW"),
    "min_current": ({"min_current_ma": 32_000}, "only from 32 A on"),
    "max_current": ({"max_current_ma": 16_500}, "only below 16.5 A"),
}


@pytest.mark.parametrize("restriction", SAID)
def test_each_restriction_in_words(restriction: Restriction) -> None:
    fields, text = SAID[restriction]
    assert only_when(When(**fields), restriction) == text


def test_every_restriction_has_words() -> None:
    calendar = {"start_date", "end_date", "months", "day_of_week", "holidays", "clock"}
    assert set(_TEXTS) == set(SAID) | calendar
