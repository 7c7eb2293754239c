"""How does somebody go through the site, and what is looked at on every page that they come to?

Each page is checked in each state: by axe, its headings, its focus after an error, its width, that the browser has nothing
to complain of, and that it asks nothing of anybody else. Axe needs JavaScript: where the visitor has none, the page as it stands is laid before a second one that has.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import struct
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, Route

PASSWORD = "stay well and stay together"
PATIENCE = 30_000
SIZES = {"desk": (1280, 900), "phone": (390, 844), "smallest": (320, 640), "close up": (320, 225), "paper": (794, 1123)}
"""Close up is the desk at 400%; paper is A4."""
PICTURES = Path(__file__).parents[3] / "docs" / "images" / "manual"
HEADINGS = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.tagName[1]))"
WIDTH = "document.documentElement.scrollWidth"
CUT = """() => {
    const wide = document.documentElement.clientWidth + 1;
    const shown = e => e.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true})
        && e.getBoundingClientRect().width > 1 && !e.closest('.nhsuk-u-visually-hidden, .nhsuk-skip-link');
    const flows = e => getComputedStyle(e).overflowX;
    const scrolls = e => e && (['auto', 'scroll'].includes(flows(e)) || scrolls(e.parentElement));
    const beyond = e => {
        const box = e.getBoundingClientRect();
        return (box.right > wide || box.left < -1) && !(matchMedia('screen').matches && scrolls(e.parentElement));
    };
    const clips = e => !e.matches('input, select, textarea') && ['hidden', 'clip'].includes(flows(e)) && e.scrollWidth > e.clientWidth + 1;
    return [...document.querySelectorAll('body *:not(svg *)')].filter(e => shown(e) && (beyond(e) || clips(e)))
        .map(e => `${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 60)}`);
}"""
"""What lies beyond the sides, or is clipped. On a screen a part may scroll by itself; on paper nothing scrolls."""
DEAD_LINKS = """[...document.querySelectorAll('.nhsuk-error-summary a')]
    .filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.textContent)"""


class Visitor:
    """Somebody in front of a browser. Without JavaScript, unless it is said."""

    def __init__(self, browser: Browser, address: str, *, size: str = "desk", scripts: bool = False) -> None:
        self.address, self.size, self.scripts = address, size, scripts
        width, height = SIZES[size]
        screen: dict[str, Any] = {"viewport": {"width": width, "height": height}}
        self.context = browser.new_context(**screen, java_script_enabled=scripts)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._second = browser.new_context(**screen)
        self.twin = self._second.new_page()
        self.twin.route("**/*", self._lay_before)

    def close(self) -> None:
        self.context.close()
        self._second.close()

    def turn_to(self, size: str) -> Visitor:
        """The same page on another screen, once its menu has found its place there."""
        self.sit_at(size)
        end = time.monotonic() + 3
        while self.page.evaluate(WIDTH) > SIZES[size][0] and time.monotonic() < end:
            time.sleep(0.05)
        return self.look()

    def sit_at(self, size: str) -> Visitor:
        """Another screen for the pages to come."""
        self.size = size
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})
        self.twin.set_viewport_size({"width": width, "height": height})
        return self

    def is_not_cut(self) -> Visitor:
        found = self.page.evaluate(CUT)
        assert found == [], f"{self.page.url.removeprefix(self.address)} is cut: {found[:5]}"
        return self

    def sign_in(self, who: str, password: str = PASSWORD) -> Visitor:
        """By name in the demo, or by a whole address."""
        self.open("/sign-in/")
        self.type("Email address", who if "@" in who else f"{who}@demo.invalid")
        self.type("Password", password)
        return self.press("Sign in")

    def open(self, path: str, status: int = 200) -> Visitor:
        return self._come(self.page.goto(f"{self.address}{path}"), status)

    def follow(self, words: str, status: int = 200) -> Visitor:
        """A link of the page or its menu, by the words it begins with, also one that looks like a button."""
        link = self.page.locator("a", has_text=re.compile(rf"^\s*{re.escape(words)}")).first
        return self._go(link.click, status)

    def press(self, words: str, status: int = 200) -> Visitor:
        """A button that leads somewhere."""
        button = self.page.get_by_role("main").get_by_role("button", name=words, exact=True).first
        return self._go(button.click, status)

    def sign_out(self) -> Visitor:
        return self._go(self.page.get_by_role("button", name="Sign out").click, 200)

    def type(self, label: str, words: str) -> Visitor:
        self.page.get_by_label(label, exact=True).fill(words)
        return self

    def choose(self, label: str, words: str | None = None) -> Visitor:
        """One of a list, or a box to tick."""
        field = self.page.get_by_label(label, exact=words is not None).first
        if words is None:
            field.check()
        else:
            field.select_option(label=words)
        return self

    def unfold(self, words: str) -> Visitor:
        self.page.locator("summary", has_text=words).first.click()
        return self.look()

    def wait_for(self, words: str, seconds: float = 120) -> Visitor:
        """Look again, as the page says, until it is done."""
        end = time.monotonic() + seconds
        while words not in self.words():
            assert time.monotonic() < end, f"waited too long for {words!r} on {self.page.url}"
            time.sleep(0.5)
            self.page.reload()
        return self.look()

    def words(self) -> str:
        """What stands on the page for everybody, without the menus."""
        return " ".join(self.page.locator("main").inner_text().split())

    def reads(self, sentence: str) -> Visitor:
        assert sentence in self.words(), f"{sentence!r} is not on {self.page.url}:\n{self.words()[:3000]}"
        return self

    def does_not_read(self, sentence: str) -> Visitor:
        assert sentence not in self.words(), f"{sentence!r} is on {self.page.url}"
        return self

    def leaves(self, *, asking: str, knowing: str) -> None:
        """The end of a journey: the question, and the sentence on screen that answers it."""
        assert asking.endswith("?")
        self.reads(knowing)
        sentence = self.page.locator("main").get_by_text(knowing[:60]).first
        assert sentence.is_visible(), f"{knowing!r} stands on {self.page.url} and is not seen"

    def picture(self, name: str, *, top: int | None = 1100) -> Visitor:
        """For the manual, where KEEPWELL_SCREENSHOTS=1 asks for it: the page down to so many points."""
        if os.environ.get("KEEPWELL_SCREENSHOTS") == "1":
            PICTURES.mkdir(parents=True, exist_ok=True)
            height = int(self.page.evaluate("document.documentElement.scrollHeight"))
            clip = {"x": 0, "y": 0, "width": SIZES[self.size][0], "height": min(height, top or height)}
            self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]
        return self

    # What is looked at on every page

    def look(self) -> Visitor:
        """Check the page as it stands."""
        where = self.page.url.removeprefix(self.address)
        assert [asked for asked in self.asked if not asked.startswith(self.address)] == [], (
            f"{where} asks somebody else"
        )
        assert self.complaints == [], f"the browser complains at {where}: {self.complaints}"
        headings = self.page.evaluate(HEADINGS)
        assert cannot_follow(headings) is None, f"{where}: {cannot_follow(headings)}"
        assert self.page.evaluate(WIDTH) <= SIZES[self.size][0], f"{where} is wider than the screen"
        assert self.page.evaluate(DEAD_LINKS) == [], f"{where}: the summary of errors leads nowhere"
        wrong = self.page.locator(".nhsuk-error-summary").count() > 0
        assert wrong == self.page.title().startswith("Error: "), f"{where}: title and summary of errors differ"
        read = self._with_scripts()
        if wrong:
            focused = read.evaluate("document.activeElement.className")
            assert focused == "nhsuk-error-summary", f"{where}: the focus is on {focused!r}"
        found = inaccessible(read)
        assert found == [], f"{where}: {found}"
        return self

    def _hear(self, said: ConsoleMessage) -> None:
        """That a page itself says 404 or 422 is no complaint: its status is looked at as it comes."""
        of_the_page = said.text.startswith("Failed to load resource") and said.location["url"] == self.page.url
        if said.type in ("error", "warning") and not of_the_page:
            self.complaints.append(said.text)

    def _with_scripts(self) -> Page:
        if self.scripts:
            return self.page
        self.twin.goto(self.page.url)
        self.twin.locator("header[data-nhsuk-header-init]").wait_for(timeout=PATIENCE)
        return self.twin

    def _lay_before(self, route: Route) -> None:
        kind = route.request.resource_type
        if kind == "document":
            route.fulfill(body=self.page.content(), content_type="text/html; charset=utf-8")
        elif kind in ("fetch", "xhr"):
            route.abort()
        else:
            route.continue_()

    def _go(self, leave: Callable[[], None], status: int) -> Visitor:
        with self.page.expect_navigation() as gone:
            leave()
        return self._come(gone.value, status)

    def _come(self, answer: Response | None, status: int) -> Visitor:
        assert answer is not None and answer.status == status, f"{self.page.url} says {answer and answer.status}"
        return self.look()


_clean: set[tuple[str, object]] = set()
"""Pages, with the width of the screen, in which axe found nothing: half a second is spent once on what is the same."""
OTHER_EACH_TIME = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


def inaccessible(page: Page) -> list[tuple[str, str]]:
    """What axe finds, with the first place of each."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    this = OTHER_EACH_TIME.sub("", page.content()), page.evaluate("innerWidth")
    if this in _clean:
        return []
    found = Axe().run(page).response["violations"]
    if not found:
        _clean.add(this)
    return [(one["id"], one["nodes"][0]["html"][:300]) for one in found]


def cannot_follow(headings: list[int]) -> str | None:
    """Why somebody who reads by headings cannot follow them; None if they can."""
    if headings.count(1) != 1:
        return f"{headings.count(1)} headings of the first level"
    for one, following in pairwise(headings):
        if following > one + 1:
            return f"a heading of level {following} after one of level {one}"
    return None


def code_shown(key: str, at: float | None = None) -> str:
    """The six figures that an app shows for a key (RFC 6238)."""
    secret = base64.b32decode(key.replace(" ", "").upper() + "=" * (-len(key.replace(" ", "")) % 8))
    counted = struct.pack(">Q", int((time.time() if at is None else at) // 30))
    drawn = hmac.digest(secret, counted, "sha1")
    begin = drawn[-1] & 15
    return f"{(struct.unpack('>I', drawn[begin : begin + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
