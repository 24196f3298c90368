"""Faults as values: a code, a place, what was read, what was expected and how to fix it.

Nothing here raises on the first fault. Readers collect faults and raise one exception that carries them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something was read: a file with line and column (from 1), or a table with a row (from 0).

    In JSON `path` leads to the value: `[3].elements[0].price_components[1].price`.
    """

    source: str = ""
    line: int | None = None
    column: int | None = None
    row: int | None = None
    path: str = ""

    def __str__(self) -> str:
        if self.row is not None:
            base = f"{self.source} row {self.row}"
        else:
            base = ":".join(str(part) for part in (self.source, self.line, self.column) if part not in (None, ""))
        return f"{base}: {self.path}" if base and self.path else base or self.path

    def within(self, key: str | int) -> Place:
        """The place of a part: of the value with this key, or of the item with this index.

        >>> print(Place("a.json").within("elements").within(0).within("my key"))
        a.json: elements[0]["my key"]
        """
        path = f"{self.path}{path_step(key, first=not self.path)}"
        return Place(self.source, self.line, self.column, self.row, path)


def path_step(key: str | int, first: bool) -> str:
    """One step of a JSON path; keys that are no plain words are quoted and cut short."""
    if isinstance(key, int):
        return f"[{key}]"
    if re.fullmatch("[A-Za-z_][A-Za-z0-9_]{0,63}", key):
        return key if first else f".{key}"
    return f"[{json.dumps(key[:64])}]"


WORDS_MAX = 400  # letters of a part of a fault: what was read may be a megabyte long
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def plain(text: str, longest: int = WORDS_MAX) -> str:
    r"""A text cut short, with what cannot be printed written out: it stays on one line, on any terminal.

    >>> print(plain("3,3\tkWh \ud800"), plain("9" * 1000, 5))
    3,3\tkWh \ud800 9999…
    """
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else _SHORT.get(letter, f"\\u{ord(letter):04x}") for letter in text)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Its words are cut short and can be printed, whatever was read.

    >>> str(Fault("price_unit", Place("a.yaml", 9, 15), "0.39/h", "a price of energy, such as 0.39/kWh", "write /kWh"))
    'a.yaml:9:15: price_unit: read `0.39/h`, expected a price of energy, such as 0.39/kWh; write /kWh'
    """

    code: str
    place: Place
    got: str
    want: str
    fix: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "got", plain(self.got) or "(nothing)")
        object.__setattr__(self, "want", plain(self.want))
        object.__setattr__(self, "fix", plain(self.fix))

    def __str__(self) -> str:
        place = plain(str(self.place), 4 * WORDS_MAX)
        return f"{place}: {self.message}" if place == self.code else f"{place}: {self.code}: {self.message}"

    @property
    def message(self) -> str:
        """What was read, what was expected and how to fix it, without the place."""
        return f"read `{self.got}`, expected {self.want}; {self.fix}"


def not_utf8(source: str, data: bytes, error: UnicodeDecodeError) -> Fault:
    """The fault of a file whose bytes are not UTF-8, at the first that is not.

    >>> data = "aé".encode() + bytes([10, 98, 255])
    >>> try:
    ...     data.decode()
    ... except UnicodeDecodeError as error:
    ...     print(not_utf8("t.yaml", data, error))
    t.yaml:2:2: not_utf8: read `bytes ff`, expected text in UTF-8; save the file as UTF-8
    """
    before = data[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
    got = " ".join(f"{byte:02x}" for byte in data[error.start : error.start + 4])
    fix = "save the file as UTF-8"
    return Fault("not_utf8", Place(source, line, column), f"bytes {got}", "text in UTF-8", fix)


class RatingError(Exception):
    """Refused input. `faults` holds every fault that was found, in the order of their places."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class TariffError(RatingError):
    """Faults in tariff files."""


class OcpiError(RatingError):
    """What a tariff says and cannot be written: OCPI, or our YAML, has no way to say it."""


class InputError(RatingError):
    """Faults in tables of sessions, intervals or readings that leave nothing to rate."""


class SessionError(RatingError):
    """Refused sessions, raised only where the caller asked for on_error="raise"."""


class Refused(IntEnum):
    """Why a single session is refused. The name in lower case is the `code` in the table `rejected`."""

    FINE = 0
    NULL_VALUE = 1  # a required value is missing: session_id, tariff, start, end, an interval's bounds or energy
    DUPLICATE_SESSION = 2
    UNKNOWN_TARIFF = 3
    NO_VERSION = 4  # no version of the tariff is in force at the session's start
    TIME_ZONE = 5  # the tariff leaves its zone to the session, and the session has none or an unknown one
    END_BEFORE_START = 6  # of the session or of an interval
    INSTANT_RANGE = 7  # an instant outside of INSTANT_MIN_US .. INSTANT_MAX_US, or finer than a microsecond
    SESSION_TOO_LONG = 8
    NO_DATA = 9  # neither interval, reading nor total
    OVERLAP = 10  # an interval starts before the one before it ended
    OUTSIDE_SESSION = 11  # an interval or reading lies outside of the session
    REGISTER_BACKWARDS = 12
    NEGATIVE_ENERGY = 13
    ENERGY_RANGE = 14  # beyond ENERGY_MAX_MWH, not a number, or finer than a thousandth of a Wh
    ENERGY_MISMATCH = 15  # the session's total is not the sum of its intervals
    CHARGING_END = 16  # charging_end lies outside of the session
    AMOUNT_RANGE = 17  # the amount would leave AMOUNT_MAX_NANO
    UNKNOWN_SESSION = 18  # intervals or readings whose session is not among the sessions
    UNKNOWN_ACTIVITY = 19
    MISSING_COLUMN = 20  # the tariff needs a value that the session or its intervals do not have
    POWER_RANGE = 21  # a power or a current below zero, beyond its limit, finer than a thousandth, or no number
    RESERVATION = 22  # it ends before it starts, is longer than SESSION_MAX_US, or its expiry is neither yes nor no
    TAX_UNKNOWN = 23  # a limit after tax decides, and the rate of a tax is not known
    UNKNOWN_COUPON = 24
    LATE = 25  # it starts before a session of its account, or with its coupon, that the state has counted already
    NO_INDEX_PRICE = 26  # the index has no price for a moment with energy, and the tariff no fallback
    POINTS = 27  # redeem_points is no whole number from 0

    @property
    def code(self) -> str:
        """The code as it stands in the table of rejected sessions."""
        return self.name.lower()
