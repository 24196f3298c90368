"""The page of `rating explain`: the picture and the story, and the bill beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from rating._version import __version__
from rating.desk.explain.chart import Chart, Key
from rating.desk.explain.drawing import TALL, WIDE, draw, tint
from rating.desk.pages.colours import WHITE, as_hex, text_on
from rating.desk.pages.html import render
from rating.desk.pages.shapes import svg
from rating.reference import words
from rating.reference.story_steps import tariff_of

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
        shown={each.name: list(each.shown()) for each in story.sections},
        picture=None if chart is None else _picture(chart),
        foot=f"rating {__version__} · {tariff_of(explanation.bill).hash}",
    )


def _picture(chart: Chart) -> dict[str, Any]:
    title = f"Power over time, at most {words.power(chart.peak_mw)}, and the prices that held"
    return {
        "title": title,
        "drawings": [
            Markup(svg(draw(chart, title, layout), css))  # shapes escape their texts
            for layout, css in ((WIDE, "wide"), (TALL, "tall"))
        ],
        "legend": [_legend(chart, key) for key in chart.keys],
        "lanes": [(lane.title, [band.words for band in lane.bands]) for lane in chart.lanes],
        "power": [
            (
                words.between(chart.local(each.start_us), chart.local(each.end_us)),
                "no meter data" if each.mw is None else words.power(each.mw),
                words.energy(each.energy_mwh),
            )
            for each in chart.powers
        ],
    }


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
    holds = ", ".join(key.holds) or ("" if key.element is None else "at all times")
    return {"key": key.letter or "–", "style": style, "what": key.element or "", "price": key.price, "holds": holds}
