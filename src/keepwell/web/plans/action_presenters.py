"""In which order is an action written, and what helps against what may be in the way?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keepwell.content.planning import behaviours


@dataclass(frozen=True, slots=True)
class Section:
    """Fields of an action that are folded under one heading, with the columns that they are of."""

    key: str
    title: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]


SECTIONS: Final = (
    Section(
        "level",
        "Level, stage and promise",
        ("level", "stage", "promise", "aims", "offer"),
        ("level", "career_stage", "promise"),
    ),
    Section("money", "Money", ("cost_once", "cost_yearly", "funding", "committed", "spent"), ("cost_and_funding",)),
    Section("effect", "Effect", ("expected_effect",), ("expected_effect",)),
    Section(
        "people",
        "People and time",
        ("time_and_cover", "project_manager", "clinical_lead", "stakeholders", "staff_side", "seeks_above"),
        ("time_and_cover", "project_manager", "clinical_lead", "stakeholders", "staff_side"),
    ),
    Section(
        "risks",
        "Risks, and what may be in the way",
        ("risks", "behaviours_person", "behaviours_team", "behaviours_organisation", "in_the_way"),
        ("risks",),
    ),
)
"""What is folded, after the guide's six columns."""


def helps_of() -> dict[str, str]:
    """What helps against each behaviour, by its key."""
    return {one.key: one.helps for one in behaviours()}
