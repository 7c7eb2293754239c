"""Do the words of ethnicity, disability and nationality stand in the right group, and none by guessing?"""

from __future__ import annotations

import pytest

from keepwell import content
from keepwell.content import equality_groups, load_yaml
from keepwell.records.equality_groups import SPECIAL_FIELDS, SPECIAL_GROUPS

# The three codings as set beside each other in Table 1 of PMC10883937 (letters of 2001 and 2011, digits until 2001).
WHITE = ["A", "B", "C", "T", "0", "British", "Irish", "Traveller", "Any other White background", "British (White)"]
BME = [*"DEFGHJKLMNPRSW", *"12345678", "White and Black Caribbean", "White and Asian", "Indian", "Chinese", "Arab"]
# HES field dictionary, "ethraw".
NOT_KNOWN = ["X", "Z", "Not known", "Not stated", "9", "", None, "-", "NULL"]


def group_of(name: str, text: str | None) -> str:
    return equality_groups()[name].group_of(text)


@pytest.mark.parametrize(("texts", "group"), [(WHITE[:-1], "White"), (BME, "BME"), (NOT_KNOWN, "Not known")])
def test_codes_of_2001_of_2011_and_of_before_stand_in_the_group_of_the_wres(texts: list[str], group: str) -> None:
    assert {text: group_of("ethnicity_group", text) for text in texts} == dict.fromkeys(texts, group)


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("A White - British", "White"),
        ("a white – british ", "White"),
        ("CP White Polish", "White"),
        ("C3 White Unspecified", "White"),
        ("White: Roma", "White"),
        ("D Mixed - White & Black Caribbean", "BME"),
        ("Mixed - White and Asian", "BME"),
        ("GF Mixed - Other/Unspecified", "BME"),
        ("SC Filipino", "BME"),
        ("Black/African/Caribbean/Black British: African", "BME"),
        ("S Any Other Ethnic Group", "BME"),
        ("Z Not Stated", "Not known"),
    ],
)
def test_ethnic_origin_as_esr_and_the_census_write_it(text: str, group: str) -> None:
    assert group_of("ethnicity_group", text) == group


@pytest.mark.parametrize("text", ["A Mixed", "C White and Black Caribbean", "NA", "NK", "ND", "Martian", "Q", "AB"])
def test_a_code_that_its_words_contradict_and_a_word_that_nobody_knows_are_not_known(text: str) -> None:
    assert group_of("ethnicity_group", text) == "Not known"


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("BRITISH", "UK"),
        ("Irish", "EU and EEA"),
        ("Norwegian", "EU and EEA"),
        ("Swiss", "Rest of world"),
        ("Filipino", "Rest of world"),
        ("Sri Lankan", "Rest of world"),
        ("Klingon", "Not known"),
        ("", "Not known"),
    ],
)
def test_nationality_is_the_uk_the_eu_and_eea_or_the_rest_of_the_world(text: str, group: str) -> None:
    assert group_of("nationality_group", text) == group


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Yes", "Disabled"),
        ("NO", "Not disabled"),
        ("Not Declared", "Not known"),
        ("Prefer Not To Answer", "Not known"),
        (".", "Not known"),
    ],
)
def test_disability_is_as_declared(text: str, group: str) -> None:
    assert group_of("disability_group", text) == group


def test_every_special_category_of_the_headings_is_one_here_with_the_groups_made_of_it() -> None:
    headings = load_yaml("staff_headings.yaml")["fields"]
    special = {name for name, field in headings.items() if field.get("special")}
    assert special == SPECIAL_FIELDS - set(SPECIAL_GROUPS)
    assert set(SPECIAL_GROUPS) == {name for name, groups in equality_groups().items() if groups.special}
    assert {groups.field for groups in equality_groups().values() if groups.special} <= special


def test_a_word_given_twice_is_refused() -> None:
    planted = {"field": "sex", "special": False, "groups": ["A", "B"], "words": {"A": ["x", "y"], "B": ["X"]}}
    with pytest.raises(ValueError, match="given twice"):
        content._equality_groups("planted", planted)


def test_a_group_that_is_not_named_is_refused() -> None:
    planted = {"field": "sex", "special": False, "groups": ["A", "B"], "words": {"A": ["x"], "C": ["y"]}}
    with pytest.raises(ValueError, match="not one of A, B"):
        content._equality_groups("planted", planted)
