"""The picture of a bill as shapes: lanes of prices above, power over time below in the colours of the first lane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from rating.desk.explain.axes import Tick, power_marks, ticks
from rating.desk.explain.chart import Band, Chart, Lane
from rating.desk.pages.colours import Colour, shade, text_on
from rating.desk.pages.shapes import Anchor, Box, Drawing, Shape, Stroke, Words, hatching
from rating.reference import words
from rating.units import MWH_PER_KWH

_CHARACTER_PX: Final = 7.2
_LANE_PX, _GAP_PX, _TITLE_PX, _AXIS_PX, _DAY_PX = 26.0, 10.0, 17.0, 20.0, 16.0
_NO_DATA_PX: Final = 12.0
_THINNEST_PX: Final = 1.0
_COLUMNS_MAX: Final = 400  # more intervals than this are drawn as columns of their mean power


@dataclass(frozen=True, slots=True)
class Layout:
    """How large the parts are, in pixels."""

    left_px: float
    plot_px: float  # across
    high_px: float
    ticks: int
    titles_beside: bool  # the titles of lanes, else above them

    @property
    def right_px(self) -> float:
        """Where the plot ends."""
        return self.left_px + self.plot_px


WIDE = Layout(left_px=112, plot_px=640, high_px=200, ticks=9, titles_beside=True)
TALL = Layout(left_px=34, plot_px=300, high_px=180, ticks=5, titles_beside=False)


def tint(level: Fraction | None) -> Colour | None:
    """The colour of a band; the ends of the scale are too near to white and to black beside texts and lines."""
    return None if level is None else shade(Fraction(3, 20) + level * Fraction(13, 20))


def draw(chart: Chart, title: str, layout: Layout = WIDE) -> Drawing:
    """The drawing of a chart."""
    shapes: list[Shape] = []
    top = _GAP_PX
    for lane in chart.lanes:
        if not layout.titles_beside:
            shapes.append(Words(layout.left_px, top + _TITLE_PX / 2, lane.title, anchor="start", size=11))
            top += _TITLE_PX
        else:
            shapes.append(Words(layout.left_px - 10, top + _LANE_PX / 2, lane.title, anchor="end"))
        shapes += _lane(chart, lane, top, layout)
        top += _LANE_PX + _GAP_PX
    top += 2 * _GAP_PX
    bottom = top + layout.high_px
    marks = list(ticks(chart, layout.ticks))
    shapes += _power(chart, top, bottom, layout)
    shapes += _clocks(chart, top, bottom, layout)
    shapes += _time_axis(chart, marks, bottom, layout)
    high = bottom + _AXIS_PX + (_DAY_PX if any(tick.day for tick in marks) else 0)
    return Drawing(layout.right_px + 20, high, title, tuple(shapes))


def _x(chart: Chart, us: int, layout: Layout) -> float:
    return layout.left_px + (us - chart.start_us) / (chart.end_us - chart.start_us) * layout.plot_px


def _lane(chart: Chart, lane: Lane, top: float, layout: Layout) -> Iterator[Shape]:
    """Its bands; a price that follows an index changes all the time, and has its letter once."""
    said_until, said = 0.0, None
    drawn_until = 0.0
    for band in lane.bands:
        x, end = _x(chart, band.start_us, layout), _x(chart, band.end_us, layout)
        if len(lane.bands) > _COLUMNS_MAX and end < drawn_until + _THINNEST_PX:
            continue  # of a year of quarters of an hour nobody sees each; the table has them
        drawn_until = end
        fill = tint(band.level)
        yield Box(x, top, max(end - x - 1, 1), _LANE_PX, fill, band.words, outlined=fill is None)
        if said == (band.key, band.start_us):
            said = band.key, band.end_us
            continue
        middle, half = (x + end) / 2, _wide(band.key.letter) / 2
        text = next((text for text in _labels(band) if _wide(text) <= end - x - 4), "")
        if text:
            yield Words(middle, top + _LANE_PX / 2, text, fill and text_on(fill))
            said = band.key, band.end_us
        elif band.key.letter and middle - half > said_until:  # too narrow for any text: its letter stands under it
            yield Words(middle, top + _LANE_PX + 5.5, band.key.letter, size=10)
            said_until, said = middle + half, (band.key, band.end_us)


def _labels(band: Band) -> Iterator[str]:
    """What a band says, from long to short."""
    if band.level is None:
        yield band.label
    else:
        yield f"{band.key.letter} · {band.label}"
        yield band.key.letter


def _wide(text: str) -> float:
    return len(text) * _CHARACTER_PX


def _power(chart: Chart, top: float, bottom: float, layout: Layout) -> Iterator[Shape]:
    """Grid, areas in the colours of what they cost, and the line above them."""
    marks = power_marks(chart.peak_mw)
    per_mw = (bottom - top) / marks[-1]
    for mark in marks:
        y = bottom - mark * per_mw
        yield Stroke(layout.left_px, y, layout.right_px, y, faint=mark > 0)
        text = words.decimal(Fraction(mark, MWH_PER_KWH))
        yield Words(
            layout.left_px - 8, y, text if layout.titles_beside is False else f"{text} kW", anchor="end", size=11
        )
    if not layout.titles_beside:
        yield Words(2, top - 12, "kW", anchor="start", size=11)
    for power in chart.powers:
        if power.mw is None:
            x, end = _x(chart, power.start_us, layout), _x(chart, power.end_us, layout)
            box = Box(x, bottom - _NO_DATA_PX, end - x, _NO_DATA_PX, None, "no meter data", outlined=True)
            yield box
            yield from hatching(box)
    before = bottom
    end = layout.left_px
    for column in _columns(chart):
        x, end = _x(chart, column.start_us, layout), _x(chart, column.end_us, layout)
        y = bottom - column.mw * per_mw
        if column.mw:
            yield Box(x, y, end - x + 0.5, bottom - y, tint(column.level), column.tip)
        if y != before:
            yield Stroke(x, before, x, y)
        if column.mw:
            yield Stroke(x, y, end, y)
        before = y
    if before != bottom:
        yield Stroke(end, before, end, bottom)


@dataclass(frozen=True, slots=True)
class _Column:
    start_us: int
    end_us: int
    mw: int
    level: Fraction | None
    tip: str


def _columns(chart: Chart) -> Iterator[_Column]:
    """Power cut where the first lane changes its price; of very many intervals the mean over equal times."""
    bands = chart.lanes[0].bands if chart.lanes and chart.lanes[0].dimension != "reservation_time" else ()
    powers = [(each.start_us, each.end_us, each.mw or 0) for each in chart.powers]
    if len(powers) > _COLUMNS_MAX:
        length = chart.end_us - chart.start_us
        edges = [chart.start_us + length * place // _COLUMNS_MAX for place in range(_COLUMNS_MAX + 1)]
        means = chart.means(_COLUMNS_MAX)
        powers = [(low, high, mean or 0) for (low, high), mean in zip(pairwise(edges), means, strict=True)]
    first = 0
    for start_us, end_us, mw in powers:
        while first < len(bands) and bands[first].end_us <= start_us:
            first += 1
        at_us, place = start_us, first
        while at_us < end_us:
            band = bands[place] if place < len(bands) else None
            inside = band is not None and band.start_us <= at_us
            until = end_us if band is None else min(end_us, band.end_us if inside else band.start_us)
            kw = words.power(mw)
            span = words.between(chart.local(at_us), chart.local(until))
            price = f", {band.key.letter} {band.label}".rstrip() if inside and band else ""
            yield _Column(at_us, until, mw, band.level if inside and band else None, f"{span}: {kw}{price}")
            place += inside
            at_us = until


def _clocks(chart: Chart, top: float, bottom: float, layout: Layout) -> Iterator[Shape]:
    """Where the clock is set: a line through all, with what happens."""
    for change in chart.clock_changes:
        x = _x(chart, change.at_us, layout)
        yield Stroke(x, _GAP_PX, x, bottom + 5)
        anchor: Anchor = "start" if x < (layout.left_px + layout.right_px) / 2 else "end"
        yield Words(x + (5 if anchor == "start" else -5), top + 9, f"clock {change.words}", anchor=anchor, size=11)


def _time_axis(chart: Chart, marks: list[Tick], bottom: float, layout: Layout) -> Iterator[Shape]:
    last_day = -1e9
    for tick in marks:
        x = _x(chart, tick.at_us, layout)
        yield Stroke(x, bottom, x, bottom + 5)
        yield Words(x, bottom + 13, tick.clock, size=11)
        wide = _wide(tick.day)
        if tick.day and x - wide / 2 > last_day:
            yield Words(max(x, layout.left_px - 20 + wide / 2), bottom + 13 + _DAY_PX, tick.day, size=11)
            last_day = x + wide / 2
