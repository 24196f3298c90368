"""What `rating show` prints: sentences, maps and tables in the columns of a terminal, with or without colour.

A map is read without colour too: each stretch begins with its price, or with the letter that the legend explains, and
is filled the denser the more it costs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.style import Style
from rich.text import Text

from rating.desk.pages.colours import as_hex, shade, text_on
from rating.desk.pages.terminal import has_colour, print_lines, printed, width_of, wrapped
from rating.desk.show.maps import HeatMap, MapRow, Stretch
from rating.desk.show.samples import ENERGIES_KWH, HOURS, POWERS_KW, SampleTable
from rating.desk.show.titles import (
    change_texts,
    clock_text,
    clock_title,
    cost_text,
    map_title,
    sample_title,
    week_title,
)
from rating.units import MWH_PER_KWH

if TYPE_CHECKING:
    from rating.desk.show.present import EditionView, Show

_FILLS = "·░▒▓"
_LABEL_MAX = 8
_HOUR_MAX = 4  # columns
_SKIPPED, _TWICE = "/", "2×"


def as_text(show: Show, width: int) -> str:
    """All of it without colour."""
    return printed(partial(print_show, show), width)


def print_show(show: Show, console: Console) -> None:
    """Print it in the width of a console, and in its colours where it has any."""
    print_lines(lines(show, width_of(console), has_colour(console)), console, filled=True)


def lines(show: Show, width: int, colour: bool) -> Iterator[Text]:
    """Line by line."""
    sentences = show.sentences
    yield from wrapped(sentences.title, width, style="bold")
    for sentence in sentences.general:
        yield from wrapped(sentence, width)
    for each in sentences.editions:
        yield Text()
        yield from wrapped(each.title, width, style="bold")
        for line in each.lines():
            yield from wrapped(line, width)
    for view in show.views:
        yield from _view(show, view, width, colour)
    for change in show.changes:
        yield Text()
        yield from wrapped(change.title, width, style="bold")
        for line in change_texts(change, show.speak):
            yield from wrapped(line, width)


def _view(show: Show, view: EditionView, width: int, colour: bool) -> Iterator[Text]:
    speak = show.speak
    yield Text()
    yield from wrapped(week_title(view, show), width, style="bold")
    for heat_map in view.maps:
        yield Text()
        yield from wrapped(map_title(heat_map), width, style="bold")
        yield from _map(show, heat_map, width, colour)
    if view.audiences_left_out:
        yield from wrapped(speak.t("More kinds of sessions have prices of their own."), width)
    for table in view.samples:
        yield Text()
        yield from wrapped(sample_title(table, view, show), width, style="bold")
        yield from _samples(show, table)
    if view.clock_changes:
        yield Text()
        yield from wrapped(clock_title(view, show), width, style="bold")
        for change in view.clock_changes:
            yield from wrapped(f"  {clock_text(change, speak)}", width)


def _map(show: Show, heat_map: HeatMap, width: int, colour: bool) -> Iterator[Text]:
    margin = min(_LABEL_MAX, max(cell_len(row.label) for row in heat_map.rows))
    hour = min(_HOUR_MAX, (width - margin - 1) // 24)
    if hour < 3 and margin > 7:
        margin, hour = 7, (width - 8) // 24
    axis = Text(" " * (margin + 1))
    for start in range(0, 24, 3):
        axis.append(f"{start:02}".ljust(3 * hour))
    yield axis
    for row in heat_map.rows:
        yield _row(row, heat_map, margin, hour, colour)
    for each in heat_map.shades:
        mark = Text("  ")
        mark.append_text(_patch(f" {each.key} ", each.level, colour))
        text = mark.append(f" {each.text}")
        yield from _hanging(text, width, 6)
    for row in heat_map.rows:
        if row.dates and row.change is None:
            yield from wrapped("  " + show.speak.labelled(row.label, _dates(show, row.dates)), width)


def _dates(show: Show, dates: tuple[date, ...]) -> str:
    return ", ".join(show.speak.short_date(day) for day in dates)


def _hanging(text: Text, width: int, indent: int) -> Iterator[Text]:
    """The text in lines, those after the first indented."""
    if cell_len(text.plain) <= width:
        yield text
        return
    first, *rest = textwrap.wrap(text.plain, width, subsequent_indent=" " * indent, drop_whitespace=True) or [""]
    yield text[: len(first)]
    for part in rest:
        yield Text(part)


def _row(row: MapRow, heat_map: HeatMap, margin: int, hour: int, colour: bool) -> Text:
    label = row.label if cell_len(row.label) <= margin else set_cell_size(row.label, margin - 1) + "…"
    line = Text(set_cell_size(label, margin) + " ")
    size = 24 * hour
    for stretch, covered in row.pieces():
        first, last = (minute * size // 1440 for minute in (stretch.start_min, stretch.end_min))
        if covered and row.change is not None:
            mark = _SKIPPED * (last - first) if row.change.skipped else _TWICE
            line.append(mark[: last - first].ljust(last - first), style="bold")
        else:
            line.append_text(_stretch(stretch, last - first, colour))
    return line


def _stretch(stretch: Stretch, width: int, colour: bool) -> Text:
    """The price where it fits, else its letter."""
    shade = stretch.shade
    room = (text for text in (f" {shade.label} ", shade.label) if cell_len(text) <= width)
    text = next(room, (shade.key * width)[:width])
    fill = " " if colour else _FILLS[int(shade.level * (len(_FILLS) - 1))]
    return _patch(text + fill * (width - cell_len(text)), shade.level, colour)


def _patch(text: str, level: Fraction, colour: bool) -> Text:
    if not colour:
        return Text(text)
    back = shade(level)
    return Text(text, style=Style(color=as_hex(text_on(back)), bgcolor=as_hex(back)))


def _samples(show: Show, table: SampleTable) -> Iterator[Text]:
    speak = show.speak
    costs = {(each.energy_kwh, each.hour, each.power_kw): each for each in table.samples}
    powers = [power for power in POWERS_KW if any((energy, 12, power) in costs for energy in ENERGIES_KWH)]
    heads = [speak.power(power * MWH_PER_KWH) for power in powers]
    cells = {key: cost_text(each, speak) for key, each in costs.items()}
    wide = max(map(cell_len, [*heads, *cells.values()])) + 2
    yield Text(" " * 8 + "".join(speak.clock(hour * 60).center(wide * len(powers)) + "  " for hour in HOURS).rstrip())
    yield Text(" " * 8 + "  ".join("".join(head.rjust(wide) for head in heads) for _ in HOURS))
    for energy in ENERGIES_KWH:
        row = speak.energy(energy * MWH_PER_KWH).rjust(8)
        row += "  ".join(
            "".join(cells.get((energy, hour, power), "–").rjust(wide) for power in powers) for hour in HOURS
        )
        yield Text(row)
    for fault in dict.fromkeys(each.fault for each in table.samples if each.fault):
        yield Text(f"  {fault}")
