"""The heat maps as one picture, from the same shapes as the page's. matplotlib is loaded here and nowhere else."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from rating.desk.pages.colours import Colour, shade, text_on
from rating.desk.pages.shapes import Box, Drawing, Shape, Stroke, Words
from rating.desk.show.drawing import WIDE, draw
from rating.desk.show.titles import map_title, week_title
from rating.errors import Fault, InputError, Place

if TYPE_CHECKING:
    from rating.desk.show.present import Show

_DPI = 144
_PX_PER_INCH = 96
_POINTS_PER_PX = 72 / _PX_PER_INCH
_TITLE_PX, _LEGEND_PX, _MARGIN_PX = 34.0, 20.0, 16.0
_INK: Colour = (28, 36, 48)


def as_png(show: Show) -> bytes:
    """One map under the other, each with its legend.

    Raises: InputError where matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        fix = "install it: pip install 'rating[png]'; or write a page with --html"
        raise InputError([Fault("no_matplotlib", Place("png"), "no matplotlib", "the extra `png`", fix)]) from error
    shapes: list[Shape] = []
    top, width = _MARGIN_PX, 0.0
    for view in show.views:
        shapes.append(Words(_MARGIN_PX, top + _TITLE_PX / 2, week_title(view, show), anchor="start", size=16))
        top += _TITLE_PX
        for heat_map in view.maps:
            title = map_title(heat_map)
            drawing = draw(heat_map, title, show.speak)
            shapes.append(Words(_MARGIN_PX, top + _TITLE_PX / 2, title, anchor="start", size=14))
            shapes += _moved(drawing, _MARGIN_PX, top + _TITLE_PX)
            top += _TITLE_PX + drawing.height + 4
            for each in heat_map.shades:
                left, middle, fill = _MARGIN_PX + WIDE.labels_px, top + _LEGEND_PX / 2, shade(each.level)
                shapes.append(Box(left, top + 2, 24, _LEGEND_PX - 4, fill))
                shapes.append(Words(left + 12, middle, each.key, text_on(fill), size=11))
                shapes.append(Words(left + 32, middle, each.text, anchor="start", size=11))
                top += _LEGEND_PX
            top, width = top + _MARGIN_PX, max(width, drawing.width + 2 * _MARGIN_PX)
    figure = Figure(figsize=(max(width, 200) / _PX_PER_INCH, max(top, 60) / _PX_PER_INCH), dpi=_DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, max(width, 200))
    axes.set_ylim(max(top, 60), 0)
    axes.axis("off")
    for place, shape in enumerate(shapes):
        _add(axes, shape, place)
    found = BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(found, metadata={"Software": None, "Title": show.sheet.name or show.sheet.id})
    return found.getvalue()


def _moved(drawing: Drawing, x: float, y: float) -> list[Shape]:
    return [_shifted(shape, x, y) for shape in drawing.shapes]


def _shifted(shape: Shape, x: float, y: float) -> Shape:
    if isinstance(shape, Stroke):
        return Stroke(shape.x1 + x, shape.y1 + y, shape.x2 + x, shape.y2 + y)
    if isinstance(shape, Words):
        return Words(shape.x + x, shape.y + y, shape.text, shape.colour, shape.anchor, shape.size)
    return Box(shape.x + x, shape.y + y, shape.width, shape.height, shape.fill, shape.tip, shape.outlined)


def _add(axes: Any, shape: Shape, place: int) -> None:
    """A shape over those before it."""
    from matplotlib.patches import Rectangle

    if isinstance(shape, Stroke):
        axes.plot((shape.x1, shape.x2), (shape.y1, shape.y2), color=_rgb(_INK), linewidth=0.75, zorder=place)
    elif isinstance(shape, Words):
        align = {"start": "left", "middle": "center", "end": "right"}[shape.anchor]
        size, colour = shape.size * _POINTS_PER_PX, _rgb(shape.colour or _INK)
        text = shape.text.replace("$", r"\$")  # which else begins a formula
        axes.text(shape.x, shape.y, text, ha=align, va="center", size=size, color=colour, zorder=place)
    else:
        fill = "white" if shape.fill is None else _rgb(shape.fill)
        edge = _rgb(_INK) if shape.outlined else "none"
        place_of = (shape.x, shape.y), shape.width, shape.height
        axes.add_patch(Rectangle(*place_of, facecolor=fill, edgecolor=edge, linewidth=0.75, zorder=place))


def _rgb(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = colour
    return red / 255, green / 255, blue / 255
