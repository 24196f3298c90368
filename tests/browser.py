"""Pages as a person sees them: headless Chromium that may ask no host for anything.

Debian's package `chromium`, driven by Playwright. Where one of them is missing the tests that need it are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SIZES: Final = {"desktop": (1280, 900), "phone": (375, 812)}
LOOKS: Final = [("desktop", "light"), ("desktop", "dark"), ("phone", "light")]
# Without the background's requests, for there may be no network. As root a sandbox cannot start.
FLAGS: Final = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser; skips where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install 'rating[test]'")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, path: Path, size: str = "desktop", scheme: str = "light") -> Iterator[Any]:
    """The page in a window of that size; fails where it says anything on the console or asks for anything else."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    asked, said = [], []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert said == []
    assert asked == [path.as_uri()]


def texts(page: Any, selector: str) -> list[str]:
    """The texts of all that a selector finds, with single spaces."""
    return [" ".join(text.split()) for text in page.locator(selector).all_text_contents()]


def passes_axe(browser: Any, path: Path, size: str, scheme: str) -> None:
    """Assert that axe-core finds nothing that shuts anybody out, with all that can be opened open."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with opened(browser, path, size, scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
        assert len(found.response["passes"]) > 15  # it did look
