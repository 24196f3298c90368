"""read_cdrs(): CDRs as text, files or parsed values -> one checked batch, and those that are refused."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

from rating.errors import Fault, Place, Refused
from rating.ocpi_json import Record, read_records, records_of
from rating.usage.batch import UsageBatch
from rating.usage.ocpi.collect import Block, Codes, batch_of, block_of
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
        tariff = self.choose(cdr, faults)
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

    def item(self, data: bytes, place: Place) -> Iterator[Block]:
        """The session of an item of a list, which is an object: no list, and no response."""
        yield from self.text(b"[" + data + b"]", place)

    def refuse(self, cdr_id: str | None, place: Place, faults: list[Fault]) -> None:
        """Note a CDR that is not priced."""
        self.refused.append(RefusedCdr(cdr_id, place, tuple(faults)))


def _moved(place: Place, base: Place) -> Place:
    """A place within a part of a text, as a place in that text: of a line, or of the only item of a list."""
    if base.path:
        return Place(place.source, path=base.path + place.path.removeprefix("[0]"))
    return place if base.line is None else replace(place, line=base.line)


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
        for record in records_of(source, Place("cdrs"), faults):
            yield from reader.one(record)
        for fault in faults:
            reader.refuse(None, fault.place, [fault])


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # half a character is refused where it is read


def _of_text(data: Data, source: str, reader: _Reader, scan: Scan | None, threads: int) -> Iterator[Block]:
    parts = None if scan is None else split(data, source)
    if parts is None or scan is None:
        yield from reader.text(data[:], Place(source))
        return
    # Chunks are scanned ahead by threads, which is done without the interpreter's lock.
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[tuple[Chunk | Broken, Future[Any] | None]] = deque()
        for part in parts:
            job = pool.submit(scan, part.array, part.first, part.end, GROUPS) if isinstance(part, Chunk) else None
            waiting.append((part, job))
            if len(waiting) > threads + 1:
                yield from _of_part(*waiting.popleft(), source, reader)
        while waiting:
            yield from _of_part(*waiting.popleft(), source, reader)


def _of_part(part: Chunk | Broken, job: Future[Any] | None, source: str, reader: _Reader) -> Iterator[Block]:
    if isinstance(part, Broken) or job is None:
        assert isinstance(part, Broken)
        yield from reader.text(part.text, Place(source, line=part.line))
        return
    for found in reader.plain.read(part, job.result()):
        if isinstance(found, Block):
            yield found
        else:
            place = part.place_of(found)
            yield from (reader.text if part.path is None else reader.item)(part.text(found), place)
