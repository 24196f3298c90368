"""The page of `rating explain`: the picture and the story, and the bill beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from rating._version import __version__
from rating.desk.explain.chart import Chart, Key, Power
from rating.desk.explain.drawing import TALL, WIDE, Layout, draw, tint
from rating.desk.pages.colours import WHITE, as_hex, text_on
from rating.desk.pages.html import render
from rating.desk.pages.shapes import svg
from rating.reference import trace, words
from rating.reference.story_steps import steps, tariff_of

if TYPE_CHECKING:
    from rating.desk.explain.explanation import Explanation


def as_html(explanation: Explanation) -> str:
    """The page."""
    story, chart = explanation.story, explanation.chart
    return render(
        "explain/explain.html.j2",
        lang="en",
        kind="A bill explained",
        title=f"Session {explanation.bill.session_id}",
        story=story,
        to_pay=story.totals[-1][1],
        keys={} if chart is None else _keys(explanation, chart),
        shown={each.name: list(each.shown()) for each in story.sections},
        picture=None if chart is None else picture_of(chart),
        foot=f"rating {__version__} · {tariff_of(explanation.bill).hash}",
    )


def picture_of(
    chart: Chart, layouts: Sequence[tuple[Layout, str]] = ((WIDE, "wide"), (TALL, "tall"))
) -> dict[str, Any]:
    """What a page shows of a chart: drawings, each for a class of its own, the legend, and the same as rows."""
    title = f"Power over time, at most {words.power(chart.peak_mw)}, and the prices that held"
    return {
        "title": title,
        "drawings": [Markup(svg(draw(chart, title, layout), css)) for layout, css in layouts],  # texts are escaped
        "legend": [_legend(chart, key) for key in chart.keys],
        "has_gaps": any(each.mw is None for each in chart.powers),
        "lanes": [(lane.title, [band.words for band in lane.bands]) for lane in chart.lanes],
        "power": [
            (
                words.between(chart.local(each[0].start_us), chart.local(each[-1].end_us)),
                "no meter data" if each[0].mw is None else words.power(each[0].mw),
                words.energy(sum(power.energy_mwh for power in each)),
            )
            for each in _together(chart)
        ],
    }


def _together(chart: Chart) -> Iterator[list[Power]]:
    """Intervals that follow one another at the same power."""
    group: list[Power] = []
    for each in chart.powers:
        if group and (group[-1].end_us, group[-1].mw) != (each.start_us, each.mw):
            yield group
            group = []
        group.append(each)
    if group:
        yield group


def _keys(explanation: Explanation, chart: Chart) -> dict[int, dict[str, str]]:
    """The letter of the picture by the number of a line."""
    by_price = {key.priced: _legend(chart, key) for key in chart.keys}
    charged = steps(explanation.bill, trace.Charged)
    return {line: by_price[step.priced] for line, step in enumerate(charged, start=1) if step.priced in by_price}


def _legend(chart: Chart, key: Key) -> dict[str, str]:
    levels = sorted(
        {band.level for lane in chart.lanes for band in lane.bands if band.key == key and band.level is not None}
    )
    low, high = (tint(levels[0]), tint(levels[-1])) if levels else (None, None)
    if low is None or high is None:
        style = "border:1px solid currentColor"
    elif low == high:
        style = f"background:{as_hex(low)};color:{as_hex(text_on(low))}"
    else:  # a price that follows an index: the letter stands on white between the lowest and the highest
        style = f"background:linear-gradient(90deg,{as_hex(low)},{as_hex(WHITE)} 35% 65%,{as_hex(high)});color:#000"
    holds = [text for text in (", ".join(key.holds), chart.range_of(key)) if text]
    what = "" if key.priced is None else f"{key.element}: "
    return {"key": key.letter or "–", "style": style, "what": f"{what}{key.price}", "holds": "; ".join(holds)}
