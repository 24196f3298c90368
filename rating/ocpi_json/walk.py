"""A parsed value -> plain values: numbers as decimals, text that can be written again, bounded depth and size."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from rating.errors import Fault, Place
from rating.ocpi_json.write import shown

Json: TypeAlias = "bool | Decimal | str | list[Json] | dict[str, Json] | None"
Trail: TypeAlias = tuple[str | int, ...]

DEPTH_MAX: Final = 32
VALUES_MAX: Final = 10_000_000
NUMBER_MAX_CHARS: Final = 64
EXPONENT_MAX: Final = 64  # so that no number takes more than some hundred digits to write out
FAULTS_MAX: Final = 1_000  # of one value


class _Odd:
    """What the parser met and no value may be; the walk knows its path."""

    def __init__(self, text: str) -> None:
        self.text = text


class _Doubled(dict[str, Any]):
    """An object in which keys stand twice."""

    again: tuple[str, ...] = ()


def _number(text: str) -> Decimal | _Odd:
    if len(text) > NUMBER_MAX_CHARS:
        return _Odd(text)
    try:
        value = Decimal(text)
    except ArithmeticError:
        return _Odd(text)
    return value if abs(int(value.as_tuple().exponent)) <= EXPONENT_MAX else _Odd(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled = _Doubled(found)
    doubled.again = tuple(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
    return doubled


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_int=_number, parse_constant=_Odd)


def too_deep(place: Place) -> Fault:
    """The fault of a list or object in too many others."""
    fix = "look for a bracket too many"
    return Fault("json_too_deep", place, "more than that", f"at most {DEPTH_MAX} levels of lists and objects", fix)


class Walk:
    """Goes through a parsed value once: everything becomes a `Json`, and what cannot is a fault with its path."""

    def __init__(self, place: Place, faults: list[Fault]) -> None:
        self.place = place
        self.faults = faults
        self.faulty = 0
        self.trail: list[str | int] = []
        self.wrong: set[Trail] = set()  # the first two steps to each value that was refused
        self.count = 0

    def tidy(self, value: object) -> Json:
        """The value with decimals for all numbers, lists for tuples and dicts for mappings."""
        if isinstance(value, str):
            return value if value.isascii() else self.text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float | Decimal):
            return value if type(value) is Decimal and value.is_finite() else self.number(value)
        self.count += 1
        if len(self.trail) >= DEPTH_MAX or self.count > VALUES_MAX:
            self.stop()
        elif isinstance(value, Mapping):
            return self.mapping(value)
        elif isinstance(value, list | tuple):
            return [self.part(index, item) for index, item in enumerate(value)]
        elif isinstance(value, _Odd):
            self.odd_number(value.text)
        else:
            what = f"a {type(value).__name__}"
            self.fault("json_shape", what, "text, a number, true, false, null, a list or an object", "convert it")
        return None

    def part(self, key: str | int, value: object) -> Json:
        """A value within the one that is walked."""
        self.trail.append(key)
        found = self.tidy(value)
        self.trail.pop()
        return found

    def mapping(self, value: Mapping[Any, object]) -> Json:
        """An object, whose keys are texts."""
        found: dict[str, Json] = {}
        for key, item in value.items():
            if isinstance(key, str):
                found[self.text(key)] = self.part(key, item)
            else:
                self.fault("json_shape", str(key)[:40], "keys that are text", "write the key in quotes")
        for name in getattr(value, "again", ()):
            self.trail.append(name)
            self.fault("duplicate_key", shown(name), "each key once", "keep one of the two")
            self.trail.pop()
        return found

    def number(self, value: float | Decimal) -> Json:
        """A number of Python's: a float stands for the shortest decimal that it prints as."""
        exact = Decimal(float.__repr__(value)) if isinstance(value, float) else Decimal(value)
        found = _number(str(exact)) if exact.is_finite() else None
        if isinstance(found, Decimal):
            return found
        self.odd_number(str(exact))
        return None

    def odd_number(self, text: str) -> None:
        """Refuse what is no number or too long for one."""
        if len(text) > 20:
            want = f"a number of at most {NUMBER_MAX_CHARS} characters, with an exponent up to {EXPONENT_MAX}"
            self.fault("json_number", text[:20] + "…", want, "write fewer digits")
        elif any(letter.isdigit() for letter in text):
            self.fault("json_number", text, f"a number with an exponent up to {EXPONENT_MAX}", "look at its exponent")
        else:
            self.fault("json_number", text, "a number", "write its digits, or leave the key out")

    def text(self, value: str) -> str:
        """A text that can be written again."""
        try:
            value.encode()
        except UnicodeEncodeError as error:
            code = f"\\u{ord(value[error.start]):04x}"
            self.fault("json_text", code, "text in Unicode", "write the two halves of the character together")
        return value

    def stop(self) -> None:
        """Refuse what is too deep or too much, and go on elsewhere."""
        if self.count <= VALUES_MAX:
            self.wrong.add(tuple(self.trail[:2]))
            self.faulty += 1
            if self.faulty <= FAULTS_MAX:
                self.faults.append(too_deep(self.here()))
        elif self.count == VALUES_MAX + 1:
            self.fault("json_too_big", "more than that", f"at most {VALUES_MAX:,} lists and objects", "split the file")

    def here(self) -> Place:
        """The place of the value that is walked."""
        place = self.place
        for key in self.trail:
            place = place.within(key)
        return place

    def fault(self, code: str, got: str, want: str, fix: str) -> None:
        """Add a fault at the value that is walked; after a thousand the others are not shown."""
        self.wrong.add(tuple(self.trail[:2]))
        self.faulty += 1
        if self.faulty <= FAULTS_MAX:
            self.faults.append(Fault(code, self.here(), got, want, fix))
