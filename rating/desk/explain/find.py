"""explain(): one session's bill, told by the slow twin."""

from __future__ import annotations

import re
from typing import Any

from rating.desk.explain.explanation import Explanation
from rating.desk.history import bill_of
from rating.errors import Fault, InputError, Place, Refused, SessionError
from rating.reference import Bill, Refusal
from rating.results.rejected import input_row, refusal
from rating.tariff.model import Tariffs
from rating.usage.batch import UsageBatch
from rating.usage.read import read_usage


def explain(
    tariffs: Tariffs,
    sessions: Any,
    intervals: Any = None,
    *,
    session_id: str | int,
    readings: Any = None,
    accounts: Any = None,
    state: Any = None,
) -> Explanation:
    """How one session came to its bill, step by step: `.text`, `.markdown`, `.html`, `.json`, `.as_dict()`. The amounts
    are those that `rate` gives.

    With accounts or coupons, hand over what `rate` was given: what a session gets depends on the sessions before it.

    Args: as for `rate`, and the id of the session to explain.
    Raises: InputError where no session has that id, or a table cannot be read; SessionError where it is refused.

    >>> from rating import load_tariffs
    >>> sessions = {
    ...     "session_id": ["S-1"], "tariff": ["per-kwh"], "energy_kwh": ["12.5"],
    ...     "start": ["2026-03-02T10:00:00+01:00"], "end": ["2026-03-02T11:30:00+01:00"],
    ... }
    >>> found = explain(load_tariffs("tariffs/per-kwh.yaml"), sessions, session_id="S-1")
    >>> found.bill.lines[0].volume, found.as_dict()["gross"], found.markdown.splitlines()[2]
    (Fraction(25, 2), '4.88', '**4.88 EUR to pay**  ')
    """
    batch = read_usage(sessions, intervals, readings)
    i = _find(batch, session_id)
    status, row, measured = Refused(int(batch.sessions.status[i])), int(batch.sessions.status_row[i]), False
    if status == Refused.FINE:
        name = batch.sessions.tariff_names[batch.sessions.tariff[i]]
        if name in tariffs:
            answer = bill_of(tariffs, batch, i, accounts=accounts, state=state)
            if isinstance(answer, Bill):
                return Explanation(answer)
            status, row, measured = answer.reason, row_at_fault(batch, i, answer), answer.interval is not None
        else:
            status = Refused.UNKNOWN_TARIFF
    raise SessionError([refusal(batch, tariffs, i, status, row, measured)])


def _find(batch: UsageBatch, session_id: str | int) -> int:
    ids: list[str | int | None] = batch.sessions.id.to_pylist()
    # On a command line every id is text. No number of a table has more than 19 digits.
    is_number = isinstance(session_id, str) and re.fullmatch("[0-9]{1,19}", session_id)
    for wanted in (session_id, int(session_id) if is_number else None):
        if wanted is not None and wanted in ids:
            return ids.index(wanted)
    known = f"one of {len(ids)} ids, such as {ids[0]}" if ids else "an id, but there are no sessions"
    raise InputError(
        [Fault("no_session", Place("sessions"), str(session_id), known, "give an id from the column session_id")]
    )


def row_at_fault(batch: UsageBatch, i: int, refusal: Refusal) -> int:
    """The input row of the interval for which session i is refused; -1 where it is none of them."""
    if refusal.interval is None:
        return -1
    k = int(batch.interval_first[i]) + refusal.interval
    return input_row(batch, k)
