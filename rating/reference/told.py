"""A story as a value: sections of rows, each with its words and, for programs, what it says as data.

Every form of a story (text, Markdown, a page, JSON) is written from this one value: none can say another number.
In data, amounts, quantities and prices are texts: exact decimals, or a fraction such as 1/3 where they do not end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Final, Literal

from rating.reference.values import Bill, Line
from rating.units import ENERGY, FLAT, LINE_DIMENSIONS, MICRO_PER_UNIT, MWH_PER_KWH, RESERVATION_FLAT, US_PER_S

Value = str | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]
Facts = Mapping[str, Value]
# The headings of the rules in the README.
MEASURED: Final = "1. What is measured"
APPLIES: Final = "2. Which price applies"
QUANTITY: Final = "3. What quantity is billed"
COSTS: Final = "4. What it costs"
ACCOUNTS: Final = "Accounts"
_DECIMALS_MAX = 18
_FIRST_ROWS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """What is said in one line, by which rule, and what is said under it."""

    words: str
    rule: str  # a heading of the rules
    facts: Facts = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    line: int | None = None  # the line of the bill that it is about


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under a title; of a `long` one texts leave out the middle."""

    name: Literal["measured", "applied", "costs", "account", "total"]
    title: str
    rows: tuple[Row, ...]
    long: bool = False

    @property
    def rules(self) -> tuple[str, ...]:
        """Those that its rows go by."""
        found = [rule for row in self.rows for rule in (row.rule, *(under.rule for under in row.rows))]
        return tuple(sorted(set(found)))

    def shown(self) -> Iterator[Row]:
        """The rows as texts show them."""
        if not self.long or len(self.rows) <= _FIRST_ROWS + 2:
            yield from self.rows
            return
        yield from self.rows[:_FIRST_ROWS]
        yield Row(f"... {len(self.rows) - _FIRST_ROWS - 1} more rows ...", self.rows[0].rule)
        yield self.rows[-1]


@dataclass(frozen=True, slots=True)
class BillRow:
    """A line of the bill as people read it, and what it is by."""

    line: Line
    what: str
    how: str  # quantity and price; nothing for a line without
    printed: str  # the amount, with its currency
    because: tuple[str, ...]  # when its element holds, or what the story says of it
    facts: Facts


@dataclass(frozen=True, slots=True)
class Story:
    """How a session came to its bill."""

    bill: Bill
    head: tuple[str, ...]
    facts: Facts
    sections: tuple[Section, ...]
    lines: tuple[BillRow, ...]
    totals: tuple[tuple[str, str], ...]  # what, and how much; the last is what is to be paid


def exact(value: Fraction, least: int = 0) -> str:
    """A number as data: all its decimals, at least so many, where it has an end; else a fraction.

    >>> exact(Fraction(7, 2), 2), exact(Fraction(-1, 4)), exact(Fraction(1, 3)), exact(Fraction(66))
    ('3.50', '-0.25', '1/3', '66')
    """
    for digits in range(_DECIMALS_MAX + 1):
        scaled = value * 10**digits
        if scaled.denominator == 1:
            shown = max(digits, least)
            text = str(abs(scaled.numerator) * 10 ** (shown - digits)).rjust(shown + 1, "0")
            whole, rest = text[: len(text) - shown], text[len(text) - shown :]
            return ("-" if value < 0 else "") + (f"{whole}.{rest}" if rest else whole)
    return str(value)


def micro(value: int | None, least: int = 0) -> str | None:
    """Millionths as data; None stays."""
    return None if value is None else exact(Fraction(value, MICRO_PER_UNIT), least)


def kwh(mwh: int) -> str:
    """Energy as data."""
    return exact(Fraction(mwh, MWH_PER_KWH))


def seconds(us: int) -> str:
    """A length of time as data."""
    return exact(Fraction(us, US_PER_S))


def quantity(amount: int, dimension: int) -> dict[str, str]:
    """A quantity in base units, as data with its unit."""
    if dimension == ENERGY:
        return {"quantity": kwh(amount), "unit": "kWh"}
    if dimension in (FLAT, RESERVATION_FLAT):
        return {"quantity": str(amount), "unit": "session"}
    return {"quantity": seconds(amount), "unit": "s"}


def allowed(of: str, amount: int) -> dict[str, str]:
    """What of an allowance, as data."""
    return quantity(amount, FLAT if of == "sessions" else LINE_DIMENSIONS.index(of))


def span(start: datetime, end: datetime) -> dict[str, str]:
    """From when to when: clock times with their offset."""
    return {"start": start.isoformat(), "end": end.isoformat()}
