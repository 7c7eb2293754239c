"""How far is a list, what was said to it elsewhere, and who below may begin with it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keepwell.content.assessments import Assessment, Topic
from keepwell.web.accounts.models import User
from keepwell.web.assessments import queries
from keepwell.web.assessments.list_rules import cannot_copy_from, handed_down
from keepwell.web.assessments.models import Answer, Round, Shown
from keepwell.web.evidence.queries import cited_of
from keepwell.web.places.models import Place

DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a place is with a list: of each item what is written down, nothing where nobody has looked yet."""

    of: Assessment
    answers: Mapping[str, Answer]

    def rating_of(self, item: Topic) -> str:
        answer = self.answers.get(item.key)
        return answer.rating if answer else ""

    @property
    def done(self) -> int:
        return sum(self.rating_of(item) == DONE for item in self.of.items)

    @property
    def open_items(self) -> list[Topic]:
        return [item for item in self.of.items if self.rating_of(item) != DONE]


def progress_of(round: Round) -> Progress:
    return Progress(round.content, queries.answers_of(round))


def evidence_of(round: Round, by: User) -> Mapping[str, list[str]]:
    """What stands beside each item as evidence, by its label; a number only by its name."""
    subjects = {queries.subject_of(round, item.key): item.key for item in round.content.items}
    found = cited_of(list(subjects), by=by)
    return {subjects[subject]: [one.label for one in cited] for subject, cited in found.items()}


def copied_from(user: User, round: Round) -> list[Round]:
    """The rounds whose answers somebody may take over: the place's own last, then the newest of each place above.

    The nearest first; of a place none of whose rounds they may take over, nothing.
    """
    others = Round.objects.filter(place__in=[*round.place.numbers_above, round.place_id], assessment=round.assessment)
    found: dict[int, Round] = {}
    for of in others.select_related("place__controller", "agreed_by").order_by("-started_at", "-pk"):
        if of.place_id not in found and cannot_copy_from(user, round, of) is None and of.answers.exists():
            found[of.place_id] = of
    return sorted(found.values(), key=lambda of: -len(of.place.path))


def shared_with(round: Round) -> list[Shown]:
    """With whom below a list is shared now."""
    return [shown for shown in queries.shown_now(round) if handed_down(shown)]


def handed_to(place: Place, key: str) -> list[Shown]:
    """The lists of places above that were shared with a place, the nearest place first, the newest of each."""
    found: dict[int, Shown] = {}
    shared = Shown.objects.filter(
        to=place, withdrawn_at__isnull=True, round__assessment=key, round__place__in=place.numbers_above
    )
    for shown in shared.select_related("round__place", "to").order_by("-round__agreed_at"):
        found.setdefault(shown.round.place_id, shown)
    return sorted(found.values(), key=lambda shown: -len(shown.round.place.path))


def could_be_shared_with(round: Round) -> list[Place]:
    """The places below for which the list is made and that do not see it yet, by kind and name."""
    below = Place.objects.filter(path__startswith=round.place.path, closed=None, kind__in=round.content.places)
    seeing = Shown.objects.filter(round=round, withdrawn_at__isnull=True).values("to")
    return list(below.exclude(pk=round.place_id).exclude(pk__in=seeing).order_by("kind", "name"))
