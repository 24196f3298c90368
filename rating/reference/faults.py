"""Why a session is not priced: faults of its own, of its intervals, and values that its tariff needs (PRICING 1, 2)."""

from __future__ import annotations

from collections.abc import Iterable

from rating.errors import Refused
from rating.reference.values import Interval, Refusal, Usage
from rating.reference.versions import lacks_fact, marks_of
from rating.tariff.model import Version
from rating.units import ENERGY_MAX_MWH, INSTANT_MAX_US, INSTANT_MIN_US, SESSION_MAX_US


def fault_of_session(usage: Usage) -> Refused | None:
    """What is wrong with the session whatever its tariff: its start, its end, its end of charging, its reservation,
    or nothing measured.

    A reservation alone is no measurement, unless it expired.
    """
    if not (INSTANT_MIN_US <= usage.start_us <= INSTANT_MAX_US and INSTANT_MIN_US <= usage.end_us <= INSTANT_MAX_US):
        return Refused.INSTANT_RANGE
    if usage.end_us < usage.start_us:
        return Refused.END_BEFORE_START
    if usage.end_us - usage.start_us > SESSION_MAX_US:
        return Refused.SESSION_TOO_LONG
    if usage.charging_end_us is not None and not usage.start_us <= usage.charging_end_us <= usage.end_us:
        return Refused.CHARGING_END
    reserved_from = min((each.start_us for each in usage.intervals if each.activity == "reserved"), default=None)
    if reserved_from is not None:
        if reserved_from < INSTANT_MIN_US:
            return Refused.INSTANT_RANGE
        if usage.reserved_until_us - reserved_from > SESSION_MAX_US:
            return Refused.RESERVATION
    if not usage.expired and all(each.activity == "reserved" for each in usage.intervals):
        return Refused.NO_DATA
    return None


def fault_of_intervals(usage: Usage) -> Refusal | None:
    """The first faulty interval decides, and for one interval the order of `_fault` (our choice).

    The intervals of the reservation lie apart from those of the session, so each kind has its own "one before".
    """
    total = 0
    previous_end = {True: INSTANT_MIN_US, False: usage.start_us}
    for index, interval in enumerate(usage.intervals):
        reserved = interval.activity == "reserved"
        total += interval.energy_mwh
        reason = _fault(usage, interval, previous_end[reserved], total)
        if reason is not None:
            return Refusal(usage.session_id, reason, index)
        previous_end[reserved] = interval.end_us
    return None


def _fault(usage: Usage, interval: Interval, previous_end: int, total_mwh: int) -> Refused | None:
    reserved = interval.activity == "reserved"
    first_us = INSTANT_MIN_US if reserved else usage.start_us
    last_us = usage.reserved_until_us if reserved else usage.end_us
    if interval.end_us < interval.start_us:
        return Refused.END_BEFORE_START
    if interval.start_us < first_us or interval.end_us > last_us:
        return Refused.OUTSIDE_SESSION
    if interval.start_us < previous_end:
        return Refused.OVERLAP
    if interval.energy_mwh < 0:
        return Refused.NEGATIVE_ENERGY  # no price of this tariff model says how it is paid
    if interval.energy_mwh > ENERGY_MAX_MWH or total_mwh > ENERGY_MAX_MWH:
        return Refused.ENERGY_RANGE
    if reserved and (interval.energy_mwh > 0 or any(interval.times_us[:2])):
        return Refused.RESERVATION
    return None


def missing_value(usage: Usage, in_use: Iterable[Version]) -> Refusal | None:
    """What a version that prices some of the session needs to know: the connector and the charger's power, then the
    current of each interval. Parked time without energy draws none, and an expired session's intervals are not priced.
    """
    versions = list(in_use)
    if any(lacks_fact(version, usage) for version in versions):
        return Refusal(usage.session_id, Refused.MISSING_COLUMN)
    if usage.expired or not any(marks_of(version).current_ma for version in versions):
        return None
    for index, interval in enumerate(usage.intervals):
        draws = interval.activity != "reserved" and not interval.asks_for_no_power
        if draws and interval.current_ma is None:
            return Refusal(usage.session_id, Refused.MISSING_COLUMN, index)
    return None
