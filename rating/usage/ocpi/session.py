"""A CDR -> the session that is priced: its reservation, its start, and an interval for each charging period."""

from __future__ import annotations

from dataclasses import dataclass

from rating.errors import Fault, Refused
from rating.ocpi_json import shown
from rating.units import ACTIVITY_CHARGING, ACTIVITY_PARKED, ACTIVITY_RESERVED
from rating.usage.ocpi.values import Cdr, Period


@dataclass(frozen=True, slots=True)
class Stay:
    """An interval, which is a charging period."""

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

    It starts with the first period in which anything but reserved time was measured, or which begins at the CDR's end
    and tells of no reserved time: then it is of no length. Where there is none, the reservation expired, unless the
    caller says otherwise; an expired one lasts from the start of the CDR to its end.
    """
    reserves = any(period.only_reserves for period in cdr.periods)
    used = [place for place, period in enumerate(cdr.periods) if period.is_used or _at_end(cdr, period)]
    if not reserves or expired or (expired is None and not used):
        stays = tuple(_stay(period) for period in cdr.periods)
        return CdrSession(cdr.start_us, cdr.end_us, bool(expired) or reserves, stays)
    begun = used[0] if used else len(cdr.periods)
    late = [period for period in cdr.periods[begun:] if period.only_reserves and period.reserves]
    if late:
        faults.append(_late(cdr, late[0]))
        return None
    # A period before the session in which nothing was measured is no interval of it, nor is one of no reserved time
    # within it.
    stays = tuple(_stay(period) for n, period in enumerate(cdr.periods) if (n < begun) == period.only_reserves)
    return CdrSession(cdr.periods[begun].start_us if used else cdr.end_us, cdr.end_us, False, stays)


def _at_end(cdr: Cdr, period: Period) -> bool:
    """Whether it is of a session of no length, after its reservation."""
    return period.start_us == cdr.end_us and not period.tells_reserved


def _stay(period: Period) -> Stay:
    """A period as an interval. Reserved time beside other time in it is priced as such, wherever it lies."""
    charging, parked, reserved = (us or 0 for us in period.times_us)
    activity = ACTIVITY_CHARGING if charging or period.energy_mwh else ACTIVITY_PARKED
    power_mw, current_ma = period.power_mw, period.current_ma
    if period.only_reserves:
        activity, power_mw, current_ma = ACTIVITY_RESERVED, None, None
    volumes = (charging, parked, reserved)
    span = (period.start_us, period.end_us)
    return Stay(*span, period.energy_mwh, activity, volumes, power_mw, current_ma, period.index)


def _late(cdr: Cdr, period: Period) -> Fault:
    place = cdr.place.within("charging_periods").within(period.index)
    got = f"RESERVATION_TIME {shown(period.volumes['RESERVATION_TIME'])}"
    want = "reserved time before the charging periods, where a reservation lies"
    return Fault(Refused.RESERVATION.code, place, got, want, "correct the type of this volume")
