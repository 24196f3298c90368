"""Reservations as the twin prices them: which elements, from when, which steps; and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reference_tools import NOON, bill_of, minute, steps, tariff_of, usage_of, volumes

from rating.errors import Refused
from rating.reference import Interval, Refusal, Usage, rate_session, trace
from rating.tariff.model import Tariff
from rating.units import ENERGY_MAX_MWH, INSTANT_MIN_US, MWH_PER_KWH, SESSION_MAX_US, US_PER_H, US_PER_MIN

KWH = MWH_PER_KWH
HOUR = Interval(NOON, minute(60), 20 * KWH)
BEFORE = Interval(minute(-40), NOON, 0, "reserved")
PLAIN = tariff_of("name: all, energy: 1/kWh, time: 1/min, parking_time: 1/min, flat: 1/session")
BOTH = tariff_of("""
    name: kept, when: {reservation: RESERVATION}, time: 1/min
    name: kept fee, when: {reservation: RESERVATION}, flat: 1/session
    name: lost fee, when: {reservation: RESERVATION_EXPIRES}, flat: 1/session
    name: charging, energy: 1/kWh
    name: fee, flat: 1/session
""")


def test_ordinary_elements_price_no_reserved_time_and_reservations_nothing_else() -> None:
    usage = usage_of(BEFORE, HOUR)
    assert bill_of(PLAIN, usage).lines == bill_of(PLAIN, usage_of(HOUR)).lines
    assert volumes(BOTH, usage) == {"kept": 40, "kept fee": 1, "charging": 20, "fee": 1}
    assert volumes(BOTH, usage_of(HOUR)) == {"charging": 20, "fee": 1}


def test_an_expired_one_takes_each_dimension_from_the_elements_for_it_first() -> None:
    expired = replace(usage_of(BEFORE, HOUR), expired=True)
    reserved = replace(BEFORE, end_us=minute(60))
    assert volumes(BOTH, replace(expired, intervals=(reserved, HOUR))) == {"lost fee": 1, "kept": 100}
    bill = bill_of(BOTH, replace(expired, intervals=(reserved, HOUR)))
    assert (bill.energy_mwh, bill.charging_us, bill.parked_us) == (20 * KWH, US_PER_H, 0)
    # No interval says when: it began with the session.
    assert volumes(BOTH, replace(expired, intervals=())) == {"lost fee": 1, "kept": 60}
    assert volumes(BOTH, replace(expired, intervals=(HOUR,))) == {"lost fee": 1, "kept": 60}
    # It may have begun after the session did.
    late = replace(BEFORE, start_us=minute(45), end_us=minute(60))
    assert volumes(BOTH, replace(expired, intervals=(late, HOUR))) == {"lost fee": 1, "kept": 15}


def test_of_an_expired_one_an_element_that_does_not_hold_leaves_its_dimension_to_the_next() -> None:
    tariff = tariff_of("""
        name: kept, when: {reservation: RESERVATION}, time: 1/min
        name: lost early, when: {reservation: RESERVATION_EXPIRES, max_duration: 30 min}, time: 1/min
        name: lost at noon, when: {reservation: RESERVATION_EXPIRES, start_time: 12:00}, time: 1/min
    """)
    reserved = replace(BEFORE, end_us=minute(60))
    usage = Usage("S", NOON, minute(60), (reserved,), expired=True)
    assert volumes(tariff, usage) == {"lost early": 30, "kept": 10, "lost at noon": 60}


def test_durations_and_grace_count_from_the_reservation_and_steps_apart() -> None:
    tariff = tariff_of("""
        name: late, when: {reservation: RESERVATION, min_duration: 10 min}, \
            time: {price: 1/min, grace: 15 min, step_size: 20 min}
        name: session, when: {max_duration: 30 min}, time: {price: 1/min, step_size: 7 min}
    """)
    bill = bill_of(tariff, usage_of(BEFORE, HOUR))
    found = {line.element: (line.volume, line.billed_volume) for line in bill.lines}
    # 30 min of which 5 are free, and 25 become 40; 30 become 35.
    assert found == {"late": (30, 40), "session": (30, 35)}


def test_its_flat_is_due_once_when_it_first_holds() -> None:
    tariff = tariff_of("""
        name: later, when: {reservation: RESERVATION, start_time: 11:45}, flat: 2/session
        name: much later, when: {reservation: RESERVATION, start_time: 11:30}, flat: 1/session
    """)
    bill = bill_of(tariff, usage_of(BEFORE, HOUR))
    (due,) = steps(bill, trace.FlatDue)
    assert (due.at.hour, due.at.minute) == (11, 30)
    assert [line.element for line in bill.lines] == ["much later"]
    # A reservation of no length is one all the same, and none is none.
    assert volumes(tariff, usage_of(Interval(NOON, NOON, 0, "reserved"), HOUR)) == {"later": 1}
    assert volumes(tariff, usage_of(HOUR)) == {}


def test_a_reservation_comes_before_the_version_of_its_session() -> None:
    """With `next_session` the version at the session's start prices it; with `at_once` the one of the moment does."""
    old, new = (
        tariff_of(f"name: {name}, when: {{reservation: RESERVATION}}, time: 1/min").versions[0]
        for name in ("old", "new")
    )
    versions = (old, replace(new, label="new", valid_from=minute(-10)))
    tariff = replace(BOTH, versions=versions)
    usage = usage_of(BEFORE, HOUR)
    assert volumes(tariff, usage) == {"new": 40}
    assert volumes(replace(tariff, on_change="at_once"), usage) == {"old": 30, "new": 10}
    begun = replace(tariff, versions=(replace(old, valid_from=minute(-20)), versions[1]), on_change="at_once")
    assert volumes(begun, usage) == {"old": 10, "new": 30}  # before any version, that of the session's start


def test_a_period_of_a_cdr_may_be_reserved_and_charging() -> None:
    mixed = replace(HOUR, volumes_us=(30 * US_PER_MIN, 0, 12 * US_PER_MIN))
    tariff = tariff_of("""
        name: reserved early, when: {reservation: RESERVATION, max_duration: 15 min}, time: 1/min
        name: reserved, when: {reservation: RESERVATION}, time: 1/min
        name: charging, time: 1/min
    """)
    assert volumes(tariff, usage_of(mixed)) == {"reserved early": 3, "reserved": 9, "charging": 30}
    # Its duration counts from the start of what was reserved, its time is that told.
    told = replace(BEFORE, volumes_us=(0, 0, 20 * US_PER_MIN))
    found = volumes(tariff, usage_of(told, replace(mixed, volumes_us=(0, 0, 12 * US_PER_MIN))))
    assert found == {"reserved early": 7.5, "reserved": 24.5}


def refused(usage: Usage, tariff: Tariff = PLAIN) -> tuple[Refused, int | None]:
    refusal = rate_session(tariff, usage)
    assert isinstance(refusal, Refusal)
    return refusal.reason, refusal.interval


def test_faults_of_a_reservation() -> None:
    usage = usage_of(BEFORE, HOUR)

    def reserved(**changes: object) -> Usage:
        return replace(usage, intervals=(replace(BEFORE, **changes), HOUR))

    assert refused(reserved(end_us=minute(1))) == (Refused.OUTSIDE_SESSION, 0)
    assert refused(reserved(start_us=minute(1))) == (Refused.END_BEFORE_START, 0)
    assert refused(reserved(energy_mwh=-1)) == (Refused.NEGATIVE_ENERGY, 0)
    assert refused(reserved(energy_mwh=ENERGY_MAX_MWH + 1)) == (Refused.ENERGY_RANGE, 0)
    assert refused(reserved(energy_mwh=1)) == (Refused.RESERVATION, 0)
    assert refused(reserved(volumes_us=(1, 0, 5))) == (Refused.RESERVATION, 0)
    assert refused(reserved(start_us=NOON - SESSION_MAX_US - 1)) == (Refused.RESERVATION, None)
    assert refused(replace(usage, intervals=(BEFORE, BEFORE, HOUR))) == (Refused.OVERLAP, 1)
    assert refused(replace(usage, intervals=(BEFORE,))) == (Refused.NO_DATA, None)
    bill_of(PLAIN, reserved(start_us=NOON - SESSION_MAX_US))
    early = replace(
        usage, start_us=INSTANT_MIN_US, intervals=(Interval(INSTANT_MIN_US - 1, INSTANT_MIN_US, 0, "reserved"),)
    )
    assert refused(replace(early, end_us=INSTANT_MIN_US)) == (Refused.INSTANT_RANGE, None)


def test_the_session_of_an_expired_one_may_lie_beside_it_and_is_checked_on_its_own() -> None:
    reserved = replace(BEFORE, end_us=minute(60))
    expired = Usage("S", NOON, minute(60), (reserved, HOUR), expired=True)
    bill_of(BOTH, expired)
    assert refused(replace(expired, intervals=(reserved, HOUR, HOUR))) == (Refused.OVERLAP, 2)
    assert refused(replace(expired, intervals=(reserved, replace(HOUR, end_us=minute(61))))) == (
        Refused.OUTSIDE_SESSION,
        1,
    )
    assert refused(replace(expired, intervals=(replace(reserved, end_us=minute(61)), HOUR))) == (
        Refused.OUTSIDE_SESSION,
        0,
    )


NEEDY = tariff_of("""
    name: charger, when: {connector: CCS, evse_power: {min: 50 kW}}, energy: 1/kWh
    name: weak, when: {max_current: 16 A}, energy: 1/kWh
    name: reserved, when: {reservation: RESERVATION}, time: 1/min
""")


@pytest.mark.parametrize(
    ("usage", "answer"),
    [
        (usage_of(HOUR), (Refused.MISSING_COLUMN, None)),
        (usage_of(HOUR, connector="CCS"), (Refused.MISSING_COLUMN, None)),
        (usage_of(HOUR, evse_power_mw=0), (Refused.MISSING_COLUMN, None)),
        (usage_of(BEFORE, HOUR, connector="CCS", evse_power_mw=0), (Refused.MISSING_COLUMN, 1)),
        (usage_of(Interval(NOON, NOON, 0, "withheld"), connector="", evse_power_mw=0), (Refused.MISSING_COLUMN, 0)),
        (usage_of(Interval(NOON, minute(1), -1), connector="", evse_power_mw=0), (Refused.NEGATIVE_ENERGY, 0)),
    ],
)
def test_values_that_the_tariff_needs(usage: Usage, answer: object) -> None:
    assert refused(usage, NEEDY) == answer


def test_values_that_are_not_needed() -> None:
    facts = {"connector": "CCS", "evse_power_mw": 50_000_000}
    parked = Interval(minute(60), minute(70), 0, "parked")
    told = Interval(minute(70), minute(80), 0, "charging", volumes_us=(0, 5, 0))
    bill_of(NEEDY, usage_of(BEFORE, replace(HOUR, current_ma=0), parked, told, **facts))
    # The intervals of an expired session are not priced. Its charger is still one that the tariff asks for.
    bill_of(NEEDY, replace(usage_of(HOUR, **facts), expired=True))
    assert refused(replace(usage_of(HOUR), expired=True), NEEDY) == (Refused.MISSING_COLUMN, None)


def test_only_a_version_that_prices_something_is_asked_what_it_needs() -> None:
    needy = replace(NEEDY.versions[0], label="later", valid_from=minute(30))
    tariff = replace(NEEDY, versions=(*PLAIN.versions, needy))
    bill_of(tariff, usage_of(HOUR))
    at_once = replace(tariff, on_change="at_once")
    assert refused(usage_of(HOUR), at_once) == (Refused.MISSING_COLUMN, None)
    bill_of(at_once, usage_of(replace(HOUR, end_us=minute(30))))
    # What lies at the very instant at which a version begins, it prices.
    instant = Interval(minute(30), minute(30), 0)
    assert refused(usage_of(replace(HOUR, end_us=minute(30)), instant), at_once) == (Refused.MISSING_COLUMN, None)


def test_a_version_ends_for_sessions_that_start_then() -> None:
    ends = replace(PLAIN, versions=(replace(PLAIN.versions[0], valid_until=NOON),))
    assert refused(usage_of(HOUR), ends) == (Refused.NO_VERSION, None)
    earlier = usage_of(replace(HOUR, start_us=NOON - 1))
    assert bill_of(ends, earlier).lines == bill_of(PLAIN, earlier).lines
    # An earlier version does not come back.
    two = replace(ends, versions=(PLAIN.versions[0], replace(ends.versions[0], valid_from=minute(-60))))
    assert refused(usage_of(HOUR), two) == (Refused.NO_VERSION, None)
