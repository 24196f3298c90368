"""A heat map as shapes: hours across for a desk, hours down for a phone; every stretch says its price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rating.desk.pages.colours import shade, text_on
from rating.desk.pages.shapes import Box, Drawing, Shape, Words, hatching
from rating.desk.show.language import N_, Speaker
from rating.desk.show.maps import HeatMap, MapRow, Stretch, with_days_together
from rating.desk.show.weeks import DAY_MIN

_CHARACTER_PX = 7.2  # of digits at 12 px, with room
_CHARACTER_HIGH_PX = 11.0
_GAP_PX = 1.0


@dataclass(frozen=True, slots=True)
class Layout:
    """How large the parts are, in pixels: `along` the hours, and `across` the days."""

    hour_px: float
    day_px: float
    labels_px: float  # for what stands before a day
    axis_px: float
    is_tall: bool
    every_h: int  # so many hours to a mark of the axis


WIDE = Layout(hour_px=26, day_px=26, labels_px=104, axis_px=22, is_tall=False, every_h=3)
TALL = Layout(hour_px=17, day_px=60, labels_px=26, axis_px=26, is_tall=True, every_h=3)
_SHORT_HOUR_PX = 5.0
_TALL_PX = 320.0  # so wide are all days of a phone together
_TALL_DAY_MAX = 110.0


def draw(heat_map: HeatMap, title: str, speak: Speaker, layout: Layout = WIDE) -> Drawing:
    """The drawing of a map."""
    rows = with_days_together(heat_map) if layout.is_tall else heat_map.rows
    if layout.is_tall and all(len(row.stretches) == 1 for row in rows):
        layout = replace(layout, hour_px=_SHORT_HOUR_PX)  # nothing happens in the course of a day
    size = min(_TALL_DAY_MAX, _TALL_PX / len(rows)) if layout.is_tall else layout.day_px
    along, across = layout.labels_px + 24 * layout.hour_px, layout.axis_px + len(rows) * size
    width, height = (max(across, layout.axis_px + _TALL_PX), along) if layout.is_tall else (along, across)
    return Drawing(width, height, title, tuple(_shapes(rows, size, speak, layout)))


def _shapes(rows: Sequence[MapRow], size: float, speak: Speaker, layout: Layout) -> Iterator[Shape]:
    yield from _axis(layout)
    for place, row in enumerate(rows):
        begin = place * size
        middle = begin + size / 2
        room = size if layout.is_tall else layout.labels_px - 10
        label = _short(row.label, int(room / _CHARACTER_PX))
        if layout.is_tall:
            yield Words(layout.axis_px + middle, layout.labels_px / 2, label, size=11)
        else:
            yield Words(layout.labels_px - 10, layout.axis_px + middle, label, anchor="end")
        pieces = list(row.pieces())
        for stretch, _ in pieces:
            yield _stretch(stretch, row, begin, size, speak, layout)
        # What follows one another in the same band of prices has its letter once.
        for (_, covered), group in groupby(pieces, key=lambda piece: (piece[0].shade.key, piece[1])):
            if not covered:
                yield from _said([stretch for stretch, _ in group], begin, size, layout)
        if row.change is not None:
            yield from _change(row, begin, size, speak, layout)


def _axis(layout: Layout) -> Iterator[Shape]:
    for hour in range(0, 24 if layout.is_tall else 25, layout.every_h):
        at = hour * layout.hour_px
        if layout.is_tall:
            yield Words(layout.axis_px - 6, layout.labels_px + at + 6, f"{hour:02}", anchor="end", size=11)
        else:
            anchor = "start" if hour == 0 else "end" if hour == 24 else "middle"
            yield Words(layout.labels_px + at, layout.axis_px / 2 - 1, f"{hour:02}", anchor=anchor, size=11)  # type: ignore[arg-type]


def _box(begin: float, size: float, start_min: int, end_min: int, layout: Layout) -> tuple[float, float, float, float]:
    """The place of a stretch of a day: x, y, width and height."""
    first, length = start_min / 60 * layout.hour_px, (end_min - start_min) / 60 * layout.hour_px
    if layout.is_tall:
        return layout.axis_px + begin, layout.labels_px + first, size - _GAP_PX, length - _GAP_PX
    return layout.labels_px + first, layout.axis_px + begin, length - _GAP_PX, size - _GAP_PX


def _stretch(stretch: Stretch, row: MapRow, begin: float, size: float, speak: Speaker, layout: Layout) -> Box:
    place = _box(begin, size, stretch.start_min, stretch.end_min, layout)
    hours = speak.t("{start} to {end}", start=speak.clock(stretch.start_min), end=speak.clock(stretch.end_min))
    return Box(*place, shade(stretch.shade.level), speak.labelled(f"{row.label}, {hours}", stretch.shade.text))


def _said(group: Sequence[Stretch], begin: float, size: float, layout: Layout) -> Iterator[Words]:
    """The price of stretches with the same letter where it fits, else the letter; nothing where that is too wide."""
    x, y, width, height = _box(begin, size, group[0].start_min, group[-1].end_min, layout)
    centre = (group[0].start_min + group[-1].end_min) / 2
    under = next(each for each in group if each.end_min > centre)
    for text in (under.shade.label,) * (len(group) == 1) + (under.shade.key,):
        if len(text) * _CHARACTER_PX <= width and height >= _CHARACTER_HIGH_PX:
            yield Words(x + width / 2, y + height / 2, text, text_on(shade(under.shade.level)))
            return


def _change(row: MapRow, begin: float, size: float, speak: Speaker, layout: Layout) -> Iterator[Shape]:
    """The hour that is skipped, hatched; the one that comes twice, marked so."""
    assert row.change is not None
    end_min = min(DAY_MIN, row.change.end_min)
    x, y, width, height = _box(begin, size, row.change.start_min, end_min, layout)
    parts = {"start": speak.clock(row.change.start_min), "end": speak.clock(row.change.end_min % DAY_MIN)}
    whole = N_("{start} to {end} is skipped") if row.change.skipped else N_("{start} to {end} comes twice")
    box = Box(
        x + 0.5, y + 0.5, width - 1, height - 1, None, speak.labelled(row.label, speak.t(whole, **parts)), outlined=True
    )
    yield box
    if row.change.skipped:
        yield from hatching(box)
    else:
        yield Words(x + width / 2, y + height / 2, "2×")


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
