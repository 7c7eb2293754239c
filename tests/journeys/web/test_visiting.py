"""Does a visitor notice what is wrong with a page? Each of these pages has one planted fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route
from visiting import cannot_follow, code_shown

from conftest import Visiting

FAULTS = {
    "no heading": (("<h1 ", "<p "), ("</h1>", "</p>"), "0 headings of the first level"),
    "a level left out": (("<h2 ", "<h3 "), ("</h2>", "</h3>"), "a heading of level 3 after one of level 1"),
    "a field without its label": (('for="id_login"', 'for="nothing"'), ("", ""), "label"),
    "too wide": (("<main ", '<p><img alt="" width="3000" height="1"></p><main '), ("", ""), "wider than the screen"),
    "asks somebody else": (
        ("</main>", '<img alt="" src="http://127.0.0.9:9/x.png"></main>'),
        ("", ""),
        "asks somebody else",
    ),
    "a picture that is not there": (
        ("</main>", '<img alt="" src="/static/none.png"></main>'),
        ("", ""),
        "the browser complains",
    ),
    "an error without a summary": (("<title>", "<title>Error: "), ("", ""), "summary of errors differ"),
}


CUTS = {
    "clipped": '<p style="width: 5rem; overflow: hidden; white-space: nowrap">More than five letters wide</p>',
    "beyond the side": '<div style="overflow: hidden"><p style="margin-left: 9999px">Nobody sees it</p></div>',
    "in what scrolls on a screen only": '<div style="overflow: auto"><p style="width: 99rem">Half of it</p></div>',
}


def spoiling(*changes: tuple[str, str]) -> Callable[[Route], None]:
    def spoil(route: Route) -> None:
        answer = route.fetch()
        page = answer.text()
        for old, new in changes:
            page = page.replace(old, new) if old else page
        headers = {n: v for n, v in answer.headers.items() if n != "content-security-policy"}
        route.fulfill(response=answer, body=page, headers=headers)

    return spoil


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_page_is_noticed(visitor: Visiting, fault: str) -> None:
    *changes, words = FAULTS[fault]
    somebody = visitor()
    somebody.page.route("**/sign-in/", spoiling(*changes))  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=words):
        somebody.open("/sign-in/")


@pytest.mark.parametrize("cut", CUTS)
def test_what_is_cut_on_paper_is_noticed(visitor: Visiting, cut: str) -> None:
    somebody = visitor()
    somebody.open("/sign-in/").is_not_cut()
    somebody.page.route("**/sign-in/", spoiling(("</main>", f"{CUTS[cut]}</main>")))
    somebody.page.goto(f"{somebody.address}/sign-in/")
    if cut == "in what scrolls on a screen only":
        somebody.is_not_cut()
    somebody.page.emulate_media(media="print")
    with pytest.raises(AssertionError, match="is cut"):
        somebody.is_not_cut()


def test_headings_that_go_down_step_by_step_can_be_followed() -> None:
    assert cannot_follow([1, 2, 3, 2, 3, 4, 2]) is None
    assert cannot_follow([2, 1, 2]) is None
    assert cannot_follow([1, 1]) == "2 headings of the first level"


def test_the_code_of_an_app_is_that_of_rfc_6238() -> None:
    assert code_shown("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59) == "287082"
    assert code_shown("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1234567890) == "005924"
