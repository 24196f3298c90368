"""Plain Python values -> numbers, where they are of the kinds that nearly all callers pass.

Whatever is not, or not within its limits, gives None: then `rate()` reads it, and tells what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from rating.units import ENERGY_MAX_MWH, INSTANT_MAX_US, INSTANT_MIN_US, POWER_MAX_MW, SESSION_MAX_US
from rating.usage.energies import milli_from_text
from rating.usage.schema import ATTRIBUTES

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_US: Final = timedelta(microseconds=1)
_INSTANT: Final = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_NUMBER: Final = re.compile("([0-9]{1,12})(?:[.]([0-9]{1,6}))?")
INTERVALS_MAX: Final = 4096  # more are no small matter: `rate()` reads a column at a time


class Metered(NamedTuple):
    """The intervals of one session, in their order."""

    start_us: list[int]
    end_us: list[int]
    energy_mwh: list[int]


def instant(value: object) -> int | None:
    """Microseconds since 1970-01-01 UTC.

    >>> instant("2026-01-01T01:00:00+01:00") == instant(datetime(2026, 1, 1, tzinfo=UTC)) == 1767225600000000
    True
    >>> instant("tomorrow"), instant(12)
    (None, None)
    """
    if type(value) is str:
        if _INSTANT.fullmatch(value) is None:
            return None
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if type(value) is not datetime:
        return None
    try:
        us = ((value if value.tzinfo is not None else value.replace(tzinfo=UTC)) - _EPOCH) // _US
    except OverflowError:
        return None
    return us if INSTANT_MIN_US <= us <= INSTANT_MAX_US else None


def milli(value: object, digits: int, most: int) -> int | None:
    """A number in units of 10^digits as thousandths: from 0 to `most`.

    >>> milli("23.4", 6, 10**12), milli(Decimal("0.5"), 3, 10**12), milli(7, 3, 10**12), milli("1,5", 3, 10**12)
    (23400000, 500, 7000, None)
    """
    kind = type(value)
    found: int | None = None
    if kind is str:
        text = str(value)
        parts = _NUMBER.fullmatch(text)
        if parts is not None and digits == 6:
            found = int(parts[1]) * 1_000_000 + (int(parts[2].ljust(6, "0")) if parts[2] else 0)
        else:
            found = milli_from_text(text, digits)
    elif kind is int:
        found = value * 10**digits
    elif kind is Decimal:
        found = milli_from_text(str(value), digits)
    elif kind is float:
        scaled = value * float(10**digits)  # type: ignore[operator]
        found = round(scaled) if 0 <= scaled <= most else None  # as the one rounding of `usage.energies`
    return found if found is not None and 0 <= found <= most else None


def energy(kwh: object, wh: object) -> int | None:
    """Milli-Wh of an energy that is given in one of the two units."""
    if kwh is not None:
        return None if wh is not None else milli(kwh, 6, ENERGY_MAX_MWH)
    return milli(wh, 3, ENERGY_MAX_MWH)


def power(kw: object, watts: object) -> int | None:
    """Milli-W of a power that is given in one of the two units."""
    if kw is not None:
        return None if watts is not None else milli(kw, 6, POWER_MAX_MW)
    return milli(watts, 3, POWER_MAX_MW)


def span(start: object, end: object) -> tuple[int, int] | None:
    """The bounds of a session."""
    start_us, end_us = instant(start), instant(end)
    if start_us is None or end_us is None or not 0 <= end_us - start_us <= SESSION_MAX_US:
        return None
    return start_us, end_us


def name(value: object) -> tuple[bool, str | None]:
    """Whether a name can be read here, and what it is: blanks are none, and whole numbers their digits."""
    if value is None:
        return True, None
    if type(value) is str:
        return True, value if value.strip() else None
    return (True, str(value)) if type(value) is int and -(2**63) <= value < 2**63 else (False, None)


_ENERGIES: Final = {"energy_kwh": 6, "energy_wh": 3}


def metered(intervals: object) -> Metered | None:
    """Intervals as a list of dicts or a dict of lists, with their bounds and energies and nothing else."""
    if isinstance(intervals, Mapping):
        names, columns = list(intervals), [intervals[each] for each in intervals]
    elif isinstance(intervals, Sequence) and intervals and isinstance(intervals[0], Mapping):
        names = list(intervals[0])
        if any(list(row) != names for row in intervals if isinstance(row, Mapping)):
            return None
        try:
            columns = [[row[each] for row in intervals] for each in names]
        except TypeError:
            return None
    else:
        return None
    found: dict[Any, Any] = dict(zip(names, columns, strict=True))
    unit = next((each for each in _ENERGIES if each in found), "")
    if set(found) != {"start", "end", unit} or not all(type(each) is list for each in columns):
        return None
    if not len(found["start"]) == len(found["end"]) == len(found[unit]) <= INTERVALS_MAX:
        return None
    read = Metered(
        [instant(each) for each in found["start"]],  # type: ignore[misc]
        [instant(each) for each in found["end"]],  # type: ignore[misc]
        [milli(each, _ENERGIES[unit], ENERGY_MAX_MWH) for each in found[unit]],  # type: ignore[misc]
    )
    return None if not read.start_us or any(None in column for column in read) else read


class Facts(NamedTuple):
    """What one session says of itself."""

    bounds: tuple[int, int]
    charging_end_us: int  # -1: not told
    zone: str | None
    said: dict[str, Any]  # names, and evse_power_mw
    meter: Metered | int  # its intervals, or its energy in milli-Wh


def facts_of(values: Mapping[str, Any], intervals: object) -> Facts | None:
    """The facts of a session, by the names that columns of sessions have; None where one is not of the usual kinds."""
    bounds = span(values.get("start"), values.get("end"))
    zone, ended = values.get("time_zone"), values.get("charging_end")
    if bounds is None or not (zone is None or type(zone) is str):
        return None
    charging_end_us = -1
    if ended is not None:
        until_us = instant(ended)
        if until_us is None or not bounds[0] <= until_us <= bounds[1]:
            return None
        charging_end_us = until_us
    said: dict[str, Any] = {}
    for column in ATTRIBUTES:
        value = values.get(column)
        if value is not None:
            fine, said[column] = name(value)
            if not fine:
                return None
    kw, watts = values.get("evse_power_kw"), values.get("evse_power_w")
    if kw is not None or watts is not None:
        said["evse_power_mw"] = power(kw, watts)
        if said["evse_power_mw"] is None:
            return None
    kwh, wh = values.get("energy_kwh"), values.get("energy_wh")
    meter: Metered | int | None
    if intervals is None:
        meter = energy(kwh, wh)
    else:
        meter = metered(intervals) if kwh is None and wh is None else None
    return None if meter is None else Facts(bounds, charging_end_us, zone, said, meter)
