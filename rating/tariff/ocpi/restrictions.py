"""OCPI's restrictions -> `model.When`. What can never hold is kept: the price is certain, and the lint warns of it."""

from __future__ import annotations

from typing import Final, cast

from rating.ocpi_json import shown
from rating.tariff.model import ReservationName, When
from rating.tariff.ocpi import values
from rating.tariff.ocpi.part import Part
from rating.units import CURRENT_MAX_MA, ENERGY_MAX_MWH, POWER_MAX_MW, SESSION_MAX_US

_DAY_MIN: Final = 1440
# Key without min_ or max_ -> its reader, the most that a session can have, and how to write that.
_RANGES: Final = {
    "kwh": (values.read_kwh, ENERGY_MAX_MWH, "1000000 kWh"),
    "duration": (values.read_duration, SESSION_MAX_US, "34560000 s, which is 400 days"),
    "power": (values.read_power, POWER_MAX_MW, "1000000 kW"),
    "current": (values.read_current, CURRENT_MAX_MA, "1000000 A"),
}


def read_when(part: Part | None) -> When:
    """The restrictions of an element."""
    if part is None:
        return When()
    start, end = _window(part)
    reservation = part.get("reservation", values.read_reservation)
    return When(
        day_of_week=part.get("day_of_week", values.read_days),
        start_min=start,
        end_min=end,
        start_date=part.get("start_date", values.read_day),
        end_date=part.get("end_date", values.read_day),
        min_energy_mwh=_minimum(part, "kwh"),
        max_energy_mwh=_maximum(part, "kwh"),
        min_duration_us=_minimum(part, "duration"),
        max_duration_us=_maximum(part, "duration"),
        min_power_mw=_minimum(part, "power"),
        max_power_mw=_maximum(part, "power"),
        min_current_ma=_minimum(part, "current"),
        max_current_ma=_maximum(part, "current"),
        reservation=None if reservation is None else cast("ReservationName", reservation.lower()),
    )


def _window(part: Part) -> tuple[int | None, int | None]:
    """Both ends of a window, or neither. `00:00` as end is the end of the day; start = end is the whole day."""
    start = part.get("start_time", values.read_time)
    end = part.get("end_time", values.read_time)
    if start == _DAY_MIN:
        fix = "write 00:00, the beginning of the next day"
        part.fault("clock", "24:00", "a start from 00:00 to 23:59", fix, "start_time")
        return None, None
    if start is None and end is None:
        return None, None
    return start or 0, end or _DAY_MIN


def _minimum(part: Part, name: str) -> int | None:
    read, most, words = _RANGES[name]
    found = part.get(f"min_{name}", read)
    if found is None or found <= most:
        return found
    got, want = shown(part.value[f"min_{name}"]), f"at most {words}: no session has more"
    part.fault("never_holds", got, want, "look at the unit", f"min_{name}")
    return None


def _maximum(part: Part, name: str) -> int | None:
    """A maximum beyond whatever a session can have restricts nothing."""
    read, most, _ = _RANGES[name]
    found = part.get(f"max_{name}", read)
    return None if found is not None and found > most else found
