"""Are all the words there, each once, and do they fit together?"""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from keepwell import content
from keepwell.content import (
    AssignmentStatus,
    Comparable,
    LeavingReason,
    ReasonBenchmark,
    all_of,
    by_words,
    leaving_reasons,
    list_yaml,
    load_yaml,
    normalise_reason,
    read_yaml,
    reason_benchmarks,
    reason_groups,
)

FOLDER = Path(content.__file__).parent
EVERY_FILE = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.yaml"))

# NHS Workforce Statistics, "Reasons for leaving", December 2024: the values as printed.
REAL_LABELS = """
Bank Staff not fulfilled minimum work requirement
Death in Service
Dismissal - Capability
Dismissal - Conduct
Dismissal - Some Other Substantial Reason
Dismissal - Statutory Reason
Employee Transfer
End of Fixed Term Contract
End of Fixed Term Contract - Completion of Training Scheme
End of Fixed Term Contract - End of Work Requirement
End of Fixed Term Contract - External Rotation
End of Fixed Term Contract - Other
Flexi Retirement
Has Not Worked
Initial Pension Ended
Merged Organisation - Duplicate Record
Mutually Agreed Resignation - Local Scheme with Repayment
Mutually Agreed Resignation - Local Scheme without Repayment
Mutually Agreed Resignation - National Scheme with Repayment
Not Set in Legacy at Migration
Pregnancy
Redundancy - Compulsory
Redundancy - Voluntary
Retirement - Ill Health
Retirement Age
Unknown
Voluntary Early Retirement - no Actuarial Reduction
Voluntary Early Retirement - with Actuarial Reduction
Voluntary Resignation - Adult Dependants
Voluntary Resignation - Child Dependants
Voluntary Resignation - Health
Voluntary Resignation - Incompatible Working Relationships
Voluntary Resignation - Lack of Opportunities
Voluntary Resignation - Other/Not Known
Voluntary Resignation - Pay and Reward Related
Voluntary Resignation - Promotion
Voluntary Resignation - Relocation
Voluntary Resignation - To undertake further education or training
Voluntary Resignation - Work Life Balance
""".strip().splitlines()

DASHES = ["-", "–", "—", "−", "‐", "‑", "‒", "―", "--", "\ufe63", "\uff0d"]
SPACES = [" ", "  ", "\u00a0", "\t", " \u2009"]


def mangled(label: str, by: random.Random) -> str:
    """The label as a careless typist, a word processor or a spreadsheet might leave it."""
    if by.random() < 0.5:
        label = label.replace("Dependants", "Dependents").replace(" and ", " & ")
    for mark in (" - ", "/"):
        written = DASHES if mark == " - " else ["/"]
        parts = label.split(mark)
        label = parts[0] + "".join(
            by.choice(["", " ", "  "]) + by.choice(written) + by.choice(["", " ", "  "]) + part for part in parts[1:]
        )
    label = re.sub(" +", lambda _: by.choice(SPACES), label)
    letters = (by.choice((str.upper, str.lower))(letter) for letter in label)
    return by.choice(["", *SPACES]) + "".join(letters) + by.choice(["", ".", "...", *SPACES])


def groups_missing(reasons: list[LeavingReason]) -> list[str]:
    known = {group.name for group in reason_groups()}
    return [reason.name for reason in reasons if reason.group not in known]


def status_faults(status: AssignmentStatus) -> list[str]:
    found = {
        "unknown state": status.state not in load_yaml("assignment_statuses.yaml")["states"],
        "unknown source": status.source not in ("esr", "ours"),
        "ambiguous without a note": status.ambiguous and not status.note,
    }
    return [fault for fault, true in found.items() if true]


def faults(benchmark: ReasonBenchmark) -> list[str]:
    """What a benchmark says that the rest of the content does not know."""
    file = load_yaml("national_reasons.yaml")
    names = {reason.name for reason in leaving_reasons()}
    groups = {group.name for group in reason_groups()}
    both = benchmark.comparable_with
    return [
        fault
        for fault, found in {
            "value is no fraction": not 0 <= benchmark.value <= 1,
            "unknown unit": not {benchmark.unit, both.unit} <= set(file["units"]),
            "unknown population": not {benchmark.population, both.population} <= set(file["populations"]),
            "unknown reason": not set(benchmark.reasons) <= names,
            "unknown group": not set(benchmark.groups) <= groups,
            "measures nothing": not (benchmark.reasons or benchmark.groups),
        }.items()
        if found
    ]


@pytest.mark.parametrize("name", EVERY_FILE)
def test_every_yaml_file_loads(name):
    assert load_yaml(name)
    assert name in list_yaml(Path(name).parent.as_posix().removeprefix("."))


def test_the_files_are_found_from_the_installed_package():
    assert list_yaml() == tuple(name for name in EVERY_FILE if "/" not in name)
    assert {
        "assignment_statuses.yaml",
        "destinations.yaml",
        "leaving_reasons.yaml",
        "national_reasons.yaml",
    } <= set(list_yaml())


def test_a_key_given_twice_is_refused():
    planted = "groups:\n  - name: a\n    label: b\n    name: c\n"
    with pytest.raises(yaml.YAMLError, match=r"(?s)'name' stands twice.*planted\.yaml.*line 2"):
        read_yaml(planted, "planted.yaml")


@pytest.mark.parametrize("words", [content.leaving_reasons, content.destinations, content.assignment_statuses])
def test_no_word_is_given_twice(words):
    assert len(by_words(words())) == sum(1 + len(word.aliases) for word in words())


@pytest.mark.parametrize("planted", ["death–in service", "Not known", "RETIREMENT AGE", " - "])
def test_a_planted_second_meaning_or_blank_is_caught(planted):
    reasons = [*leaving_reasons(), LeavingReason("Planted", "other", voluntary=False, aliases=(planted,))]
    with pytest.raises(ValueError, match="blank or given twice, at 'Planted'"):
        by_words(reasons)


def test_every_reason_has_a_group_that_exists_and_every_group_a_reason():
    assert groups_missing(list(leaving_reasons())) == []
    assert {reason.group for reason in leaving_reasons()} == {group.name for group in reason_groups()}


def test_a_planted_reason_without_a_group_is_caught():
    planted = replace(leaving_reasons()[0], name="Planted", group="sabbatical")
    assert groups_missing([*leaving_reasons(), planted]) == ["Planted"]


def test_a_misspelt_field_is_refused():
    with pytest.raises(TypeError, match="voluntry"):
        all_of(LeavingReason, [{"name": "Planted", "group": "other", "voluntry": True}])


def test_yes_and_no_are_yes_and_no():
    for reason in leaving_reasons():
        assert {type(reason.voluntary), type(reason.unknown), type(reason.unknown_detail)} == {bool}
    for destination in content.destinations():
        assert destination.inside_nhs in (True, False, None)


def test_every_status_fits_the_file():
    assert [fault for status in content.assignment_statuses() for fault in status_faults(status)] == []


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        (AssignmentStatus("Planted", "activ", "ours"), "unknown state"),
        (AssignmentStatus("Planted", "active", "hearsay"), "unknown source"),
        (AssignmentStatus("Planted", "active", "ours", ambiguous=True), "ambiguous without a note"),
    ],
)
def test_a_planted_fault_in_a_status_is_caught(planted, fault):
    assert status_faults(planted) == [fault]


def test_all_thirty_nine_real_labels_are_recognised_under_their_own_names():
    assert len(set(REAL_LABELS)) == 39
    assert [label for label in REAL_LABELS if getattr(normalise_reason(label), "name", None) != label] == []


def test_beyond_the_real_labels_we_know_one_reason_from_memory():
    ours = {reason.name for reason in leaving_reasons()}
    assert ours - set(REAL_LABELS) == {"Mutually Agreed Resignation - National Scheme without Repayment"}


@given(st.sampled_from(REAL_LABELS), st.randoms(use_true_random=False))
def test_a_mangled_label_is_still_the_same_reason(label, by):
    assert normalise_reason(mangled(label, by)) == normalise_reason(label)


@given(st.sampled_from(leaving_reasons()), st.randoms(use_true_random=False))
def test_an_alias_is_mangled_without_harm_too(reason, by):
    for alias in reason.aliases:
        assert normalise_reason(mangled(alias, by)) == reason


def test_every_benchmark_fits_the_rest_of_the_content():
    assert {b.measure: faults(b) for b in reason_benchmarks() if faults(b)} == {}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"value": 21.0}, "value is no fraction"),
        ({"unit": "percent"}, "unknown unit"),
        ({"comparable_with": Comparable("hchs_doctors", "people")}, "unknown unit"),
        ({"population": "everybody"}, "unknown population"),
        ({"reasons": ("Dissatisfaction",)}, "unknown reason"),
        ({"groups": ("sabbatical",)}, "unknown group"),
        ({"groups": (), "reasons": ()}, "measures nothing"),
    ],
)
def test_a_planted_fault_in_a_benchmark_is_caught(change, fault):
    assert faults(replace(reason_benchmarks()[0], **change)) == [fault]


def test_a_benchmark_may_only_be_compared_with_its_own_population_and_unit():
    for benchmark in reason_benchmarks():
        assert benchmark.comparable_with == Comparable(benchmark.population, benchmark.unit)


def test_the_full_fact_share_is_the_ratio_of_its_two_counts():
    (share,) = (b.value for b in reason_benchmarks() if "Full Fact" in b.source)
    assert share == pytest.approx(27_546 / 238_808, abs=0.00005)


def test_national_counts_and_rankings_name_reasons_and_groups_that_exist():
    file = load_yaml("national_reasons.yaml")
    known = {reason.name for reason in leaving_reasons()} | {group.name for group in reason_groups()}
    for part in (*file["counts"], *file["rankings"]):
        assert set(part.get("numbers", part.get("order"))) <= known
        assert part["population"] in file["populations"]
