"""Which inputs, tariffs and versions a run is of: what has to be the same where an interrupted run goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from rating._version import __version__
from rating.compile.zones import tzdata_version
from rating.errors import Fault, InputError, Place
from rating.scale.files import TableFiles
from rating.tariff.model import Tariffs

# A file up to this size is read whole, in some 10 ms. Of a larger one 64 samples and its end are, where Parquet keeps
# the sizes and bounds of every column; and its time of change has to be the same as well.
_WHOLE_BYTES: Final = 8 * 2**20
_SAMPLES: Final = 64
_SAMPLE_BYTES: Final = 2**16
_END_BYTES: Final = 2**20


def fingerprint(tariffs: Tariffs, inputs: Iterable[TableFiles], options: dict[str, Any]) -> dict[str, Any]:
    """What a run is of, as JSON has it."""
    return {
        "engine_version": __version__,
        "tzdata_version": tzdata_version(),
        "pyarrow_version": pa.__version__,
        "tariffs": {tariff.id: tariff.hash for tariff in tariffs.values()},
        "options": options,
        "inputs": {each.label: [_file(path) for path in each.paths] for each in inputs},
    }


def _file(path: Path) -> dict[str, Any]:
    stat = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if stat.st_size <= _WHOLE_BYTES:
            while block := file.read(_END_BYTES):
                digest.update(block)
        else:
            for i in range(_SAMPLES):
                file.seek(i * (stat.st_size // _SAMPLES))
                digest.update(file.read(_SAMPLE_BYTES))
            file.seek(-_END_BYTES, 2)
            digest.update(file.read())
    found = {"path": str(path), "bytes": stat.st_size, "sha256": digest.hexdigest()}
    return found if stat.st_size <= _WHOLE_BYTES else {**found, "changed_ns": stat.st_mtime_ns}


def differences(target: Path, before: dict[str, Any], now: dict[str, Any]) -> list[Fault]:
    """A fault for each thing in which the run that is to go on differs from this one."""
    faults = []
    for name in ("engine_version", "tzdata_version", "pyarrow_version"):
        if before.get(name) != now[name]:
            words = name.replace("_", " ")
            faults.append(_fault(target, f"{words} {now[name]}", f"{before.get(name)}, with which the run began"))
    old, new = before.get("tariffs", {}), now["tariffs"]
    for tariff in sorted({*old, *new}):
        if old.get(tariff) != new.get(tariff):
            what = "changed" if tariff in old and tariff in new else "added" if tariff in new else "gone"
            faults.append(_fault(target, f"tariff {tariff} ({what})", "the tariffs with which the run began"))
    old, new = before.get("options", {}), now["options"]
    faults += [
        _fault(target, f"{name}: {new.get(name)}", f"{old.get(name)}, with which the run began")
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
    return faults + _input_differences(target, before.get("inputs", {}), now["inputs"])


def _input_differences(target: Path, old: dict[str, Any], new: dict[str, Any]) -> list[Fault]:
    faults = []
    for label in sorted({*old, *new}):
        before, now = old.get(label, []), new.get(label, [])
        if len(before) != len(now):
            faults.append(_fault(target, f"{label} in {len(now)} files", f"{len(before)} files, as the run began"))
        for was, one in zip(before, now, strict=False):
            if {**was, "path": ""} != {**one, "path": ""}:
                want = f"the file with which the run began ({was['path']}, {was['bytes']:,} bytes)"
                faults.append(_fault(target, f"{label} {one['path']}, {one['bytes']:,} bytes, another content", want))
    return faults


def _fault(target: Path, got: str, want: str) -> Fault:
    fix = "give it what it began with, or leave out resume and begin anew"
    return Fault("resume", Place(str(target)), got, want, fix)


def refuse(faults: list[Fault]) -> None:
    """Raise InputError where there are faults."""
    if faults:
        raise InputError(faults)
