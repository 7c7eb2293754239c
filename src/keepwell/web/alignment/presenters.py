"""How does a combined plan read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from keepwell.errors import counted
from keepwell.web.accounts.gate import person
from keepwell.web.alignment.queries import BY, Chosen, Totals, branch_of
from keepwell.web.alignment.rules import cannot_see_combined
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import in_sentence
from keepwell.web.places.models import KINDS, Place
from keepwell.web.plans import topics
from keepwell.web.plans.models import Action
from keepwell.web.plans.presenters import KINDS_OF_ACTION, overdue, title_of, when_of

NONE_OF: Final = {"topic": "No topic given", "level": "No level given", "stage": "No career stage given"}
PLURALS: Final = {
    "nation": "nations",
    "region": "regions",
    "icb": "integrated care boards",
    "trust": "trusts",
    "network": "networks",
    "practice": "practices",
    "directorate": "directorates",
    "team": "teams",
}
SINGULARS: Final = {kind: in_sentence(words) for kind, words in KINDS.items()} | {
    "network": "network",
    "practice": "practice",
}
FIRST_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """An action as a line of a combined plan."""

    title: str
    href: str
    place: str
    closed: bool
    topic: str
    owner: str
    when: str
    overdue: bool
    kind: str
    state: str
    progress: str
    seeks: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """So many actions of a topic, a level, a stage or an organisation."""

    name: str
    href: str
    number: int
    under_way: int
    finished: int
    late: int


def together(words: Sequence[str]) -> str:
    """ "4 of 6 trusts, 31 of 60 networks and 2 of 400 practices" """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def of_kind(number: int, kind: str) -> str:
    """ "1 trust", "6 trusts" """
    return counted(number, SINGULARS[kind], PLURALS[kind])


def combined_in_words(place: Place, found: Totals, chosen: Chosen) -> str:
    """How many actions there are, of how many plans and places, how they stand, and how many are past their day."""
    if not found.actions and chosen.everything:
        return f"Nothing is agreed at {place.name} yet, and nothing has been released to it."
    if not found.actions:
        return "No action is like that."
    of = f"{counted(found.actions, 'action')} in {counted(found.plans, 'plan')} of {counted(found.places, 'place')}"
    states = [
        f"{number:,} {words}"
        for number, words in (
            (found.under_way, "under way"),
            (found.finished, "finished"),
            (found.stopped, "stopped"),
        )
        if number
    ]
    late = f" {_past(found.late)}" if found.late else ""
    return f"{of}: {together(states)}.{late}"


def _past(number: int) -> str:
    return f"{number:,} {'is' if number == 1 else 'are'} past {'its' if number == 1 else 'their'} day."


def row_of(action: Action, place: Place, progress: Mapping[int, str]) -> Row:
    """An action as whoever reads the combined plan of a place may read it."""
    of = action.plan.place
    said = progress.get(action.pk, "")
    return Row(
        title=title_of(action),
        href=reverse("action", args=[of.slug, action.pk]),
        place=of.name,
        closed=of.closed is not None,
        topic=topics.title_of(action.topic) if action.topic else "",
        owner=owner_of(action, place),
        when=when_of(action),
        overdue=overdue(action),
        kind=KINDS_OF_ACTION[action.state],
        state=Action.STATES[action.state],
        progress="" if said == Action.STATES[action.state] else said,
        seeks=bool(action.seeks_above.strip()),
    )


def owner_of(action: Action, place: Place) -> str:
    """Who owns an action: the plan's own words. A person's name is told inside their own organisation only."""
    if action.owner_words:
        return action.owner_words
    if action.owner is None:
        return "Nobody named yet"
    if action.plan.place.controller_id == place.controller_id:
        return action.owner.name
    return "Somebody there, who has accepted" if action.accepted_at else "Somebody there was asked"


def counted_rows(
    found: Sequence[Mapping[str, Any]], by: str, place: Place, chosen: Chosen, branches: Mapping[int, Place]
) -> list[Counted]:
    """The counts by topic, level, stage or organisation, each leading to those actions."""
    if by == "organisation":
        return _by_branch(found, place, chosen, branches)
    return [_counted(row, title(by, row["key"]), address(place, chosen, **{by: row["key"] or "-"})) for row in found]


def _counted(row: Mapping[str, Any], name: str, href: str) -> Counted:
    return Counted(name, href, row["number"], row["under_way"], row["finished"], row["late"])


def _by_branch(
    found: Sequence[Mapping[str, Any]], place: Place, chosen: Chosen, branches: Mapping[int, Place]
) -> list[Counted]:
    """Counts of every place added up to the places directly below the one that is looked at."""
    within = chosen.where or place
    sums: dict[int, dict[str, int]] = {}
    for row in found:
        of = sums.setdefault(branch_of(row["key"], within), {"number": 0, "under_way": 0, "finished": 0, "late": 0})
        for name in of:
            of[name] += row[name]
    rows = [
        _counted(
            told,
            f"{within.name} itself" if pk == within.pk else branches[pk].name,
            "" if pk == within.pk else address(place, chosen, **{"in": branches[pk].slug}),
        )
        for pk, told in sums.items()
        if pk == within.pk or pk in branches
    ]
    return sorted(rows, key=lambda row: (-row.number, row.name))


def title(by: str, key: str) -> str:
    """How a topic, a level or a career stage is called."""
    if not key:
        return NONE_OF[by]
    known = {"level": topics.level_titles(), "stage": topics.stage_titles()}.get(by)
    return known.get(key, key) if known is not None else topics.title_of(key)


def address(place: Place, chosen: Chosen, **more: str) -> str:
    """Where what was chosen is looked at, with something changed."""
    asked = {
        "topic": chosen.topic,
        "level": chosen.level,
        "stage": chosen.stage,
        "state": chosen.state,
        "late": "yes" if chosen.late else "",
        "in": chosen.where.slug if chosen.where else "",
    } | more
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('combined', args=[place.slug])}{'?' if query else ''}{query}"


def ways(place: Place, chosen: Chosen, by: str) -> list[tuple[str, str, bool]]:
    """By what it can be counted: words, address, and whether it is so now."""
    return [(words, address(place, chosen, by=key), key == by) for key, words in BY.items()]


def pages_of(place: Place) -> list[tuple[str, str, str]]:
    """What else there is of a combined plan: words, address, and what it answers."""
    return [
        (
            "Where it does not add up",
            reverse("combined_alignment", args=[place.slug]),
            "No action, no answer, paid twice",
        ),
        ("Money", reverse("combined_money", args=[place.slug]), "Allocated, committed, spent"),
        ("Money against need", reverse("need_index", args=[place.slug]), "Who has less than their share of the need"),
        ("Who has sent what", reverse("who_sent", args=[place.slug]), "Figures, rating, plan"),
        ("Staff against the target", reverse("workforce_targets", args=[place.slug]), "How many by when"),
        ("One page for assurance", reverse("assurance", args=[place.slug]), "For a board, to print"),
    ]


def links_of_place(request: HttpRequest, place: Place) -> list[Link]:
    """The combined plan, for whoever sees plans at a place in which others lie."""
    if not request.user.is_authenticated or place.kind in {"team", "practice"}:
        return []
    if cannot_see_combined(person(request), place) is not None:
        return []
    return [
        Link("Combined plan", reverse("combined", args=[place.slug]), order=41, covers=(f"/{place.slug}/assurance/",))
    ]
