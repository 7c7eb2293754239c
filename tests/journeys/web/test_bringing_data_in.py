"""Somebody brings a month in, sees whether it is whole, and takes it out again."""

from __future__ import annotations

import re

from conftest import Site, Visiting


def november(site: Site) -> dict[str, object]:
    """The staff in post of a month later than the demo's, two rows of it without a number."""
    october = next((site.home / "demo-files").rglob("RZ2_2025-10.csv")).read_text("utf-8-sig")
    lines = october.replace("31/10/2025", "30/11/2025").splitlines()
    for row in (7, 20):
        cells = lines[row].split(",")
        lines[row] = ",".join(["", "", "", *cells[3:]])
    return {"name": "RZ2 November.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}


class TestAnHrAnalystWhoLoadsAMonth:
    def test_did_it_go_in_whole_and_can_it_be_undone(self, visitor: Visiting, site: Site) -> None:
        analyst = visitor("vale.lead").follow("Bring data in").picture("bring-data-in").follow("Choose files")
        analyst.picture("choose-files").press("Look at them", status=422).reads("There is a problem")
        analyst.page.locator("input[type=file]").set_input_files(november(site))  # type: ignore[arg-type]
        analyst.press("Look at them").wait_for("This is: ESR staff in post")
        analyst.reads("Rows that would be left out").picture("what-it-was-recognised-as", top=1400)
        for box in analyst.page.get_by_label(re.compile("I have looked at this")).all():
            box.check()
        analyst.press("Load it").wait_for("See how we are doing")
        analyst.picture("it-went-in")
        said = re.search(r"[\d,]+ rows in, [\d,]+ rows left out\.", analyst.words())
        assert said, analyst.words()[:1500]
        analyst.reads("Rows that were left out")
        whole = said.group()
        analyst.leaves(asking="Did it go in, whole?", knowing=whole)
        analyst.follow("Undo this load").picture("undo-a-load").press("Undo the load")
        analyst.wait_for("It was taken out on")
        analyst.leaves(asking="Can it be taken out again?", knowing="and its rows were erased.")

    def test_what_is_no_file_of_ours_is_refused_in_words(self, visitor: Visiting) -> None:
        analyst = visitor("vale.lead").open("/rz2/data/choose/")
        told = {"name": "holiday.csv", "mimeType": "text/csv", "buffer": b"Beach,Weather\nSouthport,rain\n"}
        analyst.page.locator("input[type=file]").set_input_files(told)  # type: ignore[arg-type]
        analyst.press("Look at them").wait_for("Found")
        analyst.leaves(asking="Why was it not taken?", knowing="Found")


class TestAPracticeManagerWithTwelveStaff:
    def test_what_of_ours_is_here(self, visitor: Visiting) -> None:
        manager = visitor("practice.manager", size="phone").follow("Bring data in").picture("a-practice")
        manager.leaves(asking="What of our staff is kept here?", knowing="Staff list from any HR system")
