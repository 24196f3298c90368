"""Files, folders and lists of them -> `model.Tariffs`, or one `TariffError` with every fault of every file.

What needs pydantic or YAML is imported when something is loaded: `import rating` stays quick.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rating.errors import Fault, Place, TariffError
from rating.tariff.model import Tariff, Tariffs
from rating.tariff.ocpi import load as ocpi
from rating.tariff.ocpi.parse import read_settings

Source = str | os.PathLike[str]
SUFFIXES = (".yaml", ".yml", *ocpi.SUFFIXES)
NOT_TARIFFS = ("schema.json",)  # what editors check our own files with, in the same folder


def load_tariffs(
    source: Source | Iterable[Source],
    *,
    version: str | None = None,
    time_zone: str | None = None,
    indexes: Mapping[str, Any] | None = None,
) -> Tariffs:
    """Load a file, a folder (all *.yaml, *.yml, *.json and *.jsonl directly in it) or a list of those.

    JSON files hold OCPI tariffs: one, a list, an OCPI response, or one a line. `version` says of which version of
    OCPI they are (left out: each is looked at), `time_zone` where their sites are (left out: each session says it).
    `indexes` are market prices by the names that tariffs give them: any Arrow-compatible tables, or dicts of columns,
    with `start` and `price_per_kwh` or `price_per_mwh`. Others are read from the files in `indexes/` beside a tariff.

    >>> load_tariffs("tariffs/per-kwh.yaml")
    Tariffs(per-kwh)
    """
    sources = [source] if isinstance(source, str | os.PathLike) else list(source)
    faults: list[Fault] = []
    paths = list(dict.fromkeys(path for each in sources for path in _files_of(Path(each), faults)))
    if not sources:
        faults.append(Fault("no_tariffs", Place(), "(nothing)", "a file or a folder of tariffs", "name at least one"))
    with _no_collection():
        yaml = [path for path in paths if path.suffix not in ocpi.SUFFIXES]
        foreign = [path for path in paths if path.suffix in ocpi.SUFFIXES]
        tariffs = _read_yaml(yaml, faults, indexes)
        settings = read_settings(version, time_zone, faults)
        found = [tariff for path in foreign for tariff in ocpi.read_file(path, settings, faults)]
        tariffs += ocpi.named_apart(found, faults)
    return _gathered(tariffs, faults)


def _read_yaml(paths: list[Path], faults: list[Fault], indexes: Mapping[str, Any] | None) -> list[Tariff]:
    if not paths:
        return []
    from rating.tariff.read import Reader

    reader = Reader(faults, indexes)
    return [tariff for path in paths if (tariff := reader.read_file(path)) is not None]


def parse_tariff(text: str, source: str = "<text>", *, indexes: Mapping[str, Any] | None = None) -> Tariff:
    """Read one tariff from a text. Calendars and indexes in files are out of its reach, public calendars are not.

    >>> parse_tariff('''
    ... tariff: night
    ... currency: EUR
    ... versions:
    ...   - elements:
    ...       - energy: 0.39/kWh
    ... ''').versions[0].elements[0].components[0].price
    Price(amount_micro=390000, unit='kWh', count=1)
    """
    from rating.tariff.read import Reader

    reader = Reader([], indexes)
    tariff = reader.read_text(text, source, folder=None)
    return next(iter(_gathered([] if tariff is None else [tariff], reader.faults).values()))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Hold the garbage collector off: reading makes many small objects and no cycles; it took a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _gathered(tariffs: list[Tariff], faults: list[Fault]) -> Tariffs:
    from rating.tariff.faults import place_key

    first: dict[str, Tariff] = {}
    for tariff in tariffs:
        before = first.setdefault(tariff.id, tariff)
        if before is not tariff:
            fix = f"{before.place} has it already: rename one of the two"
            faults.append(Fault("tariff_id", tariff.place, tariff.id, "an id that no other file has", fix))
    if faults:
        # The same node can be read in several places through an alias: its fault counts once.
        raise TariffError(sorted(dict.fromkeys(faults), key=place_key))
    return Tariffs(tuple(tariffs))


def _files_of(path: Path, faults: list[Fault]) -> list[Path]:
    """The tariff files that a source stands for."""
    shown = path.as_posix()
    try:
        if path.is_dir():
            names = sorted(entry.name for entry in os.scandir(path) if _is_tariff_file(entry))
            if not names:
                want = "a folder with tariffs: files that end in .yaml, .yml, .json or .jsonl"
                faults.append(Fault("no_tariffs", Place(shown), "(an empty folder)", want, "put a tariff there"))
            return [path / name for name in names]
        if path.is_file():
            return [path]
        got, want = (shown, "a file or a folder") if path.exists() else (shown, "a file or a folder that exists")
        faults.append(Fault("no_file", Place(shown), got, want, "look at the name and at the folder you are in"))
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        fix = "look at the name and at who may read it"
        faults.append(Fault("no_file", Place(shown), reason, "a file or a folder that can be read", fix))
    return []


def _is_tariff_file(entry: os.DirEntry[str]) -> bool:
    # Editors leave hidden copies beside a file: those are nobody's tariffs.
    named = entry.name.endswith(SUFFIXES) and not entry.name.startswith(".") and entry.name not in NOT_TARIFFS
    return named and entry.is_file()
