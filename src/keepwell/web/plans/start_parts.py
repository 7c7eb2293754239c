"""What does a plan bring along from where it begins: what is known, what could be done, and the evidence?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone

from keepwell.content.assessments import StarterAction, Topic
from keepwell.content.general_practice import Goal, MustDo
from keepwell.content.guides import Source
from keepwell.web.assessments.evidence_actions import Beside
from keepwell.web.evidence.queries import ShownCitation
from keepwell.web.plans.contents import CRITERIA
from keepwell.web.plans.models import MILESTONE

BY_WHEN: Final = re.compile(r",? by …\s*\.?$")
"""How our own wording ends where a day has to be filled in."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An action that could be taken over: its words, and its content."""

    key: str
    title: str
    words: str
    content: Mapping[str, Any]
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a plan can begin from: what is known of it, and what could be done.

    `offered` are actions, `more` further ones that lie folded. `evidence` stands there already and is carried over;
    `besides` is what is cited anew. `base` is what an action of one's own words begins with.
    """

    title: str
    says: tuple[str, ...] = ()
    offered: tuple[Offered, ...] = ()
    more: tuple[Offered, ...] = ()
    evidence: tuple[ShownCitation, ...] = ()
    besides: tuple[Beside, ...] = ()
    base: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sources(self) -> list[Source]:
        """Where the actions come from that our content offers."""
        return list(dict.fromkeys(one.source for one in (*self.offered, *self.more) if one.source))


@dataclass(frozen=True, slots=True)
class Origin:
    """What a plan begins from, with the page that it is on."""

    key: str
    title: str
    href: str
    parts: tuple[Part, ...]


def base_of(about: Topic | Goal | MustDo) -> dict[str, Any]:
    """What an action about a topic, a goal or a must-do begins with."""
    base: dict[str, Any] = {"topic": about.key, "level": about.level}
    if len(about.stages) == 1:
        base["stage"] = about.stages[0]
    if isinstance(about, Topic):
        return base | ({"promise": about.promise[0]} if about.promise else {})
    return base | {"aims": [about.key]}


def starters_of(topic: Topic) -> tuple[Offered, ...]:
    """The actions that our content offers for a topic."""
    return tuple(
        Offered(one.key, one.objective, one.action, starter(one, base_of(topic)), one.source) for one in topic.actions
    )


def starter(action: StarterAction, base: Mapping[str, Any]) -> dict[str, Any]:
    """One of our actions, from today, with the day by which it is to be done."""
    today = timezone.localdate()
    ends = (today + dt.timedelta(days=action.days)).isoformat()
    success = BY_WHEN.sub("", action.success).strip()
    return {
        **base,
        "objective": action.objective,
        "what": action.action,
        "steps": "\n".join(action.steps),
        "starts_on": today.isoformat(),
        "ends_on": ends,
        CRITERIA: [{"kind": MILESTONE, "words": success, "by": ends}],
    }
