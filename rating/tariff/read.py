"""One file at a time: bytes -> nodes -> the text form -> a tariff, a plan or a coupon.

Faults are collected, never raised.
"""

from __future__ import annotations

import codecs
import difflib
import importlib.metadata
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from rating.errors import Fault, Place, not_utf8
from rating.tariff.calendars import Calendar
from rating.tariff.convert import to_tariff
from rating.tariff.convert_plans import to_coupon, to_plan
from rating.tariff.countries import country_of
from rating.tariff.cross import cross_faults
from rating.tariff.cross_plans import coupon_faults, plan_faults
from rating.tariff.faults import faults_of
from rating.tariff.kinds import kind_of
from rating.tariff.leaves_when import WANT_CALENDAR
from rating.tariff.model import Tariff
from rating.tariff.nodes import FILE_MAX_BYTES, Document, read_nodes
from rating.tariff.plans import Coupon, Plan
from rating.tariff.refusal import RefusalError
from rating.tariff.schema import CalendarText, TariffText
from rating.tariff.schema_parts import Block
from rating.tariff.schema_plans import CouponText, PlanText
from rating.tariff.schema_prices import WANT_INDEX
from rating.tariff.spot import Index
from rating.tariff.tree import Mapping as MappingNode

Form = TypeVar("Form", bound=Block)
Offered = Tariff | Plan | Coupon

_PUBLIC = re.compile("([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
_FILE_NAME = re.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
# Nearly all files are smaller: room for the largest one took twice as long to get as to open the file.
_FIRST_BYTES = 1 << 16


class Reader:
    """Reads tariffs, plans and coupons, and keeps the calendars and indexes that several of them may name.

    `indexes` are tables in memory by their names; a name that is not among them is that of a file.
    """

    def __init__(self, faults: list[Fault], indexes: Mapping[str, Any] | None = None) -> None:
        self.faults = faults
        self._calendars: dict[Path, Calendar] = {}
        self._indexes: dict[Path | str, Index] = {}
        self._tables = indexes or {}
        self._kept: dict[object, Block] = {}

    def read_file(self, path: Path) -> Offered | None:
        """What a file says, or None where it has faults."""
        text = self._text_of(path)
        return None if text is None else self.read_text(text, path.as_posix(), path.parent)

    def read_text(self, text: str, source: str, folder: Path | None) -> Offered | None:
        """What a text says, or None where it has faults. Calendar files are sought beside `folder`."""
        document = read_nodes(text, source)
        self.faults.extend(document.faults)
        if document.root is None:
            return None
        kind = kind_of(document)
        if isinstance(kind, Fault):
            self.faults.append(kind)
            return None
        if kind == "plan":
            plan = self._form(PlanText, document, plan_faults(document))
            return None if plan is None else to_plan(plan, document)
        if kind == "coupon":
            coupon = self._form(CouponText, document, coupon_faults(document))
            return None if coupon is None else to_coupon(coupon, document)
        tariff = self._form(TariffText, document, cross_faults(document), folder)
        return None if tariff is None else to_tariff(tariff, document)

    def _form(
        self, model: type[Form], document: Document, cross: list[Fault], folder: Path | None = None
    ) -> Form | None:
        """The text form of a document, where neither it nor its parts against another have faults."""
        self.faults.extend(cross)
        assert document.root is not None
        plain = document.root.plain
        try:
            form = model.model_validate(
                plain,
                context={
                    "time_zone": plain.get("time_zone") if isinstance(plain, dict) else None,
                    "calendar": lambda name: self._calendar(name, folder),
                    "index": lambda name: self._index(name, folder),
                    "kept": self._kept,
                },
            )
        except ValidationError as error:
            self.faults.extend(faults_of(error, document, model))
            return None
        return None if document.faults or cross else form

    def read_calendar(self, path: Path) -> Calendar:
        """The calendar of a file by itself, whether or not a tariff names it."""
        return self._read_calendar(path, path.stem)

    def _text_of(self, path: Path) -> str | None:
        shown = Place(path.as_posix())
        try:
            with path.open("rb") as file:
                data = file.read(_FIRST_BYTES)
                if len(data) == _FIRST_BYTES:
                    data += file.read(FILE_MAX_BYTES + 1 - _FIRST_BYTES)
        except OSError as error:
            got = (error.strerror or "an error").lower()
            self.faults.append(Fault("no_file", shown, got, "a file that can be read", "look at who may read it"))
            return None
        if len(data) > FILE_MAX_BYTES:
            want = f"a file of at most {FILE_MAX_BYTES // 1024} KiB"
            self.faults.append(Fault("file_too_big", shown, "more than that", want, "split the file"))
            return None
        data = data.removeprefix(codecs.BOM_UTF8)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            self.faults.append(not_utf8(path.as_posix(), data, error))
            return None

    def _calendar(self, name: str, folder: Path | None) -> Calendar:
        """The calendar of a name: a file's where there is one, else a country's."""
        path = None if folder is None or not _FILE_NAME.fullmatch(name) else folder / "calendars" / f"{name}.yaml"
        if path is not None and (path in self._calendars or path.is_file()):
            if path not in self._calendars:
                self._calendars[path] = self._read_calendar(path, name)
            return self._calendars[path]
        if path is not None and not _is_public(name):
            files = [each.stem for each in path.parent.glob("*.yaml")]
            if close := difflib.get_close_matches(name, files, n=1):
                raise RefusalError("calendar", WANT_CALENDAR, f"did you mean `{close[0]}`?")
        return public_calendar(name)

    def _index(self, name: str, folder: Path | None) -> Index:
        """The index of a name: a table's that was given, else a file's. Its faults are added once."""
        from rating.tariff.indexes import SUFFIXES, index_of_table, read_index

        if name in self._tables:
            if name not in self._indexes:
                self._indexes[name] = index_of_table(self._tables[name], name, self.faults) or Index(name, ())
            return self._indexes[name]
        if not _FILE_NAME.fullmatch(name):
            raise RefusalError("index", WANT_INDEX, "write the name of the file alone, without folder or ending")
        home = None if folder is None else folder / "indexes"
        paths = [path for suffix in SUFFIXES if home is not None and (path := home / f"{name}{suffix}").is_file()]
        if not paths:
            files = [] if home is None else [each.stem for each in home.glob("*") if each.suffix in SUFFIXES]
            close = difflib.get_close_matches(name, [*files, *self._tables], n=1)
            fix = f"did you mean `{close[0]}`?" if close else f"make the file indexes/{name}.csv beside the tariff"
            raise RefusalError("index", WANT_INDEX, fix)
        if len(paths) > 1:
            raise RefusalError("index", WANT_INDEX, f"delete one of {paths[0].name} and {paths[1].name}")
        if paths[0] not in self._indexes:
            self._indexes[paths[0]] = read_index(paths[0], name, self.faults) or Index(name, ())
        return self._indexes[paths[0]]

    def _read_calendar(self, path: Path, name: str) -> Calendar:
        """The calendar of a file. Its faults are added once; the tariff is then refused with it."""
        nothing = Calendar(name)
        text = self._text_of(path)
        if text is None:
            return nothing
        document = read_nodes(text, path.as_posix())
        self.faults.extend(document.faults)
        if document.root is None:
            return nothing
        if _PUBLIC.fullmatch(name) and _is_public(name):
            want = "a name that is no country: tariffs could not tell the two apart"
            fix = "rename the file and its `calendar`"
            self.faults.append(Fault("calendar", Place(path.as_posix()), name, want, fix))
        try:
            form = CalendarText.model_validate(document.root.plain)
        except ValidationError as error:
            self.faults.extend(faults_of(error, document, CalendarText))
            return nothing
        if form.calendar != name:
            place = _place_of(document, "calendar")
            fix = f"write {name}, or rename the file to {form.calendar}.yaml"
            self.faults.append(Fault("calendar", place, form.calendar, f"`{name}`, the name of the file", fix))
        return form.as_calendar()


def public_calendar(name: str) -> Calendar:
    """The calendar of a country or of a part of one.

    >>> public_calendar("US-CA").subdivision
    'CA'
    """
    if not _is_public(name):
        raise RefusalError("calendar", WANT_CALENDAR, _calendar_fix(name))
    country, _, subdivision = name.partition("-")
    return Calendar(name, country, subdivision, release=_holidays_release())


def _calendar_fix(name: str) -> str:
    if _is_public(name.upper()):
        return f"did you mean `{name.upper()}`?"
    country, dash, part = name.upper().partition("-")
    if dash and _is_public(country):
        if part := _part_named(country, part):
            return f"did you mean `{country}-{part}`?"
        parts = _parts_of(country)
        shown = ", ".join(f"{country}-{part}" for part in parts[:6]) + (", ..." if len(parts) > 6 else "")
        return f"write {country}, or one of {shown}" if parts else f"write {country}: it has no parts of its own"
    tidy = name.lower().replace(" ", "_")
    code = _codes_by_name().get(tidy) or country_of(name)
    if code and _is_public(code):
        return f"did you mean `{code}`?"
    if not _FILE_NAME.fullmatch(name):
        return "write the code of a country, or the name of the file alone, without folder or ending"
    return f"write the code of a country, or make the file calendars/{name[:40]}.yaml beside the tariff"


@lru_cache(maxsize=512)
def _is_public(name: str) -> bool:
    found = _PUBLIC.fullmatch(name)
    if found is None:
        return False
    country, subdivision = found.groups()
    return country in _codes_by_name().values() and (subdivision is None or subdivision in _parts_of(country))


def _parts_of(country: str) -> tuple[str, ...]:
    import holidays

    return tuple(getattr(holidays, country).subdivisions)


def _part_named(country: str, name: str) -> str:
    """The code of a part of a country by its name in the country's language, or nearly; "" where there is none."""
    import holidays

    names = {each.upper(): code for each, code in getattr(holidays, country).subdivisions_aliases.items()}
    close = difflib.get_close_matches(name[:64], names, n=1, cutoff=0.75)
    return str(names[close[0]]) if close else ""


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    """The two-letter codes of the countries that the package knows, by the names of its modules."""
    from holidays.registry import COUNTRIES

    return {module: names[1] for module, names in COUNTRIES.items()}


@lru_cache(maxsize=1)
def _holidays_release() -> str:
    return importlib.metadata.version("holidays")


def _place_of(document: Document, key: str) -> Place:
    root = document.root
    assert isinstance(root, MappingNode)
    return document.place(root.values[key])
