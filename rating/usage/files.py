"""Tables from files: Parquet, CSV, and Arrow's own format (also called Feather), told apart by their suffix."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from rating.errors import Fault, Place

# What pyarrow and pandas raise for data that they cannot take. pa.ArrowException covers ArrowInvalid and its kin.
READ_ERRORS = (pa.ArrowException, TypeError, ValueError, OverflowError, KeyError, OSError, NotImplementedError)

# Read from CSV as text, and parsed by this room: a float would lose decimals, an integer the zeros of an id `007`.
TEXT_IN_CSV = (
    *("session_id", "tariff", "start", "end", "at", "charging_end", "activity", "time_zone"),
    *("energy_wh", "energy_kwh", "register_wh", "register_kwh"),
    *("evse_power_kw", "evse_power_w", "power_kw", "power_w", "current_a"),
    *("account", "membership", "evse", "connector", "payment_method", "tariff_type", "coupon"),
    *("reservation_start", "reservation_expired"),
)
# The same, of the tables that are not usage: there these names are no columns that travel along.
TEXT_IN_TABLE = {"accounts": ("plan", "from", "until"), "state": ("plan", "item", "name", "unit")}
_MARKS = {";": "`;`", "\t": "tabs", "|": "`|`"}  # what separates columns that commas do not
_HEADER_MAX_CHARS = 100_000
PARQUET, CSV, ARROW = "Parquet", "CSV", "Arrow IPC"
_KINDS = {PARQUET: (".parquet", ".pq"), CSV: (".csv",), ARROW: (".arrow", ".ipc", ".feather")}
_SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
_SUFFIXES = tuple(suffix for suffixes in _KINDS.values() for suffix in suffixes)


class FileTable(NamedTuple):
    """What a file holds. `untyped`: every value came as text (CSV); `names`: of all columns, also those left out."""

    table: pa.Table
    untyped: bool
    names: tuple[str, ...]


def read_file(
    path: str | os.PathLike[str], label: str, faults: list[Fault], only: Iterable[str] | None
) -> FileTable | None:
    """The table in a file. None with a Fault appended where it cannot be read.

    `only`: the columns that are wanted, of those that are there; None for all.
    """
    file = Path(path)
    fault = not_readable(file, label)
    if fault is not None:
        faults.append(fault)
        return None
    kind = kind_of(file)
    try:
        if kind == PARQUET:
            return _read_parquet(file, only)
        if kind == CSV:
            if wrong := other_separator(file, label):
                faults.append(wrong)
                return None
            return _read_csv(file, label)
        return _read_arrow(file, only)
    except READ_ERRORS as error:
        if kind == CSV and file.is_file():
            faults.append(_csv_fault(file, label, error, again=True))
        else:
            faults.append(damaged(file, label, error))
        return None


def kind_of(file: Path) -> str | None:
    """What a file holds by its suffix; None where it is none that can be read."""
    suffix = file.suffix.lower()
    return next((kind for kind, suffixes in _KINDS.items() if suffix in suffixes), None)


def not_readable(file: Path, label: str) -> Fault | None:
    """The fault of a path of another suffix, or where nothing is."""
    if file.suffix.lower() in _SPREADSHEETS:
        fix = "save it as CSV from the program that made it, with commas between columns and points in numbers"
        got = f"{file}, which is a spreadsheet"
        return Fault("file_suffix", Place(label), got, f"one of {', '.join(_SUFFIXES)}", fix)
    if kind_of(file) is None:
        fix = "rename the file, or read it yourself and pass the table"
        return Fault("file_suffix", Place(label), str(file), f"one of {', '.join(_SUFFIXES)}", fix)
    if not file.exists():
        fix = f"check the path; the working directory is {Path.cwd()}"
        return Fault("file_missing", Place(label), str(file), "a file that exists", fix)
    return None


def damaged(file: Path, label: str, error: Exception) -> Fault:
    """The fault of a file that cannot be read to its end."""
    if kind_of(file) == CSV and file.is_file():
        return _csv_fault(file, label, error)
    fix = "write the file again, or give it the suffix of what it holds"
    return Fault("file_damaged", Place(label), f"{file}: {one_line(error)}", f"a whole {kind_of(file)} file", fix)


def other_separator(file: Path, label: str) -> Fault | None:
    """The fault of a CSV file as spreadsheets write it where the comma is the sign of decimals: `;` between columns.

    It is told by the first line, before a reader finds every column missing, or decimals one column too many.
    """
    with file.open(encoding="utf-8", errors="replace") as lines:
        header = lines.readline(_HEADER_MAX_CHARS).strip("\ufeff\r\n")
    mark = max(_MARKS, key=header.count)
    if "," in header or mark not in header:
        return None
    want = "columns separated by commas, and decimals with a point, such as 3.3"
    fix = f"the file seems to be separated by {_MARKS[mark]}: save it with commas between columns and points in numbers"
    return Fault("file_separator", Place(label), f"{file}: {header[:60]}", want, fix)


def _read_parquet(file: Path, only: Iterable[str] | None) -> FileTable:
    import pyarrow.parquet as pq

    if file.is_dir():  # Spark writes a folder of this name
        table = pq.read_table(file)
        if table.num_columns == 0:
            raise ValueError("a folder without Parquet files")
        return _chosen(table, only)
    names = tuple(pq.read_schema(file).names)
    wanted = None if only is None else [name for name in only if name in names]
    return FileTable(pq.read_table(file, columns=wanted or None, partitioning=None), False, names)


def _chosen(table: pa.Table, only: Iterable[str] | None) -> FileTable:
    names = tuple(table.column_names)
    if only is not None and len(set(names)) == len(names):
        table = table.select([name for name in only if name in names])
    return FileTable(table, False, names)


def _csv_fault(file: Path, label: str, error: Exception, again: bool = False) -> Fault:
    """What is wrong with a CSV file, in plain words. Arrow says the line only where it reads in one thread: `again`."""
    try:
        if again:
            _read_csv(file, label, threads=False)
    except READ_ERRORS as found:
        error = found
    text = " ".join(str(error).split())
    row = re.search(r"Row #(\d+)", text)
    line = int(row[1]) if row else None
    where = f"{file}, line {line}" if line else str(file)
    count = re.search(r"Expected (\d+) columns, got (\d+)", text)
    if isinstance(error, UnicodeError) or "invalid UTF8" in text:
        return Fault("file_damaged", Place(label), f"{where}: text that is not UTF-8", "UTF-8", "save it as UTF-8")
    if count:
        with file.open(encoding="utf-8", errors="replace") as lines:
            header = lines.readline()
        mark = max(_MARKS, key=header.count)
        got = f"{where}: {count[2]} columns, where the first line has {count[1]}"
        fix = "separate the columns by commas, and put text that holds a comma or a line break in double quotes"
        if header.count(mark) > header.count(","):
            fix = f"the file seems to be separated by {_MARKS[mark]}: {fix}"
        return Fault("file_damaged", Place(label), got, "a CSV file with as many columns in each line", fix)
    fix = "write the file again, or give it the suffix of what it holds"
    return Fault("file_damaged", Place(label), f"{file}: {one_line(error)}", "a whole CSV file", fix)


def _read_csv(file: Path, label: str, threads: bool = True) -> FileTable:
    import pyarrow.csv as pacsv

    table = pacsv.read_csv(file, pacsv.ReadOptions(use_threads=threads), convert_options=csv_options(label))
    if any(pa.types.is_binary(field.type) for field in table.schema):  # what it makes of text that is not UTF-8
        raise UnicodeError
    return FileTable(table, True, tuple(table.column_names))


def csv_options(label: str, **more: Any) -> Any:
    """How values of a CSV file become columns: those that this room knows stay text."""
    import pyarrow.csv as pacsv

    texts = dict.fromkeys((*TEXT_IN_CSV, *TEXT_IN_TABLE.get(label, ())), pa.string())
    return pacsv.ConvertOptions(column_types=texts, null_values=[""], strings_can_be_null=True, **more)


def _read_arrow(file: Path, only: Iterable[str] | None) -> FileTable:
    # Not memory-mapped: a file that another program shortens would end this process, not raise.
    with pa.OSFile(str(file)) as source:
        try:
            table = pa.ipc.open_file(source).read_all()
        except pa.ArrowInvalid:  # the stream format has no footer
            source.seek(0)
            table = pa.ipc.open_stream(source).read_all()
    return _chosen(table, only)


def one_line(error: Any) -> str:
    """The first line of an exception's text, for a message.

    >>> one_line(ValueError("first\\nsecond"))
    'first'
    """
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:200]
