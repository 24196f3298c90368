"""Amounts and tables as text, and progress on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache

import click


@lru_cache
def decimals_of(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    from rating.money import minor_micro
    from rating.units import MICRO_PER_UNIT

    return len(str(MICRO_PER_UNIT // minor_micro(currency))) - 1


def exact(value: Decimal | None, least: int = 0, *, grouped: bool = False) -> str:
    """A decimal with all its digits, at least so many after the point; `grouped` for people, in threes.

    >>> exact(Decimal("1234.500000"), 2), exact(Decimal("1234.5"), 2, grouped=True), exact(Decimal("0.001"), 2)
    ('1234.50', '1,234.50', '0.001')
    """
    if value is None:
        return ""
    # Formatted without a precision, a decimal is never rounded.
    whole, _, part = (f"{value:,f}" if grouped else f"{value:f}").partition(".")
    part = part.rstrip("0").ljust(least, "0")
    return f"{whole}.{part}" if part else whole


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    """Rows under a header, in columns two spaces apart; numbers to the right, the columns `left` to the left.

    >>> print(table(("Currency", "Gross"), [("EUR", "12.47"), ("JPY", "9")]))
    Currency  Gross
    EUR       12.47
    JPY           9
    """
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = []
    for row in (header, *rows):
        cells = [cell.ljust(widths[i]) if i in left else cell.rjust(widths[i]) for i, cell in enumerate(row)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def heading(text: str) -> str:
    """Bold on a terminal."""
    return click.style(text, bold=True)


def count(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "session"), count(1200, "session"), count(0, "currency", "currencies")
    ('1 session', '1,200 sessions', '0 currencies')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


@contextmanager
def progress(text: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal what is being done until the block ends, and nothing anywhere else.

    Gives a function that changes the text.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status(text) as status:
        yield lambda new: status.update(new)
