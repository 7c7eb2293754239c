"""Somebody brings a month in, sees whether it is whole, and takes it out again."""

from __future__ import annotations

import re

from visiting import Visitor

from conftest import Site, Visiting

IDENTIFIERS = ("Unique NHS Identifier", "Employee Number", "Assignment Number")
LOOKED_AT = re.compile("I have looked at this")


def newest(site: Site, code: str, day: str) -> list[str]:
    """The newest staff in post of a trust of the demo, as if of a later day."""
    october = next((site.home / "demo-files").rglob(f"{code}_2025-10.csv")).read_text("utf-8-sig")
    return october.replace("31/10/2025", day).splitlines()


def november(site: Site) -> list[str]:
    """The staff in post of a month later than the demo's, two rows of it without a number."""
    lines = newest(site, "RZ2", "30/11/2025")
    for row in (7, 20):
        cells = lines[row].split(",")
        lines[row] = ",".join(["", "", "", *cells[3:]])
    return lines


def numbered_anew(lines: list[str]) -> list[str]:
    """The same people under other numbers, as an extract that hashes them differently each time."""
    which = [lines[0].split(",").index(name) for name in IDENTIFIERS]
    rows = [line.split(",") for line in lines[1:]]
    anew = [[f"7{cell}" if n in which else cell for n, cell in enumerate(row)] for row in rows]
    return [lines[0], *(",".join(row) for row in anew)]


def send(analyst: Visitor, name: str, lines: list[str]) -> Visitor:
    """Choose the file and have it looked at."""
    told = {"name": name, "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    analyst.page.locator("input[type=file]").set_input_files(told)  # type: ignore[arg-type]
    return analyst.press("Look at them")


def undo(analyst: Visitor) -> None:
    analyst.follow("Undo this load").press("Undo the load").wait_for("It was taken out on")


class TestAnHrAnalystWhoLoadsAMonth:
    def test_did_it_go_in_whole_and_can_it_be_undone(self, visitor: Visiting, site: Site) -> None:
        analyst = visitor("vale.lead").follow("Bring data in").picture("bring-data-in").follow("Choose files")
        analyst.picture("choose-files").press("Look at them", status=422).reads("There is a problem")
        send(analyst, "RZ2 November.csv", november(site)).wait_for("This is: ESR staff in post")
        analyst.reads("Rows that would be left out").picture("what-it-was-recognised-as", top=1400)
        for box in analyst.page.get_by_label(LOOKED_AT).all():
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
        send(analyst, "holiday.csv", ["Beach,Weather", "Southport,rain", ""]).wait_for("Found")
        analyst.leaves(asking="Why was it not taken?", knowing="Found")


class TestAnHrAnalystWhoseSystemHasItsOwnHeadings:
    def test_which_heading_is_what_and_is_everybody_in(self, visitor: Visiting, site: Site) -> None:
        lines = newest(site, "RZ3", "30/11/2025")
        lines[0] = lines[0].replace("Effective Date", "Stand am").replace("Staff Group", "Family")
        analyst = visitor("community.lead").open("/rz3/data/choose/")
        send(analyst, "from our own system.csv", lines).wait_for("Not understood yet")
        analyst.reads("does not say at the end of which month it was taken").reads("say which heading is “Month”")
        # What stands under a heading is told; of a column of numbers nobody's is.
        analyst.reads("such as Add Prof Scientific and Technic").reads("Dates; 1 different value")
        assert not re.search(r"\d{7}", analyst.words())
        analyst.choose("Stand am", "Month").choose("Family", "Month").press("Look at it again", status=422)
        analyst.reads("Month is said to stand under Family already")
        assert analyst.page.get_by_label("Stand am", exact=True).input_value() == "month"
        analyst.choose("Family", "Staff group").press("Look at it again")
        analyst.wait_for("This is: ESR staff in post").does_not_read("To be decided").reads("Months November 2025")
        said = re.search(r"([\d,]+) rows would come in", analyst.words())
        assert said, analyst.words()[:1500]
        analyst.press("Load it").wait_for("See how we are doing")
        analyst.leaves(asking="Is everybody in?", knowing=f"{said.group(1)} rows in, ")
        analyst.follow("See how we are doing").reads("The 12 months to November 2025")
        analyst.open("/rz3/?staff_group=Additional+Clinical+Services").reads("Only those with")
        analyst.open("/rz3/data/").follow("from our own system.csv")
        undo(analyst)


class TestAnHrAnalystWhoseFileHasATrap:
    def test_what_is_wrong_with_it_and_may_it_be_loaded_all_the_same(self, visitor: Visiting, site: Site) -> None:
        """A month has been left out, and everybody goes by a new number."""
        analyst = visitor("vale.lead").open("/rz2/data/choose/")
        december = numbered_anew(newest(site, "RZ2", "31/12/2025"))
        send(analyst, "RZ2 December.csv", december).wait_for("To be decided")
        analyst.reads("1 month missing: no file tells of it.").reads("Found 2025-11 of RZ2")
        analyst.leaves(asking="What is wrong with it?", knowing="identifiers seem to have been drawn anew")
        boxes = analyst.page.get_by_label(LOOKED_AT)
        assert boxes.count() == 2
        analyst.press("Load it", status=422).reads("There is a problem")
        boxes.first.check()
        analyst.press("Load it", status=422)
        assert analyst.page.locator(".nhsuk-error-summary li").count() == 1
        assert [box.is_checked() for box in boxes.all()] == [True, False]
        boxes.last.check()
        analyst.press("Load it").wait_for("See how we are doing")
        analyst.reads("1 month missing: no file tells of it.")
        analyst.reads("Val Leadbetter looked at this before it was loaded, and accepted it. People cannot be followed")
        analyst.follow("Bring data in").reads("1 warning").follow("RZ2 December.csv")
        undo(analyst)
        analyst.follow("Bring data in")
        assert analyst.page.get_by_role("table").get_by_text("RZ2 December.csv").count() == 0
        analyst.open("/rz2/")
        analyst.leaves(asking="Is all as it was before?", knowing="The 12 months to October 2025")


class TestAPracticeManagerWithTwelveStaff:
    def test_what_of_ours_is_here(self, visitor: Visiting) -> None:
        manager = visitor("practice.manager", size="phone").follow("Bring data in").picture("a-practice")
        manager.leaves(asking="What of our staff is kept here?", knowing="Staff list from any HR system")
