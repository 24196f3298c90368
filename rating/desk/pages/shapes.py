"""Drawings as a few plain shapes, in pixels from the top left: what SVG and the PNG are both made from.

Written out by hand: a heat map takes 3 ms and 12 kB so, and carries its tooltips; a plotting library takes a third of a
second to load and draws texts as outlines that nobody can select.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from rating.desk.pages.colours import Colour, as_hex

Anchor = Literal["start", "middle", "end"]
FONT_PX = 12


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; with `tip` it says that where a pointer rests on it."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour | None  # None: the colour of the page
    tip: str = ""
    outlined: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A text whose middle line is at y."""

    x: float
    y: float
    text: str
    colour: Colour | None = None  # None: that of the page's texts
    anchor: Anchor = "middle"
    size: int = FONT_PX


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line in the colour of the page's texts; a `faint` one stays behind what it helps to read."""

    x1: float
    y1: float
    x2: float
    y2: float
    faint: bool = False


Shape = Box | Words | Stroke


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on a sheet, in the order in which they cover one another, with a title for those who do not see them."""

    width: float
    height: float
    title: str
    shapes: tuple[Shape, ...]


def hatching(box: Box, step: float = 6) -> Iterator[Stroke]:
    """Diagonal lines across a box."""
    at = step
    while at < box.width + box.height:
        # From the top or right edge down to the left or bottom one.
        x1, y1 = (box.x + at, box.y) if at <= box.width else (box.x + box.width, box.y + at - box.width)
        x2, y2 = (box.x, box.y + at) if at <= box.height else (box.x + at - box.height, box.y + box.height)
        yield Stroke(x1, y1, x2, y2)
        at += step


def svg(drawing: Drawing, css: str) -> str:
    """The drawing as an SVG element of a page, as wide as its place; `css` names its class.

    >>> svg(Drawing(10, 20, "a & b", ()), "map")
    '<svg class="map" role="img" aria-label="a &amp; b" viewBox="0 0 10 20"></svg>'
    """
    head = f'<svg class="{css}" role="img" aria-label={quoteattr(drawing.title)} '
    head += f'viewBox="0 0 {_px(drawing.width)} {_px(drawing.height)}">'
    return head + "".join(map(_element, drawing.shapes)) + "</svg>"


def _element(shape: Shape) -> str:
    if isinstance(shape, Stroke):
        css = "stroke faint" if shape.faint else "stroke"
        return f'<path class="{css}" d="M{_px(shape.x1)} {_px(shape.y1)}L{_px(shape.x2)} {_px(shape.y2)}"/>'
    if isinstance(shape, Words):
        colour = "" if shape.colour is None else f' style="fill:{as_hex(shape.colour)}"'
        size = "" if shape.size == FONT_PX else f' font-size="{shape.size}"'
        return (
            f'<text x="{_px(shape.x)}" y="{_px(shape.y)}" text-anchor="{shape.anchor}"{size}{colour}>'
            f"{escape(shape.text)}</text>"
        )
    tip = f"<title>{escape(shape.tip)}</title>" if shape.tip else ""
    fill = ' class="page"' if shape.fill is None else f' fill="{as_hex(shape.fill)}"'
    outline = ' stroke="currentColor"' if shape.outlined else ""
    return (
        f'<rect x="{_px(shape.x)}" y="{_px(shape.y)}" width="{_px(shape.width)}" height="{_px(shape.height)}"'
        f"{fill}{outline}>{tip}</rect>"
    )


def _px(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
