"""The faults of a whole table: missing, misspelt and doubled columns and types that cannot be read, all in one go."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from rating.errors import Fault, Place
from rating.usage.columns import is_text
from rating.usage.schema import CONSUMED, FLAG, ID, INSTANT, LIST, NAME, NUMBER, OUTPUT, SESSIONS, TEXT, Table
from rating.usage.spelling import missing_column, missing_energy, misspelt
from rating.usage.tables import Source

_WANT: Final = {
    ID: "whole numbers or text",
    TEXT: "text",
    NAME: "text or whole numbers",
    INSTANT: "timestamps, or ISO 8601 text such as 2026-01-31T17:00:00Z",
    NUMBER: "numbers, or numbers as text",
    FLAG: "true and false",
    LIST: "a list of structs for each session",
}
_FIX: Final = {
    ID: "cast the column to int64 or to string",
    TEXT: "cast the column to string",
    NAME: "cast the column to string",
    INSTANT: "cast the column to timestamp[us, UTC], which says its unit (numbers alone do not)",
    NUMBER: "cast the column to int64, decimal128 or string",
    FLAG: "cast the column to bool",
    LIST: "pass it as a table of its own, or make it list<struct>",
}
_DATE_FIX: Final = "a date alone says no moment: add a time of day and an offset, such as 2026-03-02T19:45+01:00"


def check_table(source: Source, schema: Table, faults: list[Fault]) -> None:
    """Append a Fault for each column that is missing, given twice or of a type that cannot be read."""
    place = Place(source.label)
    wrong = misspelt(source, schema)
    for name, target in wrong.items():
        fix = f"drop it, for `{target}` is there too" if target in source.names else f"rename it to `{target}`"
        faults.append(Fault("misspelt_column", place, name, f"a column `{target}`, in that very spelling", fix))
    columns = Counter(source.table.column_names)
    for name, times in columns.items():
        if times > 1 and (name in schema.names or schema is SESSIONS):
            fix = "drop or rename one of them"
            faults.append(Fault("column_twice", place, f"{times} columns {name}", "each name once", fix))
    for name, _ in schema.required:
        if not source.has(name) and name not in wrong.values():
            faults.append(missing_column(source, name, schema))
    energies = [name for name in schema.energies if source.has(name)]
    powers = [name for name in schema.powers if source.has(name)]
    for word, names in ((schema.energy, energies), (schema.power, powers)):
        if len(names) > 1:
            fix = "drop one of the two"
            faults.append(Fault("two_units", place, " and ".join(names), f"{word} in one unit", fix))
    if schema.energy_required and not energies and not any(w.startswith(schema.energy) for w in wrong.values()):
        faults.append(missing_energy(source, schema))
    numbers = ((name, NUMBER) for name in (*energies, *powers))
    for name, kind in (*schema.required, *schema.optional, *numbers):
        if columns[name] == 1:
            _check_type(source, name, kind, faults)


def align_ids(sessions: Source, usage: Source, faults: list[Fault]) -> tuple[Source, Source]:
    """Both tables with session ids of one kind, whole numbers or text; else a Fault is appended.

    A CSV file has no types: its ids are read as text, and become whole numbers where the other table has those.
    """
    one, other = sessions.column("session_id").type, usage.column("session_id").type
    if pa.types.is_null(one) or pa.types.is_null(other) or is_text(one) == is_text(other):
        return sessions, usage
    if sessions.untyped and is_text(one):
        sessions = _whole_ids(sessions)
    if usage.untyped and is_text(other):
        usage = _whole_ids(usage)
    if is_text(sessions.column("session_id").type) != is_text(usage.column("session_id").type):
        got = f"session_id as {one} in {sessions.label} and as {other} in {usage.label}"
        fix = "cast one of the two to the type of the other"
        faults.append(Fault("id_types", Place(usage.label), got, "one type for session_id", fix))
    return sessions, usage


def _whole_ids(source: Source) -> Source:
    try:
        ids = source.column("session_id").cast(pa.int64())
    except pa.ArrowInvalid:
        return source
    at = source.table.column_names.index("session_id")
    return source._replace(table=source.table.set_column(at, "session_id", ids))


def check_names(sessions: Source, faults: list[Fault]) -> None:
    """Append a Fault for each column that would travel along under the name of an output column."""
    for name in sessions.table.column_names:
        if name in OUTPUT and name not in CONSUMED:
            fix = f"rename it, for instance to `{name}_in`"
            want = "no column of the name of an output column"
            faults.append(Fault("name_clash", Place(sessions.label), f"a column {name}", want, fix))


def _check_type(source: Source, name: str, kind: str, faults: list[Fault]) -> None:
    column = source.column(name)
    value = column.type
    if pa.types.is_dictionary(value) or pa.types.is_run_end_encoded(value):
        value = value.value_type
    good = pa.types.is_null(value) or _has_kind(value, kind)
    past = None
    if good and kind == ID and pa.types.is_uint64(value) and len(column):
        past = pc.max(column).as_py()
        good = past is None or past < 2**63
    if not good:
        got = f"{name} of type {column.type}" if past is None else f"{name} with {past}, which is past int64"
        fix = _FIX[kind]
        if kind == INSTANT and pa.types.is_date(value):
            fix = _DATE_FIX
        elif kind == ID and pa.types.is_floating(value):
            fix = _float_ids(column)
        fault = Fault("column_type", Place(source.label), got, f"{_WANT[kind]} in `{name}`", fix)
        faults.append(fault)


def _float_ids(column: pa.ChunkedArray) -> str:
    """How to mend ids that pandas made floats of, because one of them is missing: which row that is."""
    empty = pc.is_null(column, nan_is_null=True) if pa.types.is_floating(column.type) else column.is_null()
    row = pc.index(empty, True).as_py()
    return _FIX[ID] if row < 0 else f"row {row} has no id: fill it in or leave it out, then {_FIX[ID]}"


def _has_kind(value: pa.DataType, kind: str) -> bool:
    text = is_text(value)
    if kind == TEXT:
        return text
    if kind in (ID, NAME):
        return text or bool(pa.types.is_integer(value))
    if kind == FLAG:
        return text or bool(pa.types.is_boolean(value) or pa.types.is_integer(value))
    if kind == INSTANT:
        return text or bool(pa.types.is_timestamp(value))
    if kind == NUMBER:
        numbers = pa.types.is_integer(value) or pa.types.is_floating(value) or pa.types.is_decimal(value)
        return text or bool(numbers)
    lists = pa.types.is_list(value) or pa.types.is_large_list(value) or pa.types.is_fixed_size_list(value)
    views = pa.types.is_list_view(value) or pa.types.is_large_list_view(value)
    return bool((lists or views) and (pa.types.is_struct(value.value_type) or pa.types.is_null(value.value_type)))
