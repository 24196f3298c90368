"""Explain one bill: every step from meter to cent, in words, told by the slow twin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from rating.errors import Fault, InputError, Place, Refused, SessionError
from rating.reference import Bill, Interval, Refusal, Usage, rate_session, tell
from rating.results.rejected import input_row, refusal
from rating.tariff.model import Tariffs
from rating.units import ACTIVITIES
from rating.usage.batch import Intervals, Names, UsageBatch
from rating.usage.read import read_usage


@dataclass(frozen=True, repr=False)
class Explanation:
    """A bill with its story; `print` it to read the story."""

    bill: Bill
    text: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Explanation of session {self.bill.session_id}: print() it to read it"


def explain(
    tariffs: Tariffs,
    sessions: Any,
    intervals: Any = None,
    *,
    session_id: str | int,
    readings: Any = None,
) -> Explanation:
    """Say in words how one session came to its bill, step by step; the amounts are those that `rate` gives.

    Args: as for `rate`, and the id of the session to explain.
    Raises: InputError where no session has that id, or a table cannot be read; SessionError where it is refused.

    >>> from rating import load_tariffs
    >>> sessions = {
    ...     "session_id": ["S-1"], "tariff": ["per-kwh"], "energy_kwh": ["12.5"],
    ...     "start": ["2026-03-02T10:00:00+01:00"], "end": ["2026-03-02T11:30:00+01:00"],
    ... }
    >>> explain(load_tariffs("tariffs/per-kwh.yaml"), sessions, session_id="S-1").bill.lines[0].volume
    Fraction(25, 2)
    """
    batch = read_usage(sessions, intervals, readings)
    i = _find(batch, session_id)
    status, row, measured = Refused(int(batch.sessions.status[i])), int(batch.sessions.status_row[i]), False
    if status == Refused.FINE:
        name = batch.sessions.tariff_names[batch.sessions.tariff[i]]
        if name in tariffs:
            answer = rate_session(tariffs[name], usage_of(batch, i))
            if isinstance(answer, Bill):
                return Explanation(answer, tell(answer))
            status, row, measured = answer.reason, row_at_fault(batch, i, answer), answer.interval is not None
        else:
            status = Refused.UNKNOWN_TARIFF
    raise SessionError([refusal(batch, tariffs, i, status, row, measured)])


def _find(batch: UsageBatch, session_id: str | int) -> int:
    ids: list[str | int | None] = batch.sessions.id.to_pylist()
    # On a command line every id is text.
    for wanted in (session_id, int(session_id) if isinstance(session_id, str) and session_id.isdigit() else None):
        if wanted is not None and wanted in ids:
            return ids.index(wanted)
    known = f"one of {len(ids)} ids, such as {ids[0]}" if ids else "an id, but there are no sessions"
    raise InputError(
        [Fault("no_session", Place("sessions"), str(session_id), known, "give an id from the column session_id")]
    )


def usage_of(batch: UsageBatch, i: int) -> Usage:
    """Session i as the twin takes it."""
    sessions = batch.sessions
    zone = -1 if sessions.time_zone is None else int(sessions.time_zone[i])
    said = {name: _name(names, i) for name, names in sessions.attributes.items()}
    return Usage(
        session_id=sessions.id[i].as_py(),
        start_us=int(sessions.start_us[i]),
        end_us=int(sessions.end_us[i]),
        intervals=tuple(_interval(batch.intervals, k) for k in range(*map(int, batch.interval_first[i : i + 2]))),
        time_zone=sessions.zone_names[zone] if zone >= 0 else None,
        tariff_type=said.get("tariff_type"),
        connector=said.get("connector"),
        membership=said.get("membership"),
        payment_method=said.get("payment_method"),
        evse_power_mw=_known(sessions.evse_power_mw, i),
        expired=bool(_known(sessions.expired, i)),
    )


def _interval(intervals: Intervals, k: int) -> Interval:
    charging, parked, reserved = (0, 0, 0) if intervals.volumes_us is None else map(int, intervals.volumes_us[k])
    return Interval(
        start_us=int(intervals.start_us[k]),
        end_us=int(intervals.end_us[k]),
        energy_mwh=int(intervals.energy[k]) * intervals.energy_scale,
        activity=ACTIVITIES[_known(intervals.activity, k) or 0],
        power_mw=_known(intervals.power_mw, k),
        current_ma=_known(intervals.current_ma, k),
        volumes_us=None if intervals.volumes_us is None else (charging, parked, reserved),
    )


def _name(names: Names, i: int) -> str | None:
    code = int(names.code[i])
    return names.names[code] if code >= 0 else None


def _known(values: NDArray[Any] | None, i: int) -> int | None:
    """The value in a column that may not be there, None where it has none (-1)."""
    return None if values is None or values[i] < 0 else int(values[i])


def row_at_fault(batch: UsageBatch, i: int, refusal: Refusal) -> int:
    """The input row of the interval for which session i is refused; -1 where it is none of them."""
    if refusal.interval is None:
        return -1
    k = int(batch.interval_first[i]) + refusal.interval
    return input_row(batch, k)
