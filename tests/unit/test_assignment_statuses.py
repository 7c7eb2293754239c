"""Is a contract counted, paused or left out, however its status was typed?"""

from __future__ import annotations

import pytest

from keepwell.content import assignment_statuses, normalise_status


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("Active Assignment", "active"),
        ("Acting Up", "active"),
        ("Internal Secondment", "active"),
        ("Out on External Secondment - Paid", "active"),
        ("Suspend With Pay", "active"),
        ("Maternity", "active"),
        ("Maternity & Adoption", "active"),
        ("Career Break", "paused"),
        ("Out on External Secondment - Unpaid", "paused"),
        ("Suspend No Pay", "paused"),
        ("Suspend Assignment", "paused"),
        ("Maternity - Unpaid", "paused"),
        ("Unpaid Maternity", "paused"),
        ("Inactive Not Worked", "excluded"),
        ("Offer Accepted", "excluded"),
        ("Assignment Costing Deletion", "excluded"),
        ("Terminate", "excluded"),
        ("Terminate (ended)", "excluded"),
        ("Terminated", "excluded"),
    ],
)
def test_every_status_of_the_guide_has_its_state(text, state):
    assert normalise_status(text).state == state


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ACTIVE  ASSIGNMENT", "Active Assignment"),
        ("Maternity and Adoption", "Maternity"),
        ("maternity – unpaid", "Maternity - Unpaid"),
        ("Maternity & adoption (unpaid)", "Maternity - Unpaid"),
        ("Out on External Secondment Paid", "Out on External Secondment - Paid"),
        ("Out on External Secondment (Unpaid)", "Out on External Secondment - Unpaid"),
        ("Suspended with pay.", "Suspend With Pay"),
    ],
)
def test_a_status_is_recognised_however_it_was_typed(text, name):
    assert normalise_status(text).name == name


@pytest.mark.parametrize("text", [None, "", " ", "-", "Sabbatical", "Suspend", "Secondment"])
def test_a_blank_or_unheard_of_status_is_not_guessed(text):
    assert normalise_status(text) is None


def test_a_status_that_does_not_tell_paid_from_unpaid_says_what_to_ask():
    ambiguous = [status for status in assignment_statuses() if status.ambiguous]
    assert [status.name for status in ambiguous] == ["Maternity", "Suspend Assignment"]
    assert all("ask" in status.note for status in ambiguous)


def test_paid_and_unpaid_never_mean_the_same():
    for name in ("Maternity", "Out on External Secondment"):
        paid, unpaid = normalise_status(f"{name} - Paid"), normalise_status(f"{name} - Unpaid")
        assert (paid.state, unpaid.state) == ("active", "paused")
        assert not paid.ambiguous
        assert not unpaid.ambiguous
