"""Pictures of a comparison: bars of how much bills change, hours of the week, and the curve of a grid.

What rises is blue and what falls is orange, which the colour-blind tell apart; both stand on their side of a line or
beside their sign, so that they are told apart in black and white as well.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from rating.desk.compare.keys import DAYS
from rating.desk.compare.texts import amount, count, percent, range_text
from rating.desk.compare.words import HourCell, hour_text
from rating.desk.pages.colours import Colour, shade, text_on
from rating.desk.pages.shapes import Box, Drawing, Shape, Stroke, Words

if TYPE_CHECKING:
    from rating.desk.compare.sums import Histogram, Payers
    from rating.desk.compare.variants import VariantRow

RISE: Final[Colour] = (43, 104, 168)
FALL: Final[Colour] = (178, 84, 16)
SAME: Final[Colour] = (98, 108, 122)
# As `shade`, of the hue of falls.
_FALLS: Final[tuple[Colour, ...]] = (
    *((253, 238, 222), (251, 216, 183), (246, 192, 142), (238, 167, 103), (225, 143, 68)),
    *((207, 120, 40), (184, 99, 22), (156, 80, 14), (125, 62, 10), (94, 45, 8)),
)


class Layout(NamedTuple):
    """How wide a picture is, and which way its table of hours lies."""

    width: float
    days_down: bool


WIDE: Final = Layout(912, True)
TALL: Final = Layout(344, False)
_LABEL_MAX: Final = 40  # letters beside a bar
_BAR: Final = 22.0
_GAP: Final = 4.0


def histogram_picture(histogram: Histogram, layout: Layout) -> Drawing:
    """A bar for each range of changes, from the greatest fall down to the greatest rise."""
    currency = histogram.currency
    labels = [range_text(bar, currency) for bar in histogram.bars]
    margin = max(map(len, labels)) * 7.1 + 12
    most = max((bar.sessions for bar in histogram.bars), default=0) or 1
    room = layout.width - margin - len(f"{most:,}") * 8 - 16
    shapes: list[Shape] = []
    for number, (label, bar) in enumerate(zip(labels, histogram.bars, strict=True)):
        top = number * (_BAR + _GAP)
        same = bar.from_micro == bar.to_micro
        colour = SAME if same else FALL if (bar.to_micro is not None and bar.to_micro <= 0) else RISE
        width = room * bar.sessions / most
        shapes.append(Words(margin - 8, top + _BAR / 2, label, anchor="end"))
        if bar.sessions:
            tip = f"{label} {currency}: {count(bar.sessions, 'session')}"
            shapes.append(Box(margin, top, max(1.5, width), _BAR, colour, tip))
        shapes.append(Words(margin + max(1.5, width) + 6, top + _BAR / 2, f"{bar.sessions:,}", anchor="start"))
    height = len(histogram.bars) * (_BAR + _GAP) - _GAP
    shapes.append(Stroke(margin, 0, margin, height))
    return Drawing(layout.width, height, f"How much bills change, {currency}, by number of sessions", tuple(shapes))


def hours_picture(cells: list[HourCell], currency: str, layout: Layout) -> Drawing:
    """The change of every hour of the week in percent: by blue and orange, and in figures."""
    across, down = (24, 7) if layout.days_down else (7, 24)
    margin, head = (40.0, 22.0) if layout.days_down else (48.0, 22.0)
    width, height = (layout.width - margin) / across, 30.0 if layout.days_down else 24.0
    most = max((abs(cell.percent) for cell in cells), default=0) or 1
    shapes: list[Shape] = []
    for i in range(across):
        label = f"{i}" if layout.days_down else DAYS[i]
        shapes.append(Words(margin + (i + 0.5) * width, head / 2, label))
    for i in range(down):
        label = DAYS[i] if layout.days_down else f"{i}:00"
        shapes.append(Words(margin - 8, head + (i + 0.5) * height, label, anchor="end"))
    for number, cell in enumerate(cells):
        day, hour = divmod(number, 24)
        x, y = (hour, day) if layout.days_down else (day, hour)
        fill = _colour(cell, most)
        box = Box(margin + x * width + 0.5, head + y * height + 0.5, width - 1, height - 1, fill, hour_text(cell))
        shapes.append(box)
        colour = None if fill is None else text_on(fill)
        shapes.append(Words(box.x + box.width / 2, box.y + box.height / 2, cell.short, colour))
    title = f"Change of what is to pay by the hour of the week, {currency}, in percent"
    return Drawing(layout.width, head + down * height, title, tuple(shapes))


def _colour(cell: HourCell, most: int) -> Colour | None:
    if cell.row is None:
        return None
    if cell.percent == 0:
        return (238, 240, 243)
    # Half of the scale: the darkest steps are for prices.
    level = Fraction(abs(cell.percent), most) * Fraction(6, 9)
    if cell.percent > 0:
        return shade(level)
    at = level * (len(_FALLS) - 1)
    low = min(int(at), len(_FALLS) - 2)
    red, green, blue = (round(a + (b - a) * (at - low)) for a, b in zip(_FALLS[low], _FALLS[low + 1], strict=True))
    return red, green, blue


def payers_picture(payers: Payers, noun: str, layout: Layout) -> Drawing:
    """One bar of who pays less, the same and more."""
    every = payers.more + payers.same + payers.less or 1
    shapes: list[Shape] = []
    at, height = 0.0, 34.0
    for number, colour, word in (
        (payers.less, FALL, "less"),
        (payers.same, SAME, "the same"),
        (payers.more, RISE, "more"),
    ):
        if not number:
            continue
        width = layout.width * number / every
        text = f"{number:,} {word}"
        shapes.append(Box(at, 0, max(0.5, width - 1), height, colour, f"{count(number, noun)} pay {word}"))
        if width > len(text) * 7 + 8:
            shapes.append(Words(at + width / 2, height / 2, text, text_on(colour)))
        at += width
    title = f"{payers.less:,} {noun}s pay less, {payers.same:,} the same, {payers.more:,} more"
    return Drawing(layout.width, height, title, tuple(shapes))


def curve_picture(rows: list[VariantRow], layout: Layout) -> Drawing:
    """A bar for each variant: what it changes in revenue, on its side of a line that is what prices come to now."""
    labels = [row.label for row in rows]
    if max(map(len, labels)) > _LABEL_MAX:  # cut short they would look alike; the changes stand above
        labels = [row.steps if len(row.steps) <= _LABEL_MAX else f"{row.steps[: _LABEL_MAX - 1]}…" for row in rows]
    narrow = not layout.days_down
    margin = 0.0 if narrow else max(map(len, labels)) * 7.1 + 12
    currency = rows[0].currency
    texts = [
        f"{amount(row.change.gross_micro, currency, grouped=True, signed=True)} {_of(row)}".strip() for row in rows
    ]
    side = max(map(len, texts)) * 7.6 + 8
    low = min(0, *(row.change.gross_micro for row in rows))
    high = max(0, *(row.change.gross_micro for row in rows))
    span = (high - low) or 1
    room = layout.width - margin - side * (2 if low < 0 < high else 1)
    zero = margin + (side if low < 0 else 0) + room * -low / span
    shapes: list[Shape] = []
    each = _BAR + _GAP + (18 if narrow else 0)
    for number, (row, label, text) in enumerate(zip(rows, labels, texts, strict=True)):
        top = number * each + (18 if narrow else 0)
        if narrow:
            shapes.append(Words(0, top - 9, label, anchor="start"))
        else:
            shapes.append(Words(margin - 8, top + _BAR / 2, label, anchor="end"))
        width = room * abs(row.change.gross_micro) / span
        rises = row.change.gross_micro >= 0
        if width:
            left = zero if rises else zero - width
            tip = f"{row.label}: {text} {currency}, {row.payers.more:,} pay more, {row.payers.less:,} less"
            shapes.append(Box(left, top, max(1.0, width), _BAR, RISE if rises else FALL, tip))
        x = zero + width + 6 if rises else zero - width - 6
        shapes.append(Words(x, top + _BAR / 2, text, anchor="start" if rises else "end"))
    height = len(rows) * each - _GAP
    shapes.append(Stroke(zero, 0, zero, height))
    return Drawing(layout.width, height, f"Change of what is to pay by variant, {currency}", tuple(shapes))


def _of(row: VariantRow) -> str:
    return percent(row.change.gross_micro, row.amounts.gross_micro - row.change.gross_micro)
