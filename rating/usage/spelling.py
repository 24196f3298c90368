"""Columns under other names than those that have a meaning: which were meant, and what to rename."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rating.errors import Fault, Place
from rating.usage.schema import Table
from rating.usage.tables import Source

_BLANKS: Final = re.compile(r"[\s_\ufeff-]+")
_UNITS: Final = {"_kw": "kW", "_w": "W", "_a": "A"}


def folded(name: str) -> str:
    """A column's name without what does not make another word of it: case, underscores, hyphens and blanks.

    >>> folded("Charging_End "), folded("energy-kWh")
    ('chargingend', 'energykwh')
    """
    return _BLANKS.sub("", name).lower()


def misspelt(source: Source, schema: Table) -> dict[str, str]:
    """The columns that are a known one but for their spelling, with the name that they should have."""
    return dict(_misspelt(source.names, schema, source.label.startswith("sessions.")))


@lru_cache(maxsize=64)
def _misspelt(names: tuple[str, ...], schema: Table, of_list: bool) -> tuple[tuple[str, str], ...]:
    """Kept, since most tables have the columns of the one before: it took 40 us of each call."""
    known = {folded(name): name for name in schema.names}
    if of_list:
        del known["sessionid"]  # the items of a list column belong to the session that holds them
    strange = [name for name in names if name not in schema.names]
    return tuple((name, known[folded(name)]) for name in strange if folded(name) in known)


def missing_column(source: Source, name: str, schema: Table) -> Fault:
    """The fault of a required column that is not there, with the column that was probably meant."""
    strangers = _strangers(source.names, schema)
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


def missing_energy(source: Source, schema: Table) -> Fault:
    """The fault of a table without its energy."""
    fix = energy_hint(source, schema) or f"add a column `{schema.energy}_wh`, or rename the one that holds it"
    return _missing(source, f"a column `{schema.energy}_wh` or {schema.energy}_kwh", fix)


def energy_hint(source: Source, schema: Table) -> str:
    """How to rename the column that looks like the energy, never from one unit to another; "" where none does."""
    word = schema.energy
    other = "register" if word == "energy" else "energy"
    strangers = {key: name for key, name in _strangers(source.names, schema).items() if not key.startswith(other)}
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


def meant(name: str, names: Iterable[str], schema: Table) -> str:
    """How to rename the one of `names` that looks like the optional column `name`; "" where none does.

    >>> from rating.usage.schema import INTERVALS, SESSIONS
    >>> meant("connector", ["session_id", "conector"], SESSIONS)
    '`conector` looks like it: rename it to `connector`'
    >>> meant("current_a", ["current"], INTERVALS)
    '`current` looks like it: rename it to `current_a` if it holds A'
    """
    strangers = _strangers(names, schema)
    close = difflib.get_close_matches(folded(name), strangers, n=1, cutoff=0.7)
    if not close:
        return ""
    unit = next((f" if it holds {unit}" for end, unit in _UNITS.items() if name.endswith(end)), "")
    return f"`{strangers[close[0]]}` looks like it: rename it to `{name}`{unit}"


def _strangers(names: Iterable[str], schema: Table) -> dict[str, str]:
    """The columns that have no meaning in this table, not even misspelt, by their folded names."""
    known = {folded(name) for name in schema.names}
    return {folded(name): name for name in names if folded(name) not in known}
