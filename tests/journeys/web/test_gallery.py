"""Somebody looks at the parts that pages are made of: on a desk, on a phone, with a keyboard, without JavaScript."""

from __future__ import annotations

import mimetypes
import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

SEARCHED = f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin"
CHROMIUM = shutil.which("chromium", path=SEARCHED) or shutil.which("chromium-browser", path=SEARCHED)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: pages are not looked at"),
    pytest.mark.skipif(find_spec("django") is None, reason="Django is not installed: there are no pages"),
]
SIZES = {"desk": (1280, 900), "phone": (390, 844), "smallest": (320, 640)}
PAGES = ("parts", "form", "wrong", "done", "demonstration", "missing", "broken")
HOST = "http://gallery.test"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Every page of the gallery, as a site sends it."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "web"))
    import databases

    databases.set_up()
    import gallery
    from django.conf import settings
    from django.test import RequestFactory

    from keepwell.web.nhsuk import views

    with pytest.MonkeyPatch.context() as patch:
        gallery.with_menus(patch)
        made = {
            "parts": gallery.drawn(gallery.PAGE),
            "form": gallery.drawn(gallery.FORM, form=gallery.Invitation()),
            "wrong": gallery.drawn(gallery.FORM, form=gallery.form_sent()),
            "done": gallery.drawn(gallery.DONE),
            "broken": views.broken(RequestFactory().get("/")).content.decode(),
        }
        patch.setattr(settings, "IS_DEMO", True)
        patch.setattr(settings, "NHS_LOGO", True)
        made["demonstration"] = gallery.drawn(gallery.DONE)
        patch.undo()
        made["missing"] = views.not_found(RequestFactory().get("/")).content.decode()
    return made


class Visit:
    """A browser on the gallery, under the site's own policy for contents; it notes what is asked and complained of."""

    def __init__(self, browser: Browser, pages: dict[str, str], size: str = "desk", **how: Any) -> None:
        width, height = SIZES[size]
        self.pages, self.asked, self.complaints = dict(pages), [], []
        self.scripts = how.get("java_script_enabled", True)
        self.context = browser.new_context(viewport={"width": width, "height": height}, **how)
        self.page: Page = self.context.new_page()
        self.page.route("**/*", self.answer)
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def answer(self, route: Route) -> None:
        from django.conf import settings
        from django.contrib.staticfiles import finders

        address = route.request.url
        self.asked.append(address)
        path = address.removeprefix(HOST)
        if path.startswith("/static/"):
            found = Path(str(finders.find(path.removeprefix("/static/"))))
            route.fulfill(body=found.read_bytes(), content_type=mimetypes.guess_type(found.name)[0])
            return
        rules = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        policy = "; ".join(f"{name} {' '.join(allowed)}" for name, allowed in rules.items())
        held = self.pages.get(path.strip("/"), "")
        route.fulfill(body=held, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})

    def to(self, name: str) -> Page:
        self.page.goto(f"{HOST}/{name}/")
        if self.scripts:
            self.page.locator("header[data-nhsuk-header-init]").wait_for(timeout=5000)
        return self.page


@pytest.fixture
def visit(browser: Browser, pages: dict[str, str]) -> Iterator[Any]:
    made: list[Visit] = []

    def start(size: str = "desk", **how: Any) -> Visit:
        made.append(Visit(browser, how.pop("pages", pages), size, **how))
        return made[-1]

    yield start
    for each in made:
        each.context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_whole_and_asks_nothing_of_others(visit: Any, name: str, size: str) -> None:
    visited = visit(size)
    page = visited.to(name)
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
    assert [address for address in visited.asked if not address.startswith(HOST)] == []
    assert visited.complaints == []
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    results = Axe().run(page)
    assert results.violations_count == 0, [(v["id"], v["nodes"][0]["html"]) for v in results.response["violations"]]


class TestWithoutJavaScript:
    def test_what_belongs_to_a_choice_opens_with_it(self, visit: Any) -> None:
        page = visit(java_script_enabled=False).to("form")
        other = page.get_by_label("Which other way?")
        assert not other.is_visible()
        page.get_by_label("Another way").check()
        assert other.is_visible()
        page.get_by_label("By mail").check()
        assert not other.is_visible()

    def test_where_a_browser_cannot_hide_it_it_is_there(self, visit: Any, pages: dict[str, str]) -> None:
        plain = pages | {"form": pages["form"].replace('href="/static/keepwell/keepwell.css"', 'href="/none/"')}
        assert visit(java_script_enabled=False, pages=plain).to("form").get_by_label("Which other way?").is_visible()

    def test_every_link_of_the_menu_is_there_on_a_phone(self, visit: Any) -> None:
        page = visit("phone", java_script_enabled=False).to("done")
        menu = page.get_by_role("navigation", name="Menu").get_by_role("link")
        assert [link.is_visible() for link in menu.all()] == [True] * 6

    def test_the_other_places_open(self, visit: Any) -> None:
        page = visit("phone", java_script_enabled=False).to("done")
        page.get_by_text("Change place").click()
        assert page.get_by_role("link", name="Place 7").is_visible()

    def test_a_job_has_a_link_to_look_again(self, visit: Any) -> None:
        page = visit(java_script_enabled=False).to("parts")
        assert page.get_by_role("link", name="Look again").get_attribute("href") == "/look-again/"


class TestWithAKeyboard:
    def test_the_first_stop_is_the_way_to_the_content(self, visit: Any) -> None:
        page = visit().to("parts")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#maincontent"

    def test_the_summary_of_errors_has_the_focus_and_leads_to_each_field(self, visit: Any) -> None:
        page = visit().to("wrong")
        assert page.evaluate("document.activeElement.className") == "nhsuk-error-summary"
        for words, where in (("Start must be a real date", "id_start-day"), ("First month must", "id_since-year")):
            page.get_by_role("link", name=re.compile(words)).click()
            assert page.evaluate("document.activeElement.id") == where

    def test_a_wide_table_is_reached_and_scrolls(self, visit: Any) -> None:
        page = visit("phone").to("parts")
        region = page.get_by_role("region", name="Leaver rate by staff group and year")
        region.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("e => e.scrollLeft > 0", arg=region.element_handle(), timeout=2000)


class TestAsSeen:
    def test_letters_are_drawn_without_a_font_of_others(self, visit: Any) -> None:
        page = visit().to("parts")
        assert "Arial" in page.evaluate("getComputedStyle(document.body).fontFamily").title()

    def test_one_size_of_a_chart_is_shown(self, visit: Any) -> None:
        for size in ("desk", "phone"):
            assert visit(size).to("parts").locator("figure svg:visible").count() == 1

    def test_a_password_can_be_shown(self, visit: Any) -> None:
        page = visit().to("form")
        page.get_by_role("button", name="Show password").click()
        assert page.locator("#id_password").get_attribute("type") == "text"

    def test_a_job_that_goes_on_is_looked_at_again(self, visit: Any, pages: dict[str, str]) -> None:
        visited = visit()
        page = visited.to("parts")
        visited.pages["parts"] = pages["parts"].replace("Reading row 4,200", "Reading row 9,000")
        page.get_by_text("Reading row 9,000").wait_for(timeout=5000)
        assert page.get_by_text("Reading row 9,000").get_attribute("role") == "status"

    def test_on_paper_there_is_no_menu_and_what_was_folded_is_open(self, visit: Any) -> None:
        page = visit().to("parts")
        page.emulate_media(media="print")
        assert not page.get_by_role("navigation", name="Menu").is_visible()
        assert page.get_by_text("Leavers as a share of average headcount.").first.is_visible()

    def test_in_forced_colours_a_signal_keeps_its_border_and_its_word(self, visit: Any) -> None:
        page = visit(forced_colors="active").to("parts")
        tag = page.get_by_text("Worse")
        assert tag.is_visible()
        assert tag.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"


class TestPlantedFaults:
    def test_a_fault_of_accessibility_would_be_noticed(self, visit: Any, pages: dict[str, str]) -> None:
        spoilt = pages["wrong"].replace('for="id_name"', 'for="id_nobody"').replace('lang="en-GB"', "")
        found = {v["id"] for v in Axe().run(visit(pages=pages | {"wrong": spoilt}).to("wrong")).response["violations"]}
        assert {"label", "html-has-lang"} <= found

    def test_a_style_inline_and_another_host_would_be_noticed(self, visit: Any, pages: dict[str, str]) -> None:
        spoilt = pages["done"].replace(
            "<h1", '<img src="https://pictures.example.org/a.png" alt=""><h1 style="color: red"'
        )
        visited = visit(pages=pages | {"done": spoilt})
        visited.to("done")
        assert len([words for words in visited.complaints if "Content Security Policy" in words]) == 2
