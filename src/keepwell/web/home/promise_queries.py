"""What has been rated of the People Promise at a place, in it and below it, and what do numbers say?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from keepwell.content.assessments import RATINGS, Assessment, Topic, assessments
from keepwell.content.promise import Element
from keepwell.web.accounts.models import User
from keepwell.web.assessments.queries import Line, below, lines_inside, lines_released
from keepwell.web.evidence.values import Asked, Value, values_for
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.queries import actions_of, plans_of


@dataclass(frozen=True, slots=True)
class Heard:
    """What was agreed on by one assessment, newest only: by the place, by parts of it, and by those below that released it.

    `ours`: it is made for a place of this kind. `could`: how many below could release theirs.
    """

    of: Assessment
    ours: bool
    own: Line | None
    inside: tuple[Line, ...]
    released: tuple[Line, ...]
    could: int

    def topics_of(self, element: str) -> tuple[Topic, ...]:
        """The topics that belong to an element of the promise, in order."""
        return tuple(topic for topic in self.of.items if element in topic.promise)


def heard_at(place: Place) -> list[Heard]:
    """Of each assessment with ratings what was agreed on; traffic lights first, none that nobody here could rate."""
    found = (_heard(place, of) for of in assessments().values() if RATINGS[of.answers])
    known = [heard for heard in found if heard.ours or heard.inside or heard.could]
    return sorted(known, key=lambda heard: heard.of.answers != "traffic_light")


def _heard(place: Place, of: Assessment) -> Heard:
    lines = _there_still(place, lines_inside(place, of.key))
    own = next((line for line in lines if line.place.pk == place.pk), None)
    inside = tuple(line for line in lines if line is not own)
    could = below(place, of.key).count() if place.is_controller else 0
    released = _there_still(place, lines_released(place, of.key)) if could else ()
    return Heard(of, place.kind in of.places, own, inside, released, could)


def _there_still(place: Place, lines: Iterable[Line]) -> tuple[Line, ...]:
    """Those that have not closed, and lie in the place today."""
    return tuple(line for line in lines if not line.place.closed and line.place.lies_in(place))


def actions_for(user: User, place: Place) -> dict[str, list[Action]]:
    """By element, what the plans that a place has agreed do for it, as far as this person may see them."""
    found: dict[str, list[Action]] = defaultdict(list)
    for plan in plans_of(place, by=user):
        if plan.state == Plan.AGREED:
            for action in actions_of(plan, by=user):
                found[action.promise].append(action)
    return found


def values_of(user: User, place: Place, element: Element) -> list[Value]:
    """The numbers that say something of an element, as far as this person may see them; none twice."""
    found = values_for(user, Asked(place, element.measures, element.reasons))
    return list({(value.key, value.policy, value.place): value for value in found}.values())
