"""Tables into a folder: written under a temporary name, then renamed, so that a crash leaves nothing half-written."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyarrow import ArrowInvalid

from rating.errors import Fault, InputError, Place

FORMATS = ("parquet", "csv")
# What a rating may leave: with what a run without accounts does not write, that of an earlier run goes.
NAMES = ("sessions", "lines", "taxes", "rejected", "state")
RUN = "run.json"  # what a run in parts is of
PART = re.compile(r"(part|stray)-\d{5,}\.(parquet|csv)")  # a table in parts is a folder of files of these names


def write_tables(folder: str | Path, tables: dict[str, Any], format: str = "parquet") -> Path:
    """Write each table as `folder`/<name>.<format>; tables of an earlier run are replaced together.

    Raises: InputError where the folder holds other files, or cannot be written.
    """
    target = Path(folder)
    if format not in FORMATS:
        raise InputError([_fault(target, format, "the format parquet or csv", "name one of the two")])
    check_folder(target, tables)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise InputError(
            [_fault(target, str(error), "a folder that can be written", "choose another folder")]
        ) from error
    try:
        fresh.chmod(0o755)  # mkdtemp keeps others out, results are no secret among those who may read the folder
        for name, table in tables.items():
            _write(fresh / f"{name}.{format}", table, format)
        swap(fresh, target)
    except ArrowInvalid as error:
        got = f"{name}: {str(error).splitlines()[0]}"
        fix = "write Parquet, or cast the columns of bytes that travel along to text"
        raise InputError([_fault(target, got, "columns that can be written as text", fix)]) from error
    except OSError as error:
        raise InputError(
            [_fault(target, str(error), "room for the tables", "free some space, then run again")]
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def check_folder(target: Path, names: Iterable[str] = ()) -> None:
    """Refuse a folder that holds more than tables of an earlier run, each a file or a folder of its parts.

    Raises: InputError.
    """
    if not target.exists():
        return
    ours = {f"{name}.{ending}" for name in (*NAMES, *names) for ending in FORMATS}
    strange = "a file"
    if target.is_dir():
        inside = sorted(target.iterdir())
        mine = {*ours, RUN}
        unknown = [path.name for path in inside if path.name not in mine]
        unknown += [str(part.relative_to(target)) for path in inside if path.is_dir() for part in _no_parts(path)]
        if not unknown:
            return
        strange = f"a folder with {unknown[0]}"
    want = "a new folder, or one that holds nothing but tables of an earlier run"
    raise InputError([_fault(target, strange, want, "choose another folder, or move what is in it")])


def _no_parts(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() or not PART.fullmatch(path.name)]


def write_table(file: str | Path, table: Any) -> Path:
    """Write a table as the Parquet or CSV file of that name; a file of before is replaced by the whole of it.

    Raises: InputError where the name ends in neither, or the file cannot be written.
    """
    target = Path(file)
    format = target.suffix.lower().removeprefix(".")
    if format not in FORMATS:
        raise InputError([_fault(target, target.name, "a name that ends in .parquet or .csv", "name it so")])
    fresh = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        os.close(handle)
        fresh = Path(name)
        fresh.chmod(0o644)
        _write(fresh, table, format)
        fresh.replace(target)
    except OSError as error:
        want, fix = "a file that can be written", "choose another file"
        raise InputError([_fault(target, str(error), want, fix)]) from error
    finally:
        if fresh is not None:
            fresh.unlink(missing_ok=True)
    return target


def _write(path: Path, table: Any, format: str) -> None:
    if format == "parquet":
        import pyarrow.parquet as pq

        pq.write_table(table, path)
    else:
        from pyarrow import csv

        csv.write_csv(plain(table), path)
    sync(path)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def plain(table: Any) -> Any:
    """Dictionary columns as text: the CSV writer knows no dictionaries."""
    import pyarrow as pa

    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(field.type.value_type))
    return table


def swap(fresh: Path, target: Path) -> None:
    """Put the fresh folder in place. A crash between the renames leaves the old and the new tables, both whole."""
    if not target.exists():
        fresh.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    moved = old / "tables"
    try:
        target.rename(moved)
        fresh.rename(target)
    except BaseException:
        if moved.exists() and not target.exists():
            moved.rename(target)
        if not moved.exists():
            old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _fault(target: Path, got: str, want: str, fix: str) -> Fault:
    return Fault("output", Place(str(target)), got, want, fix)
