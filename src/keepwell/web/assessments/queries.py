"""What has a place said of itself, where do raters differ, and how do places compare?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from keepwell.content.assessments import RATINGS, Assessment, Topic, assessment, assessments
from keepwell.web.accounts.models import User
from keepwell.web.assessments.models import Answer, Note, Rating, Round, Shown
from keepwell.web.evidence.values import Asked, Value, values_for
from keepwell.web.places.models import INSIDE, Place

BEGIN_WITH: Final = ("retention_traffic_light", "gp_retention_checklist")
RATING_WORDS: Final = {
    "red": "Red",
    "amber": "Amber",
    "green": "Green",
    "not_yet": "Not yet",
    "under_way": "Under way",
    "done": "Done",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """What the raters of a round said of one item, each rating with who gave it; apart where they are not of one mind."""

    item: Topic
    ratings: tuple[Rating, ...]
    answer: Answer | None

    @property
    def apart(self) -> bool:
        return len({rating.rating for rating in self.ratings}) > 1

    @property
    def furthest(self) -> bool:
        """Whether somebody said the least and somebody the most."""
        return {"red", "green"} <= {rating.rating for rating in self.ratings}

    def counts(self) -> Mapping[str, int]:
        return Counter(rating.rating for rating in self.ratings)


@dataclass(frozen=True, slots=True)
class Line:
    """One place of a comparison: what it agreed on of each item, None for what it did not rate."""

    place: Place
    round: Round
    ratings: Mapping[str, str | None]


def offered_to(place: Place) -> list[Assessment]:
    """The assessments that are made for a place of its kind, those first with which most begin."""
    found = [one for one in assessments().values() if place.kind in one.places]
    return sorted(found, key=lambda one: one.key not in BEGIN_WITH)


def rounds_of(place: Place, key: str) -> QuerySet[Round]:
    """The rounds of an assessment at a place, the newest first."""
    return Round.objects.filter(place=place, assessment=key).select_related(
        "place", "started_by", "agreed_by", "laid_open_by"
    )


def under_way(place: Place, key: str) -> Round | None:
    return rounds_of(place, key).exclude(state=Round.AGREED).first()


def newest_agreed(place: Place, key: str) -> Round | None:
    return rounds_of(place, key).filter(state=Round.AGREED).order_by("-agreed_at").first()


def agreed_before(round: Round) -> Round | None:
    """The last round of the same that was agreed before this one was started."""
    earlier = rounds_of(round.place, round.assessment).filter(state=Round.AGREED, agreed_at__lte=round.started_at)
    return earlier.exclude(pk=round.pk).order_by("-agreed_at").first()


def answers_of(round: Round) -> dict[str, Answer]:
    """What was agreed or written down together, by item."""
    return {answer.item: answer for answer in round.answers.select_related("changed_by", "copied_from__round__place")}


def ratings_of(round: Round, rater: User) -> dict[str, Rating]:
    """What one rater said, by item: while a round is open nobody sees another's."""
    return {rating.item: rating for rating in round.ratings.filter(rater=rater)}


def raters_of(round: Round) -> int:
    """How many have rated something: that is all that is told of them while the round is open."""
    return round.ratings.values("rater").distinct().count()


def compared(round: Round) -> list[Compared]:
    """Every item with what the raters said of it, those first on which they differ most. For rounds laid open only."""
    assert round.state != Round.OPEN, "what raters say apart is nobody else's yet"
    given: dict[str, list[Rating]] = defaultdict(list)
    for rating in round.ratings.select_related("rater").order_by("rater__name"):
        given[rating.item].append(rating)
    answers = answers_of(round)
    found = [Compared(item, tuple(given[item.key]), answers.get(item.key)) for item in round.content.items]
    return sorted(found, key=lambda one: (not one.furthest, not one.apart))


def of_one_mind(round: Round) -> list[Compared]:
    """The items of which all who rated them said the same, and of which nothing is written down yet."""
    return [one for one in compared(round) if one.ratings and not one.apart and one.answer is None]


def notes_of(round: Round, item: str) -> dict[str, Note]:
    """What was answered to the prompts of an item, by prompt."""
    return {note.prompt: note for note in round.notes.filter(item=item).select_related("written_by")}


def notes_counted(round: Round) -> Mapping[str, int]:
    """How many prompts were answered, by item."""
    return Counter(round.notes.values_list("item", flat=True))


def history(place: Place, key: str) -> list[Line]:
    """What a place agreed on each time, the newest first."""
    return _lines(list(rounds_of(place, key).filter(state=Round.AGREED).order_by("-agreed_at")))


def shown_now(round: Round) -> list[Shown]:
    """To whom a round is released, as long as it is not withdrawn."""
    return list(round.shown.filter(withdrawn_at=None).select_related("to", "released_by", "round__place"))


def subject_of(round: Round, item: str) -> str:
    """By what name evidence knows an item of a round."""
    return f"assessments.round/{round.pk}/{item}"


def beside(user: User, place: Place, topic: Topic) -> list[Value]:
    """The values that speak to a topic at a place, as far as somebody may see them."""
    if not (topic.measures or topic.reasons):
        return []
    return values_for(user, Asked(place, topic.measures, topic.reasons))


def in_order(of: Assessment, rating: str) -> int:
    """Where a rating stands among those of its assessment, the least far first; -1 for none."""
    ratings = RATINGS[of.answers]
    return ratings.index(rating) if rating in ratings else -1


def shown_to(above: Place, key: str) -> list[Shown]:
    """What places below released to this one and did not withdraw, the newest of each."""
    newest: dict[int, Shown] = {}
    found = Shown.objects.filter(to=above, withdrawn_at__isnull=True, round__assessment=key)
    found = found.exclude(round__place__in=above.numbers_above)  # what was handed down to it
    for shown in found.select_related("round__place__controller").order_by("-round__agreed_at"):
        newest.setdefault(shown.round.place_id, shown)
    return sorted(newest.values(), key=lambda shown: shown.round.place.name)


def lines_inside(organisation: Place, key: str) -> list[Line]:
    """The newest agreed round of an organisation and of each of its parts: for who sees inside it."""
    parts = inside(organisation, key)
    rounds: dict[int, Round] = {}
    agreed = Round.objects.filter(place__in=parts, assessment=key, state=Round.AGREED).select_related("place")
    for round in agreed.order_by("-agreed_at"):
        rounds.setdefault(round.place_id, round)
    return _lines(sorted(rounds.values(), key=lambda round: (round.place.kind in INSIDE, round.place.name)))


def lines_released(above: Place, key: str) -> list[Line]:
    """What was released to a place above, a line for each place below that did."""
    return lines_of(shown_to(above, key))


def lines_of(shown: Sequence[Shown]) -> list[Line]:
    """What was released, a line for each."""
    return _lines([one.round for one in shown])


def inside(organisation: Place, key: str) -> QuerySet[Place]:
    """A place and those of its own parts for which an assessment is made."""
    of = Place.objects.filter(controller=organisation.controller_id, path__startswith=organisation.path, closed=None)
    return of.filter(kind__in=assessment(key).places)


def below(above: Place, key: str) -> QuerySet[Place]:
    """The organisations in a place for which an assessment is made: those that could release a rating to it."""
    found = Place.objects.filter(path__startswith=above.path, closed=None, kind__in=assessment(key).places)
    return found.exclude(controller=above.controller_id).exclude(kind__in=INSIDE)


def line_of(round: Round) -> Line:
    """What was agreed in one round."""
    return _lines([round])[0]


def red_items(line: Line) -> list[Topic]:
    """The items that were agreed to be red."""
    return [item for item in line.round.content.items if line.ratings[item.key] == "red"]


def _lines(rounds: Sequence[Round]) -> list[Line]:
    given: dict[int, dict[str, str | None]] = defaultdict(dict)
    for answer in Answer.objects.filter(round__in=rounds):
        given[answer.round_id][answer.item] = answer.rating or None
    return [
        Line(round.place, round, {item.key: given[round.pk].get(item.key) for item in round.content.items})
        for round in rounds
    ]


def above_of(place: Place) -> list[Place]:
    """The organisations above a place's own, to which it may release, the nearest first."""
    found = Place.objects.filter(pk__in=place.numbers_above)
    above = [one for one in found if one.is_controller and one.pk != place.controller_id]
    return sorted(above, key=lambda one: -len(one.path))
