"""What `rating compare` prints of two sides, in the columns of a terminal, with or without colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from rating.desk.compare.keys import DAYS
from rating.desk.compare.texts import WHY_TEXTS, amount, count, headline, payers_text, percent, range_text, stray_text
from rating.desk.compare.words import apart_groups, hour_cells, is_moved, ranked, tariffs_texts, unused_texts
from rating.desk.pages.terminal import print_lines, printed, width_of, wrapped

if TYPE_CHECKING:
    from rating.desk.compare.extremes import Pair
    from rating.desk.compare.present import Comparison, Grouped
    from rating.desk.compare.sums import Histogram, Row

_ROWS_MAX = 20  # of a group
_NAME_MAX = 28
_UNUSED_MAX = 30  # versions of tariffs
_EIGHTHS = " ▏▎▍▌▋▊▉"


def as_text(found: Comparison, width: int, stories: int = 1) -> str:
    """All of it without colour."""
    return printed(partial(print_comparison, found, stories=stories), width)


def print_comparison(found: Comparison, console: Console, stories: int = 1) -> None:
    """Print it in the width of a console; of each currency and each way so many sessions are told."""
    print_lines(lines(found, width_of(console), stories), console)


def lines(found: Comparison, width: int, stories: int) -> Iterator[Text]:
    """Line by line."""
    yield from wrapped(f"From {found.old_name} to {found.new_name}", width, "bold")
    yield from wrapped(headline(found.compared, found.sessions, len(found.apart)) + stray_text(found.strays), width)
    yield from _tariffs(found, width)
    for row, histogram in zip(found.totals, found.histograms, strict=True):
        yield Text()
        yield from _total(found, row, width)
        if is_moved(row):
            yield from _histogram(histogram, width)
            yield from _hours(found, row.currency, width)
    for group in found.groups:
        if group.name != "hour of the week" and group.rows:
            yield Text()
            yield from _group(group, width)
    yield from _largest(found, width, stories)
    for title, elements in (("old", found.unused_old), ("new", found.unused_new)):
        if elements:
            yield Text()
            yield Text(f"Never used in this history, {title} tariffs", "bold")
            texts = unused_texts(elements)
            for text in texts[:_UNUSED_MAX]:
                yield from wrapped(f"  {text}", width)
            if len(texts) > _UNUSED_MAX:
                yield Text(f"  and {len(texts) - _UNUSED_MAX:,} more: --json and --html have them all", "dim")
    yield from _apart(found, width)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1, most: int = _NAME_MAX) -> Iterator[Text]:
    """Columns two apart: the first `left` to the left and cut short, numbers to the right; what falls is in red."""
    cut = [[_short(cell, most) if i < left else cell for i, cell in enumerate(row)] for row in (header, *rows)]
    widths = [max(cell_len(row[i]) for row in cut) for i in range(len(header))]
    for number, row in enumerate(cut):
        line = Text("  ")
        for i, cell in enumerate(row):
            space = " " * (widths[i] - cell_len(cell))
            style = "dim" if number == 0 else _style(cell)
            line.append(cell + space if i < left else space + cell, style if i >= left or number == 0 else "")
            line.append("  ")
        yield line


def _short(text: str, most: int) -> str:
    return text if cell_len(text) <= most else set_cell_size(text, most - 1) + "…"


def _style(cell: str) -> str:
    return "green" if cell.startswith("+") else "red" if cell.startswith("-") else ""


def _tariffs(found: Comparison, width: int) -> Iterator[Text]:
    for text in tariffs_texts(found):
        yield from wrapped(text, width)


def _total(found: Comparison, row: Row, width: int) -> Iterator[Text]:
    change = amount(row.change.gross_micro, row.currency, grouped=True, signed=True)
    of = percent(row.change.gross_micro, row.old.gross_micro)
    yield Text.assemble((f"{row.currency}: ", "bold"), (f"{change} {of}".rstrip(), f"bold {_style(change)}"))
    names = (("Before tax", "net_micro"), ("Tax", "tax_micro"), ("To pay", "gross_micro"))
    rows = []
    for name, field in names:
        before, after, by = (getattr(each, field) for each in (row.old, row.new, row.change))
        cells = (amount(each, row.currency, grouped=True) for each in (before, after))
        rows.append((name, *cells, amount(by, row.currency, grouped=True, signed=True), percent(by, before)))
    yield from table(("", "Before", "After", "Change", ""), rows)
    yield from wrapped(f"  {payers_text(row.payers, 'session', row.currency)}", width)
    if row.currency in found.drivers:
        yield from wrapped(f"  {payers_text(found.drivers[row.currency], 'driver', row.currency)}", width)


def _histogram(histogram: Histogram, width: int) -> Iterator[Text]:
    yield Text()
    yield Text(f"How much bills change, {histogram.currency}", "bold")
    labels = [range_text(bar, histogram.currency) for bar in histogram.bars]
    wide, most = max(map(len, labels)), max(bar.sessions for bar in histogram.bars) or 1
    counts = [f"{bar.sessions:,}" for bar in histogram.bars]
    room = width - wide - max(map(len, counts)) - 6
    for label, bar, shown in zip(labels, histogram.bars, counts, strict=True):
        style = "green" if (bar.to_micro is None or bar.to_micro > 0) else "red" if (bar.from_micro or -1) < 0 else ""
        eighths = -(-bar.sessions * room * 8 // most)
        drawn = "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
        yield Text.assemble(f"  {label:>{wide}}  ", (drawn, style), f" {shown}")


def _hours(found: Comparison, currency: str, width: int) -> Iterator[Text]:
    cells = hour_cells(found, currency)
    size = 4 if width >= 6 + 4 * 24 else 3
    yield Text()
    yield Text(f"Change by hour of the week, % of {currency} to pay", "bold")
    yield Text("      " + "".join(f"{hour:>{size * 3}}" for hour in range(2, 24, 3)), "dim")
    for number, day in enumerate(DAYS):
        line = Text(f"  {day} ")
        for cell in cells[24 * number : 24 * number + 24]:
            line.append(f"{cell.short:>{size}}", _style(cell.short))
        yield line
    yield from wrapped("  ·: no session starts then; 99: or more", width, "dim")


def _group(group: Grouped, width: int) -> Iterator[Text]:
    yield Text(f"By {group.name}", "bold")
    rows = ranked(group.rows)
    most = max(10, width - 60)
    yield from table(
        (group.name.capitalize(), "", "Sessions", "Before", "After", "Change", ""),
        [
            (
                row.name,
                row.currency,
                f"{row.sessions:,}",
                *(amount(each.gross_micro, row.currency, grouped=True) for each in (row.old, row.new)),
                amount(row.change.gross_micro, row.currency, grouped=True, signed=True),
                percent(row.change.gross_micro, row.old.gross_micro),
            )
            for row in rows[:_ROWS_MAX]
        ],
        left=2,
        most=most,
    )
    if len(rows) > _ROWS_MAX:
        yield Text(f"  and {len(rows) - _ROWS_MAX:,} more: --json and --html have them all", "dim")


def _largest(found: Comparison, width: int, stories: int) -> Iterator[Text]:
    for row in found.totals:
        pairs = [pair for pair in found.largest if pair.currency == row.currency]
        for title, chosen in (
            ("Rise most", [pair for pair in pairs if pair.change_micro > 0]),
            ("Fall most", [pair for pair in pairs if pair.change_micro < 0]),
        ):
            if not chosen:
                continue
            yield Text()
            yield Text(f"{title}, {row.currency}", "bold")
            yield from table(
                ("Session", "Tariff", "Before", "After", "Change"),
                [
                    (
                        str(pair.session_id),
                        pair.tariff,
                        amount(pair.old_gross_micro, row.currency, grouped=True),
                        amount(pair.new_gross_micro, row.currency, grouped=True),
                        amount(pair.change_micro, row.currency, grouped=True, signed=True),
                    )
                    for pair in chosen
                ],
                left=2,
            )
            for pair in chosen[:stories]:
                yield Text()
                yield from _side_by_side(pair, width)


def _side_by_side(pair: Pair, width: int) -> Iterator[Text]:
    """Both stories: what only one of them says stands out."""
    half = (width - 3) // 2
    columns = [list(_column(story, half)) for story in (pair.old_story, pair.new_story)]
    said = [{line for line in column if line} for column in columns]
    yield Text.assemble((f"{'Before':<{half}} │ After", "dim"))
    for old, new in zip_longest(*columns, fillvalue=""):
        line = Text()
        line.append(set_cell_size(old, half), "bold" if old and old not in said[1] else "")
        line.append(" │ ", "dim")
        line.append(new, "bold" if new and new not in said[0] else "")
        yield line


def _column(story: str, width: int) -> Iterator[str]:
    for line in story.rstrip("\n").split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        yield from textwrap.wrap(line.strip(), width, initial_indent=indent, subsequent_indent=indent + "  ") or [""]


def _apart(found: Comparison, width: int) -> Iterator[Text]:
    groups = apart_groups(found.apart)
    if not groups:
        return
    yield Text()
    yield Text(f"{count(len(found.apart), 'session')} not compared", "bold")
    for group in groups:
        yield from wrapped(f"  {WHY_TEXTS[group.why]}: {group.text}", width)
        for reason in group.reasons:
            yield from wrapped(f"    {reason}", width)
