"""CDRs in: charging periods as a batch to price, each with the tariff that it is priced by.

Comes in: OCPI JSON, as text, files or parsed values. Goes out: a `UsageBatch`, the tariffs that its sessions name, and
what was refused, with every fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rating.errors import Fault, InputError, Place, Refused
from rating.ocpi_json import Record, shown
from rating.tariff.model import Tariff, Tariffs
from rating.tariff.ocpi.fields import detect_version
from rating.tariff.ocpi.parse import Settings, read_tariff
from rating.usage.batch import UsageBatch
from rating.usage.ocpi.objects import as_key
from rating.usage.ocpi.read import RefusedCdr
from rating.usage.ocpi.read import read_cdrs as read_batch
from rating.usage.ocpi.tariffs import CdrTariff
from rating.usage.ocpi.values import Terms
from rating.usage.ocpi.words import VERSIONS, Version
from rating.usage.ocpi.zones import zone_names
from rating.usage.words_tariffs import meant_zone

WRITTEN: Final[Version] = "2.2.1"  # the version in which CDRs are written where none is told


@dataclass(frozen=True, slots=True)
class Cdrs:
    """CDRs to price: every one that came in is a session of the batch or refused.

    `tariffs` has those that the sessions name. `extensions` are the keys that OCPI does not know, and how often each
    came: they move no amount.
    """

    batch: UsageBatch
    tariffs: Tariffs
    refused: tuple[RefusedCdr, ...]
    extensions: Mapping[str, int] = field(default_factory=dict)


def read_cdrs(
    source: Any,
    tariffs: Tariffs | None = None,
    *,
    tariff: str | None = None,
    version: str | None = None,
    time_zone: str | None = None,
    threads: int | None = None,
) -> Cdrs:
    """Read CDRs of OCPI 2.1.1, 2.2.1 or 2.3.0.

    Args:
        source: a path, JSON text (an object, a list, an OCPI response, an object a line) or parsed values. Text is
            read exactly; a float of parsed values counts as the decimal that it prints as.
        tariffs: what CDRs without a tariff of their own are priced by, named by the `tariff_id` of their periods.
        tariff: the one of `tariffs` that prices all of them, before their own.
        version: of OCPI; left out, each CDR is looked at.
        time_zone: of all sites, before what the CDRs say of theirs.
        threads: how many threads read plain CDRs; all cores by default.

    Raises: InputError where an option is none.

    >>> cdrs = read_cdrs('''{"id": "1", "currency": "EUR", "start_date_time": "2026-01-01T10:00:00Z",
    ...   "end_date_time": "2026-01-01T11:00:00Z", "tariffs": [{"id": "12", "currency": "EUR", "elements": [
    ...     {"price_components": [{"type": "ENERGY", "price": 0.39}]}]}], "charging_periods": [
    ...     {"start_date_time": "2026-01-01T10:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 7.25}]}]}''')
    >>> cdrs.batch.sessions.tariff_names, cdrs.tariffs, cdrs.refused
    (('12',), Tariffs(12), ())
    """
    from rating.kernels.cdr_scan import scan

    known = read_options(version, time_zone, tariffs, tariff)
    book = Book(tariffs, tariff, known)
    read = read_batch(source, book.choose, version=known, time_zone=time_zone, scan=scan, threads=threads)
    named = book.named()
    keys = read.batch.sessions.tariff_names
    names = tuple(next(name for name, found in named.items() if found[0] == key) for key in keys)
    batch = read.batch._replace(sessions=read.batch.sessions._replace(tariff_names=names))
    priced = Tariffs(tuple(_called(named[name][1], name) for name in names))
    return Cdrs(batch, priced, read.refused, read.extensions)


def read_options(
    version: str | None, time_zone: str | None, tariffs: Tariffs | None = None, tariff: str | None = None
) -> Version | None:
    """The version of OCPI that was told, None where none was. Raises: InputError, where an option is none."""
    faults: list[Fault] = []
    known = None if version is None else _version(version, "leave it out to have it found", faults)
    if time_zone is not None and time_zone not in zone_names():
        want = "a time zone by its IANA name, such as Europe/Amsterdam"
        fix = meant_zone(time_zone) or "correct it, or leave it out"
        faults.append(Fault("time_zone", Place("time_zone"), shown(time_zone), want, fix))
    if tariff is not None and tariff not in (tariffs or {}):
        want = "the id of one of `tariffs`"
        faults.append(Fault(Refused.UNKNOWN_TARIFF.code, Place("tariff"), shown(tariff), want, "correct it"))
    if faults:
        raise InputError(faults)
    return known


def written_version(version: str) -> Version:
    """The version of OCPI in which CDRs are written. Raises: InputError, where it is none."""
    faults: list[Fault] = []
    known = _version(version, f"write one of them; left out, it is {WRITTEN}", faults)
    if known is None:
        raise InputError(faults)
    return known


def _version(version: str, fix: str, faults: list[Fault]) -> Version | None:
    known = next((each for each in VERSIONS if version in (each, each.rpartition(".")[0])), None)
    if known is None:
        faults.append(Fault("ocpi_version", Place("version"), shown(version), f"one of {', '.join(VERSIONS)}", fix))
    return known


def needs_clock(tariff: Tariff) -> bool:
    """Whether its prices depend on the clock of a site whose zone it leaves open."""
    if tariff.time_zone is not None:
        return False
    whens = [element.when for version in tariff.versions for element in version.elements]
    dated = any(
        moment is not None and not isinstance(moment, int)
        for version in tariff.versions
        for moment in (version.valid_from, version.valid_until)
    )
    return dated or any(
        value is not None
        for when in whens
        for value in (
            *(when.day_of_week, when.start_min, when.end_min, when.start_date, when.end_date),
            *(when.months, when.holidays),
        )
    )


class Book:
    """The tariffs by which CDRs are priced: one that was told, their own, or those of the caller by their ids.

    With `verifying` those of the caller go before the CDRs' own where they have the same id: whoever checks CDRs
    against the prices that were agreed must not have them checked against the partner's. A single tariff that is given
    then was told; to rate a batch by a tariff of another id than it names takes more than that it is the only one.
    """

    def __init__(
        self, tariffs: Tariffs | None, told: str | None, version: Version | None, *, verifying: bool = False
    ) -> None:
        self.verifying = verifying
        self.tariffs = Tariffs() if tariffs is None else tariffs
        self.by_id = {name.casefold(): found for name, found in self.tariffs.items()}
        self.told = told
        self.version = version
        self._chosen: dict[str, Tariff] = {}  # by a key of its own, for different tariffs may have one id

    def choose(self, terms: Terms, faults: list[Fault]) -> CdrTariff | None:
        """The tariff of a CDR, or every fault of it."""
        found = self.find(terms, faults)
        if found is None:
            return None
        key = f"{found.id}\n{found.hash}"
        self._chosen[key] = found
        return CdrTariff(key, found.id, needs_clock(found))

    def find(self, terms: Terms, faults: list[Fault]) -> Tariff | None:
        """The same as a tariff."""
        if self.told is not None:
            found: Tariff | None = self.tariffs[self.told]
        elif terms.tariffs and not self.knows(terms):
            found = _embedded(terms, self.version, faults)
        else:
            found = self._by_id(self._names(terms), terms, faults)
        if found is not None and found.currency != terms.currency:
            want = f"{found.currency}, the currency of the tariff {found.id}"
            place = terms.place.within("currency")
            faults.append(Fault("cdr_currency", place, shown(terms.currency), want, "correct one of the two"))
            return None
        return found

    def knows(self, terms: Terms) -> bool:
        """Whether tariffs of the caller go before those that the CDR carries: they have all their ids."""
        names = self._names(terms)
        return self.verifying and bool(names) and all(name.casefold() in self.by_id for name in names)

    def _names(self, terms: Terms) -> tuple[str, ...]:
        """The ids of the CDR's tariffs: those that its periods name, else those that it carries."""
        carried = (record.value.get("id") for record in terms.tariffs)
        return tuple(terms.tariff_ids) or tuple(name for name in carried if isinstance(name, str))

    def named(self) -> dict[str, tuple[str, Tariff]]:
        """Every chosen tariff by a name: its id, and where several have one id, all of them with their hashes."""
        same: dict[str, list[tuple[str, Tariff]]] = defaultdict(list)
        for key, tariff in self._chosen.items():
            same[tariff.id].append((key, tariff))
        return {
            tariff_id if len(each) == 1 else f"{tariff_id}@{tariff.hash}": (key, tariff)
            for tariff_id, each in same.items()
            for key, tariff in each
        }

    def _by_id(self, names: tuple[str, ...], terms: Terms, faults: list[Fault]) -> Tariff | None:
        if not names:
            fix = f"{self._how_to_tell()}, or give a CDR that carries it in `tariffs`"
            faults.append(Fault("cdr_tariff", terms.place, "no tariff", "a tariff to price it by", fix))
            return None
        found = []
        for name in names:
            tariff = self.by_id.get(name.casefold())
            if tariff is None:
                own = "give yours this id if it is the same, " if self.tariffs else ""
                fix = f"load that tariff, {own}{self._how_to_tell()}, or give a CDR that carries it in `tariffs`"
                want = "the id of a tariff that is at hand"
                faults.append(Fault(Refused.UNKNOWN_TARIFF.code, terms.place, shown(name), want, fix))
            else:
                found.append(tariff)
        return _one_of(found, terms, faults) if len(found) == len(names) else None

    def _how_to_tell(self) -> str:
        """How a caller says by which tariff CDRs are priced, whatever id they name."""
        if self.verifying:
            return "give the one tariff that prices it (--tariff FILE, tariff=)"
        if not self.tariffs:
            return "pass the tariff that prices it (tariffs=, and tariff= with its id)"
        return f'say which one prices all CDRs (such as tariff="{next(iter(self.tariffs))}")'


def _embedded(terms: Terms, version: Version | None, faults: list[Fault]) -> Tariff | None:
    """The tariff that a CDR carries; of several, the one that its periods name, or that all of them are."""
    before = len(faults)
    found = [_read(record, version or terms.version, faults) for record in terms.tariffs]
    if len(faults) > before:
        return None
    read = [tariff for tariff in found if tariff is not None]
    if not terms.tariff_ids:
        return _one_of(read, terms, faults)
    wanted = []
    for name in terms.tariff_ids:
        same = [tariff for tariff in read if tariff.id.casefold() == name.casefold()]
        if not same:
            want, fix = f"{_ids(read)}, in `tariffs`", "give the CDR with the tariff that it names"
            faults.append(Fault("cdr_tariff", terms.place.within("tariffs"), shown(name), want, fix))
        wanted += same
    return _one_of(wanted, terms, faults) if len(faults) == before else None


def _one_of(tariffs: list[Tariff], terms: Terms, faults: list[Fault]) -> Tariff | None:
    """The one tariff that all of them are, whatever their ids; a session is priced by one."""
    if len(tariffs) == 1 or len({replace(tariff, id="").hash for tariff in tariffs}) <= 1:
        return tariffs[0]
    want = (
        "one tariff, or several with the same prices" if terms.tariff_ids else "one tariff, or `tariff_id` in periods"
    )
    fix = "split the CDR by tariff" if terms.tariff_ids else "leave only the tariff that prices this session"
    faults.append(Fault("cdr_tariff", terms.place.within("tariffs"), _ids(tariffs), want, fix))
    return None


def _ids(tariffs: list[Tariff]) -> str:
    return ", ".join(dict.fromkeys(tariff.id for tariff in tariffs))


def _called(tariff: Tariff, name: str) -> Tariff:
    """The same tariff under a name. It stays the same object where it has that name, which what is kept of it asks."""
    return tariff if tariff.id == name else replace(tariff, id=name)


# Tariffs that CDRs carried, by their text, place and version. CDRs that come one at a time mostly carry one that came
# before.
_KEPT_MAX: Final = 256
_kept: dict[tuple[bytes, Place, Version], Tariff] = {}


def _read(record: Record, version: Version, faults: list[Fault]) -> Tariff | None:
    """A tariff in the version of its CDR, or in a later one, where it has keys of that."""
    latest = max(version, detect_version(record.value), key=VERSIONS.index)
    key = as_key(record.value), record.place, latest
    found = _kept.get(key)
    if found is None:
        before = len(faults)
        found = read_tariff(record, Settings(latest), faults)
        if found is not None and len(faults) == before:
            if len(_kept) >= _KEPT_MAX:
                _kept.clear()
            _kept[key] = found
    return found
