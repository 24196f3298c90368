"""The page of `explain` in a browser: what it says is what the API says, on a desk and on a phone, for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import LOOKS, SIZES, opened, passes_axe, texts
from explain_tools import amount, explained, rated, world
from test_cases import CASES
from twin import fast_answers

import rating

NAMES = tuple(world()[0]["session_id"])


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explained")
    return {name: _written(folder, name) for name in NAMES}


def _written(folder: Path, name: str) -> Path:
    explained(name).write_html(folder / f"{name}.html")
    return folder / f"{name}.html"


def _one(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_the_page_says_what_the_api_says(browser, pages, name, size):
    found = explained(name)
    story = found.story
    _, lines, _ = fast_answers(rated())[name]
    with opened(browser, pages[name], size) as page:
        assert texts(page, "h1") == [f"Session {name}"]
        assert texts(page, ".lead li") == [_one(text) for text in story.head]
        assert texts(page, ".pay strong") == [story.totals[-1][1]]
        assert [amount(text) for text in texts(page, "td.amount")] == [line["printed_amount"] for line in lines]
        assert texts(page, "td.total") == [text for _, text in story.totals]
        assert texts(page, ".lines .what") == [_one(line.what) for line in story.lines]
        assert texts(page, ".lines .how") == [_one(line.how) for line in story.lines if line.how]
        assert texts(page, ".lines .because") == [", ".join(line.because) for line in story.lines if line.because]
        assert texts(page, ".story section h2") == [section.title for section in story.sections]
        tops = [row for section in story.sections for row in section.shown()]
        assert texts(page, ".steps > li > .words") == [_one(row.words) for row in tops]
        assert texts(page, ".steps > li > ul > li > .words") == [_one(each.words) for row in tops for each in row.rows]
        keys = found.chart.keys if found.chart else ()
        assert texts(page, "figure .legend li .swatch:not(.hatched)") == [key.letter or "–" for key in keys]
        bands = [band for lane in (found.chart.lanes if found.chart else ()) for band in lane.bands]
        assert texts(page, "table.bands td") == [_one(band.words) for band in bands]


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_says_each_price_where_a_pointer_rests(browser, pages, name):
    chart = explained(name).chart
    with opened(browser, pages[name]) as page:
        if chart is None:
            assert page.locator("svg").count() == 0
            return
        tips = texts(page, "svg.wide rect title")
        assert {_one(band.words) for lane in chart.lanes for band in lane.bands} <= set(tips)
        assert page.locator("svg.wide").get_attribute("aria-label").startswith("Power over time")
        said = texts(page, "svg.wide text")
        assert {lane.title for lane in chart.lanes} <= set(said)
        for change in chart.clock_changes:
            assert f"clock {change.words}" in said
        # Each letter of the legend stands in the picture, for those who do not see colours.
        letters = {text.split(" ")[0] for text in said}
        assert {key.letter for key in chart.keys if key.letter} <= letters


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_window(browser, pages, name, size):
    with opened(browser, pages[name], size) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]
        bill, story = (page.locator(css).bounding_box() for css in (".bill", ".story"))
        if size == "desktop":
            assert bill["x"] > story["x"] + story["width"] - 1  # the bill beside the story
            assert bill["y"] < SIZES[size][1] / 2
        else:
            assert bill["y"] + bill["height"] <= story["y"]
        drawn = "svg.wide" if size == "desktop" else "svg.tall"
        assert page.locator(f"{drawn}:visible").count() == page.locator("figure").count()
        smallest = page.evaluate(
            "Math.min(...[...document.querySelectorAll('svg text')].map(e => e.getBoundingClientRect().height)"
            ".filter(h => h > 0))"
        )
        assert smallest is None or smallest >= 9  # pixels: texts of a drawing shrink with it
        cut = page.evaluate(
            "[...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().width > 0).flatMap(s => "
            "{ const box = s.getBoundingClientRect(); return [...s.querySelectorAll('text')].filter(t => "
            "{ const b = t.getBoundingClientRect(); return b.left < box.left - 1 || b.right > box.right + 1; })"
            ".map(t => t.textContent) })"
        )
        assert cut == []


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
@pytest.mark.parametrize("name", NAMES)
def test_the_page_passes_the_checks_of_axe(browser, pages, name, size, scheme):
    passes_axe(browser, pages[name], size, scheme)


def test_texts_of_a_tariff_are_no_markup(browser, tmp_path):
    text = (CASES.parents[1] / "tariffs" / "tiers.yaml").read_text()
    text = text.replace("the first 10 kWh", "<b>first</b> <!-- <script>alert(1)</script> {{ 7 * 7 }}")
    (tmp_path / "odd.yaml").write_text(text)
    sessions = {"session_id": ["<i>1</i>"], "tariff": ["tiers"], "energy_kwh": ["12"],
                "start": ["2026-03-02T10:00:00Z"], "end": ["2026-03-02T11:00:00Z"]}  # fmt: skip
    odd = rating.explain(rating.load_tariffs(tmp_path / "odd.yaml"), sessions, session_id="<i>1</i>")
    odd.write_html(tmp_path / "odd.html")
    with opened(browser, tmp_path / "odd.html") as page:
        assert texts(page, "h1") == ["Session <i>1</i>"]
        assert "<b>first</b>" in texts(page, ".lines .what")[0]
        assert page.locator("script, b, i").count() == 0


def test_a_page_asks_no_host_for_anything():
    for name in NAMES:
        html = explained(name).html
        assert "http:" not in html
        assert "https:" not in html
        assert "default-src 'none'" in html
