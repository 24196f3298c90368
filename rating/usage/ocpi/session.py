"""A CDR -> the session that is priced: its reservation, its start, and an interval for each charging period."""

from __future__ import annotations

from dataclasses import dataclass

from rating.errors import Fault, Refused
from rating.ocpi_json import shown
from rating.units import ACTIVITY_CHARGING, ACTIVITY_PARKED, ACTIVITY_RESERVED
from rating.usage.ocpi.values import Cdr, Period


@dataclass(frozen=True, slots=True)
class Stay:
    """An interval: a charging period, or the reserved part of one."""

    start_us: int
    end_us: int
    energy_mwh: int
    activity: int  # a code of units.ACTIVITIES
    volumes_us: tuple[int, int, int]  # charging, parked, reserved
    power_mw: int | None
    current_ma: int | None
    period: int  # index in the list of the CDR


@dataclass(frozen=True, slots=True)
class CdrSession:
    """A session as its CDR tells it."""

    start_us: int
    end_us: int
    expired: bool
    stays: tuple[Stay, ...]  # reserved ones first


def session_of(cdr: Cdr, faults: list[Fault], expired: bool | None = None) -> CdrSession | None:
    """The session of a CDR; None, with a fault, where it is reserved after it began.

    It starts with the first period in which anything but reserved time was measured. Where there is none, the
    reservation expired, unless the caller says otherwise; an expired one lasts from the start of the CDR to its end.
    A period with reserved and other volumes begins with the reserved time (our choice).
    """
    reserves = any(period.reserves for period in cdr.periods)
    used = [place for place, period in enumerate(cdr.periods) if not period.only_reserves]
    stays = tuple(stay for period in cdr.periods for stay in _stays(period))
    if not reserves or expired or (expired is None and not used):
        return CdrSession(cdr.start_us, cdr.end_us, bool(expired) or reserves, stays)
    late = [period for period in cdr.periods[used[0] + 1 :] if period.reserves] if used else []
    if late:
        faults.append(_late(cdr, late[0]))
        return None
    start_us = next((stay.start_us for stay in stays if stay.activity != ACTIVITY_RESERVED), cdr.end_us)
    return CdrSession(start_us, cdr.end_us, False, stays)


def _stays(period: Period) -> list[Stay]:
    charging, parked, reserved = (us or 0 for us in period.times_us)
    if period.only_reserves:
        volumes = (0, 0, reserved)
        return [Stay(period.start_us, period.end_us, 0, ACTIVITY_RESERVED, volumes, None, None, period.index)]
    begun = min(period.start_us + reserved, period.end_us)
    activity = ACTIVITY_CHARGING if charging or period.energy_mwh else ACTIVITY_PARKED
    own = (period.power_mw, period.current_ma, period.index)
    rest = Stay(begun, period.end_us, period.energy_mwh, activity, (charging, parked, 0), *own)
    if not reserved:
        return [rest]
    kept = Stay(period.start_us, begun, 0, ACTIVITY_RESERVED, (0, 0, reserved), None, None, period.index)
    return [kept, rest]


def _late(cdr: Cdr, period: Period) -> Fault:
    place = cdr.place.within("charging_periods").within(period.index)
    got = f"RESERVATION_TIME {shown(period.volumes['RESERVATION_TIME'])}"
    want = "reserved time before the charging periods, where a reservation lies"
    return Fault(Refused.RESERVATION.code, place, got, want, "correct the type of this volume")
