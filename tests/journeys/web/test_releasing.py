"""One organisation lets another see something: a retention lead, and the lead of the system."""

from __future__ import annotations

from conftest import Visiting


class TestAnIcsLead:
    def test_who_has_told_us_anything(self, visitor: Visiting) -> None:
        """Given: of three trusts one has released, one withdrew and one never did."""
        lead = visitor("ics.lead").follow("How are we doing?").picture("a-system")
        lead.reads("Released by")
        lead.reads("Who has not released figures yet").reads("Wenmarsh Community Healthcare NHS Trust")
        lead.leaves(
            asking="How are our organisations doing?",
            knowing="1 of 3 trusts and 0 of 12 practices have released figures to us.",
        )
        lead.open("/rz1/", status=404)


class TestARetentionLeadWhoReleases:
    def test_to_the_trusts_own_people_and_back(self, visitor: Visiting) -> None:
        lead = visitor("community.lead").follow("What is released").reads("Nothing is released yet")
        lead.follow("Prepare a release").picture("prepare-a-release")
        lead.choose("NHS workforce statistics: 1 to 7 hidden, other counts to the nearest 5")
        lead.type("What for? (optional)", "For managers and staff side").press("Make the draft")
        lead.wait_for("From then on").press("Release")
        lead.wait_for("Released by").picture("a-release")
        lead.follow("Withdraw it").press("Withdraw").follow("Released")
        lead.leaves(asking="Can I take it back?", knowing="Withdrawn by Connie Leadbetter")
