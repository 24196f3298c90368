"""Files and folders -> everything there is to say about them: tariffs, and the calendars beside them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rating.errors import Fault, TariffError
from rating.tariff.lint.check import lint
from rating.tariff.load import load_tariffs
from rating.tariff.model import Tariffs

_FOLDER = "calendars"
_SUFFIXES = (".yaml", ".yml")


@dataclass(slots=True)
class Checked:
    """What was read, what is refused, and what is likely a mistake; warnings need tariffs without faults."""

    tariffs: Tariffs = field(default_factory=Tariffs)
    calendars: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def check_files(paths: Iterable[Path], *, profiles: Iterable[str] = ()) -> Checked:
    """Check tariff files, calendar files and folders of them. A folder's calendars are those in its `calendars/`.
    `profiles` are those of `lint`.
    """
    found = Checked()
    calendars: list[Path] = []
    others: list[Path] = []
    for path in paths:
        if path.is_dir():
            calendars += _calendars_in(path if _is_calendars(path) else path / _FOLDER)
        elif _is_calendars(path.parent) and path.suffix in _SUFFIXES:
            calendars.append(path)
        if not _is_calendars(path if path.is_dir() else path.parent):
            others.append(path)
    _read_calendars(calendars, found)
    if others or not calendars:
        try:
            found.tariffs = load_tariffs(others)
        except TariffError as error:
            found.faults += error.faults
    # A calendar that a tariff names was read with it as well.
    found.faults = list(dict.fromkeys(found.faults))
    if not found.faults:
        found.warnings = lint(found.tariffs.values(), found.tariffs.plans, profiles=profiles)
    return found


def _is_calendars(folder: Path) -> bool:
    return folder.resolve().name == _FOLDER


def _calendars_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file() and not entry.name.startswith("."))
    return [folder / name for name in names if name.endswith(_SUFFIXES)]


def _read_calendars(paths: list[Path], found: Checked) -> None:
    if not paths:
        return
    from rating.tariff.read import Reader  # needs pydantic and YAML

    unique = list(dict.fromkeys(paths))
    reader = Reader(found.faults)
    for path in unique:
        reader.read_calendar(path)
    found.calendars = len(unique)
