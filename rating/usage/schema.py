"""Which columns a table must and may have, and the faults of a whole table: all of them, in one go."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from rating.errors import Fault, Place
from rating.usage.columns import is_text
from rating.usage.tables import Source

ID: Final = "id"
TEXT: Final = "text"
INSTANT: Final = "instant"
ENERGY: Final = "energy"
LIST: Final = "list"

_WANT: Final = {
    ID: "whole numbers or text",
    TEXT: "text",
    INSTANT: "timestamps, or ISO 8601 text such as 2026-01-31T17:00:00Z",
    ENERGY: "numbers, or numbers as text",
    LIST: "a list of structs for each session",
}
_FIX: Final = {
    ID: "cast the column to int64 or to string",
    TEXT: "cast the column to string",
    INSTANT: "cast the column to timestamp[us, UTC], which says its unit (numbers alone do not)",
    ENERGY: "cast the column to int64, decimal128 or string",
    LIST: "pass it as a table of its own, or make it list<struct>",
}
_DATE_FIX: Final = "a date alone says no moment: add a time of day and an offset, such as 2026-03-02T19:45+01:00"
_BLANKS: Final = re.compile(r"[\s_\ufeff-]+")


class Table(NamedTuple):
    """The columns of one kind of table: (name, kind of value)."""

    required: tuple[tuple[str, str], ...]
    optional: tuple[tuple[str, str], ...]
    energy: str  # "energy" or "register": in _wh or in _kwh, never both
    energy_required: bool

    @property
    def names(self) -> tuple[str, ...]:
        """All names that have a meaning in this table."""
        plain = tuple(name for name, _ in self.required + self.optional)
        return (*plain, f"{self.energy}_wh", f"{self.energy}_kwh")


SESSIONS: Final = Table(
    (("session_id", ID), ("tariff", TEXT), ("start", INSTANT), ("end", INSTANT)),
    (("charging_end", INSTANT), ("time_zone", TEXT), ("intervals", LIST), ("readings", LIST)),
    "energy",
    energy_required=False,
)
INTERVALS: Final = Table(
    (("session_id", ID), ("start", INSTANT), ("end", INSTANT)), (("activity", TEXT),), "energy", energy_required=True
)
READINGS: Final = Table((("session_id", ID), ("at", INSTANT)), (("activity", TEXT),), "register", energy_required=True)

# What the sessions' own columns become; every other column of the sessions travels along to the output.
CONSUMED: Final = (
    *("session_id", "tariff", "start", "end", "energy_wh", "energy_kwh", "charging_end", "intervals", "readings"),
)
OUTPUT: Final = (
    *("tariff_version", "currency", "energy_kwh", "charging_s", "parked_s", "net", "tax", "gross"),
    *("tariff_hash", "engine_version", "tzdata_version"),
)


def check_table(source: Source, schema: Table, faults: list[Fault]) -> None:
    """Append a Fault for each column that is missing, given twice or of a type that cannot be read."""
    place = Place(source.label)
    wrong = misspelt(source, schema)
    for name, target in wrong.items():
        fix = f"drop it, for `{target}` is there too" if target in source.names else f"rename it to `{target}`"
        faults.append(Fault("misspelt_column", place, name, f"a column `{target}`, in that very spelling", fix))
    for name, times in Counter(source.table.column_names).items():
        if times > 1 and (name in schema.names or schema is SESSIONS):
            fix = "drop or rename one of them"
            faults.append(Fault("column_twice", place, f"{times} columns {name}", "each name once", fix))
    for name, _ in schema.required:
        if not source.has(name) and name not in wrong.values():
            faults.append(missing_column(source, name, schema))
    energies = [name for name in (f"{schema.energy}_wh", f"{schema.energy}_kwh") if source.has(name)]
    if len(energies) > 1:
        fix = "drop one of the two"
        faults.append(Fault("two_units", place, " and ".join(energies), f"{schema.energy} in one unit", fix))
    if schema.energy_required and not energies and not any(w.startswith(schema.energy) for w in wrong.values()):
        faults.append(_missing_energy(source, schema))
    kinds = (*schema.required, *schema.optional, *((name, ENERGY) for name in energies))
    for name, kind in kinds:
        if source.table.column_names.count(name) == 1:
            _check_type(source, name, kind, faults)


def folded(name: str) -> str:
    """A column's name without what does not make another word of it: case, underscores, hyphens and blanks.

    >>> folded("Charging_End "), folded("energy-kWh")
    ('chargingend', 'energykwh')
    """
    return _BLANKS.sub("", name).lower()


def misspelt(source: Source, schema: Table) -> dict[str, str]:
    """The columns that are a known one but for their spelling, with the name that they should have."""
    known = {folded(name): name for name in schema.names}
    if source.label.startswith("sessions."):
        del known["sessionid"]  # the items of a list column belong to the session that holds them
    return {name: known[folded(name)] for name in source.names if name not in schema.names and folded(name) in known}


def missing_column(source: Source, name: str, schema: Table) -> Fault:
    """The fault of a required column that is not there, with the column that was probably meant."""
    strangers = _strangers(source, schema)
    close = difflib.get_close_matches(folded(name), strangers, n=1, cutoff=0.6)
    close = close or [word for word in strangers if len(name) > 2 and word.startswith(name)][:1]
    fix = f"add a column `{name}`, or rename the one that holds it"
    if close:
        fix = f"`{strangers[close[0]]}` looks like it: rename it to `{name}`"
    return _missing(source, f"a column `{name}`", fix)


def _missing(source: Source, want: str, fix: str) -> Fault:
    names = source.names
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        fix = "the file seems to be separated by another character: separate its columns by commas"
    got = "columns " + ", ".join(names) if names else "no column"
    return Fault("missing_column", Place(source.label), got, want, fix)


def _missing_energy(source: Source, schema: Table) -> Fault:
    fix = energy_hint(source, schema) or f"add a column `{schema.energy}_wh`, or rename the one that holds it"
    return _missing(source, f"a column `{schema.energy}_wh` or {schema.energy}_kwh", fix)


def energy_hint(source: Source, schema: Table) -> str:
    """How to rename the column that looks like the energy, never from one unit to another; "" where none does."""
    word = schema.energy
    other = "register" if word == "energy" else "energy"
    strangers = {key: name for key, name in _strangers(source, schema).items() if not key.startswith(other)}
    close = difflib.get_close_matches(f"{word}kwh", strangers, n=1, cutoff=0.6)
    close = close or [key for key in strangers if key.endswith("wh") or key.startswith(word)][:1]
    if not close:
        return ""
    name = strangers[close[0]]
    unit = re.search(r"([a-z]?)(?:wh?|watth(?:ou)?rs?)$", close[0].removeprefix(word))
    if unit is not None and unit[1] == "k":
        return f"`{name}` looks like it: rename it to `{word}_kwh`"
    if unit is not None and unit[1] in "mg" and unit[1]:
        return f"`{name}` looks like it: convert it to kWh in a column `{word}_kwh`"
    return f"`{name}` looks like it: rename it to `{word}_kwh` if it holds kWh, or to `{word}_wh` if it holds Wh"


def _strangers(source: Source, schema: Table) -> dict[str, str]:
    """The columns that have no meaning in this table, not even misspelt, by their folded names."""
    known = {folded(name) for name in schema.names}
    return {folded(name): name for name in source.names if folded(name) not in known}


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
    got = f"{name} of type {column.type}"
    if good and kind == ID and pa.types.is_uint64(value) and len(column):
        most = pc.max(column).as_py()
        good, got = most is None or most < 2**63, f"{name} with {most}, which is past int64"
    if not good:
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
    if kind == ID:
        return text or bool(pa.types.is_integer(value))
    if kind == INSTANT:
        return text or bool(pa.types.is_timestamp(value))
    if kind == ENERGY:
        numbers = pa.types.is_integer(value) or pa.types.is_floating(value) or pa.types.is_decimal(value)
        return text or bool(numbers)
    lists = pa.types.is_list(value) or pa.types.is_large_list(value) or pa.types.is_fixed_size_list(value)
    views = pa.types.is_list_view(value) or pa.types.is_large_list_view(value)
    return bool((lists or views) and (pa.types.is_struct(value.value_type) or pa.types.is_null(value.value_type)))
