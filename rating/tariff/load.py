"""Files, folders and lists of them -> `model.Tariffs` with plans and coupons, or one `TariffError` with every fault.

What needs pydantic or YAML is imported when something is loaded: `import rating` stays quick.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rating.errors import Fault, Place, TariffError
from rating.tariff.collecting import no_collection
from rating.tariff.model import Tariff, Tariffs
from rating.tariff.ocpi import load as ocpi
from rating.tariff.ocpi.parse import read_settings
from rating.tariff.plans import Coupon, Plan, Plans

if TYPE_CHECKING:
    from rating.tariff.read import Offered

Source = str | os.PathLike[str]
SUFFIXES = (".yaml", ".yml", *ocpi.SUFFIXES)
# What editors check our own files with, in the same folder.
NOT_TARIFFS = ("schema.json", "plan.schema.json", "coupon.schema.json", "calendar.schema.json")


def load_tariffs(
    source: Source | Iterable[Source],
    *,
    version: str | None = None,
    time_zone: str | None = None,
    indexes: Mapping[str, Any] | None = None,
) -> Tariffs:
    """Load a file, a folder (all *.yaml, *.yml, *.json and *.jsonl directly in it) or a list of those.

    The first key of a YAML file says what it is: `tariff`, `plan` or `coupon`. Plans and coupons are in `.plans`, a
    mapping of plans by their id whose `.coupons` is one of coupons by their code; there need be no tariffs beside
    them. JSON files hold OCPI tariffs: one, a list, an OCPI response, or one a line. `version` says of which version of
    OCPI they are (left out: each is looked at), `time_zone` where their sites are (left out: each session says it).
    `indexes` are market prices by the names that tariffs give them: any Arrow-compatible tables, dicts of columns,
    or paths of CSV or Parquet files, with `start` and `price_per_kwh` or `price_per_mwh`. Others are read from the
    files in `indexes/` beside a tariff.

    >>> load_tariffs("tariffs/per-kwh.yaml")
    Tariffs(per-kwh)
    >>> load_tariffs("tariffs/").plans["gold"].discounts[0].percent_ppm
    100000
    """
    sources = [source] if isinstance(source, str | os.PathLike) else list(source)
    faults: list[Fault] = []
    if not sources:
        faults.append(Fault("no_tariffs", Place(), "(nothing)", "a file or a folder of tariffs", "name at least one"))
    with no_collection():
        paths = list(dict.fromkeys(path for each in sources for path in _files_of(Path(each), faults)))
        yaml = [path for path in paths if path.suffix not in ocpi.SUFFIXES]
        foreign = [path for path in paths if path.suffix in ocpi.SUFFIXES]
        read = _read_yaml(yaml, faults, indexes)
        settings = read_settings(version, time_zone, faults)
        found = [tariff for path in foreign for tariff in ocpi.read_file(path, settings, faults)]
        read += ocpi.named_apart(found, faults)
        return _gathered(read, faults)


def _read_yaml(paths: list[Path], faults: list[Fault], indexes: Mapping[str, Any] | None) -> list[Offered]:
    if not paths:
        return []
    from rating.tariff.read import Reader

    reader = Reader(faults, indexes)
    return [read for path in paths if (read := reader.read_file(path)) is not None]


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
    found = _parsed(text, source, indexes)
    if not found:
        raise TariffError([_other_kind(source, "tariff", found.plans)])
    return next(iter(found.values()))


def parse_plan(text: str, source: str = "<text>") -> Plan:
    """Read one plan from a text.

    >>> parse_plan("{plan: gold, currency: EUR, time_zone: Europe/Paris, discounts: [percent: 10]}").discounts[0].name
    'discount 1'
    """
    found = _parsed(text, source)
    if not found.plans:
        raise TariffError([_other_kind(source, "plan", found.plans)])
    return next(iter(found.plans.values()))


def parse_coupon(text: str, source: str = "<text>") -> Coupon:
    """Read one coupon from a text.

    >>> parse_coupon("{coupon: SPRING26, currency: EUR, time_zone: Europe/Paris, amount: 5.00}").discount.amount_micro
    5000000
    """
    found = _parsed(text, source)
    if not found.plans.coupons:
        raise TariffError([_other_kind(source, "coupon", found.plans)])
    return next(iter(found.plans.coupons.values()))


def _parsed(text: str, source: str, indexes: Mapping[str, Any] | None = None) -> Tariffs:
    from rating.tariff.read import Reader

    reader = Reader([], indexes)
    read = reader.read_text(text, source, folder=None)
    return _gathered([] if read is None else [read], reader.faults)


def _other_kind(source: str, want: str, plans: Plans) -> Fault:
    got = "a plan" if plans else "a coupon" if plans.coupons else "a tariff"
    return Fault("file_kind", Place(source), got, f"a {want}", "read it as what it is, or write the other")


def _gathered(read: Iterable[Offered], faults: list[Fault]) -> Tariffs:
    from rating.tariff.faults import place_key

    first: dict[tuple[str, str], Offered] = {}
    for each in read:
        kind = "tariff" if isinstance(each, Tariff) else "plan" if isinstance(each, Plan) else "coupon"
        before = first.setdefault((kind, each.id), each)
        if before is not each:
            fix = f"{before.place} has it already: rename one of the two"
            want = f"{'a code' if kind == 'coupon' else 'an id'} that no other file has"
            faults.append(Fault(f"{kind}_id", each.place, each.id, want, fix))
    if faults:
        # The same node can be read in several places through an alias: its fault counts once.
        raise TariffError(sorted(dict.fromkeys(faults), key=place_key))
    found = first.values()
    plans = tuple(each for each in found if isinstance(each, Plan))
    coupons = tuple(each for each in found if isinstance(each, Coupon))
    return Tariffs(tuple(each for each in found if isinstance(each, Tariff)), Plans(plans, coupons))


def _files_of(path: Path, faults: list[Fault]) -> list[Path]:
    """The tariff files that a source stands for."""
    shown = path.as_posix()
    try:
        if path.is_dir():
            names = sorted(entry.name for entry in os.scandir(path) if _is_tariff_file(entry))
            if not names:
                faults.append(_without_tariffs(path))
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


def _without_tariffs(path: Path) -> Fault:
    """What is said of a folder without tariffs; those in folders within it are not read, which nobody can see."""
    want = "a folder with tariffs: files that end in .yaml, .yml, .json or .jsonl"
    for entry in sorted(os.scandir(path), key=lambda entry: entry.name):
        if _holds_tariffs(entry):
            got, named = f"a folder in which only folders such as {entry.name} have tariffs", (path / entry.name)
            return Fault("no_tariffs", Place(path.as_posix()), got, want, f"name those, such as {named.as_posix()}")
    return Fault("no_tariffs", Place(path.as_posix()), "(an empty folder)", want, "put a tariff there")


def _holds_tariffs(entry: os.DirEntry[str]) -> bool:
    try:
        if not entry.is_dir():
            return False
        with os.scandir(entry) as within:
            return any(map(_is_tariff_file, within))
    except OSError:  # a folder of somebody else's
        return False


def _is_tariff_file(entry: os.DirEntry[str]) -> bool:
    # Editors leave hidden copies beside a file: those are nobody's tariffs.
    named = entry.name.endswith(SUFFIXES) and not entry.name.startswith(".") and entry.name not in NOT_TARIFFS
    return named and entry.is_file()
