"""Index files: market prices by the quarter, half or whole hour -> `spot.Index`. Faults are collected, never raised.

A file is CSV or Parquet with a column `start` (instants with their offset) and one of `price_per_kwh` and
`price_per_mwh`, optionally `end`. Without ends a price lasts up to the next start where that is 15, 30 or 60 minutes
later (where that is longer than before, the next step must be as long), else as long as the one before it; what
follows is a gap.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from rating.errors import Fault, Place
from rating.tariff.spot import Index
from rating.units import INDEX_MAX_NANO, INSTANT_MAX_US, INSTANT_MIN_US, US_PER_H, US_PER_MIN

SUFFIXES = (".csv", ".parquet")
STEPS_US = (15 * US_PER_MIN, 30 * US_PER_MIN, US_PER_H)
# The columns of a price, with the decimals of a thousand-millionth a kWh.
PRICES = {"price_per_kwh": 9, "price_per_mwh": 6}
FAULTS_MAX = 20  # of one file

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_DECIMAL = re.compile(r"(-?)([0-9]{1,13})(?:[.]([0-9]+))?")
_WANT_INSTANT = "an instant with its offset, such as 2026-03-01T00:00:00+01:00"
_WANT_PRICE = "a decimal, such as 0.0834 or -0.01"

Rows = dict[str, list[Any]]


class SemicolonsError(ValueError):
    """A CSV file as spreadsheets write it where the comma is the sign of decimals."""


def read_index(path: Path, name: str, faults: list[Fault]) -> Index | None:
    """The index of a file, or None where it has faults."""
    place = Place(path.as_posix())
    try:
        rows = _from_csv(path) if path.suffix == ".csv" else _from_parquet(path)
    except SemicolonsError as error:
        fix = "separate the columns by commas, and write the decimals of prices with a point"
        faults.append(Fault("index_file", place, str(error), "columns separated by commas, not by semicolons", fix))
        return None
    except Exception as error:  # neither has pyarrow one exception for what it cannot read, nor csv
        got = str(error).splitlines()[0] if str(error) else type(error).__name__
        want, fix = "a CSV or Parquet file that can be read", "look at the file, and at who may read it"
        faults.append(Fault("index_file", place, got, want, fix))
        return None
    return _index(name, rows, place, faults)


def index_of_table(table: Any, name: str, faults: list[Fault]) -> Index | None:
    """The index of a table in memory, any Arrow-compatible one or a dict of columns, or of the file of a path."""
    import pyarrow as pa

    if isinstance(table, str | os.PathLike):
        return _index_of_path(Path(table), name, faults)
    place = Place(f"indexes {name}")
    try:
        rows = {name: column.to_pylist() for name, column in _columns(pa.table(table))}
    except (pa.ArrowException, TypeError, ValueError) as error:
        got = str(error).splitlines()[0] if isinstance(table, dict) else f"an object of type {type(table).__name__}"
        want = "a table with the columns start and price_per_kwh, or the path of a CSV or Parquet file"
        fix = "give a pyarrow.Table, a data frame, a dict of columns or a path"
        faults.append(Fault("index_file", place, got, want, fix))
        return None
    return _index(name, rows, place, faults)


def _index_of_path(path: Path, name: str, faults: list[Fault]) -> Index | None:
    if path.suffix not in SUFFIXES or not path.is_file():
        want = f"a file that exists, with the ending {' or '.join(SUFFIXES)}"
        fix = f"check the path; the working directory is {Path.cwd()}"
        faults.append(Fault("index_file", Place(f"indexes {name}"), str(path), want, fix))
        return None
    return read_index(path, name, faults)


def _from_csv(path: Path) -> Rows:
    """All columns as the texts that they are: no number passes through a float, and pyarrow is not loaded."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = [row for row in csv.reader(file, strict=True) if row]
    if not table:
        return {}
    if len(table[0]) == 1 and ";" in table[0][0]:
        raise SemicolonsError(f"{table[0][0]}, one column")
    for number, row in enumerate(table):
        if len(row) != len(table[0]):
            raise ValueError(f"{len(row)} values in row {number - 1}, where there are {len(table[0])} columns")
    return {name.strip(): [value or None for value in rest] for name, *rest in zip(*table, strict=True)}


def _from_parquet(path: Path) -> Rows:
    from pyarrow import parquet

    return {name: column.to_pylist() for name, column in _columns(parquet.read_table(path))}


def _columns(table: Any) -> list[tuple[str, Any]]:
    """The named columns, instants to the microsecond; of nanoseconds Python has no value."""
    import pyarrow as pa

    found = []
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", column.type.tz))
        found.append((name.strip(), column))
    return found


def _index(name: str, rows: Rows, place: Place, faults: list[Fault]) -> Index | None:
    own: list[Fault] = []
    prices = [column for column in PRICES if column in rows]
    if "start" not in rows or len(prices) != 1:
        got = f"the columns {', '.join(rows)}" if rows else "no columns"
        want = "a column start, and one of price_per_kwh and price_per_mwh"
        fix = "delete one of the two prices" if len(prices) == 2 else "name the columns so"
        faults.append(Fault("index_columns", place, got, want, fix))
        return None
    starts = _read(rows, "start", _instant_us, _WANT_INSTANT, place, own)
    nanos = _read(rows, prices[0], lambda value: _nano(value, PRICES[prices[0]]), _want_price(prices[0]), place, own)
    ends = _read(rows, "end", _instant_us, _WANT_INSTANT, place, own) if "end" in rows else None
    if not starts:
        own.append(Fault("index_empty", place, "no rows", "at least one price", "put prices there, or name another"))
    if not own:
        _check_order(starts, place, own)
    if not own:
        found = _lengths(starts) if ends is None else ends
        _check_ends(starts, found, ends is None, place, own)
        if not own:
            return Index(name, tuple(zip(starts, found, nanos, strict=True)))
    if len(own) > FAULTS_MAX:
        more = f"{len(own)} faults"
        own[FAULTS_MAX:] = [Fault("too_many", place, more, f"fewer than {FAULTS_MAX}", "begin with those above")]
    faults += own
    return None


def _want_price(column: str) -> str:
    return f"{_WANT_PRICE}, of at most {PRICES[column]} decimals and a million a kWh"


def _read(
    rows: Rows, column: str, read: Callable[[Any], int | None], want: str, place: Place, faults: list[Fault]
) -> list[int]:
    found = []
    for number, value in enumerate(rows[column]):
        as_read = read(value)
        if as_read is None:
            got = "(nothing)" if value is None else str(value)
            at = Place(place.source, row=number, path=column)
            faults.append(Fault("index_value", at, got, want, "correct it, or delete the row"))
            as_read = 0
        found.append(as_read)
    return found


def _instant_us(value: Any) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        if not _INSTANT.fullmatch(text):
            return None
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    instant_us = (value - _EPOCH) // _US
    return instant_us if INSTANT_MIN_US <= instant_us <= INSTANT_MAX_US else None


def _nano(value: Any, decimals: int) -> int | None:
    """A price in nano a kWh; a float means the shortest decimal that reads as it."""
    if isinstance(value, float | Decimal | int) and not isinstance(value, bool):
        value = format(Decimal(repr(value) if isinstance(value, float) else value), "f")
    found = _DECIMAL.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    sign, whole, fraction = found.group(1), found.group(2), (found.group(3) or "").rstrip("0")
    if len(fraction) > decimals:
        return None
    nano = int(whole + fraction.ljust(decimals, "0"))
    return None if nano > INDEX_MAX_NANO else -nano if sign else nano


def _check_order(starts: list[int], place: Place, faults: list[Fault]) -> None:
    for number in range(1, len(starts)):
        if starts[number] <= starts[number - 1]:
            twice = starts[number] == starts[number - 1]
            want = "a start that no other row has" if twice else "a start after the one of the row before"
            fix = "delete one of the two" if twice else "sort the rows by start"
            at = Place(place.source, row=number, path="start")
            faults.append(Fault("index_order", at, instant_text(starts[number]), want, fix))


def _lengths(starts: list[int]) -> list[int]:
    """The end of each price, by the starts alone.

    A longer step than the one before it counts where the next one is as long: among quarters of an hour, a half is one
    quarter that is missing. A price that stands alone is that of an hour.
    """
    steps = [after - before for before, after in pairwise(starts)]
    length = min((step for step in steps[:2] if step in STEPS_US), default=US_PER_H)
    ends = []
    for number, start_us in enumerate(starts):
        step, following = (*steps[number : number + 2], 0, 0)[:2]
        if step in STEPS_US and (step <= length or step == following):
            length = step
        ends.append(start_us + length)
    return ends


def _check_ends(starts: list[int], ends: list[int], guessed: bool, place: Place, faults: list[Fault]) -> None:
    for number, (start_us, end_us) in enumerate(zip(starts, ends, strict=True)):
        following = starts[number + 1] if number + 1 < len(starts) else INSTANT_MAX_US + US_PER_H
        if start_us < end_us <= following:
            continue
        at = Place(place.source, row=number, path="start" if guessed else "end")
        if guessed:
            got = f"{instant_text(start_us)}, then {instant_text(following)}"
            want = "a next start that is 15, 30 or 60 minutes later, or further away"
            faults.append(Fault("index_step", at, got, want, "correct the start, or add a column `end`"))
        else:
            want = "an end after its start, and not after the next start"
            faults.append(Fault("index_end", at, instant_text(end_us), want, "correct the end"))


def instant_text(instant_us: int) -> str:
    """An instant as it is written in UTC.

    >>> instant_text(1_772_319_600_000_000)
    '2026-02-28T23:00:00Z'
    """
    return (_EPOCH + timedelta(microseconds=instant_us)).isoformat().replace("+00:00", "Z")
