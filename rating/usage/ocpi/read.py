"""read_cdrs(): CDRs as text, files or parsed values -> one checked batch, and those that are refused."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rating.errors import Fault, Place, Refused
from rating.ocpi_json import Record
from rating.usage.batch import UsageBatch
from rating.usage.ocpi.collect import Block, Codes, batch_of, block_of
from rating.usage.ocpi.objects import Loose, chunks_of, loose
from rating.usage.ocpi.parse import parse_cdr
from rating.usage.ocpi.plain import GROUPS, PlainReader, Scan
from rating.usage.ocpi.records import Found, each_of_text, of_item, of_record, of_text, of_values, text_of, values_of
from rating.usage.ocpi.session import session_of
from rating.usage.ocpi.tariffs import ChooseTariff
from rating.usage.ocpi.texts import Broken, Chunk, Data, split
from rating.usage.ocpi.words import Version
from rating.usage.ocpi.zones import site_zone

_CORES = os.cpu_count() or 1
Part: TypeAlias = "Chunk | Broken | Loose"


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
    for block in _blocks(source, reader, scan, threads or _CORES):
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

    def take(self, found: Iterable[Found]) -> Iterator[Block]:
        """The sessions of CDRs; those that are none are refused."""
        for each in found:
            if isinstance(each, Record):
                yield from self.one(each)
            else:
                self.refuse(each.id, each.place, each.faults)

    def refuse(self, cdr_id: str | None, place: Place, faults: Iterable[Fault]) -> None:
        """Note a CDR that is not priced."""
        self.refused.append(RefusedCdr(cdr_id, place, tuple(faults)))


def _blocks(source: Any, reader: _Reader, scan: Scan | None, threads: int) -> Iterator[Block]:
    faults: list[Fault] = []
    text = text_of(source, faults)
    if text is None:
        yield from _of_values(source, reader, scan, threads)
    elif faults:
        reader.refuse(None, faults[0].place, faults)
    else:
        yield from _of_text(*text, reader, scan, threads)


def _of_values(source: Any, reader: _Reader, scan: Scan | None, threads: int) -> Iterator[Block]:
    """Parsed values, which are scanned as the text that they stand for; the odd ones are read as they are."""
    values = values_of(source, Place("cdrs"))
    yield from _of_parts(loose(values) if scan is None else chunks_of(values), reader, scan, threads)


def _of_text(data: Data, source: str, reader: _Reader, scan: Scan | None, threads: int) -> Iterator[Block]:
    parts = None if scan is None else split(data, source)
    if parts is None:
        yield from reader.take(each_of_text(data, source))
    else:
        yield from _of_parts(parts, reader, scan, threads)


def _of_parts(parts: Iterable[Part], reader: _Reader, scan: Scan | None, threads: int) -> Iterator[Block]:
    """Chunks are scanned ahead by threads, which is done without the interpreter's lock; one alone needs no thread."""
    waiting: deque[tuple[Part, Future[Any] | None]] = deque()
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


def _job(part: Part, pool: ThreadPoolExecutor | None, scan: Scan | None) -> Future[Any] | None:
    if pool is None or scan is None or not isinstance(part, Chunk):
        return None
    return pool.submit(scan, part.array, part.first, part.end, GROUPS)


def _of_part(part: Part, job: Future[Any] | None, reader: _Reader, scan: Scan | None) -> Iterator[Block]:
    if isinstance(part, Loose):
        yield from reader.take((of_item if part.listed else of_values)(part.value, part.place))
    elif isinstance(part, Broken):
        yield from reader.take(of_text(part.text, part.place))
    else:
        assert scan is not None
        scanned = scan(part.array, part.first, part.end, GROUPS) if job is None else job.result()
        for found in reader.plain.read(part, scanned):
            if isinstance(found, Block):
                yield found
            else:
                yield from reader.take(of_record(part, found))
