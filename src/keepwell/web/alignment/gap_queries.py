"""Where do the plans of all below not add up: what has no action, what gets no answer, and what may be paid twice?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import DecimalField, Value
from django.db.models.functions import Coalesce, Greatest

from keepwell.content import plain_words
from keepwell.content.assessments import Topic, assessments
from keepwell.web.alignment.models import Reply
from keepwell.web.alignment.queries import Served, actions_in, served
from keepwell.web.alignment.rules import supports
from keepwell.web.assessments.aim_queries import Followed, followed
from keepwell.web.assessments.gap_queries import schemes_of
from keepwell.web.assessments.models import Aim
from keepwell.web.assessments.queries import Line, lines_inside, lines_released, red_items
from keepwell.web.places.models import DIRECTORATE, TEAM, TRUST, Place
from keepwell.web.plans.models import Action

NOT_FOR: Final = (TRUST, DIRECTORATE, TEAM)
"""The kinds of place for which the must-dos and goals of general practice are not made."""
DONE: Final = "done"
NOTHING: Final = Decimal(0)
OF_WANTED: Final = ("what", "objective", "seeks_above", "plan__place__name", "plan__place__slug")
OF_PAYING: Final = ("plan__place__path", "plan__place__slug", "plan__place__name", "most", "what", "pk", "offer")


@dataclass(frozen=True, slots=True)
class Red:
    """A topic that places rated red without any action for it: at the place, above it or below it."""

    topic: Topic
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an action below wants from above, with what places above answered to it, the nearest last."""

    action: Action
    replies: tuple[Reply, ...]

    @property
    def supported(self) -> bool:
        return any(supports(reply) for reply in self.replies)

    @property
    def answered(self) -> bool:
        return bool(self.replies)

    def answer_of(self, place: Place) -> Reply | None:
        return next((reply for reply in self.replies if reply.place_id == place.pk), None)


@dataclass(frozen=True, slots=True)
class Paying:
    """Which place pays for a scheme, with how much, and by which action; none for one of the place's own gap audit."""

    path: str
    slug: str
    name: str
    money: Decimal
    title: str
    action: int | None = None


@dataclass(frozen=True, slots=True)
class Twice:
    """The same scheme with money at places of which one lies in the other, or which lie side by side."""

    offer: str
    title: str
    paying: tuple[Paying, ...]

    @property
    def money(self) -> Decimal:
        return sum((one.money for one in self.paying), NOTHING)


def has_aims(place: Place) -> bool:
    """Whether the must-dos and goals of general practice are for a place of this kind."""
    return place.kind not in NOT_FOR


def aims_without(place: Place, served: Served) -> list[Followed]:
    """The must-dos and goals, the guide's and the place's own, that no action anywhere serves and that are not done."""
    if not has_aims(place):
        return []
    return [one for one in followed(place) if one.state != DONE and not served.numbers.get(one.item)]


def must_dos_of(found: Iterable[Followed]) -> list[Followed]:
    return [one for one in found if one.kind == Aim.MUST_DO]


def reds_without(place: Place, served: Served) -> list[Red]:
    """The topics that were rated red with no action for them, with the places that rated them so.

    Ratings are those that were released to a place, and those agreed inside its own organisation. An action serves a
    place's topic where it is of the place itself, of one that it lies in, or of one that lies in it.
    """
    lines = [line for key in _with_lights() for line in _lines(place, key)]
    found: dict[str, list[Place]] = defaultdict(list)
    topics: dict[str, Topic] = {}
    for line in lines:
        for topic in red_items(line):
            if not any(_on_one_line(line.place.path, path) for path in served.paths.get(topic.key, ())):
                topics[topic.key] = topic
                found[topic.key].append(line.place)
    reds = [Red(topics[key], tuple(sorted(places, key=lambda one: one.name))) for key, places in found.items()]
    return sorted(reds, key=lambda red: (-len(red.places), red.topic.title))


def _with_lights() -> list[str]:
    return [key for key, one in assessments().items() if one.answers == "traffic_light"]


def _lines(place: Place, key: str) -> list[Line]:
    released = [line for line in lines_released(place, key) if line.place.path.startswith(place.path)]
    seen = {line.round.pk for line in released}
    return [*released, *(line for line in lines_inside(place, key) if line.round.pk not in seen)]


def _on_one_line(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def wanted_from(place: Place) -> list[Wanted]:
    """What actions of others, released to a place, want from above: first what nobody answered, then what is not now."""
    asking = actions_in(place).exclude(seeks_above="").filter(state=Action.UNDER_WAY).exclude(plan__place=place)
    told = asking.select_related("plan__place").only(*OF_WANTED)
    actions = list(told.order_by("plan__place__name", "pk"))
    replies = _replies_at(place)
    found = [Wanted(action, tuple(replies.get(action.pk, ()))) for action in actions if action.seeks_above.strip()]
    return sorted(found, key=lambda one: (one.answered, one.supported))


def _replies_at(place: Place) -> dict[int, list[Reply]]:
    """What this place, and places in it, answered, by action, the nearest to who asked last."""
    found: dict[int, list[Reply]] = defaultdict(list)
    replies = Reply.objects.filter(place__path__startswith=place.path, over_at=None)
    for reply in replies.select_related("place", "action_above__plan").order_by("place__path"):
        found[reply.action_id].append(reply)
    return found


def paid_twice(place: Place) -> list[Twice]:
    """Schemes that may be paid for twice, the most money first.

    The same scheme is the same offer, or else the same words. It is paid for where an action has a cost, or money
    committed or spent, the most of which is told, or a scheme of the place's own gap audit has money. Twice: at two places on one line of the tree,
    or at two that lie directly in the same place.
    """
    paid: dict[tuple[str, str], list[Paying]] = defaultdict(list)
    for one, offer in (*_of_actions(place), *_of_schemes(place)):
        paid[("offer", offer) if offer else ("words", plain_words(one.title))].append(one)
    found = [
        Twice(key if kind == "offer" else "", paying[0].title, tuple(paying))
        for (kind, key), all_of in paid.items()
        for paying in _together(all_of)
    ]
    return sorted(found, key=lambda one: (-one.money, one.title))


def _of_actions(place: Place) -> list[tuple[Paying, str]]:
    most = Greatest(_or_0("cost_once") + _or_0("cost_yearly"), _or_0("committed"), _or_0("spent"))
    paying = actions_in(place).filter(state__in=(Action.UNDER_WAY, Action.FINISHED)).annotate(most=most)
    rows = paying.filter(most__gt=0).order_by("plan__place__path", "pk").values_list(*OF_PAYING)
    return [(Paying(path, slug, name, money, what, pk), offer) for path, slug, name, money, what, pk, offer in rows]


def _or_0(name: str) -> Coalesce:
    return Coalesce(name, Value(NOTHING), output_field=DecimalField(max_digits=14, decimal_places=2))


def _of_schemes(place: Place) -> list[tuple[Paying, str]]:
    schemes = schemes_of(place).filter(money__gt=0)
    return [(Paying(place.path, place.slug, place.name, one.money or NOTHING, one.title), one.offer) for one in schemes]


def _together(paying: Sequence[Paying]) -> list[list[Paying]]:
    """Those of one scheme that stand on one line of the tree or side by side, each such group once."""
    by_path: dict[str, list[Paying]] = defaultdict(list)
    for one in paying:
        by_path[one.path].append(one)
    if len(by_path) < 2:
        return []
    groups: dict[str, list[Paying]] = defaultdict(list)
    for path, those in by_path.items():
        groups[_above(path)] += those
    found = []
    for parent, those in groups.items():
        higher = [one for path in _paths_to(parent) for one in by_path.get(path, ())]
        if len({one.path for one in (*those, *higher)}) > 1:
            found.append([*higher, *those])
    return _without_parts(found)


def _without_parts(found: Sequence[list[Paying]]) -> list[list[Paying]]:
    """The groups that are not wholly in another."""
    sets = [frozenset(id(one) for one in those) for those in found]
    return [those for at, those in enumerate(found) if not any(sets[at] < other for other in sets)]


def _above(path: str) -> str:
    """The path of the place that a path lies directly in."""
    return path.rstrip("/").rpartition("/")[0] + "/"


def _paths_to(path: str) -> list[str]:
    """A path and all above it, the highest first."""
    parts = path.strip("/").split("/")
    return [f"/{'/'.join(parts[: at + 1])}/" for at in range(len(parts)) if parts[at]]


def served_at(place: Place) -> Served:
    """What the combined plan of a place serves."""
    return served(actions_in(place))
