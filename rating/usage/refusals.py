"""Refused sessions in words: what was read, what was expected, how to fix it, and where.

Called once for each refused session, so that the batch itself carries codes and rows only.
"""

from __future__ import annotations

import difflib
import re
import zoneinfo
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from rating.errors import Fault, Place, Refused
from rating.units import ACTIVITIES, ACTIVITY_RESERVED, ENERGY_MAX_MWH, SESSION_MAX_US, US_PER_DAY
from rating.usage.batch import Stray, UsageBatch
from rating.usage.columns import is_text
from rating.usage.energies import NUMBER
from rating.usage.evidence import (
    Case,
    culprit,
    energy_text,
    instant_text,
    interval_energy,
    interval_text,
    place_of,
    position,
    raw,
    session_text,
    sum_of,
    table_of,
)

_DATE: Final = re.compile(r"\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d(-?\d)?", re.IGNORECASE)
_ISO: Final = re.compile(r"(\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d-?\d)[Tt ]\d\d", re.IGNORECASE)
_COMMA: Final = re.compile(r"[+-]?\d+,\d+")


def describe(
    batch: UsageBatch, i: int, status: int, row: int = -1, *, known: Iterable[str] = (), hint: str = ""
) -> Fault:
    """The fault of session `i`, refused with the code `status` at the input row `row`, or -1.

    `row` counts rows of the table `batch.intervals.table`. `known`: the tariff ids that are loaded, for UNKNOWN_TARIFF.
    `hint`: for NO_VERSION the valid_from of the earliest version, for MISSING_COLUMN the column's name, for TIME_ZONE
    the name that is no zone, for AMOUNT_RANGE what was too large. UNKNOWN_SESSION is for `describe_stray`.
    """
    code = Refused(status)
    got, want, fix = _WORDS[code](Case(batch, i, row, known, hint))
    return Fault(code.code, place_of(batch, i, row), got, want, fix)


def describe_stray(batch: UsageBatch, stray: Stray) -> Fault:
    """The fault of intervals or readings whose session is not among the sessions."""
    energy = "" if stray.energy_mwh is None else f" with {energy_text(stray.energy_mwh)}"
    got = "no session_id" if stray.session_id is None else f"session_id {stray.session_id}"
    place = Place(batch.intervals.table, row=stray.row)
    want, fix = "the id of one of the sessions", "add the session, or correct the id"
    return Fault(Refused.UNKNOWN_SESSION.code, place, got + energy, want, fix)


def _tariff(case: Case) -> str:
    index = int(case.batch.sessions.tariff[case.i])
    return str(case.batch.sessions.tariff_names[index]) if index >= 0 else "nothing"


@lru_cache(maxsize=1024)
def _meant(name: str, names: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean `{close[0]}`?" if close else ""


Words = tuple[str, str, str]


def _null_value(case: Case) -> Words:
    name = culprit(case, Refused.NULL_VALUE) or "a required column"
    return f"nothing in {name}", "a value", "fill it in, or leave the row out"


def _duplicate(case: Case) -> Words:
    got = f"session_id {case.batch.sessions.id[case.i].as_py()} in several rows"
    return got, "one row for each session", "keep one of the rows, or give each session an id of its own"


def _unknown_tariff(case: Case) -> Words:
    meant = _meant(_tariff(case), tuple(case.known))
    return _tariff(case), "the id of a tariff that is loaded", meant or "correct the id, or load that tariff"


def _no_version(case: Case) -> Words:
    start = instant_text(int(case.batch.sessions.start_us[case.i]))
    since = f" (the first is valid from {case.hint})" if case.hint else ""
    want = f"a version of {_tariff(case)} that is in force then{since}"
    return f"a session that starts {start}", want, "add a version with an earlier valid_from"


def _time_zone(case: Case) -> Words:
    got = case.hint
    zones, names = case.batch.sessions.time_zone, case.batch.sessions.zone_names
    if not got and zones is not None and zones[case.i] >= 0:
        got = names[int(zones[case.i])]
    if got.strip():
        want = "the name of a time zone in the IANA database, such as Europe/Amsterdam"
        return f"time_zone {got}", want, _meant_zone(got) or "write the zone of the site in the column time_zone"
    got = "no time_zone"
    want = f"a time zone such as Europe/Amsterdam, for {_tariff(case)} has none of its own"
    return got, want, "give the session the zone of its site in a column time_zone, or the tariff its time_zone"


@lru_cache(maxsize=1024)
def _meant_zone(name: str) -> str:
    """The zones that were probably meant, by their whole names or by the place alone. Etc/GMT+1 is west: not those."""
    whole: dict[str, str] = {}
    place: dict[str, str] = {}
    for zone in sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/")):
        whole[zone.lower()] = zone
        place.setdefault(zone.rpartition("/")[2].lower(), zone)
    word = name.strip().lower().replace(" ", "_")
    close = [whole[found] for found in difflib.get_close_matches(word, whole, n=1, cutoff=0.8)]
    last = word.rpartition("/")[2]
    close += [place[found] for found in difflib.get_close_matches(last, place, n=2, cutoff=0.8)]
    names = [f"`{zone}`" for zone in dict.fromkeys(close)][:3]
    return f"did you mean {' or '.join(names)}?" if names else ""


def _end_before_start(case: Case) -> Words:
    if case.row < 0:
        return session_text(case), "a session that ends no earlier than it starts", "swap or correct start and end"
    return interval_text(case), "an interval that ends no earlier than it starts", "swap or correct start and end"


def _instant_range(case: Case) -> Words:
    name = culprit(case, Refused.INSTANT_RANGE)
    got = f"{name} {raw(case, name)}" if name else interval_text(case)
    text = raw(case, name) if name and is_text(table_of(case)[0].column(name).type) else ""
    if _DATE.fullmatch(text.strip()):
        want = "an instant: a date with a time of day and an offset, such as 2026-03-02T19:45+01:00"
        return got, want, "add the time of day and the offset"
    if text and not _ISO.match(text.strip()):
        return got, "an ISO 8601 instant such as 2026-03-02T19:45Z", "write it as year-month-day, T, time and offset"
    want = "an instant between 2000-01-01 and 2100-01-01 UTC in whole microseconds, such as 2026-01-31T17:00:00Z"
    return got, want, "correct it, or round it to microseconds"


def _too_long(case: Case) -> Words:
    want = f"a session of at most {SESSION_MAX_US // US_PER_DAY} days"
    return session_text(case), want, "correct start or end, or split the session"


def _no_data(case: Case) -> Words:
    table = case.batch.intervals.table
    want = "intervals, two readings or an energy total" if "readings" in table else "intervals or an energy total"
    return "no energy data", want, f"add what the meter said, or an energy_wh to the session ({session_text(case)})"


def _overlap(case: Case) -> Words:
    at = position(case)
    before = instant_text(int(case.batch.intervals.end_us[at - 1])) if at > 0 else "the end of the one before"
    want = f"an interval that starts no earlier than {before}, where the one before it ends"
    return interval_text(case), want, "drop the interval that is there twice, or correct its bounds"


def _outside(case: Case) -> Words:
    want = f"an interval within its session, {session_text(case)}"
    return interval_text(case), want, "correct the session's start and end, or the interval's session_id"


def _backwards(case: Case) -> Words:
    table, _ = table_of(case)
    name = "register_wh" if "register_wh" in table.column_names else "register_kwh"
    at = position(case)
    less = f", {energy_text(-interval_energy(case))} less than before" if at >= 0 else ""
    got = f"{name} {raw(case, name)}{less}"
    return got, "a register that never falls", "correct the reading, or split the session where the meter was changed"


def _negative(case: Case) -> Words:
    want = "no negative energy, for the tariff does not say how it is priced"
    return energy_text(interval_energy(case)), want, "correct the meter value, or leave the session out"


def _energy_range(case: Case) -> Words:
    name = culprit(case, Refused.ENERGY_RANGE)
    most = energy_text(ENERGY_MAX_MWH)
    got = f"{name} {raw(case, name)}" if name else f"{energy_text(sum_of(case))} in the session"
    text = raw(case, name).strip() if name and is_text(table_of(case)[0].column(name).type) else ""
    if _COMMA.fullmatch(text):
        return got, "a number with a decimal point", f"write {text.replace(',', '.')} with a decimal point"
    if text and not NUMBER.fullmatch(text):
        return got, "a number such as 3.3", "write digits and a decimal point only: no unit, no other sign"
    return got, f"a number in whole thousandths of a Wh, at most {most} a session", "correct it, or round it"


def _mismatch(case: Case) -> Words:
    name = "energy_wh" if "energy_wh" in case.batch.source["sessions"].column_names else "energy_kwh"
    got = f"{name} {raw(case, name)}"
    return got, f"the sum of its intervals, {energy_text(sum_of(case))}", "add the missing intervals, or drop the total"


def _charging_end(case: Case) -> Words:
    want = f"an instant within the session, {session_text(case)}"
    return f"charging_end {raw(case, 'charging_end')}", want, "correct it, or leave it empty"


def _amount_range(case: Case) -> Words:
    want = "an amount of at most 4,000,000,000"
    return case.hint or "an amount beyond the range", want, "check the prices of the tariff and the session's energy"


def _unknown_activity(case: Case) -> Words:
    got = raw(case, "activity")
    known = ACTIVITIES[:ACTIVITY_RESERVED]
    return got, "auto, charging, parked, withheld or nothing", _meant(got.lower(), known) or "correct it"


def _missing_column(case: Case) -> Words:
    column = case.hint or "a column"
    want = f"the column {column}, which {_tariff(case)} needs"
    return f"sessions without {column}", want, "add the column, or price the session by a tariff that does not need it"


def _power_range(case: Case) -> Words:
    want = "a power from 0 W to 1 GW, a current from 0 A to 1,000,000 A"
    return case.hint or "a power or a current out of range", want, "correct it, or leave it empty"


def _reservation(case: Case) -> Words:
    want = "a reservation that starts before the session does"
    got = case.hint or f"reservation_start {raw(case, 'reservation_start')}"
    return got, want, "correct it, or leave it empty"


def _tax_unknown(case: Case) -> Words:
    want = f"a rate for every tax of {_tariff(case)}, because one of its limits is on the other side of the tax"
    return "a tax without a rate", want, "give the rate, or the limit on the side that the prices are on"


_WORDS: Final[dict[Refused, Callable[[Case], Words]]] = {
    Refused.FINE: lambda case: ("a session that is fine", "a refused one", "nothing needs to be done"),
    Refused.NULL_VALUE: _null_value,
    Refused.DUPLICATE_SESSION: _duplicate,
    Refused.UNKNOWN_TARIFF: _unknown_tariff,
    Refused.NO_VERSION: _no_version,
    Refused.TIME_ZONE: _time_zone,
    Refused.END_BEFORE_START: _end_before_start,
    Refused.INSTANT_RANGE: _instant_range,
    Refused.SESSION_TOO_LONG: _too_long,
    Refused.NO_DATA: _no_data,
    Refused.OVERLAP: _overlap,
    Refused.OUTSIDE_SESSION: _outside,
    Refused.REGISTER_BACKWARDS: _backwards,
    Refused.NEGATIVE_ENERGY: _negative,
    Refused.ENERGY_RANGE: _energy_range,
    Refused.ENERGY_MISMATCH: _mismatch,
    Refused.CHARGING_END: _charging_end,
    Refused.AMOUNT_RANGE: _amount_range,
    Refused.UNKNOWN_SESSION: lambda case: ("an unknown session", "a known one", "add the session, or correct the id"),
    Refused.UNKNOWN_ACTIVITY: _unknown_activity,
    Refused.MISSING_COLUMN: _missing_column,
    Refused.POWER_RANGE: _power_range,
    Refused.RESERVATION: _reservation,
    Refused.TAX_UNKNOWN: _tax_unknown,
}
