"""A practice manager and an ICS lead open the page on general practice, on a desk and on a phone.

Questions: "Who works here, how near are they to leaving for good, and where are patients most to each GP?"
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from keepwell.made_up import SystemPlan, make_up
from keepwell.records.workspace import Workspace
from keepwell.reports.html import as_html
from keepwell.reports.overview import overview
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

SEARCHED = f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin"
CHROMIUM = shutil.which("chromium", path=SEARCHED) or shutil.which("chromium-browser", path=SEARCHED)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: pages are not looked at"),
]
SIZES = {"desk": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page on a made-up system's practices."""
    folder = tmp_path_factory.mktemp("general_practice")
    plan = SystemPlan(seed=4, people=1500, months=14, organisations=("community", "practices"))
    made, workspace = make_up(plan, folder / "files"), Workspace(folder / "workspace")
    options = ReadOptions(today=(plan.last_month + 1).first_day)
    for path in made.general_practice:
        load_file(workspace, path, options, now=_now(plan))
    page = folder / "report.html"
    page.write_text(as_html(overview(workspace, organisation=None, source="gpw_practice", end=None)), "utf-8")
    return page


def _now(plan: SystemPlan) -> dt.datetime:
    return dt.datetime.combine((plan.last_month + 1).first_day, dt.time(9), dt.UTC)


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser, report: Path) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    opened = context.new_page()
    opened.goto(report.as_uri())
    yield opened
    context.close()


class TestOpeningThePageOnGeneralPractice:
    def test_the_answers_are_sentences_in_the_order_of_the_questions(self, page: Page) -> None:
        assert page.locator("h2").all_inner_texts() == [
            "Who works in general practice here?",
            "Partners, salaried, locums or in training?",
            "How much of a full-time week do they work?",
            "How many are near retirement?",
            "How many patients to each GP, and where most?",
            "Are there more or fewer than a year before?",
            "Who came and who went?",
            "What is this made of?",
        ]
        answers = page.locator(".answer").all_inner_texts()
        assert answers[0].startswith("In October 2025, ")
        assert "GPs work the hours of" in answers[0]
        assert "patients to each full-time qualified GP; most in" in answers[4]

    def test_nothing_is_cut_off_at_the_side_and_the_rules_of_accessibility_are_kept(self, page: Page) -> None:
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert results.violations_count == 0, [(v["id"], len(v["nodes"])) for v in results.response["violations"]]
