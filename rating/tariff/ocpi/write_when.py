"""`model.When` -> OCPI's restrictions."""

from __future__ import annotations

from rating.errors import Place
from rating.ocpi_json import Json
from rating.tariff.model import When
from rating.tariff.ocpi.fields import KEYS
from rating.tariff.ocpi.numbers import decimal_of
from rating.tariff.ocpi.saying import Saying
from rating.tariff.ocpi.values import DAYS
from rating.units import US_PER_S

_DAY_MIN = 1440
_ITS_OWN = "write a tariff of its own for it"
_OURS = {
    "months": "write start_date and end_date for each year",
    "holidays": "write a tariff of its own for these days, or leave their prices out",
    "tariff_type": "write a tariff of its own for each type, and its `type` in OCPI",
    "connector": _ITS_OWN,
    "membership": _ITS_OWN,
    "payment_method": _ITS_OWN,
    "min_evse_power_mw": _ITS_OWN,
    "max_evse_power_mw": _ITS_OWN,
}
_NAMES = {"min_evse_power_mw": "evse_power", "max_evse_power_mw": "evse_power"}


def write_when(when: When, place: Place, saying: Saying) -> dict[str, Json]:
    """The restrictions of an element, those that restrict something."""
    found: dict[str, Json] = {}
    for name, fix in _OURS.items():
        if getattr(when, name) is not None:
            saying.cannot(place, f"when: {_NAMES.get(name, name)}", fix)
    found.update(_window(when))
    if when.start_date is not None:
        found["start_date"] = when.start_date.isoformat()
    if when.end_date is not None:
        found["end_date"] = when.end_date.isoformat()
    for key, value, decimals in (
        ("min_kwh", when.min_energy_mwh, 6),
        ("max_kwh", when.max_energy_mwh, 6),
        ("min_current", when.min_current_ma, 3),
        ("max_current", when.max_current_ma, 3),
        ("min_power", when.min_power_mw, 6),
        ("max_power", when.max_power_mw, 6),
    ):
        if value is not None:
            found[key] = decimal_of(value, decimals)
    for key, value in (("min_duration", when.min_duration_us), ("max_duration", when.max_duration_us)):
        if value is None:
            continue
        if value % US_PER_S:
            saying.cannot(place, f"when: {key} of {decimal_of(value, 6)} s", "write whole seconds")
        found[key] = decimal_of(value // US_PER_S, 0)
    if when.day_of_week is not None:
        found["day_of_week"] = [DAYS[day] for day in sorted(when.day_of_week)]
    if when.reservation is not None:
        found["reservation"] = when.reservation.upper()
    for key in found.keys() - set(KEYS["restrictions"][saying.version]):
        saying.cannot(place, f"when: {key}", "write a later version of OCPI, or leave these prices out")
    return found


def _window(when: When) -> dict[str, Json]:
    """The clock times, unless they are those of a whole day. The end of the day is 00:00, as in OCPI's own examples."""
    start, end = when.start_min or 0, when.end_min or _DAY_MIN
    if (start, end) == (0, _DAY_MIN) or start == end:
        return {}
    return {"start_time": _clock(start), "end_time": _clock(end)}


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"
