"""A table of one session, as plain Python values: priced at once, its tables made when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from rating.results.arrays import integers, texts
from rating.results.rated import Rated, line_writer, make_tables
from rating.settle.single import Raw, price_single
from rating.tariff.model import Tariffs
from rating.usage.batch import Intervals, Sessions, UsageBatch
from rating.usage.facts import Facts, facts_of
from rating.usage.schema import ATTRIBUTES, CONSUMED, SESSIONS

_COLUMNS: Final = frozenset({*CONSUMED, *ATTRIBUTES, "time_zone", "evse_power_kw", "evse_power_w"}) - {
    "intervals",
    "readings",
}
_PLACES_MAX: Final = 18  # before and behind the point of a decimal: Arrow has room for 76 in all
# A table has one of the two, whatever is in them: `rate()` says so of a table of one session, as of any other.
_PAIRS: Final = (frozenset(SESSIONS.energies), frozenset(SESSIONS.powers))


def rate_single(tariffs: Tariffs, sessions: Any, intervals: Any) -> Rated | None:
    """Price one session that comes as a dict of lists or a list of one dict, with values of the usual kinds; None:
    that is not what came, or it is refused, or too odd.
    """
    values = _only_row(sessions)
    if values is None or not values.keys() <= _COLUMNS or any(pair <= values.keys() for pair in _PAIRS):
        return None
    id_ = values.get("session_id")
    if not (type(id_) is str or (type(id_) is int and -(2**63) <= id_ < 2**63)):
        return None
    if not all(map(_is_storable, values.values())):
        return None
    if intervals is not None:
        intervals = _of_session(id_, intervals)
        if intervals is None:
            return None
    name = values.get("tariff")
    tariff = tariffs.get(name) if type(name) is str else None
    facts = None if tariff is None else facts_of(values, intervals)
    if tariff is None or facts is None:
        return None
    raw = price_single(tariff, facts)
    if raw is None:
        return None
    extra = {column: value for column, value in values.items() if column not in CONSUMED}
    return Rated.later(lambda: _tables(id_, facts, extra, raw))


def _is_storable(value: Any) -> bool:
    """Whether the tables can hold a value: they are made later, where nobody could tell which column is at fault."""
    if type(value) is str and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:  # a half of a character, as JSON may have it
            return False
    if type(value) is not Decimal:
        return True
    exponent = value.as_tuple().exponent  # of no number a letter
    return isinstance(exponent, int) and abs(exponent) <= _PLACES_MAX and value.adjusted() <= _PLACES_MAX


def _only_row(sessions: Any) -> Mapping[str, Any] | None:
    """The values of the only row of a table, by column."""
    if type(sessions) is dict:
        if not all(type(column) is list and len(column) == 1 for column in sessions.values()):
            return None
        return {name: column[0] for name, column in sessions.items()}
    if type(sessions) is list and len(sessions) == 1 and type(sessions[0]) is dict:
        return sessions[0]
    return None


def _of_session(id_: str | int, intervals: Any) -> Any:
    """Intervals without the column that says whose they are; None where that is not this one session."""
    rows: Any = None
    ids: list[Any] = []
    if type(intervals) is dict:
        given = intervals.get("session_id")
        rows = {name: column for name, column in intervals.items() if name != "session_id"}
        if type(given) is list and len(given) == len(rows.get("start", ())):
            ids = given
    elif type(intervals) is list and all(type(row) is dict for row in intervals):
        ids = [row.get("session_id") for row in intervals]
        rows = [{name: value for name, value in row.items() if name != "session_id"} for row in intervals]
    return rows if ids and all(type(each) is type(id_) and each == id_ for each in ids) else None


def _tables(id_: str | int, facts: Facts, extra: dict[str, Any], raw: Raw) -> Rated:
    """The tables of the session, by what makes those of all."""
    ids = texts([id_]) if isinstance(id_, str) else integers(np.array([id_], np.int64))
    start_us, end_us = facts.bounds
    nothing = np.empty(0, np.int64)
    one, zero = np.ones(1, np.int64), np.zeros(1, np.int32)
    travelling = pa.table({name: pa.array([value]) for name, value in extra.items()})
    bounds = start_us * one, end_us * one
    names = (raw.plan.tariffs[0].id,)
    sessions = Sessions(ids, *bounds, zero, names, None, (), raw.plan.status, -one, travelling)
    batch = UsageBatch(sessions, Intervals(nothing, nothing, nothing, 1, None, None, "sessions"), one[:0], ())
    lines = raw.lines
    if isinstance(id_, int):
        lines.session[:] = id_
    return make_tables(batch, raw.plan, raw.totals, [line_writer(ids, raw.plan)(lines)])
