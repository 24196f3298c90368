"""What `rating explain` prints: bill, picture and story in the columns of a terminal, with or without colour.

The picture is read without colour too: each band begins with its price, or with the letter that the legend explains.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.style import Style
from rich.text import Text

from rating.desk.explain.axes import ticks
from rating.desk.explain.chart import Band, Chart, Key, Lane
from rating.desk.explain.drawing import tint
from rating.desk.pages.colours import as_hex, text_on
from rating.desk.pages.terminal import has_colour, print_lines, printed, width_of
from rating.reference import words
from rating.reference.told import Row, Story

if TYPE_CHECKING:
    from rating.desk.explain.explanation import Explanation

_BLOCKS = " ▁▂▃▄▅▆▇█"
_FILLS = "·░▒▓"
_MARGIN = 15
_NO_DATA = "?"


def as_text(explanation: Explanation, width: int) -> str:
    """All of it without colour."""
    return printed(partial(print_explanation, explanation), width)


def print_explanation(explanation: Explanation, console: Console) -> None:
    """Print it in the width of a console, and in its colours where it has any."""
    print_lines(lines(explanation, width_of(console), has_colour(console)), console, filled=True)


def lines(explanation: Explanation, width: int, colour: bool) -> Iterator[Text]:
    """Line by line."""
    story, chart = explanation.story, explanation.chart
    title, *head = story.head
    yield from _wrapped(title, width, style="bold")
    for text in head:
        yield from _wrapped(text, width)
    yield Text()
    yield Text("The bill", style="bold")
    yield from _bill(story, width)
    if chart is not None:
        yield Text()
        yield Text("Prices and power", style="bold")
        yield from _chart(chart, width, colour)
    for section in story.sections:
        yield Text()
        yield Text(section.title, style="bold")
        yield from _rows(section.shown(), width, "  ")


def _wrapped(text: str, width: int, indent: str = "", style: str = "") -> Iterator[Text]:
    parts = textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent + "    ", break_on_hyphens=False)
    for part in parts or [""]:
        yield Text(part, style=style)


def _rows(rows: Iterable[Row], width: int, indent: str) -> Iterator[Text]:
    for row in rows:
        yield from _wrapped(row.words, width, indent)
        yield from _rows(row.rows, width, indent + "  ")


def _bill(story: Story, width: int) -> Iterator[Text]:
    """Amounts to the right; below each line how much at which price."""
    amounts = [each.printed for each in story.lines] + [amount for _, amount in story.totals]
    wide = max(map(cell_len, amounts))
    room = width - wide - 4
    for each in story.lines:
        yield from _priced(each.what, each.printed, room, wide)
        detail = "; ".join(text for text in (each.how, ", ".join(each.because)) if text)
        if detail:
            yield from _wrapped(detail, 2 + room, "    ", "dim")
    for place, (what, amount) in enumerate(story.totals, start=1):
        is_last = place == len(story.totals)
        if place == 1:
            yield Text(" " * (room + 4) + "─" * wide)
        yield from _priced(what, amount, room, wide, "bold" if is_last else "")


def _priced(what: str, amount: str, room: int, wide: int, style: str = "") -> Iterator[Text]:
    first, *rest = textwrap.wrap(what, room, subsequent_indent="  ") or [""]
    yield Text(f"  {set_cell_size(first, room)}  {amount.rjust(wide)}", style=style)
    for part in rest:
        yield Text(f"  {part}", style=style)


def _chart(chart: Chart, width: int, colour: bool) -> Iterator[Text]:
    size = width - _MARGIN
    for lane in chart.lanes:
        yield _lane(chart, lane, size, colour)
    yield Text(f"{words.power(chart.peak_mw)[: _MARGIN - 2].rjust(_MARGIN - 1)} " + _power(chart, size))
    axis = " " * width
    for tick in ticks(chart, size // 10):
        at, text = _MARGIN + _column(chart, tick.at_us, size), tick.clock
        if text == "00:00" and tick.day:
            text = tick.day
        if at + len(text) <= width and axis[max(0, at - 1) : at + len(text)].strip() == "":
            axis = axis[:at] + text + axis[at + len(text) :]
    yield Text(axis)
    for key in chart.keys:
        holds = "".join(f"; {text}" for text in (", ".join(key.holds), chart.range_of(key)) if text)
        named = f"{key.element}: " if key.element else ""
        first, *rest = _wrapped(f" {(key.letter or '-').center(3)} {named}{key.price}{holds}", width)
        if colour:
            _paint(first, chart, key)
        yield from (first, *rest)
    for change in chart.clock_changes:
        yield from _wrapped(
            f"The clock is set {change.words}, to {words.clock(chart.local(change.at_us))}", width, "  "
        )


def _paint(line: Text, chart: Chart, key: Key) -> None:
    """The letter of a line of the legend in the colour of its first band."""
    level = next(band.level for lane in chart.lanes for band in lane.bands if band.key == key)
    fill = tint(level)
    if fill is not None:
        line.stylize(Style(color=as_hex(text_on(fill)), bgcolor=as_hex(fill)), 1, 4)


def _column(chart: Chart, us: int, size: int) -> int:
    return (us - chart.start_us) * size // (chart.end_us - chart.start_us)


def _lane(chart: Chart, lane: Lane, size: int, colour: bool) -> Text:
    line = Text(lane.title[: _MARGIN - 1].ljust(_MARGIN))
    at, said = 0, None
    for band in lane.bands:
        first, last = _column(chart, band.start_us, size), _column(chart, band.end_us, size)
        first = max(at, first)
        last = max(last, first + 1)
        if last > size:
            break
        line.append(" " * (first - at))
        goes_on = said == (band.key, band.start_us)  # a price that follows an index: its letter is said once
        line.append_text(_band(band, last - first, colour, is_said=goes_on))
        at, said = last, (band.key, band.end_us)
    return line


def _band(band: Band, width: int, colour: bool, is_said: bool) -> Text:
    key = band.key.letter or "-"
    room = (text for text in (f" {key} {band.label} ", f"{key} {band.label}") if cell_len(text) <= width)
    text = next(room, key[:width]) if not is_said else ""
    fill = tint(band.level)
    if fill is None or band.level is None:
        return Text(text.ljust(width))
    if not colour:
        return Text(text + _FILLS[int(band.level * (len(_FILLS) - 1))] * (width - cell_len(text)))
    return Text(text.ljust(width), style=Style(color=as_hex(text_on(fill)), bgcolor=as_hex(fill)))


def _power(chart: Chart, size: int) -> str:
    """A block for each column, as high as its mean power; another mark where there is no meter data."""
    text = ""
    for mean in chart.means(size):
        block = -(-(mean or 0) * (len(_BLOCKS) - 1) // max(1, chart.peak_mw))
        text += _NO_DATA if mean is None else _BLOCKS[min(block, len(_BLOCKS) - 1)]
    return text
