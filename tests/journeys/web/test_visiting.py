"""Does a visitor notice what is wrong with a page? Each of these pages has one planted fault."""

from __future__ import annotations

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
    "an error without a summary": (("<title>", "<title>Error: "), ("", ""), "summary of errors differ"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_page_is_noticed(visitor: Visiting, fault: str) -> None:
    first, second, words = FAULTS[fault]
    somebody = visitor()

    def spoil(route: Route) -> None:
        answer = route.fetch()
        page = answer.text()
        for old, new in (first, second):
            page = page.replace(old, new) if old else page
        headers = {n: v for n, v in answer.headers.items() if n != "content-security-policy"}
        route.fulfill(response=answer, body=page, headers=headers)

    somebody.page.route("**/sign-in/", spoil)
    with pytest.raises(AssertionError, match=words):
        somebody.open("/sign-in/")


def test_headings_that_go_down_step_by_step_can_be_followed() -> None:
    assert cannot_follow([1, 2, 3, 2, 3, 4, 2]) is None
    assert cannot_follow([2, 1, 2]) is None
    assert cannot_follow([1, 1]) == "2 headings of the first level"


def test_the_code_of_an_app_is_that_of_rfc_6238() -> None:
    assert code_shown("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59) == "287082"
    assert code_shown("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1234567890) == "005924"
