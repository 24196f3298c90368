"""The table of accounts: which account has which plan, from when until when."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rating.errors import Fault, InputError, Place
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US, US_PER_DAY
from rating.usage.batch import Bool, Int32, Int64, UInt8
from rating.usage.columns import is_text
from rating.usage.identity import one_array
from rating.usage.instants import instant_from_text, read_instants
from rating.usage.names import as_text, offsets_of, read_names
from rating.usage.tables import to_source

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_REQUIRED = ("account", "plan", "from")
_FAULTS_TOLD = 20
_ASCII_END = 0x7F
WANT_MOMENT = "a date at the plan's place, or an instant with its offset"
_OFFSET = re.compile(r"(Z|[+-][0-9]{2}(:?[0-9]{2}){0,2})$")
_FIX_MOMENT = "write a date such as 2026-01-01, or an instant such as 2026-01-01T12:00:00+01:00"


class Moments(NamedTuple):
    """m moments: dates at some place, or instants."""

    is_date: UInt8  # (m,) 1: `value` is a local date, in days since 1970-01-01; else an instant in us UTC
    value: Int64  # (m,)
    given: UInt8  # (m,) 0: null


class AccountTable(NamedTuple):
    """m rows: each says that an account has a plan from a moment on, until another."""

    account: Any  # pyarrow string (m,)
    plan: Int32  # (m,) index into plan_names
    plan_names: tuple[str, ...]
    start: Moments
    end: Moments
    sound: Bool  # (m,) account, start and end of the row could be read
    faults: tuple[Fault, ...]  # of the other rows, to be told with those of the plans and spans


def read_accounts(data: Any) -> AccountTable:
    """Read a table with the columns account, plan, from and, if there is one, until.

    Faults of single rows are in the answer: by the plans more is found, and all is told at once.

    Raises: InputError where there is no such table.

    >>> table = read_accounts({"account": ["anna"], "plan": ["gold"], "from": ["2026-01-01"]})
    >>> table.plan_names, table.start.is_date.tolist(), table.end.given.tolist()
    (('gold',), [1], [0])
    """
    faults: list[Fault] = []
    source = to_source(data, "accounts", faults, only=(*_REQUIRED, "until"), empty=_REQUIRED)
    if source is None:
        raise InputError(faults)
    for name in _REQUIRED:
        if not source.has(name):
            got = ", ".join(source.names) or "no columns"
            want = f"a column `{name}`, for accounts have account, plan, from and, if they end, until"
            faults.append(Fault("missing_column", Place("accounts"), got, want, f"add `{name}`"))
    if faults:
        raise InputError(faults)
    account = _texts(source.column("account"), "account", faults)
    code, names = _names(source.column("plan"), "plan", faults)
    count = source.table.num_rows
    sound = account.is_valid().to_numpy(zero_copy_only=False).copy()
    start = _moments(source.column("from"), "from", faults, sound, required=True)
    end = _moments(source.column("until"), "until", faults, sound) if source.has("until") else _none(count)
    return AccountTable(account, code, names, start, end, sound, tuple(faults))


def _texts(column: Any, name: str, faults: list[Fault]) -> Any:
    """The column as text, null where it is blank; whole numbers are written as their digits."""
    if not _is_texts(column, name, faults):
        return pa.nulls(len(column), pa.string())
    values = one_array(as_text(column)).cast(pa.string())
    if _has_no_blanks(values):
        return values
    blank = pc.or_kleene(values.is_null(), _blank(values)).fill_null(True)
    _tell_blanks(blank.to_numpy(zero_copy_only=False), name, faults)
    return pc.if_else(blank, pa.scalar(None, pa.string()), values)


def _names(column: Any, name: str, faults: list[Fault]) -> tuple[Int32, tuple[str, ...]]:
    """As `_texts`, for a column of few different ones: (m,) index into them, -1 for null; and those."""
    if not _is_texts(column, name, faults):
        return np.full(len(column), -1, np.int32), ()
    code, names = read_names(as_text(column))
    blank = [place for place, each in enumerate(_blank(pa.array(names, pa.string())).to_pylist()) if each]
    code = np.where(np.isin(code, blank), np.int32(-1), code) if blank else code
    if len(code) and code.min() < 0:
        _tell_blanks(code < 0, name, faults)
    return code, names


def _is_texts(column: Any, name: str, faults: list[Fault]) -> bool:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if is_text(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind):
        return True
    fix = "cast the column to string"
    faults.append(Fault("column_type", Place("accounts"), f"{name} of type {kind}", "text or whole numbers", fix))
    return False


def _blank(texts: Any) -> Any:
    return pc.equal(pc.utf8_trim_whitespace(texts), "")


def _has_no_blanks(texts: Any) -> bool:
    """Whether each begins with a printed letter of ASCII, as most do: a tenth of what it takes to trim them."""
    if texts.null_count or not len(texts):
        return not len(texts)
    offset = offsets_of(texts)
    if not (offset[1:] > offset[:-1]).all():
        return False
    letter = np.frombuffer(texts.buffers()[2], np.uint8)[offset[:-1]]
    return bool(letter.min() > ord(" ") and letter.max() < _ASCII_END)


def _tell_blanks(blank: Bool, name: str, faults: list[Fault]) -> None:
    for row in _rows(blank):
        fault = Fault("null_value", _place(row), f"no {name}", f"the {name} of the row", f"fill `{name}` in")
        faults.append(fault)


def _moments(column: Any, name: str, faults: list[Fault], sound: Bool, required: bool = False) -> Moments:
    """The moments of a column; `sound` is no longer so where there is a fault."""
    count, kind = len(column), column.type
    if pa.types.is_null(kind):
        found = _none(count)
    elif pa.types.is_date(kind):
        days = one_array(column).cast(pa.date32())
        given = days.is_valid().to_numpy(zero_copy_only=False)
        value = days.cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        found = Moments(np.ones(count, np.uint8), value, given.astype(np.uint8))
    elif pa.types.is_timestamp(kind):
        found = _timestamps(column, kind, name, faults, sound)
    elif is_text(kind):
        found = _from_texts(one_array(column), name, faults, sound)
    else:
        sound[:] = False
        faults.append(Fault("column_type", Place("accounts"), f"{name} of type {kind}", WANT_MOMENT, _FIX_MOMENT))
        return _none(count)
    us = np.where(found.is_date != 0, found.value * US_PER_DAY, found.value)
    odd = (found.given != 0) & ((us < INSTANT_MIN_US) | (us > INSTANT_MAX_US))
    for row in _rows(odd):
        fix = "look at the year"
        faults.append(Fault("instant_range", _place(row), str(column[row]), f"`{name}` from 2000 to 2100", fix))
    fix = f"say from when on in `{name}`"
    missing = (found.given == 0) & required
    faults += [Fault("null_value", _place(row), f"no `{name}`", WANT_MOMENT, fix) for row in _rows(missing)]
    sound &= ~(odd | missing)
    return found


def _timestamps(column: Any, kind: Any, name: str, faults: list[Fault], sound: Bool) -> Moments:
    """Instants; without a zone they have to be midnights, and are dates, as data frames hold them."""
    values = read_instants(column).values
    given = one_array(column).is_valid().to_numpy(zero_copy_only=False).astype(np.uint8)
    if kind.tz is not None:
        return Moments(np.zeros(len(values), np.uint8), values, given)
    timed = (given != 0) & (values % US_PER_DAY != 0)
    faults += [_moment_fault(row, name, str(column[row])) for row in _rows(timed)]
    sound &= ~timed
    return Moments(np.ones(len(values), np.uint8), values // US_PER_DAY, given)


def _from_texts(texts: Any, name: str, faults: list[Fault], sound: Bool) -> Moments:
    """`texts` is a pyarrow array (m,); each different one is read once."""
    encoded = texts.dictionary_encode()
    code = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    found = _none(len(encoded.dictionary) + 1)
    for at, text in enumerate(encoded.dictionary.to_pylist()):
        if not text.strip():
            continue
        moment = _moment(text.strip())
        if moment is None:
            unread = code == at
            faults += [_moment_fault(row, name, text) for row in _rows(unread)]
            sound &= ~unread
            moment = 0, INSTANT_MIN_US  # not missing: one fault is enough
        found.is_date[at], found.value[at] = moment
        found.given[at] = 1
    return Moments(*(column[code] for column in found))


def _moment(text: str) -> tuple[int, int] | None:
    if len(text) == len("2026-01-01"):
        try:
            return 1, date.fromisoformat(text).toordinal() - _EPOCH_DAY
        except ValueError:
            return None
    us = instant_from_text(text) if _OFFSET.search(text.upper(), len("2026-01-01")) else None
    return None if us is None else (0, us)


def _moment_fault(row: int, name: str, text: str) -> Fault:
    without = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+", text.strip())
    fix = f"write its offset from UTC, such as {text.strip()}+01:00 or {text.strip()}Z, or the date alone"
    return Fault("moment", _place(row), f"{name}: {text}", WANT_MOMENT, fix if without else _FIX_MOMENT)


def _none(count: int) -> Moments:
    return Moments(np.zeros(count, np.uint8), np.zeros(count, np.int64), np.zeros(count, np.uint8))


def _rows(where: Any) -> list[int]:
    return [int(row) for row in np.flatnonzero(where)[:_FAULTS_TOLD]]


def _place(row: int) -> Place:
    return Place(f"accounts, row {row}")
