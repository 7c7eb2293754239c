"""Is a leaving reason, and a destination, recognised however it was typed?"""

from __future__ import annotations

import pytest

from keepwell.content import (
    destinations,
    leaving_reasons,
    normalise_destination,
    normalise_reason,
    plain_words,
    reason_group,
    reason_groups,
)

BALANCE = "Voluntary Resignation - Work Life Balance"


@pytest.mark.parametrize(
    "text",
    [
        BALANCE,
        "Voluntary Resignation – Work Life Balance",
        "Voluntary Resignation — Work Life Balance",
        "Voluntary Resignation − Work Life Balance",
        "Voluntary Resignation-Work Life Balance",
        "Voluntary Resignation -Work Life Balance",
        "Voluntary Resignation -- Work Life Balance",
        "VOLUNTARY RESIGNATION - WORK LIFE BALANCE",
        "  voluntary  resignation - work\u00a0life\tbalance ",
        "Voluntary Resignation - Work/Life Balance",
        "Voluntary Resignation - Work-Life Balance.",
        "Voluntary Resignation (Work Life Balance)...",
        "\ufeffVoluntary Resig\u00adnation - Work Life Balance",
    ],
)
def test_dashes_spaces_capitals_and_dots_make_no_difference(text):
    assert normalise_reason(text).name == BALANCE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Voluntary Resignation - Adult Dependents", "Voluntary Resignation - Adult Dependants"),
        ("voluntary resignation - child dependents", "Voluntary Resignation - Child Dependants"),
        ("Voluntary Resignation - Pay & Reward Related", "Voluntary Resignation - Pay and Reward Related"),
        ("Voluntary Resignation - Pay&Reward Related", "Voluntary Resignation - Pay and Reward Related"),
        ("Voluntary Resignation - Other / Not Known", "Voluntary Resignation - Other/Not Known"),
        ("End of Fixed-Term Contract", "End of Fixed Term Contract"),
        ("Death", "Death in Service"),
        ("Dismissal - SOSR", "Dismissal - Some Other Substantial Reason"),
    ],
)
def test_other_spellings_are_recognised(text, name):
    assert normalise_reason(text).name == name


def test_the_old_name_better_reward_package_is_pay_and_reward_related():
    for text in ("Voluntary Resignation - Better Reward Package", "better reward package"):
        assert normalise_reason(text).name == "Voluntary Resignation - Pay and Reward Related"


@pytest.mark.parametrize("text", [None, "", "   ", "\u00a0", "-", " – ", "."])
def test_a_blank_is_an_unknown_reason(text):
    reason = normalise_reason(text)
    assert reason.name == "Unknown"
    assert reason.unknown
    assert not reason.tells_why


@pytest.mark.parametrize(
    "text",
    [
        "Dissatisfaction",
        "Health",
        "Retirement",
        "Voluntary Resignation",
        "Mutually Agreed Resignation",
        "N/A",
    ],
)
def test_a_text_that_nobody_knows_or_that_could_mean_several_is_not_guessed(text):
    assert normalise_reason(text) is None


def test_only_two_reasons_say_nothing_and_one_hides_why_they_resigned():
    assert {r.name for r in leaving_reasons() if r.unknown} == {"Unknown", "Not Set in Legacy at Migration"}
    assert [r.name for r in leaving_reasons() if r.unknown_detail] == ["Voluntary Resignation - Other/Not Known"]
    hidden = normalise_reason("Voluntary Resignation - Other/Not Known")
    assert hidden.voluntary
    assert not hidden.unknown
    assert not hidden.tells_why


def test_voluntary_means_what_esr_calls_a_voluntary_resignation():
    for reason in leaving_reasons():
        assert reason.voluntary == reason.name.startswith("Voluntary Resignation - "), reason.name


def test_a_reason_counts_as_voluntary_exactly_when_its_group_does():
    for reason in leaving_reasons():
        assert reason.voluntary is reason_group(reason).voluntary, reason.name


def test_the_groups_hold_the_reasons_that_the_guide_gives_them():
    sizes = {group.name: 0 for group in reason_groups()}
    for reason in leaving_reasons():
        sizes[reason.group] += 1
    assert sizes == {
        "voluntary_resignation": 11,
        "mars": 4,
        "retirement": 6,
        "dismissal": 4,
        "redundancy": 2,
        "end_of_contract": 5,
        "transfer": 2,
        "other": 4,
        "unknown": 2,
    }


@pytest.mark.parametrize(
    ("text", "name", "inside_nhs"),
    [
        ("NHS Organisation", "NHS Organisation", True),
        ("private health / social care", "Private Health/Social Care", False),
        ("General practice", "General Practice", False),
        ("Bank / Agency", "Bank/Agency", None),
        ("Abroad – non-EU country", "Abroad - Non EU Country", False),
        ("self-employed", "Self Employed", False),
        ("Not Known", "Unknown", None),
        ("", "Unknown", None),
        (None, "Unknown", None),
    ],
)
def test_a_destination_is_recognised_and_says_whether_it_is_inside_the_nhs(text, name, inside_nhs):
    destination = normalise_destination(text)
    assert destination.name == name
    assert destination.inside_nhs is inside_nhs


def test_a_destination_that_nobody_knows_is_not_guessed():
    assert normalise_destination("The circus") is None
    assert normalise_destination("Abroad") is None


def test_the_guides_eighteen_destinations_are_there():
    assert len(destinations()) == 18


def test_words_that_differ_stay_different():
    assert plain_words("with Actuarial Reduction") != plain_words("no Actuarial Reduction")
    assert plain_words("Independent Sector") == "independent sector"
