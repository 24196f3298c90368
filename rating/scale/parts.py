"""A run on disk: parts that are there whole or not at all, and where to go on after the last of them.

    out.partial/            while the run is at work, beside the folder `out` that it is for
      run.json              what the run is of
      parts/00000.json      a part that is whole: its files, what it adds up to, and where the next one begins
      tables/sessions.parquet/part-00000.parquet
      tables/rejected.parquet/stray-00000.parquet
                            intervals without a session, which come after all rejected sessions
      sort/                 what DuckDB keeps on disk

The files of a part are written under other names, flushed to the disk, and renamed; a part counts from the moment
at which its record is renamed. At the end `tables` becomes `out`, with a run.json of its own.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from rating.errors import Fault, InputError, Place
from rating.results.write import RUN, check_folder, swap, sync
from rating.scale.fingerprint import differences, refuse
from rating.scale.slices import Position
from rating.scale.sums import Sums, as_json, from_json

TABLES: Final = ("sessions", "lines", "taxes", "rejected")
STRAY: Final = "stray"  # rows of `rejected`, in files of their own behind those of all parts


class Found(NamedTuple):
    """So many parts are whole, what they add up to, and where the next one begins."""

    parts: int = 0
    sums: Sums = Sums()
    position: Position = Position()
    complete: bool = False


class Run:
    """One run, its lock, and its folders."""

    def __init__(self, folder: str | os.PathLike[str], format: str) -> None:
        self.folder = Path(folder)
        self.format = format
        self._target = Path(os.path.abspath(folder))
        self.work = self._target.with_name(f"{self._target.name}.partial")
        self._tables = self.work / "tables"
        self._records = self.work / "parts"
        self._lock: Any = None
        self._begun = False

    @property
    def shown(self) -> str:
        """The folder at work, as messages call it."""
        return f"{str(self.folder).rstrip('/')}.partial" if self.folder.name else str(self.work)

    def begin(self, what: dict[str, Any], resume: bool) -> Found:
        """Begin the run `what`, or go on with it.

        Raises: InputError where the folder holds other files, another process is at work on it, or the run that is
            to go on is of something else.
        """
        check_folder(self._target)
        done = _read(self._target / RUN) if resume else None
        if done is not None and not (self.work / RUN).exists():
            refuse(differences(self.folder, done, what))
        if done is not None and not differences(self.folder, done, what) and self._is_whole(done):
            self.remove()
            return Found(done["parts"], from_json(done["sums"]), complete=True)
        self._enter()
        before = _read(self.work / RUN) if resume else None
        if before is not None:
            refuse(differences(self.folder, before, what))
            self._begun = True
            return self._found()
        self.restart(what)
        return Found()

    def restart(self, what: dict[str, Any]) -> None:
        """Begin from the first row, whatever was there."""
        self._begun = True
        for path in self.work.iterdir():
            if path.name != "lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self._records.mkdir()
        for name in TABLES:
            (self._tables / f"{name}.{self.format}").mkdir(parents=True)
        _write_json(self.work / RUN, what)

    def way(self) -> str | None:
        """Which way the files of the run go, where that was found out."""
        found = _read(self.work / "way.json")
        return None if found is None else str(found["way"])

    def set_way(self, way: str) -> None:
        """Keep it for the time after a kill: parts of two ways do not mix."""
        _write_json(self.work / "way.json", {"way": way})

    def commit(self, part: int, files: dict[str, int], sums: Sums, behind: Position) -> None:
        """The part is whole: its files are on the disk under their names."""
        record = {"files": files, "sums": as_json(sums), "behind": list(behind)}
        _write_json(self._records / f"{part:05}.json", record)

    def path(self, table: str, part: int, kind: str = "part") -> Path:
        """Where the file of a table in a part lies."""
        return self._tables / f"{table}.{self.format}" / f"{kind}-{part:05}.{self.format}"

    def finish(self, what: dict[str, Any], found: Found) -> dict[str, Path]:
        """Put the tables in place of those of an earlier run; where each table is now: a file, or a folder of parts.

        Raises: InputError where the folder holds other files by now, which were deleted with those tables: a run takes
            hours.
        """
        check_folder(self._target)
        if found.parts == 1:
            for name in TABLES:
                self._single(name)
        files = {path: path.stat().st_size for path in self._tables.rglob("*") if path.is_file()}
        sizes = {str(path.relative_to(self._tables)): size for path, size in files.items()}
        done = {"parts": found.parts, "sums": as_json(found.sums), "files": sizes}
        _write_json(self._tables / RUN, {**what, **done})
        sync(self._tables)
        swap(self._tables, self._target)
        sync(self._target.parent)
        self.remove()
        return self.files()

    def files(self) -> dict[str, Path]:
        """Where each table is once the run is complete."""
        return {name: self.folder / f"{name}.{self.format}" for name in TABLES}

    def _is_whole(self, done: dict[str, Any]) -> bool:
        """Whether all files of a run that is complete are still there."""
        files = {self._target / name: size for name, size in done["files"].items()}
        return all(path.is_file() and path.stat().st_size == size for path, size in files.items())

    def remove(self) -> None:
        """Leave nothing of the folder at work."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.leave()

    def keep(self) -> str:
        """End here. Where parts are whole they stay, and the words say where; else nothing is left."""
        parts = len(list(self._records.glob("?????.json"))) if self._begun else 0
        if self._begun and not parts:
            self.remove()
        self.leave()
        these = "the part that is finished is" if parts == 1 else f"the {parts} parts that are finished are"
        return f"{these} in {self.shown}" if parts else ""

    def leave(self) -> None:
        """Let another process go on."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _enter(self) -> None:
        if self.work.exists() and not (self.work / "lock").exists() and any(self.work.iterdir()):
            want = "no other files in the folder in which the run is at work"
            fix = "choose another folder, or move what is in it"
            raise InputError([Fault("output", Place(str(self.folder)), f"a folder {self.shown}", want, fix)])
        self.work.mkdir(parents=True, exist_ok=True)
        self._lock = (self.work / "lock").open("w")
        if not _locked(self._lock):
            self.leave()
            fix = "wait until it has ended, or choose another folder"
            got = "another run at work on it"
            raise InputError([Fault("output", Place(str(self.folder)), got, "one run at a time in a folder", fix)])

    def _found(self) -> Found:
        """The parts that are whole, one after the other from the first; what lies behind them is deleted."""
        found = Found()
        kept: set[Path] = set()
        while (record := _read(self._records / f"{found.parts:05}.json")) is not None:
            files = {self._tables / name: size for name, size in record["files"].items()}
            if any(not path.is_file() or path.stat().st_size != size for path, size in files.items()):
                break
            kept |= {*files, self._records / f"{found.parts:05}.json"}
            found = Found(found.parts + 1, found.sums + from_json(record["sums"]), Position(*record["behind"]))
        for name in TABLES:
            folder = self._tables / f"{name}.{self.format}"
            if folder.is_file():
                folder.unlink()
            folder.mkdir(parents=True, exist_ok=True)
        for path in [*self._records.glob("*"), *self._tables.rglob("*")]:
            if path.is_file() and path not in kept:
                path.unlink()
        return found

    def _single(self, table: str) -> None:
        """A table of one part as one file."""
        folder = self._tables / f"{table}.{self.format}"
        part, stray = self.path(table, 0), self.path(table, 0, STRAY)
        whole = self._tables / f"{table}.whole"
        if stray.exists():
            _join(part, stray, whole, self.format)
            sync(whole)
        else:
            part.rename(whole)
        shutil.rmtree(folder)
        whole.rename(folder)


def _join(part: Path, stray: Path, whole: Path, format: str) -> None:
    """Two files of one table as one."""
    if format == "csv":
        with whole.open("wb") as out:
            out.write(part.read_bytes())
            out.write(stray.read_bytes().partition(b"\n")[2])
        return
    import pyarrow.parquet as pq

    pq.write_table(pa.concat_tables([pq.read_table(part), pq.read_table(stray)]), whole)


def _write_json(path: Path, value: Any) -> None:
    fresh = path.with_name(f".{path.name}")
    fresh.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sync(fresh)
    fresh.rename(path)
    sync(path.parent)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _locked(file: Any) -> bool:
    """Whether nobody else holds the lock; it is let go when this process ends, however that comes about."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
