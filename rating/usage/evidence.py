"""What a refused session was read from: its place, its rows and their values, looked up only when it is described."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from rating.errors import Place, Refused
from rating.units import ACTIVITY_RESERVED, ENERGY_MAX_MWH, MWH_PER_KWH
from rating.usage.batch import UsageBatch
from rating.usage.energies import read_energy
from rating.usage.instants import check_range, read_instants
from rating.usage.powers import POWERS, read_power
from rating.usage.readings import REGISTER_MAX_MWH

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OWN: Final = ("session_id", "tariff", "start", "end", "charging_end", "reservation_start")
_INSTANTS: Final = ("start", "end", "at", "charging_end", "reservation_start")
_OPTIONAL: Final = ("charging_end", "reservation_start", *POWERS)
_ENERGIES: Final = {"energy_wh": 3, "energy_kwh": 6, "register_wh": 3, "register_kwh": 6}


class Case(NamedTuple):
    """One refused session, and what the caller knows about it."""

    batch: UsageBatch
    i: int
    row: int
    known: Iterable[str]
    hint: str
    start: str = ""  # as the clock of its site reads it, where the caller knows that


def place_of(batch: UsageBatch, i: int, row: int) -> Place:
    """Where session `i` stands, or the input row `row` of its intervals or readings, where that is not -1."""
    table = batch.intervals.table
    if row < 0 or table == "sessions":
        return Place("sessions", row=batch.session_row(i))
    if table.startswith("sessions."):
        owners = batch.source[table].column("session_id").to_numpy()
        items = f"sessions row {batch.session_row(i)}, {table.partition('.')[2]}"
        return Place(items, row=row - int(np.searchsorted(owners, i)))
    return Place(table, row=batch.meter_row(row))


def instant_text(us: int) -> str:
    """An instant as ISO text.

    >>> instant_text(1_767_225_600_500_000)
    '2026-01-01T00:00:00.500000Z'
    """
    try:
        return (_EPOCH + timedelta(microseconds=us)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return f"{us} microseconds since 1970"


def energy_text(milli: int) -> str:
    """An energy in kWh, exactly.

    >>> energy_text(7_250_000), energy_text(-1), energy_text(0)
    ('7.25 kWh', '-0.000001 kWh', '0 kWh')
    """
    whole, part = divmod(abs(milli), MWH_PER_KWH)
    digits = f"{whole}.{part:06d}".rstrip("0").rstrip(".")
    return f"{'-' if milli < 0 else ''}{digits} kWh"


def raw(case: Case, name: str) -> str:
    """The value of a column as it was read, in the table at fault."""
    table, row = table_of(case)
    if name not in table.column_names:
        return "nothing"
    value = table.column(name)[row]
    if not value.is_valid:
        return "nothing"
    try:
        return str(value.cast(pa.string()).as_py())
    except (pa.ArrowInvalid, NotImplementedError):
        return str(value)


def table_of(case: Case) -> tuple[Any, int]:
    """The input table at fault, and the row in it."""
    if case.row < 0 or case.batch.intervals.table == "sessions":
        return case.batch.source["sessions"], case.i
    return case.batch.source[case.batch.intervals.table], case.row


def _columns(case: Case) -> list[str]:
    """The columns of the table at fault that this room reads, in the order in which it checks them."""
    table, _ = table_of(case)
    own = case.row < 0 or case.batch.intervals.table == "sessions"
    names = _OWN if own else ("start", "end", "at")
    return [name for name in (*names, *_ENERGIES, *POWERS) if name in table.column_names]


def culprit(case: Case, code: Refused) -> str:
    """The column whose value in that row is refused with `code`, found by reading that one value again."""
    table, row = table_of(case)
    for name in _columns(case):
        one = table.column(name).slice(row, 1)
        if code == Refused.NULL_VALUE:
            if name not in (*_OPTIONAL, *(_ENERGIES if case.row < 0 else ())) and not _is_given(one[0]):
                return name
        elif name in POWERS:
            if code == Refused.POWER_RANGE and read_power(one, *POWERS[name]).fault is not None:
                return name
        elif name in _ENERGIES:
            if code == Refused.ENERGY_RANGE:
                limit = REGISTER_MAX_MWH if name.startswith("register") else ENERGY_MAX_MWH
                energy = read_energy(one, _ENERGIES[name], limit)
                if energy.fault is not None or abs(int(energy.values[0])) * energy.scale > limit:
                    return name
        elif name in _INSTANTS and code == Refused.INSTANT_RANGE:
            fault = check_range(read_instants(one)).fault
            if fault is not None and fault[0] == code:
                return name
    return ""


def _is_given(value: Any) -> bool:
    return bool(value.is_valid) and (not isinstance(value.as_py(), str) or bool(value.as_py().strip()))


def position(case: Case) -> int:
    """The position in `batch.intervals` of the interval that came from the row; -1 if there is none."""
    first, rows = case.batch.interval_first, case.batch.intervals.row
    start, end = int(first[case.i]), int(first[case.i + 1])
    if case.row < 0:
        start += start < end and is_reserved(case.batch, start)
        return start if end == start + 1 else -1
    if rows is None:
        return case.row if start <= case.row < end else -1
    found = np.flatnonzero(rows[start:end] == case.row)
    return start + int(found[0]) if len(found) else -1


def is_reserved(batch: UsageBatch, interval: int) -> bool:
    """Whether an interval of the batch is the time of a reservation."""
    activity = batch.intervals.activity
    return activity is not None and bool(activity[interval] == ACTIVITY_RESERVED)


def lacking(batch: UsageBatch, i: int) -> list[str]:
    """What of its charger session `i` does not say, by the names of the columns."""
    sessions, lacks = batch.sessions, []
    connector = sessions.attributes.get("connector")
    if connector is None or connector.code[i] < 0:
        lacks.append("connector")
    if sessions.evse_power_mw is None or sessions.evse_power_mw[i] < 0:
        lacks.append("evse_power_kw")
    return lacks


def session_text(case: Case) -> str:
    """The bounds of the session."""
    sessions = case.batch.sessions
    return f"{instant_text(int(sessions.start_us[case.i]))} to {instant_text(int(sessions.end_us[case.i]))}"


def interval_text(case: Case) -> str:
    """The bounds of the interval that came from the row at fault."""
    at = position(case)
    if at < 0:
        return f"{raw(case, 'start')} to {raw(case, 'end')}"
    intervals = case.batch.intervals
    return f"{instant_text(int(intervals.start_us[at]))} to {instant_text(int(intervals.end_us[at]))}"


def interval_energy(case: Case) -> int:
    """The milli-Wh of the interval that came from the row at fault; 0 where there is none."""
    at = position(case)
    intervals = case.batch.intervals
    return int(intervals.energy[at]) * intervals.energy_scale if at >= 0 else 0


def sum_of(case: Case) -> int:
    """The milli-Wh of all intervals of the session, exactly."""
    start, end = int(case.batch.interval_first[case.i]), int(case.batch.interval_first[case.i + 1])
    values: list[int] = case.batch.intervals.energy[start:end].tolist()
    return sum(values) * case.batch.intervals.energy_scale
