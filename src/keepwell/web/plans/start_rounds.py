"""What can be taken from a round into a plan: a rating with its evidence, what is not done yet, what a workshop agreed?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse

from keepwell.content.assessments import RATINGS, Topic
from keepwell.web.accounts.abilities import RATE
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot
from keepwell.web.assessments import presenters, queries, words_queries
from keepwell.web.assessments.evidence_actions import Beside
from keepwell.web.assessments.models import Answer, Round
from keepwell.web.assessments.rules import cannot_see_round
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.queries import cited_of
from keepwell.web.nhsuk.words import day, in_sentence
from keepwell.web.places.models import Place
from keepwell.web.plans.start_parts import Offered, Origin, Part, base_of, starters_of


def of_round(place: Place, by: User, rest: list[str]) -> Origin | None:
    """A round, or one item of it: of a rating or a list what is least far, of a workshop its actions."""
    number, item = (*rest, "")[:2]
    round = _round(place, number)
    if len(rest) > 2 or round is None or cannot_see_round(by, round) is not None:
        return None
    if words_queries.is_workshop(round.content):
        return _of_workshop(round, item)
    answers = queries.answers_of(round) if not (round.rated_apart and round.state == Round.OPEN) else {}
    found = [one for one in round.content.items if one.key == item] if item else _least_far(round, answers)
    if not found:
        return None
    title = found[0].title if item else round.content.title
    href = reverse("topic", args=[place.slug, round.pk, item]) if item else presenters.address_of(round)
    return Origin(":".join(["round", *rest]), title, href, tuple(_parts(round, found, answers, by)))


def _round(place: Place, number: str) -> Round | None:
    found = Round.objects.select_related("place__controller", "agreed_by")
    return found.filter(pk=int(number), place=place).first() if number.isdecimal() else None


def _least_far(round: Round, answers: Mapping[str, Answer]) -> list[Topic]:
    """What is red, or not done yet; all that is neither green nor done where nothing is so bad."""
    ratings = RATINGS[round.content.answers]
    for worst in ratings[:-1]:
        if found := [item for item in round.content.items if item.key in answers and answers[item.key].rating == worst]:
            return found
    return []


def _parts(round: Round, items: Iterable[Topic], answers: Mapping[str, Answer], by: User) -> Iterable[Part]:
    shown = list(items)
    beside = cited_of([queries.subject_of(round, item.key) for item in shown], by=by)
    takes_part = cannot(by, RATE, round.place) is None
    for item in shown:
        answer, base = answers.get(item.key), base_of(item)
        yield Part(
            item.title,
            says=tuple(_says(item, answer)),
            offered=(*_as_written(item, answer, base), *starters_of(item)),
            more=tuple(_prompts(round, item, base)) if takes_part else (),
            evidence=tuple(one for one in beside.get(queries.subject_of(round, item.key), ()) if not one.withheld),
            besides=tuple(_rated(round, item, answer)),
            base=base,
        )


def _says(item: Topic, answer: Answer | None) -> Iterable[str]:
    yield item.statement
    if answer is not None and answer.rating:
        yield f"Agreed: {queries.RATING_WORDS[answer.rating].lower()}.{f' {answer.note}' if answer.note else ''}"


def _as_written(item: Topic, answer: Answer | None, base: Mapping[str, object]) -> Iterable[Offered]:
    """What a list says of an item that is not done: who looks after it, and by when."""
    if answer is None or not (answer.owner or answer.due_on):
        return
    ends = answer.due_on.isoformat() if answer.due_on else None
    content = {**base, "objective": item.title, "what": item.statement, "owner_words": answer.owner, "ends_on": ends}
    who = f" {answer.owner}" if answer.owner else ""
    when = f", by {day(answer.due_on)}" if answer.due_on else ""
    words = f"As your list has it:{who}{when}. {answer.note}".strip()
    yield Offered(item.key, item.statement, words, content | {"steps": answer.note})


def _prompts(round: Round, item: Topic, base: Mapping[str, object]) -> Iterable[Offered]:
    """What is said beside a topic, with what was noted there: those come first."""
    notes = queries.notes_of(round, item.key)
    for prompt in sorted(item.prompts(), key=lambda one: one.key not in notes):
        note = notes[prompt.key].words if prompt.key in notes else ""
        content = {**base, "objective": item.title, "what": prompt.text, "steps": note}
        yield Offered(prompt.key, prompt.text, f"Your note: {note}" if note else "", content, prompt.source)


def _rated(round: Round, item: Topic, answer: Answer | None) -> Iterable[Beside]:
    """The rating as evidence, once it is agreed. What was noted with it stays where it is."""
    if answer is None or not answer.rating or round.state != Round.AGREED:
        return
    title = in_sentence(round.content.title)
    label = f"{item.title}: {queries.RATING_WORDS[answer.rating].lower()} in the {title}"
    words = f"Agreed on {day(round.agreed_at)} at {round.place.name}."
    yield Beside(Citation.NOTE, label, words, presenters.address_of(round))


def _of_workshop(round: Round, item: str) -> Origin | None:
    actions = [one for one in words_queries.actions_of(round) if item in ("", one.key)]
    offered = tuple(
        Offered(
            one.key,
            one.what,
            ", ".join(part for part in (one.who, f"by {day(one.by_when)}" if one.by_when else "") if part),
            {"what": one.what, "owner_words": one.who, "ends_on": one.by_when.isoformat() if one.by_when else None},
        )
        for one in actions
    )
    if not offered:
        return None
    href = presenters.address_of(round)
    besides = (Beside(Citation.NOTE, f"It came out of: {round.content.title}", f"{round.place.name}.", href),)
    part = Part(round.content.title, ("These actions came out of it.",), offered, besides=besides)
    return Origin(":".join(["round", str(round.pk), *([item] if item else [])]), round.content.title, href, (part,))
