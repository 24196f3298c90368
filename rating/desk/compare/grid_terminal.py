"""What `rating compare --change` prints: a table of variants with a curve, in the columns of a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from rating.desk.compare.terminal import table
from rating.desk.compare.texts import amount, count, percent, stray_text
from rating.desk.pages.terminal import print_lines, printed, width_of, wrapped

if TYPE_CHECKING:
    from rating.desk.compare.variants import GridComparison


def as_text(found: GridComparison, width: int) -> str:
    """All of it without colour."""
    return printed(partial(print_grid, found), width)


def print_grid(found: GridComparison, console: Console) -> None:
    """Print it in the width of a console."""
    print_lines(lines(found, width_of(console)), console)


def lines(found: GridComparison, width: int) -> Iterator[Text]:
    """Line by line."""
    yield from wrapped(f"{count(len(found.variants), 'variant')} of {found.old_name}", width, "bold")
    for change in found.changes:
        yield from wrapped(f"  {change}", width)
    yield from wrapped(grid_headline(found), width)
    for currency in found.currencies:
        yield Text()
        yield from _currency(found, currency, width)
    if found.rejected:
        yield Text()
        yield Text(f"{count(len(found.rejected), 'session')} rejected by all", "bold")
        for code in sorted({each.code for each in found.rejected}):
            of = [each for each in found.rejected if each.code == code]
            yield from wrapped(f"  {code}, {len(of):,}: {of[0].message}", width)


def grid_headline(found: GridComparison) -> str:
    """How many sessions there are, and how they were rated."""
    text = f"{found.compared:,} of {count(found.sessions, 'session')} rated"
    if found.tax_not_known:
        text += f", {found.tax_not_known:,} without a known tax left out"
    if found.in_full:
        text += f"; {found.in_full:,} of them by each variant in full, since {found.why_in_full}"
    return text + stray_text(found.strays)


def _currency(found: GridComparison, currency: str, width: int) -> Iterator[Text]:
    rows = [row for row in found.rows if row.currency == currency]
    wide = width >= 110
    header = ["Variant", "Net", "To pay", "Change", "", "More", "Same", "Less"]
    told = any(row.drivers is not None for row in rows)
    header += ["Drivers more", "less"] if wide and told else []
    differ = len({row.sessions for row in rows}) > 1  # some variants reject what others rate
    header += ["Rated"] if differ else []
    cells = []
    for row in rows:
        line = [
            row.label,
            amount(row.amounts.net_micro, currency, grouped=True),
            amount(row.amounts.gross_micro, currency, grouped=True),
            amount(row.change.gross_micro, currency, grouped=True, signed=True),
            percent(row.change.gross_micro, row.amounts.gross_micro - row.change.gross_micro),
            *(f"{each:,}" for each in (row.payers.more, row.payers.same, row.payers.less)),
        ]
        if wide and told:
            line += ["", ""] if row.drivers is None else [f"{row.drivers.more:,}", f"{row.drivers.less:,}"]
        cells.append([*line, f"{row.sessions:,}"] if differ else line)
    kept = [i for i in range(len(header)) if wide or i != 1]
    yield Text(currency, "bold")
    rest = sum(max(len(line[i]) for line in (header, *cells)) + 2 for i in kept if i != 0)
    most = max(12, width - 4 - rest)
    if any(len(row.label) > most for row in rows):  # cut short they would look alike; the changes stand above
        cells = [[row.steps, *line[1:]] for row, line in zip(rows, cells, strict=True)]
    yield from table([header[i] for i in kept], [[line[i] for i in kept] for line in cells], most=most)
