"""A retention lead sets the trust beside others, by what is published."""

from __future__ import annotations

from conftest import Visiting


class TestARetentionLeadAmongPeers:
    def test_are_we_different(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead").open("/rz1/").follow("Compare")
        lead.leaves(
            asking="Are we different from our peers?",
            knowing="Not by more than chance explains: Wenmarsh Hospitals NHS Foundation Trust has a leaver rate of",
        )

    def test_whom_a_national_programme_would_choose(self, visitor: Visiting) -> None:
        lead = visitor("retention.lead", size="phone").open("/rz1/compare/programme/")
        lead.leaves(
            asking="To whom would support be offered, and what would come without it?",
            knowing="Luck does not last, so their rate falls when nothing is done at all.",
        )
