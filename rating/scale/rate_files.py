"""rate_files(): files in, a folder of tables out, in memory that does not grow with them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from rating.engine import check_options, rate_batch
from rating.errors import Fault, InputError, Place, SessionError
from rating.results.rated import Rated
from rating.results.write import FORMATS, write_tables
from rating.scale.files import Paths
from rating.scale.fingerprint import fingerprint
from rating.scale.part_writer import PartWriter
from rating.scale.parts import STRAY, Found, Run
from rating.scale.rated_files import Progress, RatedFiles
from rating.scale.slices import OutOfOrderError, Sizes, Slice
from rating.scale.sort import Sorting
from rating.scale.sums import Sums, sums_of
from rating.scale.threads import Behind, ahead
from rating.scale.ways import OTHERWISE, WHOLE, Tables, open_tables
from rating.tariff.model import Tariffs

_FAULTS_MAX: Final = 10_000  # that on_error="raise" gathers before it raises them
_HELD: Final = 1  # slices that wait before a step; one more is at work in each

_FULL: Final = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)

SIZES: Final = Sizes()


class _Job(NamedTuple):
    """What a run does with its slices."""

    tariffs: Tariffs
    tables: Tables
    sizes: Sizes
    threads: int | None
    on_error: str
    progress: Callable[[Progress], None]


def rate_files(
    tariffs: Tariffs,
    sessions: Paths,
    intervals: Paths | None = None,
    out: str | os.PathLike[str] = "out",
    *,
    readings: Paths | None = None,
    accounts: Any = None,
    state: Any = None,
    format: Literal["parquet", "csv"] = "parquet",
    on_error: Literal["collect", "raise"] = "collect",
    threads: int | None = None,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
    sizes: Sizes = SIZES,
) -> RatedFiles:
    """Price the sessions in files of any size, into tables in a folder: the same tables that `rate` gives.

    Reading, rating and writing go on at the same time, in less than 1 GiB, where sessions and their intervals (or
    readings) are in ascending order of session_id; in any other order they are sorted on disk by DuckDB. Sessions with
    accounts or coupons count in the order of their starts, and are rated at once, in memory.

    Args:
        tariffs: what `load_tariffs` gave.
        sessions: a Parquet, CSV or Arrow file, a pattern, a folder, or a list of files, with the columns that `rate`
            takes.
        intervals: the same.
        out: the folder for the tables. `sessions.parquet` and the others are a file each, or where the run has more
            than one part a folder of that name, which readers of Parquet take as one table. They replace those of an
            earlier run when all of them are there; until then the run is in `out.partial`.
        readings: instead of intervals.
        accounts: as for `rate`.
        state: as for `rate`.
        format: "parquet" or "csv".
        on_error: "raise" writes nothing, and raises `SessionError` with every refused session (at most 10,000).
        threads: how many threads price.
        resume: go on with a run that was interrupted, after the last part that is whole.
        progress: is told after each slice how far the run is.
        sizes: after how many rows slices and parts end; the tables are the same whatever they are.

    Raises:
        InputError: where files cannot be read or written, or the run that is to be resumed is of something else.

    >>> import tempfile, pyarrow.parquet, rating
    >>> folder = tempfile.TemporaryDirectory()
    >>> table = {"session_id": ["S-1"], "tariff": ["per-kwh"], "energy_kwh": ["12.5"],
    ...     "start": ["2026-03-02T10:00:00+01:00"], "end": ["2026-03-02T11:30:00+01:00"]}
    >>> pyarrow.parquet.write_table(pyarrow.table(table), f"{folder.name}/sessions.parquet")
    >>> tariffs = rating.load_tariffs("tariffs/per-kwh.yaml")
    >>> done = rate_files(tariffs, f"{folder.name}/sessions.parquet", out=f"{folder.name}/out")
    >>> done.sessions, done.by_currency[0].gross
    (1, Decimal('4.880000'))
    >>> folder.cleanup()
    """
    check_options(tariffs, on_error, threads)
    _check(format, sizes)
    tables = open_tables(sessions, intervals, readings)
    _check_inputs(out, tables)
    options: dict[str, Any] = {"format": format, "on_error": on_error, "sizes": list(sizes)}
    options |= {"accounts": _told(accounts), "state": _told(state)}
    what, stamps = fingerprint(tariffs, tables.labels, options), tables.stamps()
    run = Run(out, format)
    with _endings(run):
        found = run.begin(what, resume)
        if found.complete:
            return RatedFiles(run.folder, run.files(), found.parts, found.sums)
        way = run.way() or tables.way(accounts is not None or state is not None, sizes)
        if way == WHOLE:
            return _at_once(tariffs, tables, run, accounts, state, on_error, threads)
        tables = tables.settled()
        tables.check()
        run.set_way(way)
        job = _Job(tariffs, tables, sizes, threads, on_error, progress or (lambda _: None))
        try:
            found = _in_parts(job, run, way, found)
        except OutOfOrderError:
            way = OTHERWISE[way]
            run.restart(what)
            run.set_way(way)
            found = _in_parts(job, run, way, Found())
        if not found.parts:  # there is no row at all
            return _at_once(tariffs, tables, run, accounts, state, on_error, threads)
        if tables.stamps() != stamps:
            raise InputError([_changed(out, tables)])
        return RatedFiles(run.folder, run.finish(what, found), found.parts, found.sums)


def _at_once(
    tariffs: Tariffs, tables: Tables, run: Run, accounts: Any, state: Any, on_error: Any, threads: int | None
) -> RatedFiles:
    """Rate everything in memory, as `rate` does."""
    batch = tables.all_usage()
    rated = rate_batch(tariffs, batch, accounts=accounts, state=state, on_error=on_error, threads=threads)
    written = rated.written
    write_tables(run.folder, written, run.format)
    run.remove()
    rows = max(table.num_rows for table in batch.source.values())
    files = {name: run.folder / f"{name}.{run.format}" for name in written}
    return RatedFiles(run.folder, files, 1, sums_of(rated, rows), rated)


def _in_parts(job: _Job, run: Run, way: str, found: Found) -> Found:
    """Rate the rest of a run, part by part."""
    writer = _Parts(run, job, found)
    faults: list[Fault] = []
    sorting = Sorting(run.work / "sort", job.threads, [])
    slices = job.tables.slices(way, job.sizes, found.position, sorting)
    with ahead(slices, _HELD, sorting.halt) as cuts, writer.behind() as behind:
        for cut in cuts:
            batch = job.tables.usage(cut)
            try:
                rated = rate_batch(job.tariffs, batch, on_error=job.on_error, threads=job.threads)  # type: ignore[arg-type]
            except SessionError as error:
                faults.extend(error.faults)
                if len(faults) >= _FAULTS_MAX:
                    break
            else:
                if not faults:
                    behind.put((cut, rated, len(batch.stray)))
            job.progress(Progress(max(cut.behind.meter, 0), job.tables.rows))
    if faults:
        raise SessionError(faults[:_FAULTS_MAX])
    return writer.found


class _Parts:
    """Writes what slices give, and closes a part where it is full."""

    def __init__(self, run: Run, job: _Job, found: Found) -> None:
        self.found = found
        self._run, self._job = run, job
        self._part: PartWriter | None = None
        self._sums = Sums()
        self._behind = found.position

    @contextmanager
    def behind(self) -> Iterator[Behind[tuple[Slice, Rated, int]]]:
        """A thread that writes; when the block ends all is written, or where it fails nothing of the last part."""
        thread = Behind(self._write, _HELD)
        try:
            yield thread
            thread.end()
            self._close()
        except BaseException:
            thread.drop()
            if self._part is not None:
                self._part.drop()
            raise

    def _write(self, item: tuple[Slice, Rated, int]) -> None:
        cut, rated, strays = item
        if self._part is None:
            self._part = PartWriter(self._run, self.found.parts)
        kept = rated.rejected.num_rows - strays
        tables = {(name, "part"): table for name, table in rated.tables.items()}
        tables["rejected", "part"] = rated.rejected.slice(0, kept)
        if strays:
            tables["rejected", STRAY] = rated.rejected.slice(kept)
        self._part.write(tables)
        rows = cut.behind.meter - self._behind.meter
        self._sums += sums_of(rated, rows)
        self._behind = cut.behind
        begun, sizes = self.found.position, self._job.sizes
        full = self._behind.meter - begun.meter >= sizes.part_meter
        if full or self._behind.sessions - begun.sessions >= sizes.part_sessions:
            self._close()

    def _close(self) -> None:
        if self._part is None:
            return
        files = self._part.close()
        self._run.commit(self._part.part, files, self._sums, self._behind)
        self.found = Found(self.found.parts + 1, self.found.sums + self._sums, self._behind)
        self._part, self._sums = None, Sums()


@contextmanager
def _endings(run: Run) -> Iterator[None]:
    """Whatever ends a run: what is whole stays, and the message says where; where nothing is, nothing is left."""
    try:
        yield
    except SessionError:
        run.remove()
        raise
    except InputError as error:
        kept = run.keep()
        if not kept:
            raise
        raise InputError([replace(fault, fix=f"{fault.fix}; {kept}") for fault in error.faults]) from error
    except OSError as error:
        kept = run.keep()
        full = error.errno in _FULL or "No space left" in str(error)
        want = "room for the tables" if full else "a folder that can be written"
        fix = "free some space, then run again" if full else "choose another folder, or mend it and run again"
        fix = f"{fix} with resume; {kept}" if kept else fix
        raise InputError([Fault("output", Place(str(run.folder)), str(error), want, fix)]) from error
    except BaseException:
        run.keep()
        raise


def _check(format: str, sizes: Sizes) -> None:
    faults = []
    if format not in FORMATS:
        faults.append(Fault("output", Place("format"), str(format), "the format parquet or csv", "name one of the two"))
    if min(sizes[:-1]) < 1:
        faults.append(Fault("sizes", Place("sizes"), str(min(sizes)), "numbers from 1", "leave them out"))
    if faults:
        raise InputError(faults)


def _check_inputs(out: str | os.PathLike[str], tables: Tables) -> None:
    """Refuse to write where an input lies: results replace what is in their folder."""
    target = Path(out).resolve()
    for path in (path for files in tables.labels for path in files.paths):
        if target in path.resolve().parents or target == path.resolve():
            want = "a folder without the input, for results replace what is in theirs"
            raise InputError([Fault("output", Place(str(out)), f"the folder of {path}", want, "choose another folder")])


def _changed(out: str | os.PathLike[str], tables: Tables) -> Fault:
    names = ", ".join(str(path) for files in tables.labels for path in files.paths)
    fix = "run again when nobody writes to them"
    return Fault("file_changed", Place(str(out)), names, "files that stay as they are while they are read", fix)


def _told(table: Any) -> str | None:
    """What a run keeps of a table of accounts or a state: a rating with one is at once, and never gone on with."""
    return None if table is None else str(table) if isinstance(table, str | os.PathLike) else type(table).__name__
