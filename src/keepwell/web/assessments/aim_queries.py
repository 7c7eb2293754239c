"""How far is a place with the goals and must-dos of keeping GPs, and which has nothing under way?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from keepwell.content.general_practice import Goal, MustDo, SupportLevel, goals, must_dos
from keepwell.web.assessments.models import Aim
from keepwell.web.places.models import Place

NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Followed:
    """A goal or a must-do, of the guide (`content`) or of the place's own, and what is written of how far it is.

    `aim` is None where nobody ever wrote of one of the guide's.
    """

    kind: str
    level: SupportLevel
    content: Goal | MustDo | None
    aim: Aim | None

    @property
    def item(self) -> str:
        """By what an address names it: the key of the guide's, the number of one's own."""
        return self.content.key if self.content else str(self.aim.pk if self.aim else "")

    @property
    def title(self) -> str:
        return self.content.title if self.content else (self.aim.title if self.aim else "")

    @property
    def text(self) -> str:
        return self.content.text if self.content else ""

    @property
    def own(self) -> bool:
        return self.content is None

    @property
    def state(self) -> str:
        return self.aim.state if self.aim else NOT_YET

    @property
    def begun(self) -> bool:
        """Whether something is under way or done."""
        return self.state != NOT_YET


def followed(place: Place) -> list[Followed]:
    """Every must-do, then every goal: the guide's in its order, then the place's own that have not ended."""
    written = list(Aim.objects.filter(place=place, over_at=None).select_related("place__controller", "changed_by"))
    by_key = {(aim.kind, aim.key): aim for aim in written if aim.key}
    found = [
        *(Followed(Aim.MUST_DO, one.level, one, by_key.get((Aim.MUST_DO, one.key))) for one in must_dos()),
        *(Followed(Aim.GOAL, one.level, one, by_key.get((Aim.GOAL, one.key))) for one in goals()),
        *(Followed(aim.kind, _level(aim), None, aim) for aim in written if not aim.key),
    ]
    return sorted(found, key=lambda one: one.kind == Aim.GOAL)


def followed_by(place: Place, item: str) -> Followed | None:
    """One goal or must-do, by what an address names it; None where there is none, or it has ended."""
    return next((one for one in followed(place) if one.item == item), None)


def followed_at(place: Place, level: str) -> list[Followed]:
    """The must-dos and then the goals of a level."""
    return [one for one in followed(place) if one.level == level]


def ended_aims(place: Place) -> list[Aim]:
    """The goals and must-dos of a place's own that have ended, the newest first."""
    return list(Aim.objects.filter(place=place, over_at__isnull=False).order_by("-over_at"))


def must_dos_without(place: Place) -> tuple[MustDo, ...]:
    """The guide's must-dos of which nothing is under way or done at a place."""
    begun = set(
        Aim.objects.filter(place=place, kind=Aim.MUST_DO).exclude(state=NOT_YET).exclude(key="").values_list("key")
    )
    return tuple(one for one in must_dos() if (one.key,) not in begun)


def content_of(kind: str, key: str) -> Goal | MustDo:
    """The guide's goal or must-do of that key. Raises KeyError where there is none."""
    things: chain[Goal | MustDo] = chain(goals() if kind == Aim.GOAL else (), must_dos() if kind == Aim.MUST_DO else ())
    return {thing.key: thing for thing in things}[key]


def _level(aim: Aim) -> SupportLevel:
    from_content: dict[str, SupportLevel] = {one.level: one.level for one in must_dos()}
    return from_content[aim.level]
