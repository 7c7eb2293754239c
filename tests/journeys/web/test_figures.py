"""People look at figures: a retention lead, an HR analyst, a line manager and staff side."""

from __future__ import annotations

import re

from conftest import Visiting

NOT_CHANGING = "Not changing. About 22 people leave a month; October 2025’s 22 is within what is usual here (7 to 37)."


class TestARetentionLeadBeforeTheBoard:
    """Monday; the board paper is due."""

    def test_is_leaving_getting_worse(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").follow("How are we doing?").picture("how-are-we-doing", top=1500)
        lead.reads("Not for sharing: exact figures from staff records")
        assert lead.page.locator("figure svg:visible").first.locator("desc").first.text_content()
        lead.leaves(asking="Is leaving getting worse, or is it noise?", knowing=NOT_CHANGING)

    def test_the_same_of_nurses_alone_and_the_question_is_in_the_address(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead", scripts=True).open("/rz1/").unfold("Look at some of them only")
        lead.picture("filters")
        lead.choose("Staff group", "Nursing and Midwifery Registered").press("Show")
        assert "staff_group=Nursing" in lead.page.url
        lead.reads("Only those with")
        colleague = visitor("hr.analyst").open(lead.page.url.removeprefix(lead.address))
        said = re.search(r"Is it changing, or is it noise\? ([^.]+\.[^.]+\.)", lead.words())
        assert said, lead.words()[:3000]
        colleague.leaves(asking="Is nurse leaving getting worse, or is it noise?", knowing=said.group(1))

    def test_where_to_look_first(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open("/rz1/").reads("Which teams lose most?")
        lead.reads("Share who left, by team: the table")
        lead.leaves(
            asking="Where should I look first?",
            knowing="1 of 34 teams stands above the 11.7% of all together, which chance alone can do among so many",
        )

    def test_why_they_go(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open("/rz1/").follow("Why do they go?").picture("why-do-they-go")
        said = re.search(r"[^.]*main reason given[^.]*\.|[^.]*reason[^.]*recorded most often[^.]*\.", lead.words())
        assert said, lead.words()[:2000]
        lead.leaves(asking="Why do they go?", knowing=said.group().strip())

    def test_every_further_question_has_its_answer(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open("/rz1/")
        questions = lead.page.locator("main ul a[href*='/about/']").all_inner_texts()
        assert len(questions) >= 9
        for question in questions:
            lead.open("/rz1/").follow(question)
            assert lead.page.locator("h1").inner_text() == question
            assert len(lead.words()) > 200, question


class TestARetentionLeadWhoSetsATarget:
    def test_by_keyboard_alone_with_a_mistake_on_the_way(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead", scripts=True).open("/rz1/target/")
        lead.page.keyboard.press("Tab")
        assert lead.page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
        lead.page.keyboard.press("Enter")
        for typed in ("Leaver rate", "a lot", "3", "2028"):
            lead.page.keyboard.press("Tab")
            lead.page.keyboard.type(typed)
        with lead.page.expect_navigation():
            lead.page.keyboard.press("Enter")
        lead.look().reads("There is a problem").picture("a-mistake-is-said", top=900)
        assert lead.page.get_by_label("Target", exact=True).input_value() == "a lot"
        lead.page.keyboard.press("Tab")
        lead.page.keyboard.press("Enter")
        assert lead.page.evaluate("document.activeElement.id") == "id_value"
        lead.page.keyboard.press("Control+A")
        lead.page.keyboard.type("10.5")
        with lead.page.expect_navigation():
            lead.page.keyboard.press("Enter")
        lead.look().picture("a-target", top=1600)
        lead.leaves(asking="What have we said that we will reach, and who said so?", knowing="Rita Tension")


class TestAnHrAnalyst:
    def test_why_our_figure_is_not_that_of_esr_bi(self, visitor: Visiting) -> None:
        analyst = visitor("hr.analyst").follow("What the numbers mean").picture("what-the-numbers-mean")
        analyst.follow("Leaver rate").reads("leavers / mean(staff at start, staff at end)")
        analyst.picture("a-measure", top=1300)
        analyst.reads("The steps add up exactly. The first and the last line are the two figures.")
        analyst.leaves(
            asking="Why is our figure not ESR BI’s?",
            knowing="12.7% counts everyone with a leaving date, over the mean of all month ends; 11.6% counts those in"
            " post at the start and gone at the end. The difference: 7 on unpaid leave or a career break at the end;",
        )


class TestALineManagerWithTenMinutes:
    def test_on_the_smallest_screen(self, visitor: Visiting) -> None:
        manager = visitor("line.manager", size="smallest").follow("How are we doing?").picture("a-small-team", top=1500)
        manager.reads("Three things a manager can do now")
        manager.leaves(asking="How is my team, and what can I do?", knowing="too small to show alone")

    def test_what_belongs_to_the_trust_is_not_there(self, visitor: Visiting) -> None:
        manager = visitor("line.manager")
        for path in ("/rz1/", "/rz1/data/", "/rz2/", "/no-such-place/"):
            manager.open(path, status=404).reads("or it is not among those that your role opens")


class TestStaffSide:
    def test_what_is_shown_and_what_is_kept(self, visitor: Visiting) -> None:
        member = visitor("staff.side").follow("How are we doing?").picture("staff-side")
        member.reads("In the whole organisation, about 1 in 9 left in the year to October 2025")
        member.reads("1 to 7 hidden, other counts rounded to the nearest 5.")
        member.follow("Privacy").reads("No decision about you is taken by Keepwell.")
        member.leaves(
            asking="What is kept of our members, and who sees it?",
            knowing="There is no page about one person, and no list of people leaves Keepwell.",
        )

    def test_what_it_must_not_be_used_for(self, visitor: Visiting) -> None:
        anybody = visitor().open("/sign-in/")
        anybody.leaves(asking="May it be used against somebody?", knowing="What Keepwell must not be used for")
        anybody.follow("Accessibility")
