"""What was said of a plan, what stands beside it, and how did it come to be as it is?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from keepwell.content.planning import columns
from keepwell.web.accounts.models import User
from keepwell.web.plans import rules
from keepwell.web.plans.contents import CRITERIA
from keepwell.web.plans.models import Action, Attachment, Comment, Plan, Version

LABELS: Final = {
    "title": "Title",
    "about": "What it is for",
    "serves": "What it serves",
    "starts_on": "Starts",
    "ends_on": "Ends",
    "topic": "Topic",
    "objective": "Objective",
    "what": "Action",
    "owner_words": "Owner",
    "timescale_words": "Timescale",
    "stage": "Career stage",
    "aims": "Goals and must-dos",
    "offer": "Offer",
    "idea": "Change idea",
    "cost_once": "Cost, once",
    "cost_yearly": "Cost, each year",
    "funding": "Who pays",
    "committed": "Money committed",
    "spent": "Money spent",
    "behaviours": "Behaviours in the way",
    "in_the_way": "What may be in the way",
    "seeks_above": "What we want from above",
    CRITERIA: "Success criteria",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What one field said before and after, in words; empty where it said nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with what it changed; `whole` is the first version, of which all is new."""

    version: Version
    fields: tuple[FieldChange, ...]
    newest: bool

    @property
    def whole(self) -> bool:
        return self.version.number == 1


def comments_on(plan: Plan, action: Action | None) -> list[Comment]:
    """What was said of a plan, or of one action, the oldest first."""
    return list(Comment.objects.filter(plan=plan, action=action).select_related("by"))


def attachments_of(plan: Plan, action: Action | None) -> list[Attachment]:
    """The documents beside a plan, or beside one action, the oldest first."""
    return list(Attachment.in_use().filter(plan=plan, action=action).select_related("by", "plan__place", "action"))


def changes_of(plan: Plan, action: Action | None, *, by: User) -> list[Change]:
    """How the words of a plan, or an action, came to be as they are, the newest first.

    Nothing for those who do not write it: an older version can hold what is no longer meant for them.
    """
    if rules.cannot_see_drafts(by, plan) is not None:
        return []
    found = list(Version.objects.filter(plan=plan, action=action).select_related("changed_by"))
    return [
        Change(one, tuple(_fields(earlier.content if earlier else {}, one.content)), number == 0)
        for number, (one, earlier) in enumerate(zip_longest(found, found[1:]))
    ]


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    named = {column.key: column.label for column in columns()} | LABELS
    return [
        FieldChange(named.get(name, name.replace("_", " ").capitalize()), words_of(before.get(name)), words_of(value))
        for name, value in after.items()
        if words_of(before.get(name)) != words_of(value)
    ]


def words_of(value: Any) -> str:
    """A value of a content in words; empty where there is none."""
    if isinstance(value, Mapping):
        return ", ".join(words_of(part) for name, part in value.items() if name not in {"kind"} and words_of(part))
    if isinstance(value, list | tuple):
        return "; ".join(words_of(part) for part in value)
    return "" if value is None else str(value)
