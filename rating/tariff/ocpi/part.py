"""An object of a tariff while it is read: its keys, its place, and the list that its faults go to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rating.errors import Fault, Place
from rating.ocpi_json import Json, shown
from rating.tariff.ocpi.fields import OcpiVersion
from rating.tariff.ocpi.spelling import closest, unknown_keys
from rating.tariff.refusal import RefusalError, RefusalsError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One object. A key whose value is null is as one that is not there (OCPI says so)."""

    value: dict[str, Json]
    place: Place
    version: OcpiVersion
    faults: list[Fault]

    def has(self, key: str) -> bool:
        """Whether the key has a value."""
        return self.value.get(key) is not None

    def get(self, key: str, read: Callable[[Json], T]) -> T | None:
        """What the reader makes of a key's value; None where there is none, or where it is refused."""
        value = self.value.get(key)
        if value is None:
            return None
        try:
            return read(value)
        except RefusalsError as error:
            for refusal in error.refusals:
                self._refuse(key, refusal)
        except RefusalError as refusal:
            self._refuse(key, refusal)
        return None

    def need(self, key: str, read: Callable[[Json], T], example: str) -> T | None:
        """The same of a key that must be there."""
        if not self.has(key):
            self.missing(key, example)
            return None
        return self.get(key, read)

    def missing(self, key: str, example: str) -> None:
        """A key that must be there is not; where another was meant to be it, that is said already."""
        if not any(closest(other, (key,)) for other in self.value if other != key):
            self.fault("missing_key", f"no {key}", f"`{key}`", f"add {example}")

    def part(self, key: str, kind: str) -> Part | None:
        """The object that a key holds, its keys checked; None where it holds none."""
        value = self.value.get(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return self._inner(value, self.place.within(key), kind)
        fix = "write the one object without the list around it" if isinstance(value, list) else "write it in braces"
        self.fault("shape", shown(value), "an object", fix, key)
        return None

    def parts(self, key: str, kind: str, most: int) -> list[Part]:
        """The objects of a list that has at least one, the keys of each checked."""
        value = self.value.get(key)
        if value is None:
            self.missing(key, f'"{key}": [{{...}}]')
            return []
        if not isinstance(value, list):
            fix = "put the object into a list: [{...}]" if isinstance(value, dict) else "write a list of objects"
            self.fault("shape", shown(value), "a list of objects", fix, key)
            return []
        if not 1 <= len(value) <= most:
            fix = "write at least one" if not value else "split the tariff"
            got = "an empty list" if not value else f"{len(value)} of them"
            self.fault("too_many" if value else "empty_value", got, f"a list of 1 to {most} objects", fix, key)
            return []
        found = []
        for index, item in enumerate(value):
            place = self.place.within(key).within(index)
            if isinstance(item, dict):
                found.append(self._inner(item, place, kind))
            else:
                self.faults.append(Fault("shape", place, shown(item), "an object", "write it in braces, or delete it"))
        return found

    def fault(self, code: str, got: str, want: str, fix: str, key: str | None = None) -> None:
        """Add a fault about this object, or about one of its keys."""
        self.faults.append(Fault(code, self.place if key is None else self.place.within(key), got, want, fix))

    def _inner(self, value: dict[str, Json], place: Place, kind: str) -> Part:
        self.faults.extend(unknown_keys(value, kind, self.version, place))
        return Part(value, place, self.version, self.faults)

    def _refuse(self, key: str, refusal: RefusalError) -> None:
        place, value = self.place.within(key), self.value[key]
        for step in refusal.at:
            place = place.within(step)
            value = value[step] if isinstance(value, list) and isinstance(step, int) else value
        got = shown(value) if refusal.got is None else refusal.got
        self.faults.append(Fault(refusal.code, place, got, refusal.want, refusal.fix))
