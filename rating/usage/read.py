"""read_usage(): sessions with intervals, readings or totals -> one checked batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rating.errors import Fault, InputError, Place, Refused
from rating.usage.batch import WHOLE, Excerpt, UsageBatch
from rating.usage.check import align_ids, check_names, check_table
from rating.usage.columns import mark
from rating.usage.identity import FindRuns, SessionIds, find_runs
from rating.usage.lists import is_list_column, list_source, positions
from rating.usage.meter import Metered, Refusals, read_intervals
from rating.usage.readings import read_readings
from rating.usage.schema import INTERVALS, READINGS, SESSIONS, Table
from rating.usage.sessions import SessionTable, read_sessions
from rating.usage.spelling import energy_hint, misspelt
from rating.usage.tables import Source, to_source
from rating.usage.totals import add_totals, check_totals
from rating.usage.weave import Insert, insert


def read_usage(
    sessions: Any,
    intervals: Any = None,
    readings: Any = None,
    *,
    find_runs: FindRuns = find_runs,
    insert: Insert = insert,
    excerpt: Excerpt = WHOLE,
) -> UsageBatch:
    """Read what was delivered, from tables of any kind (see `tables`), into one checked batch.

    `sessions` has one row for each session; their energy comes from `intervals`, from `readings`, from a list column
    of either name in `sessions`, or from the totals `energy_wh` or `energy_kwh` in `sessions`; one whose reservation
    expired needs none. A session that cannot be rated gets its code in `sessions.status`, and does not stop the others.
    `find_runs(ids, start_us)`, both (m,) int64, may begin to look for runs while sessions are read; what it returns
    is asked for run_first (k + 1,), run ids (k,) and whether starts increase within each run. A compiled one may leave
    that open and say yes, and then `order.put_in_order` has to be called where an interval is found at fault. `insert`
    is what puts intervals of totals among the others.
    `excerpt`: of which files the tables are a part.

    Raises InputError, with every fault that was found, where a table as a whole cannot be read.

    >>> batch = read_usage(
    ...     {"session_id": ["a"], "tariff": ["t"], "start": ["2026-01-01T10:00Z"], "end": ["2026-01-01T11:00Z"],
    ...      "energy_kwh": ["7.25"]})
    >>> batch.intervals.energy.tolist(), batch.intervals.energy_scale
    ([7250000], 1)
    """
    faults: list[Fault] = []
    owner, usage, schema = _open(sessions, intervals, readings, faults)
    if faults or owner is None:
        raise InputError(faults)
    meter = None if usage is None else _begin_meter(usage, schema, find_runs)
    table = read_sessions(owner, excerpt.twice)
    metered = None if usage is None or meter is None else meter(_ids_in(usage, table))
    status = table.sessions.status
    if metered is not None:
        _mark_rows(table, metered.refused)
        if table.total is not None:
            check_totals(table, metered)
    if metered is None and table.total is None and table.sessions.expired is None:
        raise InputError([_no_data_source(owner)])
    result, first = add_totals(table, metered, insert)
    if metered is None or not metered.complete:
        without = first[1:] == first[:-1]
        if table.sessions.expired is not None:  # where nobody came there is nothing to measure
            without &= table.sessions.expired == 0
        if without.any():
            mark(status, without, Refused.NO_DATA)
    source = {"sessions": owner.table} | ({} if usage is None else {result.table: usage.table})
    if table.sessions.reserved_us is not None:
        table.sessions.reserved_us[status != Refused.FINE] = -1
    return UsageBatch(table.sessions, result, first, () if metered is None else metered.stray, source, excerpt)


def _open(
    sessions: Any, intervals: Any, readings: Any, faults: list[Fault]
) -> tuple[Source | None, Source | None, Table]:
    """The table of sessions, the one of intervals or readings if there is one, and what that one must hold."""
    owner = to_source(sessions, "sessions", faults, empty=SESSIONS.needed)
    meters: list[tuple[Source | None, Table, str]] = []
    for label, data, schema in (("intervals", intervals, INTERVALS), ("readings", readings, READINGS)):
        if data is not None:
            meters.append((to_source(data, label, faults, schema.names, schema.needed), schema, label))
    if owner is not None:
        check_table(owner, SESSIONS, faults)
        check_names(owner, faults)
        for label, schema in (("intervals", INTERVALS), ("readings", READINGS)):
            if is_list_column(owner, label):
                meters.append((list_source(owner, label), schema, f"sessions.{label}"))
    for source, schema, _ in meters:
        if source is not None:
            check_table(source, schema, faults)
    if len(meters) > 1:
        fix = "pass only one of them: readings become intervals, and the energy would count twice"
        got = " and ".join(label for _, _, label in meters)
        faults.append(Fault("two_sources", Place("sessions"), got, "intervals or readings, from one place", fix))
    totals = ("energy_wh", "energy_kwh", "intervals", "readings", "reservation_expired")
    if owner is None or any(name in totals for name in misspelt(owner, SESSIONS).values()):
        pass
    elif not meters and not any(map(owner.has, (*SESSIONS.energies, "reservation_expired"))):
        faults.append(_no_data_source(owner))
    usage, schema = (meters[0][0], meters[0][1]) if meters else (None, INTERVALS)
    if faults or owner is None:
        return owner, usage, schema
    if usage is not None and not usage.label.startswith("sessions."):
        owner, usage = align_ids(owner, usage, faults)
    return owner, usage, schema


def _no_data_source(owner: Source) -> Fault:
    fix = "give the table of intervals or of readings, or add a column energy_wh or energy_kwh to sessions"
    meant = energy_hint(owner, SESSIONS)
    fix = f"{meant}; or {fix}" if meant else fix
    got = "sessions without intervals, readings or a total"
    return Fault("no_data_source", Place("sessions"), got, "what the meter said", fix)


def _begin_meter(usage: Source, schema: Table, find: FindRuns) -> Callable[[SessionIds], Metered]:
    if schema is READINGS:  # which need their order at once: neighbours are subtracted
        return lambda ids: read_readings(usage, ids, find_runs)
    return read_intervals(usage, find)


def _ids_in(usage: Source, table: SessionTable) -> SessionIds:
    """The rows of a list column say by their position whose they are."""
    return positions(len(table.sessions.status)) if usage.label.startswith("sessions.") else table.ids


def _mark_rows(table: SessionTable, refused: Refusals) -> None:
    """Refuse the sessions of faulty rows, unless they are refused already."""
    status, status_row = table.sessions.status, table.sessions.status_row
    fine = status[refused.session] == Refused.FINE
    session = refused.session[fine]
    status[session] = refused.code[fine]
    status_row[session] = refused.row[fine]
