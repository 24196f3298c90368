"""Files of OCPI tariffs -> tariffs with the ids by which sessions name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from rating.errors import Fault, Place
from rating.ocpi_json import read_bytes, read_records
from rating.tariff.model import Tariff
from rating.tariff.ocpi.parse import Settings, read_tariff

SUFFIXES: Final = (".json", ".jsonl")
FILE_MAX_BYTES: Final = 16 << 20  # a list of some ten thousand tariffs
FAULTS_MAX: Final = 1_000  # of one file


def read_file(path: Path, settings: Settings, faults: list[Fault]) -> list[Tariff]:
    """The tariffs of a file that holds one, a list, an OCPI response or one a line; those with faults are left out."""
    mine: list[Fault] = []
    records = read_records(read_bytes(path, mine, FILE_MAX_BYTES), path.as_posix(), mine, FILE_MAX_BYTES)
    found = [tariff for record in records if (tariff := read_tariff(record, settings, mine)) is not None]
    if len(mine) > FAULTS_MAX:
        want, fix = f"fewer than {FAULTS_MAX} in a file", "begin with these: the others are shown then"
        mine = [Fault("too_many", mine[0].place, f"{len(mine)} faults", want, fix), *mine[:FAULTS_MAX]]
    if not (mine or records):
        mine.append(Fault("no_tariffs", Place(path.as_posix()), "an empty list", "OCPI tariffs", "put one there"))
    faults.extend(mine)
    return found


def named_apart(tariffs: Sequence[Tariff], faults: list[Fault]) -> list[Tariff]:
    """The tariffs with ids that differ. OCPI's ids are unique for a party only, whatever their case.

    Where several parties of one load use the same id, each of their tariffs is named with its party: `NL*ABC*12`.
    A session that says `12` is then refused, and not priced by whichever comes first.
    """
    owners: dict[str, dict[str, Tariff]] = defaultdict(dict)
    for tariff in tariffs:
        before = owners[tariff.id.casefold()].setdefault(party_of(tariff), tariff)
        if before.id != tariff.id:
            want = f"an id that its party does not use already: upper and lower case are the same, as in {before.id}"
            fix = f"{before.place} has it: rename one of the two"
            faults.append(Fault("tariff_id", tariff.place.within("id"), tariff.id, want, fix))
    return [
        replace(tariff, id=f"{party_of(tariff)}*{tariff.id}")
        if len(owners[tariff.id.casefold()]) > 1 and party_of(tariff)
        else tariff
        for tariff in tariffs
    ]


def party_of(tariff: Tariff) -> str:
    """The party that a tariff says it is of, such as NL*ABC; "" where it says none."""
    parts = (tariff.carried.get("country_code"), tariff.carried.get("party_id"))
    return "*".join(part.upper() for part in parts if isinstance(part, str)) if all(parts) else ""
