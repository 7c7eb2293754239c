"""A practice without a file types who works there, brings it in, and sees what became of it."""

from __future__ import annotations

import re

import pytest
from visiting import Visitor

from conftest import Site, Visiting

POSTS = (
    ("GP 1", "GP", "Partner", ("1", "9", "2004")),
    ("Nurse 1", "Nurse", "Practice Nurse", ("15", "11", "2019")),
    ("Desk 1", "Administration and other staff who see no patients", "Receptionist", ("1", "4", "2022")),
    ("Desk 2", "Administration and other staff who see no patients", "Receptionist", ("3", "2", "2025")),
)


@pytest.fixture
def manager(visitor: Visiting, site: Site) -> Visitor:
    """Somebody who was let in as the manager of a practice, by mail, and has just set up their account."""
    administrator = visitor("administrator").open("/y99012/people/invite/")
    administrator.type("Full name", "Pat Marsh").type("Email address", "pat@example.org")
    administrator.choose("Role", "Practice manager").press("Invite").reads("Pat Marsh")
    pat = visitor(size="phone").open(site.link_for("pat@example.org"))
    return pat.type("Password", "keep the kettle on").press("Set up my account")


def day(somebody: Visitor, label: str, *parts: str) -> None:
    group = somebody.page.get_by_role("group", name=label)
    for name, part in zip(("Day", "Month", "Year"), parts, strict=True):
        group.get_by_label(name, exact=True).fill(part)


def added(manager: Visitor, label: str, group: str, job: str, start: tuple[str, str, str]) -> None:
    manager.follow("Add somebody").type("What do you call this post here?", label)
    manager.page.get_by_label(group, exact=True).check()
    manager.type("Job role", job).type("Contracted hours a week", "30")
    day(manager, "First day here", *start)
    manager.press("Save").reads(f"{label} is kept. It counts once you bring the list in.")


class TestAPracticeManagerWithoutAFile:
    def test_from_the_first_post_typed_to_the_page_of_the_practice(self, manager: Visitor) -> None:
        manager.sign_in("pat@example.org", "keep the kettle on").follow("Bring data in")
        manager.follow("No file? Type who works here").reads("Nobody is typed in yet")
        manager.follow("Add somebody").type("What do you call this post here?", "GP 1").press("Save", status=422)
        manager.reads("There is a problem").reads("Enter contracted hours or FTE, one of the two")
        assert manager.page.get_by_label("What do you call this post here?").input_value() == "GP 1"
        manager.open("/y99012/data/staff/")
        for post in POSTS:
            added(manager, *post)
        manager.reads("4 people typed in").reads("30 hours")
        manager.press("Bring in").wait_for("This is: Staff list")
        manager.reads("4 rows would come in, none would be left out.")
        # A list came by file until July 2025: nobody says what was in between.
        manager.reads("months missing: no file tells of them.")
        manager.choose("I have looked at this: load it as it is").press("Load it").wait_for("See how we are doing")
        said = re.search(r"4 rows in, none left out\. (\w+ \d{4})\.", manager.words())
        assert said, manager.words()[:1500]
        manager.leaves(asking="Is everybody in that I typed?", knowing=said.group())
        manager.follow("See how we are doing").reads("A practice is too small for rates of its own")
        manager.leaves(
            asking="What is kept of our staff, and up to when?",
            knowing=f"Our list of staff is kept here up to {said.group(1)}: 4 rows in the newest file.",
        )
