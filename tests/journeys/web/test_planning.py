"""From what was found to a plan that is followed through, added up and taken away on paper."""

from __future__ import annotations

import datetime as dt
import re

from visiting import Visitor

from conftest import Site, Visiting

AGREED = "/rz1/practice/rounds/1/agreed/"
TODAY = dt.date.today()  # noqa: DTZ011 (as the form's own day)
STARTS = ("Lose fewer people between offer and first day.", "Have everything ready on the first day.")
PAPER = "Make flexible working easier to get, across the trust."


def fill_day(somebody: Visitor, name: str, days: int) -> None:
    """A day so many days from now, into the boxes of a question."""
    day = TODAY + dt.timedelta(days=days)
    for part, value in zip(("Day", "Month", "Year"), (day.day, day.month, day.year), strict=True):
        group = somebody.page.get_by_role("group", name=name).first
        group.get_by_label(part, exact=True).fill(str(value))


def make_sound(somebody: Visitor, title: str, ends: int, sign: str) -> None:
    """Write what is still missing of an action that was taken over, and own it."""
    plan = somebody.page.url.removeprefix(somebody.address)
    somebody.follow(title.rstrip(".")).follow("Change it")
    fill_day(somebody, "When does it start?", 0)
    fill_day(somebody, "By which day is it finished?", ends)
    somebody.page.get_by_label("In words", exact=True).first.fill(sign)
    fill_day(somebody, "By which day?", ends)
    somebody.unfold("Risks, and what may be in the way")
    somebody.page.locator("input[name=behaviours_team]").first.check()
    somebody.press("Save")
    somebody.follow("Ask somebody to own it").choose("Choose somebody", "Rita Tension").press("Ask")
    somebody.reads("accepted").open(plan)


class TestARetentionLeadFromTwoRedsToAPlan:
    def test_what_do_we_do_about_it(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open(AGREED).follow("Act on this")
        for title in (*STARTS, PAPER):
            lead.page.get_by_label(title, exact=True).check()
        lead.page.get_by_label("A new plan", exact=True).check()
        lead.type("What is the new plan called?", "Two reds").picture("start-of-a-plan", top=1500)
        lead.press("Put it into the plan").reads("3 actions in Two reds")
        plan = lead.page.url.removeprefix(lead.address)
        make_sound(lead, STARTS[0], 90, "Of those with an offer, 9 in 10 start, up from 8 in 10.")
        lead.open(plan).follow(STARTS[1].rstrip(".")).follow("Change it").picture("write-an-action", top=1500).open(
            plan
        )
        make_sound(lead, STARTS[1], 55, "All who start in one month have the whole list on their first day.")
        make_sound(lead, PAPER, 70, "The board has agreed to the new way.")
        lead.follow("Change its title, days and people")
        lead.page.locator("main summary").first.click()
        lead.page.locator("textarea[name=serves]").fill("The system's first aim: new starters stay.")
        lead.press("Save")
        lead.reads("3 actions").does_not_read("There is no number and no milestone").follow("Agree it").press("Agree")
        lead.reads("Nobody yet.").picture("a-plan", top=1500)
        lead.follow("Release it to a place above")
        lead.page.get_by_role("radio").first.check()
        lead.press("Release").reads("released by Rita Tension")

        above = visitor("ics.lead").open("/qz9/").follow("Combined plan").picture("combined-plan", top=1300)
        above.reads(PAPER.rstrip(".")).leaves(asking="Do the plans add up?", knowing="actions in")

    def test_nobody_above_sees_a_draft(self, visitor: Visiting) -> None:
        above = visitor("ics.lead").open("/qz9/combined/").does_not_read("Ask those who stay why they stay")
        above.open("/rz3/plans/3/", status=404)

    def test_is_this_a_sound_target(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open("/rz1/plans/1/").follow("Notice early when somebody new is not happy")
        lead.reads("No published figure to compare with").leaves(
            asking="Is this a sound target?", knowing="In a group of this size a change of less than about"
        )

    def test_how_is_it_meant_to_work(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open("/rz1/plans/1/").follow("Driver diagram").picture("driver-diagram")
        lead.leaves(asking="How is it meant to work?", knowing="Asking is easy and safe")

    def test_how_will_we_know_whether_it_worked(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open("/rz1/plans/1/").follow("How we will know whether it worked")
        lead.picture("evaluation", top=1500).leaves(
            asking="How will we know whether it worked?",
            knowing="4 of 4 success criteria are tied to a number or a milestone.",
        )


class TestAContributorFromAMail:
    def test_what_do_i_owe(self, visitor: Visiting, site: Site) -> None:
        link = mailed(site, "contributor@demo.invalid")
        owner = visitor("contributor", size="phone").open(link)
        if "check-ins/1-day_30" not in owner.page.url:
            owner.follow("Answer")
        owner.picture("a-check-in", top=1500).reads("One check-in, 30 days")
        owner.page.get_by_label("On course", exact=True).check()
        owner.type("What did you learn?", "Two wards asked whether they may begin too.")
        owner.page.locator("input[name=decision]").first.check()
        owner.press("Save").open("/rz1/plans/1/", status=404)
        owner.open("/my-actions/").leaves(
            asking="What do I owe?", knowing="Next: Notice early when somebody new is not happy"
        )


def mailed(site: Site, email: str) -> str:
    """The path in the newest mail to somebody about a check-in; the site has sent it by itself."""
    import time

    end = time.monotonic() + 90
    while time.monotonic() < end:
        for mail in reversed(site.mails()):
            found = re.search(r"https?://[^/\s]+(/\S*check-ins/\S*)", mail.replace("=\n", ""))
            if f"To: {email}" in mail and found:
                return found.group(1)
        time.sleep(0.5)
    raise AssertionError("no mail came about a check-in")


class TestAPracticeManagerWithoutAFile:
    def test_what_do_we_do_to_keep_our_gps(self, visitor: Visiting) -> None:
        manager = visitor("practice.manager").open("/y99001/gp/aims/").follow("Act on this")
        manager.page.get_by_label("A new plan", exact=True).check()
        manager.type("What is the new plan called?", "From the cycle").press("Put it into the plan")
        manager.open("/y99001/plans/").follow("From the cycle").follow("Agree it").press("Agree")
        manager.follow("Release it to a place above")
        manager.page.get_by_role("radio").last.check()
        manager.press("Release").reads("released by Prue Manning")
        manager.open("/y99001/plans/").leaves(asking="What do we do to keep our GPs?", knowing="From the cycle")
        visitor("ics.lead").open("/qz9/combined/?by=organisation").reads("Abbotsmead Surgery")


class TestAnIcsLeadWhoAddsUp:
    def test_who_needs_support_and_do_the_plans_add_up(self, visitor: Visiting) -> None:
        above = (
            visitor("ics.lead").open("/qz9/combined/").follow("One page for assurance").picture("assurance", top=1500)
        )
        above.leaves(asking="Who needs support, and do the plans add up?", knowing="have a current plan")

    def test_whom_do_we_support(self, visitor: Visiting) -> None:
        above = visitor("ics.lead").open("/qz9/support/").follow("Keep our nurses").picture("support", top=1300)
        above.leaves(asking="Whom do we support, and what came of it?", knowing="1 of 2 organisations has accepted")


class TestWhatOthersDid:
    def test_what_has_helped_elsewhere(self, visitor: Visiting) -> None:
        anybody = visitor(None).open("/library/cases/").picture("library-cases", top=1500)
        anybody.leaves(asking="What has helped elsewhere?", knowing="56 cases")

    def test_which_ways_to_retire_are_there(self, visitor: Visiting) -> None:
        anybody = (
            visitor(None)
            .open("/retirement-options/?section=scheme_2015&age=56&state_pension_age=67")
            .picture("retirement-options", top=1500)
        )
        anybody.leaves(asking="Which ways to retire are there?", knowing="no advice")


class TestALineManagerWithRequests:
    def test_what_is_to_be_decided(self, visitor: Visiting) -> None:
        manager = visitor("line.manager").open("/rz1-medicine-rowan-ward/requests/").picture("requests", top=1300)
        manager.leaves(asking="What is to be decided?", knowing="overdue")
