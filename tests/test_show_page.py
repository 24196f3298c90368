"""The page of `show` in a browser: what it says is what the API says, on a desk and on a phone, for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import LOOKS, SIZES, opened, passes_axe, texts
from show_tools import examples, shown

from rating.desk.show.titles import clock_text, cost_text

SHOWN = ("harbour-dc", "holidays", "ca-tou", "two-versions", "speeds", "spot", "reservation")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return {name: _written(folder, name) for name in SHOWN}


def _written(folder: Path, name: str) -> Path:
    shown(name).write_html(folder / f"{name}.html")
    return folder / f"{name}.html"


def _one(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SHOWN)
def test_the_page_says_what_the_api_says(browser, pages, name, size):
    found = shown(name)
    with opened(browser, pages[name], size) as page:
        assert texts(page, "h1") == [found.sheet.name]
        rows = [row for each in found.sentences.editions for group in each.groups for row in group.rows]
        assert texts(page, "table.prices tbody th") == [_one(row.when) or "At all times" for row in rows]
        assert texts(page, "table.prices .price") == [_one(row.price) for row in rows]
        assert texts(page, "table.prices .element") == [row.offer.element for row in rows if row.offer]
        assert texts(page, ".limit") == [limit for each in found.sentences.editions for limit in each.limits]
        maps = [each for view in found.views for each in view.maps]
        assert texts(page, "table.map .stretch") == [
            _one(f"{_clock(found, each.start_min)} to {_clock(found, each.end_min)}: {each.shade.label}")
            for heat_map in maps
            for row in heat_map.rows
            for each in row.stretches
        ]
        assert texts(page, ".legend li span:last-child") == [_one(each.text) for one in maps for each in one.shades]
        tables = [table for view in found.views for table in view.samples]
        costs = [cost_text(each, found.speak) for table in tables for each in table.samples]
        assert sorted(texts(page, "table.samples td.number")) == sorted(costs)
        clocks = [clock_text(each, found.speak) for view in found.views for each in view.clock_changes]
        assert texts(page, ".clocks li") == [_one(each) for each in clocks]
        assert page.locator("#price-list").inner_text().strip() == found.price_list().strip()


def _clock(found, minute):
    return found.speak.clock(minute)


@pytest.mark.parametrize("name", SHOWN)
def test_a_map_says_each_price_where_a_pointer_rests(browser, pages, name):
    found = shown(name)
    with opened(browser, pages[name]) as page:
        for place, heat_map in enumerate(each for view in found.views for each in view.maps):
            tips = texts(page.locator("figure").nth(place), "svg.wide rect title")
            said = {_one(each.shade.text) for row in heat_map.rows for each in row.stretches}
            assert {text for text in said if not any(tip.endswith(f": {text}") for tip in tips)} == set()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_wider_than_the_window(browser, pages, name, size):
    with opened(browser, pages[name], size) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]
        tables = "[...document.querySelectorAll('.scroll:has(.samples)')]"
        assert page.evaluate(f"{tables}.every(each => each.scrollWidth <= each.clientWidth)")
        drawn = "svg.wide" if size == "desktop" else "svg.tall"
        assert page.locator(f"{drawn}:visible").count() == page.locator("figure").count() > 0
        smallest = page.evaluate(
            "Math.min(...[...document.querySelectorAll('svg text')].map(e => e.getBoundingClientRect().height)"
            ".filter(h => h > 0))"
        )
        assert smallest >= 9  # pixels: texts of a drawing shrink with it


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
@pytest.mark.parametrize("name", SHOWN)
def test_the_page_passes_the_checks_of_axe(browser, pages, name, size, scheme):
    passes_axe(browser, pages[name], size, scheme)


def test_texts_of_a_tariff_are_no_markup(browser, tmp_path):
    text = (Path(__file__).parents[1] / "tariffs" / "tiers.yaml").read_text()
    name = "<script>alert(1)</script> & 'co' \\\" {{ 7 * 7 }}"
    text = text.replace("name: Cheaper from ten kilowatt-hours on", f'name: "{name}"')
    (tmp_path / "odd.yaml").write_text(text.replace("the first 10 kWh", "<b>first</b> <!--"))
    import rating

    odd = rating.show(rating.load_tariffs(tmp_path / "odd.yaml"), on=shown("tiers").on)
    odd.write_html(tmp_path / "odd.html")
    with opened(browser, tmp_path / "odd.html") as page:
        assert texts(page, "h1") == [_one(odd.sheet.name)]
        assert odd.sheet.name.startswith("<script>")
        assert page.locator("script, b").count() == 0


def test_a_page_asks_no_host_for_anything():
    """By its own word too: nothing in its source names a host, and its policy allows nothing to load."""
    for name in examples():
        html = shown(name).html
        assert "http:" not in html
        assert "https:" not in html
        assert "default-src 'none'" in html
