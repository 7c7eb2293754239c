"""A retention lead opens the report: on a desk and on a phone, without JavaScript, with a screen reader's rules.

Question: "How many leave, where first, and why?" The answers are sentences, on screen before any chart.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from keepwell.records.workspace import Workspace
from keepwell.reports.html import as_html
from keepwell.reports.overview import overview

SEARCHED = f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin"
CHROMIUM = shutil.which("chromium", path=SEARCHED) or shutil.which("chromium-browser", path=SEARCHED)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: pages are not looked at"),
]
SIZES = {"desk": (1200, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def report(system: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(as_html(overview(Workspace(system), organisation=None, source=None, end=None)), "utf-8")
    return path


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(report.as_uri())
    opened.asked = asked  # type: ignore[attr-defined]
    yield opened
    context.close()


class TestOpeningTheReport:
    def test_it_asks_nothing_of_anybody_else(self, page: Page) -> None:
        assert page.asked == [page.url]  # type: ignore[attr-defined]

    def test_the_answers_are_sentences_in_the_order_of_the_questions(self, page: Page) -> None:
        questions = page.locator("h2").all_inner_texts()
        assert questions[:4] == [
            "How many leave?",
            "What changed since last month?",
            "Is it changing, or is it noise?",
            "Which teams lose most?",
        ]
        assert (
            "of staff left their organisation in the 12 months to October 2025"
            in page.locator(".answer").first.inner_text()
        )
        assert "Why do they go?" in questions
        assert "reason recorded most often" in page.locator("#reasons .answer").inner_text()

    def test_nothing_is_cut_off_at_the_side(self, page: Page) -> None:
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    def test_one_size_of_each_chart_is_shown(self, page: Page) -> None:
        shown = page.locator("figure svg:visible").count()
        assert shown == page.locator("figure").count() > 0

    def test_every_chart_has_words_and_a_table(self, page: Page) -> None:
        for svg in page.locator("figure svg").all():
            assert svg.locator("title").first.text_content()
            assert svg.locator("desc").first.text_content()
        assert page.locator("section:has(figure) table").count() >= page.locator("section:has(figure)").count()

    def test_letters_are_drawn_in_the_charts(self, page: Page) -> None:
        assert "%" in (page.locator("figure svg:visible").first.text_content() or "")

    def test_the_rules_of_accessibility_are_kept(self, page: Page) -> None:
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert results.violations_count == 0, [(v["id"], len(v["nodes"])) for v in results.response["violations"]]

    def test_it_is_marked_not_for_sharing(self, page: Page) -> None:
        assert "Not for sharing" in page.locator("header").inner_text()

    def test_the_keyboard_reaches_the_answers_first(self, page: Page) -> None:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the answers"


def test_it_says_the_same_without_javascript(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(report.as_uri())
    opened.locator("summary").first.click()
    assert opened.locator("details dl").first.is_visible()
    context.close()


def test_an_accessibility_fault_would_be_noticed(browser: Browser, report: Path, tmp_path: Path) -> None:
    """The planted fault: charts without a name, and pale grey words."""
    spoilt = report.read_text("utf-8").replace('role="img" aria-labelledby', 'role="img" data-was')
    spoilt = (
        spoilt.replace("--grey: #4c6272", "--grey: #c8d0d4")
        .replace("<title", "<metadata")
        .replace("</title", "</metadata")
    )
    path = tmp_path / "spoilt.html"
    path.write_text(spoilt, "utf-8")
    opened = browser.new_page()
    opened.goto(path.as_uri())
    found = {v["id"] for v in Axe().run(opened).response["violations"]}
    assert {"color-contrast", "svg-img-alt"} <= found
    opened.close()
