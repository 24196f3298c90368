"""The pages of `compare` in a browser: what they say is what the API says, on a desk and on a phone, for everybody."""

from __future__ import annotations

import pytest
from browser import LOOKS, SIZES, opened, passes_axe, texts
from compare_world import comparison, grid_comparison, new, old

import rating
from rating.desk.compare.texts import WHY_TEXTS, amount, percent, range_text
from rating.desk.compare.words import apart_groups, hour_cells, hour_text, ranked, unused_texts


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    comparison().write_html(folder / "two.html")
    grid_comparison().write_html(folder / "grid.html")
    return {"two": folder / "two.html", "grid": folder / "grid.html"}


def _one(text: str) -> str:
    return " ".join(text.split())


def money(micro: int, currency: str, signed: bool = False) -> str:
    return amount(micro, currency, grouped=True, signed=signed)


def cells(row, before: int, after: int) -> list[str]:
    change = after - before
    shown = [money(before, row.currency), money(after, row.currency), money(change, row.currency, signed=True)]
    return [*shown, percent(change, before)]


@pytest.mark.parametrize("size", SIZES)
def test_the_page_of_two_sides_says_what_the_api_says(browser, pages, size):
    found = comparison()
    moved = [row for row in found.totals if row.payers.more or row.payers.less]
    assert len(moved) < len(found.totals)  # where nothing changes nothing is drawn
    with opened(browser, pages["two"], size) as page:
        wanted = [
            cell
            for row in found.totals
            for name in ("net_micro", "tax_micro", "gross_micro")
            for cell in cells(row, getattr(row.old, name), getattr(row.new, name))
        ]
        assert texts(page, "table.totals td.number") == wanted
        assert texts(page, ".card strong") == [
            money(row.change.gross_micro, row.currency, True) for row in found.totals
        ]
        for group in found.groups:
            if group.name == "hour of the week":
                continue
            table = page.locator(f"table.group[data-key='{group.name}']")
            rows = ranked(group.rows)
            assert texts(table, "tbody th") == [row.name for row in rows]
            shown = texts(table, "tbody td")
            assert [shown[i + 1] for i in range(0, len(shown), 8)] == [f"{row.sessions:,}" for row in rows]
            assert [shown[i + 2 : i + 6] for i in range(0, len(shown), 8)] == [
                cells(row, row.old.gross_micro, row.new.gross_micro) for row in rows
            ]
        assert [_one(text) for text in texts(page, ".hours li")] == [
            hour_text(cell) for row in moved for cell in hour_cells(found, row.currency) if cell.row is not None
        ]
        assert texts(page, ".pair .id") == [str(pair.session_id) for pair in found.largest]
        assert texts(page, ".pair summary strong") == [
            money(pair.change_micro, pair.currency, True) for pair in found.largest
        ]
        assert texts(page, ".stories pre") == [
            _one(text) for pair in found.largest for text in (pair.old_story, pair.new_story)
        ]
        assert texts(page, ".unused li") == [*unused_texts(found.unused_old), *unused_texts(found.unused_new)]
        assert texts(page, ".why") == [group.text for group in apart_groups(found.apart)]
        assert [text for text in texts(page, "h3") if text in WHY_TEXTS.values()] == [
            WHY_TEXTS[group.why] for group in apart_groups(found.apart)
        ]


def test_pictures_say_their_numbers_where_a_pointer_rests(browser, pages):
    found = comparison()
    with opened(browser, pages["two"]) as page:
        for place, row in enumerate(found.totals):
            section = page.locator("section[data-currency]").nth(place)
            tips = texts(section, "svg.wide rect title")
            if not row.payers.more and not row.payers.less:
                assert tips == []
                continue
            bars = [bar for bar in found.histograms[place].bars if bar.sessions]
            for bar in bars:
                noun = "session" if bar.sessions == 1 else "sessions"
                assert f"{range_text(bar, row.currency)} {row.currency}: {bar.sessions:,} {noun}" in tips
            assert [tip for tip in tips if tip.startswith("Mon 1")] == [
                _one(hour_text(cell)) for cell in hour_cells(found, row.currency)[10:20]
            ]


@pytest.mark.parametrize("size", SIZES)
def test_the_page_of_a_grid_says_what_the_api_says(browser, pages, size):
    found = grid_comparison()
    with opened(browser, pages["grid"], size) as page:
        for currency in found.currencies:
            rows = [row for row in found.rows if row.currency == currency]
            section = page.locator(f"section[data-currency='{currency}']")
            assert texts(section, "table.variants tbody th") == [row.label for row in rows]
            shown = texts(section, "table.variants tbody td")
            assert [shown[i : i + 4] for i in range(0, len(shown), 10)] == [
                [
                    f"{row.sessions:,}",
                    money(row.amounts.net_micro, currency),
                    money(row.amounts.gross_micro, currency),
                    money(row.change.gross_micro, currency, True),
                ]
                for row in rows
            ]
            assert [shown[i + 5 : i + 10] for i in range(0, len(shown), 10)] == [
                [
                    f"{each:,}"
                    for each in (row.payers.more, row.payers.same, row.payers.less, row.drivers.more, row.drivers.less)
                ]
                for row in rows
            ]
            drawn = texts(section, "svg.wide text")
            for row in rows:
                change = money(row.change.gross_micro, currency, True)
                assert any(text.startswith(change) for text in drawn)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["two", "grid"])
def test_nothing_is_wider_than_the_window(browser, pages, name, size):
    with opened(browser, pages[name], size) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]
        drawn = "svg.wide" if size == "desktop" else "svg.tall"
        pictures = page.locator("svg.wide").count()
        assert page.locator(f"{drawn}:visible").count() == pictures > 2
        smallest = page.evaluate(
            "Math.min(...[...document.querySelectorAll('svg text')].map(e => e.getBoundingClientRect().height)"
            ".filter(h => h > 0))"
        )
        assert smallest >= 9  # pixels: texts of a drawing shrink with it
        assert page.evaluate(_OUTSIDE) == []


# Texts of drawings that stand out of them.
_OUTSIDE = """[...document.querySelectorAll('svg')].flatMap(svg => [...svg.querySelectorAll('text')].filter(t => {
    const a = t.getBoundingClientRect(), b = svg.getBoundingClientRect();
    return a.width > 0 && (a.left < b.left - 1 || a.right > b.right + 1)
}).map(t => t.textContent))"""


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
@pytest.mark.parametrize("name", ["two", "grid"])
def test_the_page_passes_the_checks_of_axe(browser, pages, name, size, scheme):
    passes_axe(browser, pages[name], size, scheme)


def test_texts_are_no_markup(browser, tmp_path):
    bad = "<script>alert(1)</script> & {{ 7 * 7 }}"
    history = {
        "session_id": [bad], "tariff": ["per-kwh"], "energy_kwh": ["1"], "site": [bad], "account": [bad],
        "start": ["2026-03-02T10:00:00Z"], "end": ["2026-03-02T11:00:00Z"],
    }  # fmt: skip
    grid = rating.grid("energy +1")
    rating.compare(old(), grid.apply(old(), grid.variants[0]), history).write_html(tmp_path / "odd.html")
    with opened(browser, tmp_path / "odd.html") as page:
        assert texts(page, ".pair .id") == [bad]
        assert page.locator("script").count() == 0


def test_a_page_asks_no_host_for_anything():
    for html in (comparison().html, grid_comparison().html, rating.compare(new(), new(), *([{**_EMPTY}])).html):
        assert "http:" not in html
        assert "https:" not in html
        assert "default-src 'none'" in html


_EMPTY = {name: [] for name in ("session_id", "tariff", "start", "end", "energy_kwh")}
