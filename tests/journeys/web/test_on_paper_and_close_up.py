"""Can a page be printed for a board, and be read by somebody who sees it at 400%?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator
from visiting import Visitor

from conftest import Visiting

NOT_ON_PAPER = "header nav, .nhsuk-breadcrumb, .nhsuk-back-link, .nhsuk-skip-link, .keepwell-filters, main .nhsuk-button, main input"
STAYS = """[...document.querySelectorAll('body *')]
    .filter(e => ['fixed', 'sticky'].includes(getComputedStyle(e).position)).map(e => e.className)"""
CLOSE_UP = {
    "retention.lead": ("/rz1/", "/rz1/about/reasons/", "/rz1/compare/", "/measures/leaver_rate/", "/rz1/data/"),
    "staff.side": ("/rz1/",),
    "practice.manager": ("/y99001/", "/y99001/data/staff/add/"),
    "ics.lead": ("/qz9/",),
    "administrator": ("/rz1/people/", "/site/people/"),
    "governance": ("/rz1/seen/",),
}


def on_paper(somebody: Visitor) -> Visitor:
    somebody.sit_at("paper").page.emulate_media(media="print")
    return somebody.is_not_cut()


def drawn(found: Locator) -> list[bool]:
    """Of each, whether it takes room on the page and can be seen."""
    boxes = [(one.is_visible(), one.bounding_box()) for one in found.all()]
    return [seen and box is not None and box["height"] > 8 for seen, box in boxes]


class TestARetentionLeadWhoPrintsThePageForTheBoard:
    def test_figures_their_words_and_their_definitions_are_on_paper(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open("/rz1/")
        folded = lead.page.locator("main details dt", has_text="Formula")
        navigation = lead.page.locator(NOT_ON_PAPER)
        # On the screen it is the other way round: so it is print that does it.
        assert any(drawn(navigation))
        assert drawn(folded) == [False] * folded.count()
        on_paper(lead)
        assert not any(drawn(navigation))
        assert drawn(folded) == [True] * folded.count()
        assert folded.count() >= 5
        tables, charts = lead.page.locator("main table"), lead.page.locator("main figure svg:visible")
        assert drawn(tables) == [True] * tables.count()
        assert charts.count() == lead.page.locator("main figure").count() > 1
        for words in ("Not for sharing: exact figures", "leavers over average headcount", "leavers / mean(staff"):
            assert drawn(lead.page.get_by_text(words).first) == [True], words
        assert "11.6%" in lead.page.locator(".keepwell-figure__value").all_inner_texts()
        lead.leaves(asking="Does the paper say what the screen says?", knowing="What these figures mean here")

    @pytest.mark.parametrize("path", ["/rz1/compare/", "/measures/leaver_rate/", "/rz1/data/"])
    def test_wide_tables_fit_where_nothing_scrolls(self, visitor: Visiting, path: str) -> None:
        lead = on_paper(visitor("retention.lead").open(path))
        assert lead.page.evaluate("document.documentElement.scrollWidth") <= 794
        assert not any(drawn(lead.page.locator(NOT_ON_PAPER)))
        tables = lead.page.locator("main table")
        assert drawn(tables) == [True] * tables.count()


class TestSomebodyWhoSeesADeskAt400Percent:
    @pytest.mark.parametrize("who", CLOSE_UP)
    def test_nothing_is_beyond_the_side_and_nothing_stays_in_the_way(self, visitor: Visiting, who: str) -> None:
        somebody = visitor(who, scripts=True).sit_at("close up")
        for path in CLOSE_UP[who]:
            somebody.open(path).is_not_cut()
            assert somebody.page.evaluate(STAYS) == [], path

    def test_a_table_scrolls_in_its_own_place_by_keyboard(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead", scripts=True).sit_at("close up").open("/rz1/data/")
        region = lead.page.get_by_role("region", name="Loaded: the records of Wenmarsh Hospitals NHS Foundation Trust")
        region.focus()
        lead.page.keyboard.press("ArrowRight")
        lead.page.wait_for_function("e => e.scrollLeft > 0", arg=region.element_handle(), timeout=5000)
        assert lead.page.evaluate("window.scrollX") == 0
