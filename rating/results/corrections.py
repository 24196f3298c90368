"""What to book where sessions are rated again: the lines of bills that changed, taken back, and the new ones."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.results.rated import Rated

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

_TURNED = ("volume", "billed_volume", "amount", "printed_amount")
_TABLES = ("sessions", "lines")
_TOTALS = ("net", "tax", "gross")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Corrections:
    """Two `pyarrow.Table`s for the sessions whose bill is another now, or that are in one rating only.

    `lines`: `correction` (reversal or new), then the columns of `Rated.lines`; a reversal is a line of the first
    rating with its quantities and amounts negated, a new one is a line of the second. What was booked by the first
    rating and these lines together are the lines of the second.
    `sessions`: session_id, and net, tax and gross by which the bill changed (null where one of the two is not known).
    """

    lines: Any
    sessions: Any

    def __repr__(self) -> str:
        return f"Corrections({self.sessions.num_rows} sessions, {self.lines.num_rows} lines)"


def corrections(before: Rated, after: Rated) -> Corrections:
    """The correction lines that turn the bills of `before` into those of `after`, by session.

    Rate late sessions with all that came after them from the state before them, and book the difference.

    >>> import rating
    >>> tariffs = rating.load_tariffs("tariffs/per-kwh.yaml")
    >>> row = {"session_id": "S-1", "tariff": "per-kwh",
    ...        "start": "2026-03-02T10:00:00+01:00", "end": "2026-03-02T11:00:00+01:00"}
    >>> once = rating.rate(tariffs, [{**row, "energy_kwh": "10"}])
    >>> corrections(once, rating.rate(tariffs, [{**row, "energy_kwh": "10"}]))
    Corrections(0 sessions, 0 lines)
    >>> corrections(once, rating.rate(tariffs, [{**row, "energy_kwh": "12"}])).lines["correction"].to_pylist()
    ['reversal', 'new']
    """
    kind = _id_type(before.sessions["session_id"], after.sessions["session_id"])
    booked, due = _with_ids(before, kind), _with_ids(after, kind)
    ids = pa.chunked_array([*booked["sessions"]["session_id"].chunks, *due["sessions"]["session_id"].chunks], kind)
    ids = ids.unique()
    changed = np.zeros(len(ids), np.bool_)
    codes = []
    for table in _TABLES:
        one, other = booked[table], due[table]
        both = _codes(one, ids), _codes(other, ids)
        codes.append(both)
        ours = [name for name in one.column_names if name in _compared(table)]
        changed |= _different(one.select(ours), other.select(ours), both, len(ids))
    (one, other), (line, other_line) = codes
    back = _negated(_of(booked["lines"], line, changed))
    new = _of(due["lines"], other_line, changed)
    lines = pa.concat_tables(
        [
            back.add_column(0, "correction", pa.array(["reversal"] * len(back), pa.string())),
            new.add_column(0, "correction", pa.array(["new"] * len(new), pa.string())),
        ]
    )
    rank = np.concatenate([line[changed[line]] * 2, other_line[changed[other_line]] * 2 + 1])
    return Corrections(
        lines=lines.take(pa.array(np.argsort(rank, kind="stable"))),
        sessions=_differences(booked["sessions"], due["sessions"], one, other, ids, changed),
    )


def _compared(table: str) -> tuple[str, ...]:
    """What makes a bill another: not by which release it was made."""
    if table == "sessions":
        return ("tariff", "tariff_version", "currency", "energy_kwh", "charging_s", "parked_s", *_TOTALS)
    return ("line", "kind", "element", "dimension", *_TURNED, "unit", "unit_price", "tax_percent")


def _id_type(one: Any, other: Any) -> Any:
    """The type that both have; of a rating without sessions it says nothing, and numbers beside text are text."""
    if len(one) and len(other) and one.type != other.type:
        return pa.string()
    return one.type if len(one) else other.type


def _with_ids(rated: Rated, kind: Any) -> dict[str, Any]:
    """The tables with ids of this type."""
    tables = {name: getattr(rated, name) for name in _TABLES}
    return {name: table.set_column(0, "session_id", table["session_id"].cast(kind)) for name, table in tables.items()}


def _codes(table: Any, ids: Any) -> Int64:
    found = pc.index_in(table["session_id"], value_set=ids)
    return np.asarray(found.to_numpy()).astype(np.int64)


def _different(one: Any, other: Any, codes: tuple[Int64, Int64], count: int) -> Bool:
    """(count,) whether the rows of a session are not the same in both tables, in their order."""
    sizes = [np.bincount(each, minlength=count) for each in codes]
    changed: Bool = sizes[0] != sizes[1]
    rows = [np.argsort(each, kind="stable") for each in codes]
    rows = [row[~changed[each[row]]] for row, each in zip(rows, codes, strict=True)]
    for name in one.column_names:
        left, right = (_plain(table[name].take(pa.array(row))) for table, row in zip((one, other), rows, strict=True))
        same = pc.or_(pc.equal(left, right).fill_null(False), pc.and_(left.is_null(), right.is_null()))
        odd = ~np.asarray(same.to_numpy()).astype(np.bool_)
        changed[codes[0][rows[0][odd]]] = True
    return changed


def _plain(column: Any) -> Any:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _of(table: Any, code: Int64, changed: Bool) -> Any:
    chosen = table.filter(pa.array(changed[code])) if len(code) else table
    for at, name in enumerate(chosen.column_names):
        chosen = chosen.set_column(at, name, _plain(chosen[name]))
    return chosen


def _negated(lines: Any) -> Any:
    for name in _TURNED:
        column = lines[name]
        turned = pc.negate(column)
        lines = lines.set_column(lines.column_names.index(name), name, turned.cast(column.type))
    return lines


def _differences(before: Any, after: Any, one: Int64, other: Int64, ids: Any, changed: Bool) -> Any:
    """For each session that changed, what its totals are more than they were."""
    place = np.flatnonzero(changed)
    columns = {"session_id": ids.take(pa.array(place))}
    for name in _TOTALS:
        was, now = (dict(zip(code.tolist(), table[name].to_pylist(), strict=True)) for code, table in
                    ((one, before), (other, after)))  # fmt: skip
        columns[name] = pa.array([_less(now.get(at, _ZERO), was.get(at, _ZERO)) for at in place.tolist()],
                                 before.schema.field(name).type)  # fmt: skip
    return pa.table(columns)


def _less(now: Decimal | None, was: Decimal | None) -> Decimal | None:
    return None if now is None or was is None else now - was
