"""read_cdrs(): CDRs as text, files or parsed values -> one checked batch, and those that are refused."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

from rating.errors import Fault, Place, Refused
from rating.ocpi_json import Record, Values, read_records, record_of, values_of
from rating.usage.batch import UsageBatch
from rating.usage.ocpi.collect import Block, Codes, batch_of, block_of
from rating.usage.ocpi.objects import Loose, chunks_of
from rating.usage.ocpi.parse import parse_cdr
from rating.usage.ocpi.plain import GROUPS, PlainReader, Scan
from rating.usage.ocpi.session import session_of
from rating.usage.ocpi.tariffs import ChooseTariff
from rating.usage.ocpi.texts import Broken, Chunk, Data, open_text, split
from rating.usage.ocpi.words import Version
from rating.usage.ocpi.zones import site_zone

_TEXT_MAX_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class RefusedCdr:
    """A CDR that cannot be priced, with every fault of it. `id` None: it could not be read so far."""

    id: str | None
    place: Place
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class ReadCdrs:
    """Every CDR that came in is in the batch or refused. `extensions`: keys that OCPI does not know, and how often."""

    batch: UsageBatch
    refused: tuple[RefusedCdr, ...]
    extensions: Mapping[str, int] = field(default_factory=dict)


def read_cdrs(
    source: Any,
    choose: ChooseTariff,
    *,
    version: Version | None = None,
    time_zone: str | None = None,
    scan: Scan | None = None,
    threads: int | None = None,
) -> ReadCdrs:
    """Read CDRs: a path, JSON text (an object, a list, an OCPI response, an object a line), or parsed values.

    `choose` says by which tariff each is priced; `time_zone` is that of all sites, before what the CDRs say. `scan`
    reads plain CDRs fast (see `kernels.cdr_scan`); all others, and all where it is None, are read one by one.
    """
    reader = _Reader(choose, version, time_zone)
    for block in _blocks(source, reader, scan, threads or os.cpu_count() or 1):
        reader.blocks.append(block)
    batch = batch_of(reader.blocks, reader.tariffs, reader.zones)
    return ReadCdrs(batch, tuple(reader.refused), dict(reader.plain.extensions))


class _Reader:
    """Reads CDRs one by one, and keeps what was read and what was refused."""

    def __init__(self, choose: ChooseTariff, version: Version | None, time_zone: str | None) -> None:
        self.choose = choose
        self.version = version
        self.time_zone = time_zone
        self.tariffs = Codes()
        self.zones = Codes()
        self.plain = PlainReader(choose, self.tariffs, self.zones, version, time_zone)
        self.blocks: list[Block] = []
        self.refused: list[RefusedCdr] = []

    def one(self, record: Record) -> Iterator[Block]:
        """The session of a CDR; none where it is refused."""
        faults: list[Fault] = []
        block = self._session(record, faults)
        if block is not None:
            yield block
        else:
            named = record.value.get("id")
            self.refuse(named if isinstance(named, str) else None, record.place, faults)

    def _session(self, record: Record, faults: list[Fault]) -> Block | None:
        cdr = parse_cdr(record, faults, self.version)
        if cdr is None:
            return None
        if cdr.credit:
            want, fix = "a CDR of a session", "leave it out, and the CDR that it takes back as well"
            faults.append(Fault("cdr_credit", cdr.place.within("credit"), "true", want, fix))
        session = session_of(cdr, faults)
        tariff = self.choose(cdr.terms, faults)
        site = site_zone(self.time_zone, cdr.time_zone, cdr.country)
        if tariff is not None and tariff.needs_clock and site.zone is None:
            fix = "give the time zone of the site: time_zone=..., or time_zone in the location of the CDR"
            want = f"a time zone, which the tariff {tariff.id} needs"
            faults.append(Fault(Refused.TIME_ZONE.code, cdr.place, site.why, want, fix))
        if faults or session is None or tariff is None:
            return None
        self.plain.extensions.update(cdr.extensions)
        return block_of(cdr.id, session, self.tariffs.of(tariff.key), self.zones.of(site.zone or "UTC"))

    def text(self, data: bytes | str, place: Place) -> Iterator[Block]:
        """The sessions of a text of any form; `place` is that of its first value, where it is a part of a file."""
        faults: list[Fault] = []
        for record in read_records(data, place.source, faults, _TEXT_MAX_BYTES):
            yield from self.one(Record(record.value, _moved(record.place, place)))
        for fault in faults:
            moved = replace(fault, place=_moved(fault.place, place))
            self.refuse(None, moved.place, [moved])

    def value(self, value: object, place: Place) -> Iterator[Block]:
        """The session of a value that is parsed already."""
        faults: list[Fault] = []
        record = record_of(value, place, faults)
        if record is not None:
            yield from self.one(record)
        else:
            named = value.get("id") if isinstance(value, Mapping) else None
            self.refuse(named if isinstance(named, str) else None, place, faults)

    def refuse(self, cdr_id: str | None, place: Place, faults: list[Fault]) -> None:
        """Note a CDR that is not priced."""
        self.refused.append(RefusedCdr(cdr_id, place, tuple(faults)))


def _moved(place: Place, base: Place) -> Place:
    """A place within a part of a text, as a place in that text."""
    line = place.line if base.line is None else base.line
    joint = "." if base.path and place.path and not place.path.startswith("[") else ""
    return replace(place, line=line, path=f"{base.path}{joint}{place.path}")


def _blocks(source: Any, reader: _Reader, scan: Scan | None, threads: int) -> Iterator[Block]:
    if isinstance(source, bytes | bytearray | memoryview):
        yield from _of_text(bytes(source), "cdrs", reader, scan, threads)
    elif isinstance(source, str) and source.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        yield from _of_text(_encoded(source), "cdrs", reader, scan, threads)
    elif isinstance(source, str | PathLike):
        faults: list[Fault] = []
        data = open_text(source, faults)
        name = Path(source).as_posix()
        for fault in faults:
            reader.refuse(None, fault.place, [fault])
        if not faults:
            yield from _of_text(data, name, reader, scan, threads)
    else:
        faults = []
        values = values_of(source, Place("cdrs"), faults)
        for fault in faults:
            reader.refuse(None, fault.place, [fault])
        yield from _of_parts(_loose(values) if scan is None else chunks_of(values), reader, scan, threads)


def _loose(values: Values) -> Iterator[Loose]:
    for index, value in enumerate(values.items):
        yield Loose(value, values.place.within(index) if values.listed else values.place)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # half a character is refused where it is read


def _of_text(data: Data, source: str, reader: _Reader, scan: Scan | None, threads: int) -> Iterator[Block]:
    parts = None if scan is None else split(data, source)
    if parts is None:
        yield from reader.text(data[:], Place(source))
    else:
        yield from _of_parts(parts, reader, scan, threads)


def _of_parts(
    parts: Iterable[Chunk | Broken | Loose], reader: _Reader, scan: Scan | None, threads: int
) -> Iterator[Block]:
    """Chunks are scanned ahead by threads, which is done without the interpreter's lock; one alone needs no thread."""
    waiting: deque[tuple[Chunk | Broken | Loose, Future[Any] | None]] = deque()
    with ExitStack() as stack:
        pool: ThreadPoolExecutor | None = None
        for part in parts:
            if pool is None and waiting:
                pool = stack.enter_context(ThreadPoolExecutor(threads))
                waiting = deque((each, _job(each, pool, scan)) for each, _ in waiting)
            waiting.append((part, _job(part, pool, scan)))
            if len(waiting) > threads + 1:
                yield from _of_part(*waiting.popleft(), reader, scan)
        while waiting:
            yield from _of_part(*waiting.popleft(), reader, scan)


def _job(part: Chunk | Broken | Loose, pool: ThreadPoolExecutor | None, scan: Scan | None) -> Future[Any] | None:
    if pool is None or scan is None or not isinstance(part, Chunk):
        return None
    return pool.submit(scan, part.array, part.first, part.end, GROUPS)


def _of_part(
    part: Chunk | Broken | Loose, job: Future[Any] | None, reader: _Reader, scan: Scan | None
) -> Iterator[Block]:
    if isinstance(part, Loose):
        yield from reader.value(part.value, part.place)
    elif isinstance(part, Broken):
        yield from reader.text(part.text, part.place)
    else:
        assert scan is not None
        scanned = scan(part.array, part.first, part.end, GROUPS) if job is None else job.result()
        for found in reader.plain.read(part, scanned):
            if isinstance(found, Block):
                yield found
            elif part.values is None:
                yield from reader.text(part.text(found), part.place_of(found))
            else:
                yield from reader.value(part.values[found], part.place_of(found))
