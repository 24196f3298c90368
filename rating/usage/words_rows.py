"""What is wrong with the rows of a session, in words: each function gives what was read, what was expected, the fix."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from rating.errors import Refused
from rating.units import ACTIVITIES, ACTIVITY_RESERVED, ENERGY_MAX_MWH, SESSION_MAX_US, US_PER_DAY
from rating.usage.columns import is_text
from rating.usage.energies import NUMBER
from rating.usage.evidence import (
    Case,
    culprit,
    energy_text,
    instant_text,
    interval_energy,
    interval_text,
    is_reserved,
    position,
    raw,
    session_text,
    sum_of,
    table_of,
)
from rating.usage.reservations import EXPIRED_WORDS, read_flags
from rating.usage.words_tariffs import Words, meant

_DATE: Final = re.compile(r"\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d(-?\d)?", re.IGNORECASE)
_ISO: Final = re.compile(r"(\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d-?\d)[Tt ]\d\d", re.IGNORECASE)
_COMMA: Final = re.compile(r"[+-]?\d+,\d+")


def _null_value(case: Case) -> Words:
    name = culprit(case, Refused.NULL_VALUE) or "a required column"
    return f"nothing in {name}", "a value", "fill it in, or leave the row out"


def _duplicate(case: Case) -> Words:
    got = f"session_id {case.batch.sessions.id[case.i].as_py()} in several rows"
    return got, "one row for each session", "keep one of the rows, or give each session an id of its own"


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
    before = "the end of the one before"
    if at > case.batch.interval_first[case.i] and not is_reserved(case.batch, at - 1):
        before = f"{instant_text(int(case.batch.intervals.end_us[at - 1]))}, where the one before it ends"
    want = f"an interval that starts no earlier than {before}"
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
    if number := _as_number(case, name):
        return got, *number
    return got, f"a number in whole thousandths of a Wh, at most {most} a session", "correct it, or round it"


def _mismatch(case: Case) -> Words:
    name = "energy_wh" if "energy_wh" in case.batch.source["sessions"].column_names else "energy_kwh"
    got = f"{name} {raw(case, name)}"
    return got, f"the sum of its intervals, {energy_text(sum_of(case))}", "add the missing intervals, or drop the total"


def _charging_end(case: Case) -> Words:
    want = f"an instant within the session, {session_text(case)}"
    return f"charging_end {raw(case, 'charging_end')}", want, "correct it, or leave it empty"


def _unknown_activity(case: Case) -> Words:
    got = raw(case, "activity")
    known = ACTIVITIES[:ACTIVITY_RESERVED]
    return got, "auto, charging, parked, withheld or nothing", meant(got.lower(), known) or "correct it"


def _power_range(case: Case) -> Words:
    name = culprit(case, Refused.POWER_RANGE)
    want = "a power from 0 W to 1 GW in whole thousandths of a W"
    if name == "current_a":
        want = "a current from 0 A to 1,000,000 A in whole thousandths of an A"
    got = f"{name} {raw(case, name)}" if name else "a power or a current out of range"
    if number := _as_number(case, name):
        return got, *number
    return got, want, "correct it, or leave it empty where it is not known"


def _as_number(case: Case, name: str) -> tuple[str, str] | None:
    """How the text of a column is written as a number: what was expected and the fix; None where it is one already."""
    text = raw(case, name).strip() if name and is_text(table_of(case)[0].column(name).type) else ""
    if _COMMA.fullmatch(text):
        return "a number with a decimal point", f"write {text.replace(',', '.')} with a decimal point"
    if text and not NUMBER.fullmatch(text):
        return "a number such as 3.3", "write digits and a decimal point only: no unit, no other sign"
    return None


def _reservation(case: Case) -> Words:
    flag = table_of(case)[0].column_names.count("reservation_expired") == 1
    if flag and read_flags(table_of(case)[0].column("reservation_expired").slice(case.i, 1)).fault is not None:
        got = f"reservation_expired {raw(case, 'reservation_expired')}"
        return got, EXPIRED_WORDS, "correct it, or leave it empty where nothing expired"
    expired = case.batch.sessions.expired
    ends = "ends" if expired is not None and expired[case.i] else "starts"
    want = f"a reservation of at most {SESSION_MAX_US // US_PER_DAY} days that starts before its session {ends}"
    got = f"reservation_start {raw(case, 'reservation_start')} of a session {session_text(case)}"
    return got, want, "correct it, or leave it empty"


WORDS: Final[dict[Refused, Callable[[Case], Words]]] = {
    Refused.NULL_VALUE: _null_value,
    Refused.DUPLICATE_SESSION: _duplicate,
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
    Refused.UNKNOWN_ACTIVITY: _unknown_activity,
    Refused.POWER_RANGE: _power_range,
    Refused.RESERVATION: _reservation,
}
