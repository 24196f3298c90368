"""The values of an object, read one by one with the fault of each that is not what it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from rating.errors import Fault, Place
from rating.ocpi_json import Json, shown
from rating.units import INSTANT_MAX_US, INSTANT_MIN_US
from rating.usage.instants import instant_from_text
from rating.usage.ocpi.words import meant

_FEW_KEYS: Final = 6


class Fields:
    """One object. A null counts as a key that is left out, as OCPI has it."""

    __slots__ = ("_trail", "faults", "place_of_all", "spelt", "value")

    def __init__(
        self, value: dict[str, Json], place: Place, faults: list[Fault], trail: tuple[str | int, ...] = ()
    ) -> None:
        self.value = value
        self.place_of_all = place
        self.faults = faults
        self.spelt: set[str] = set()  # keys that a misspelt one stands for
        self._trail = trail

    @property
    def place(self) -> Place:
        """Where it stands, put together only for those who ask."""
        place = self.place_of_all
        for key in self._trail:
            place = place.within(key)
        return place

    def fault(self, code: str, key: str, got: object, want: str, fix: str) -> None:
        """Add a fault at the value of a key."""
        self.faults.append(Fault(code, self.place.within(key), shown(got), want, fix))

    def has(self, key: str) -> bool:
        """Whether the key has a value."""
        return self.value.get(key) is not None

    def unknown(self, key: str, known: Sequence[str], suggestion: str | None = None) -> None:
        """Refuse a key."""
        suggestion = suggestion or meant(key, known)
        fix = f"did you mean `{suggestion}`?" if suggestion else "delete it"
        if suggestion in self.value:
            fix = f"`{suggestion}` is there already: delete this one"
        elif suggestion:
            self.spelt.add(suggestion)
        few = len(known) <= _FEW_KEYS
        want = f"one of the keys {', '.join(known)}" if few else "a key that OCPI knows, or none like it"
        self.faults.append(Fault("unknown_key", self.place.within(key), shown(key), want, fix))

    def only(self, known: Sequence[str]) -> None:
        """Refuse every key but these."""
        for key, value in self.value.items():
            if key not in known and value is not None:
                self.unknown(key, known)

    def required(self, key: str, what: str) -> Json:
        """The value of a key, which must have one."""
        found = self.value.get(key)
        if found is None and key not in self.spelt:
            got = "null" if key in self.value else f"no {key}"
            self.faults.append(Fault("missing_key", self.place, got, f"`{key}`, {what}", f"add `{key}`"))
        return found

    def text(self, key: str, what: str, required: bool = True) -> str | None:
        """A text with something in it."""
        found = self.required(key, what) if required else self.value.get(key)
        if found is None:
            return None
        if not isinstance(found, str) or not found.strip():
            self.fault("cdr_value", key, found, f"{what}, as text", "write it in quotes")
            return None
        return found.strip()

    def number(self, key: str, what: str, required: bool = True) -> Decimal | None:
        """A number."""
        found = self.required(key, what) if required else self.value.get(key)
        if found is None:
            return None
        if isinstance(found, Decimal):
            return found
        fix = "write its digits, without quotes" if isinstance(found, str) else "write its digits"
        self.fault("cdr_value", key, found, f"{what}, as a number", fix)
        return None

    def instant(self, key: str, what: str) -> int | None:
        """An instant in microseconds UTC."""
        text = self.text(key, what)
        if text is None:
            return None
        found = instant_from_text(text)
        if found is None or not INSTANT_MIN_US <= found <= INSTANT_MAX_US:
            want = "an instant between 2000 and 2100, in whole microseconds, such as 2026-03-02T19:45:00Z"
            self.fault("cdr_instant", key, text, want, "write date, T, time of day and Z")
            return None
        return found

    def objects(self, key: str, what: str, required: bool = True) -> list[Fields] | None:
        """A list of objects."""
        found = self.required(key, what) if required else self.value.get(key)
        if found is None:
            return None
        if not isinstance(found, list):
            self.fault("cdr_value", key, found, f"{what}, as a list", "write it in square brackets")
            return None
        return self._items(key, found)

    def _items(self, key: str, items: Iterable[Json]) -> list[Fields]:
        parts = []
        for index, item in enumerate(items):
            if isinstance(item, dict):
                parts.append(Fields(item, self.place_of_all, self.faults, (*self._trail, key, index)))
            else:
                fix = "write an object here, or delete it"
                place = self.place.within(key).within(index)
                self.faults.append(Fault("cdr_value", place, shown(item), "an object", fix))
        return parts
