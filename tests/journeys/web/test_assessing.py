"""People judge their own practice: a retention lead, an ICS lead and a practice manager, who has no staff file."""

from __future__ import annotations

from visiting import Visitor

from conftest import Visiting

LIGHT = "/rz1/practice/retention_traffic_light/"
RED = {"flexible_working", "new_starters"}


def say(somebody: Visitor, said: dict[str, str]) -> Visitor:
    """Tick what is said of each item of the page."""
    for item, rating in said.items():
        somebody.page.locator(f"input[name='{item}'][value='{rating}']").check()
    return somebody


class TestARetentionLeadWhoRatesFourteenTopics:
    """In one sitting, with the data beside them, and a colleague who sees it otherwise."""

    def test_which_topic_do_we_work_on(self, visitor: Visiting) -> None:
        lead = (
            visitor("retention.lead")
            .open("/rz1/")
            .follow("Our practice")
            .reads("Review overdue")
            .picture("our-practice")
        )
        lead.open(LIGHT).press("Look again").reads("0 of 14 rated").reads("nobody else sees yours")
        items = lead.page.locator("section.keepwell-section").evaluate_all("all => all.map(one => one.id)")
        assert len(items) == 14
        lead.reads("12 months to").picture("rate-topics", top=1600)
        say(lead, {item: "red" if item in RED else "amber" for item in items})
        lead.page.get_by_role("button", name="Save", exact=True).click()
        lead.reads("14 of 14 rated").follow("Flexible working").reads("To talk about").picture("a-topic", top=1800)

        analyst = visitor("hr.analyst").open(LIGHT).follow("Go on").reads("0 of 14 rated")
        say(analyst, {"flexible_working": "green", "reward": "green"})
        analyst.page.get_by_role("button", name="Save", exact=True).click()
        analyst.reads("2 of 14 rated").does_not_read("Rita Tension")

        lead.open(LIGHT).follow("Go on").follow("Lay the ratings open").press("Lay them open")
        lead.reads("Harriet Ayling").picture("where-we-differ", top=1600)
        first = lead.page.locator("main section h2").first.inner_text()
        assert first == "Flexible working", "they differ most on this"
        say(lead, {item: "red" if item in RED else "amber" for item in items})
        lead.press("Save what is agreed").follow("Agree on this").press("Agree")
        lead.reads("2 red, 12 amber").picture("what-we-agreed").leaves(
            asking="Which topic do we work on?",
            knowing="Red twice: new starters and people who change roles, flexible working.",
        )


class TestAnIcsLeadAboveThem:
    def test_who_has_told_us_how_they_rate_themselves(self, visitor: Visiting) -> None:
        above = visitor("ics.lead").open("/qz9/practice/").follow("Retention traffic light").picture("side-by-side")
        above.does_not_read("Harriet Ayling").reads("Who has not rated, or not released it")
        for draft in ("/rz3/practice/rounds/3/rate/", "/rz1/practice/rounds/1/agreed/", "/rz1/practice/rounds/1/talk/"):
            visitor("ics.lead").open(draft, status=404)
        above.leaves(
            asking="How do our trusts see themselves?",
            knowing="2 of 3 trusts have released a rating to us. Red most often",
        )


class TestAPracticeManagerWithTwentyMinutes:
    """No staff file is needed."""

    def test_what_must_i_do_for_gp_retention(self, visitor: Visiting) -> None:
        manager = visitor("practice.manager", size="phone").open("/y99001/gp/").reads("You are at step 1 of 5")
        manager.press("Begin the checklist").reads("0 of 22")
        boxes = manager.page.locator("input[type=radio][value='done']")
        assert boxes.count() == 22
        for number in range(7):
            boxes.nth(number).check()
        manager.page.get_by_role("button", name="Save", exact=True).click()
        manager.reads("7 of 22 checks done")
        manager.open("/y99001/gp/").picture("gp-cycle", top=1400).leaves(
            asking="What must I do for GP retention?",
            knowing="You are at step 2 of 5. 7 of 22 checks done. Next:",
        )

    def test_whom_do_we_lose_and_when(self, visitor: Visiting) -> None:
        manager = visitor("practice.manager").open("/y99001/gp/loss-points/").picture("loss-points")
        manager.leaves(
            asking="Whom do we lose, and when in their career?", knowing="Not known at any stage of the career: ask."
        )

    def test_where_is_no_support(self, visitor: Visiting) -> None:
        manager = visitor("practice.manager").open("/y99001/gp/gap-audit/").follow("Open").press("Save", status=422)
        manager.open("/y99001/gp/gap-audit/").picture("gap-audit").leaves(
            asking="Where is there no support for GPs?", knowing="Not known where something is missing"
        )


class TestThePeoplePromise:
    def test_what_do_we_know_of_each_element_and_who_carries_it(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open("/rz1/").follow("People Promise").picture("people-promise", top=1500)
        lead.leaves(asking="How do we keep the People Promise?", knowing="We work flexibly")
