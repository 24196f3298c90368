"""Plain CDRs, many at a time: what a scan of their text found -> sessions, and which are to be read singly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np

from rating.errors import Fault, Place
from rating.ocpi_json import Record, read_records
from rating.usage.batch import Int64, UInt8
from rating.usage.ocpi.collect import Block, Codes
from rating.usage.ocpi.fields import Fields
from rating.usage.ocpi.parse import site_of
from rating.usage.ocpi.tariffs import CdrTariff, ChooseTariff
from rating.usage.ocpi.texts import Chunk
from rating.usage.ocpi.values import Terms
from rating.usage.ocpi.words import CDR_KEYS, DIMENSION_KEYS, DIMENSIONS, PERIOD_KEYS, Version, is_misspelt
from rating.usage.ocpi.zones import Site, site_zone

# The words in the order in which the scan counts them: it notes the places of the values of the first ten.
_NOTED: Final = (
    *("id", "currency", "tariffs", "cdr_location", "location", "total_cost", "credit"),
    *("start_date_time", "end_date_time", "stop_date_time"),
)
_KEYS: Final = (
    *(*_NOTED, "charging_periods"),
    *sorted({key for keys in CDR_KEYS.values() for key in keys} - {*_NOTED, "charging_periods"}),
)
GROUPS: Final = (_KEYS, PERIOD_KEYS, DIMENSION_KEYS, DIMENSIONS)
_ID, _CURRENCY, _TARIFFS, _SITE, _OLD_SITE, _COST = range(6)
_TARIFF_ID: Final = len(_NOTED)
_OLD_SIGNS: Final = 1 << _KEYS.index("location") | 1 << _KEYS.index("auth_id")
_OLD_END: Final = 1 << _KEYS.index("stop_date_time")
_CACHE_MAX: Final = 50_000
_KEPT_MAX_BYTES: Final = 1 << 16

# (bytes (b,), record_first (n,), record_end (n,), GROUPS) -> what `kernels.cdr_scan.Scanned` says.
Scan: TypeAlias = Callable[[UInt8, Int64, Int64, tuple[tuple[str, ...], ...]], Any]
_Key: TypeAlias = tuple[bytes, bytes | None, bytes, Version]


class PlainReader:
    """Turns what was scanned into sessions. What tariffs and sites say is read once for each text of theirs."""

    def __init__(
        self, choose: ChooseTariff, tariffs: Codes, zones: Codes, version: Version | None, time_zone: str | None
    ) -> None:
        self.choose = choose
        self.tariffs = tariffs
        self.zones = zones
        self.version = version
        self.time_zone = time_zone
        self.extensions: Counter[str] = Counter()
        self._known_tariffs: dict[_Key, CdrTariff] = {}
        self._known_sites: dict[bytes, Site] = {}

    def read(self, chunk: Chunk, scanned: Any) -> Iterator[Block | int]:
        """The records of a chunk in their order: blocks of plain ones, and the numbers of those to be read singly."""
        fields = scanned.fields
        data = chunk.data
        odd = fields.odd.tolist()
        unreadable = not _is_utf8(chunk)
        spans, seen = fields.spans.tolist(), fields.seen.tolist()
        strange = fields.unknown[:, 0] >= 0
        ids: list[str] = []
        tariffs: list[int] = []
        zones: list[int] = []
        begun = 0
        for r in range(len(odd)):
            found = None
            if not odd[r] and not unreadable:
                names = self._names(data, fields.unknown[r].tolist()) if strange[r] else ()
                if names is not None:
                    found = self._one(data, spans[r], seen[r])
                    if found is not None:
                        self.extensions.update(names)
            if found is None:
                if ids:
                    yield _block(scanned, begun, r, ids, tariffs, zones)
                ids, tariffs, zones, begun = [], [], [], r + 1
                yield r
                continue
            ids.append(found[0])
            tariffs.append(found[1])
            zones.append(found[2])
        if ids:
            yield _block(scanned, begun, len(odd), ids, tariffs, zones)

    def _one(self, data: Any, spans: list[int], seen: int) -> tuple[str, int, int] | None:
        """The id, the tariff and the zone of a record; None where it has to be read singly."""

        def text(word: int) -> bytes:
            lo = spans[2 * word]
            return b"" if lo < 0 else bytes(data[lo : spans[2 * word + 1]])

        cdr_id = text(_ID).decode()
        cost = text(_COST)
        old = bool(seen & _OLD_END)
        version: Version = "2.1.1" if old else "2.3.0" if b'"before_taxes"' in cost or b'"taxes"' in cost else "2.2.1"
        unlike = self.version is not None and self.version != version
        if not cdr_id or cdr_id != cdr_id.strip() or old != bool(seen & _OLD_SIGNS) or unlike or b"\\" in cost:
            return None
        tariff_id = text(_TARIFF_ID) if spans[2 * _TARIFF_ID] >= 0 else None
        key = (text(_TARIFFS), tariff_id, text(_CURRENCY), version)
        tariff = self._known_tariffs.get(key) or self._choose(key)
        if tariff is None:
            return None
        site = self._site(text(_OLD_SITE if old else _SITE))
        if site is None or (site.zone is None and tariff.needs_clock):
            return None
        zone = site.zone
        return cdr_id, self.tariffs.of(tariff.key), self.zones.of(zone or "UTC")

    def _choose(self, key: _Key) -> CdrTariff | None:
        tariffs, tariff_id, currency, version = key
        faults: list[Fault] = []
        records = _tariffs_of(tariffs) if len(tariffs) <= _KEPT_MAX_BYTES else _read_tariffs(tariffs)
        named = () if tariff_id is None else (tariff_id.decode(),)
        if records is None or not currency.strip() or any(not name or name != name.strip() for name in named):
            return None
        terms = Terms(version, Place(), currency.decode().strip(), named, records)
        tariff = self.choose(terms, faults)
        if tariff is not None and not faults:
            if len(self._known_tariffs) >= _CACHE_MAX:
                self._known_tariffs.clear()
            self._known_tariffs[key] = tariff
        return None if faults else tariff

    def _site(self, text: bytes) -> Site | None:
        found = self._known_sites.get(text)
        if found is None:
            said = _said_of_site(text) if len(text) <= _KEPT_MAX_BYTES else _read_site(text)
            if said is None:
                return None
            found = site_zone(self.time_zone, *said)
            if len(self._known_sites) >= _CACHE_MAX:
                self._known_sites.clear()
            self._known_sites[text] = found
        return found

    def _names(self, data: Any, unknown: list[int]) -> list[str] | None:
        """The keys beside OCPI's; None where one may be a misspelt one."""
        names = [bytes(data[lo:hi]).decode() for lo, hi in zip(unknown[::2], unknown[1::2], strict=True) if lo >= 0]
        fine = len(set(names)) == len(names) and not any(is_misspelt(name) for name in names)
        return names if fine else None


def _read_tariffs(text: bytes) -> tuple[Record, ...] | None:
    """The tariffs of a CDR, from the text of the list; None where they are no list of objects."""
    faults: list[Fault] = []
    records = read_records(b'{"tariffs":%s}' % (text or b"null"), "", faults)
    if not records or faults:
        return None
    cdr = Fields(records[0].value, Place(), faults)
    tariffs = cdr.objects("tariffs", "the tariffs", required=False) or []
    return None if faults else tuple(Record(tariff.value, tariff.place) for tariff in tariffs)


def _read_site(text: bytes) -> tuple[str | None, str | None] | None:
    """The zone and the country that a location says; None where its text has a fault."""
    if text[:1] != b"{":
        return None, None
    records = read_records(text, "", [])
    return site_of(records[0].value) if records else None


# Kept for CDRs that come one at a time.
_tariffs_of = lru_cache(maxsize=256)(_read_tariffs)
_said_of_site = lru_cache(maxsize=1024)(_read_site)


def _is_utf8(chunk: Chunk) -> bool:
    try:
        return chunk.whole.isascii() or bool(chunk.whole.decode())
    except UnicodeDecodeError:
        return False


def _block(scanned: Any, lo: int, hi: int, ids: list[str], tariffs: list[int], zones: list[int]) -> Block:
    fields, periods = scanned.fields, scanned.periods
    first = fields.period_first[lo : hi + 1]
    rows = slice(int(first[0]), int(first[-1]))
    return Block(
        id=ids,
        tariff=tariffs,
        zone=zones,
        session_start_us=fields.bounds_us[lo:hi, 0],
        session_end_us=fields.bounds_us[lo:hi, 1],
        expired=np.zeros(hi - lo, np.uint8),
        intervals=np.diff(first),
        start_us=periods.start_us[rows],
        end_us=periods.end_us[rows],
        energy=periods.energy[rows],
        volumes_us=periods.volumes_us[rows],
        power_mw=periods.power_mw[rows],
        current_ma=periods.current_ma[rows],
        activity=periods.activity[rows],
    )
