"""How does a round go on, from its start until it is released or done anew?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from keepwell.content.assessments import Assessment, Topic
from keepwell.web.accounts.models import User
from keepwell.web.assessments import queries, rules
from keepwell.web.assessments.models import Answer, Note, Rating, Round, Shown
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import UPWARD, Kind
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed, refuse

Made = TypeVar("Made")
QUICKER = "Somebody else has changed this since you opened the page: {name}."


@dataclass(frozen=True, slots=True)
class Said:
    """What is written down together of one item. `rating` is empty where there is none (yet)."""

    rating: str = ""
    note: str = ""
    owner: str = ""
    due_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What is written of an item, with the version that was shown: None where nothing stood there."""

    said: Said
    known: int | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What is answered to a prompt, with the version that was shown: None where nothing stood there."""

    words: str
    known: int | None = None


class Quicker(NotAllowed):
    """Somebody else has changed the same. `at` names the items or prompts where several were sent, with the words."""

    at: Mapping[str, str] = MappingProxyType({})


@transaction.atomic
def start(*, place: Place, of: Assessment, by: User) -> Round:
    """A new round. Raises NotAllowed where the rules say no, or one is under way."""
    Place.objects.select_for_update().get(pk=place.pk)
    refuse(rules.cannot_start(by, place, of), found=f"{of.title} at {place.name}")
    return Round.objects.create(place=place, assessment=of.key, started_by=by)


@transaction.atomic
def drop(*, round: Round, by: User) -> None:
    """Drop a round that was begun by mistake, as long as nobody else has said a word in it."""
    round = held(round)
    refuse(rules.cannot_drop(by, round), found=round.content.title)
    record(by=by, kind=Kind.CHANGED, what="Assessment", place=round.place, about=f"{round.content.title} dropped")
    round.delete()


@transaction.atomic
def rate(*, round: Round, item: str, rating: str, note: str = "", by: User) -> Rating | None:
    """What somebody says of an item, apart from the others; no rating takes back what they said before.

    Raises NotAllowed where the rules say no, KeyError for an item that the assessment has not.
    """
    round = held(round)
    topic = topic_of(round, item)
    refuse(rules.cannot_rate(by, round), found=topic.title)
    if not rating:
        Rating.objects.filter(round=round, item=item, rater=by).delete()
        return None
    refuse(rules.cannot_give(rating, round.content), found=topic.title)
    given, _ = Rating.objects.update_or_create(
        round=round, item=item, rater=by, defaults={"rating": rating, "note": note, "given_at": timezone.now()}
    )
    return given


@transaction.atomic
def rate_several(*, round: Round, given: Mapping[str, Said], by: User) -> list[Rating | None]:
    """What somebody says of several items at once, apart from the others: all of it is kept, or nothing."""
    return [rate(round=round, item=item, rating=said.rating, note=said.note, by=by) for item, said in given.items()]


@transaction.atomic
def lay_open(*, round: Round, by: User) -> Round:
    """Show everybody who takes part what each said: from now on nobody rates apart."""
    round = held(round)
    refuse(rules.cannot_lay_open(by, round), found=str(round.content.title))
    round.state, round.laid_open_by, round.laid_open_at = Round.TALKING, by, timezone.now()
    round.save(update_fields=["state", "laid_open_by", "laid_open_at"])
    return round


@transaction.atomic
def answer(*, round: Round, item: str, said: Said, known: int | None, by: User) -> Answer:
    """Write down together what is said of an item. `known` is the version that was shown, None where there was none.

    Raises NotAllowed where the rules say no, or somebody else has written since; KeyError for an unknown item.
    """
    round = held(round)
    topic = topic_of(round, item)
    refuse(rules.cannot_answer(by, round), found=topic.title)
    if said.rating:
        refuse(rules.cannot_give(said.rating, round.content), found=topic.title)
    now = Answer.objects.filter(round=round, item=item).select_related("changed_by").first()
    _refuse_quicker(now.version if now else None, known, now.changed_by if now else None)
    written = now or Answer(round=round, item=item, version=0)
    written.rating, written.note, written.owner, written.due_on = said.rating, said.note, said.owner, said.due_on
    written.version, written.changed_by, written.changed_at = written.version + 1, by, timezone.now()
    written.save()
    return written


@transaction.atomic
def answer_several(*, round: Round, written: Mapping[str, Written], by: User) -> list[Answer]:
    """Write down together what is said of several items: all of it is kept, or nothing.

    Raises Quicker, with the items, where somebody else has written of one since; else as `answer`.
    """
    return _all_or_nothing(
        {
            item: partial(answer, round=round, item=item, said=one.said, known=one.known, by=by)
            for item, one in written.items()
        }
    )


@transaction.atomic
def take_over(*, round: Round, by: User) -> list[Answer]:
    """Write down what all raters said alike, of every item of which nothing is written down yet."""
    round = held(round)
    refuse(rules.cannot_answer(by, round), found=str(round.content.title))
    return [
        Answer.objects.create(round=round, item=one.item.key, rating=one.ratings[0].rating, changed_by=by)
        for one in queries.of_one_mind(round)
    ]


@transaction.atomic
def note(*, round: Round, item: str, prompt: str, words: str, known: int | None, by: User) -> Note | None:
    """Answer one prompt of an item; no words take the note away. `known` as in `answer`."""
    round = held(round)
    topic = topic_of(round, item)
    refuse(rules.cannot_note(by, round), found=topic.title)
    if prompt not in {one.key for one in topic.prompts()}:
        raise KeyError(prompt)
    now = Note.objects.filter(round=round, item=item, prompt=prompt).select_related("written_by").first()
    _refuse_quicker(now.version if now else None, known, now.written_by if now else None)
    if not words.strip():
        if now:
            now.delete()
        return None
    written = now or Note(round=round, item=item, prompt=prompt, version=0)
    written.words, written.version = words.strip(), written.version + 1
    written.written_by, written.written_at = by, timezone.now()
    written.save()
    return written


@transaction.atomic
def note_several(*, round: Round, item: str, words: Mapping[str, Words], by: User) -> list[Note | None]:
    """Answer several prompts of an item at once: all of it is kept, or nothing. Raises as `answer_several`."""
    return _all_or_nothing(
        {
            prompt: partial(note, round=round, item=item, prompt=prompt, words=one.words, known=one.known, by=by)
            for prompt, one in words.items()
        }
    )


@transaction.atomic
def say_of(*, round: Round, item: str, own: Said | None, words: Mapping[str, Words], by: User) -> None:
    """What somebody says of one item: their own rating, if they gave one, and notes to its prompts; all or nothing."""
    if own is not None:
        rate(round=round, item=item, rating=own.rating, note=own.note, by=by)
    note_several(round=round, item=item, words=words, by=by)


@transaction.atomic
def copy_answers(*, round: Round, of: Round, items: Mapping[str, int], by: User) -> list[Answer]:
    """Take over the answers of another place's round, of the items chosen, where nothing is written yet.

    `items` are items with the version that was shown of the other's answer. Raises NotAllowed where the rules say no or
    the other changed since; the caller has checked that the other round may be seen.
    """
    round = held(round)
    refuse(rules.cannot_answer(by, round), found=round.content.title)
    written = set(round.answers.values_list("item", flat=True))
    made = []
    for other in of.answers.filter(item__in=items).select_related("changed_by"):
        _refuse_quicker(other.version, items[other.item], other.changed_by)
        if other.item not in written:
            made.append(
                Answer.objects.create(
                    round=round,
                    item=other.item,
                    rating=other.rating,
                    note=other.note,
                    owner=other.owner,
                    due_on=other.due_on,
                    copied_from=other,
                    changed_by=by,
                )
            )
    return made


@transaction.atomic
def agree(*, round: Round, review_on: dt.date | None, by: User) -> Round:
    """Close a round as agreed; nothing in it changes any more. Without a day, the next review is when content says."""
    round = held(round)
    refuse(rules.cannot_agree(by, round), found=round.content.title)
    if review_on is not None:
        refuse(rules.cannot_review_on(review_on), found=str(review_on), attempt="another day")
    round.state, round.agreed_by, round.agreed_at = Round.AGREED, by, timezone.now()
    round.review_on = review_on or timezone.localdate() + dt.timedelta(days=round.content.review_after_days)
    round.save(update_fields=["state", "agreed_by", "agreed_at", "review_on"])
    record(by=by, kind=Kind.CHANGED, what="Assessment", place=round.place, about=f"{round.content.title} agreed")
    return round


@transaction.atomic
def release(*, round: Round, to: Place, with_notes: bool, by: User) -> Shown:
    """Let a place above see what was agreed, until it is withdrawn; notes only where that is chosen."""
    round = held(round)
    refuse(rules.cannot_release(by, round, to), found=round.place.name)
    shown = Shown.objects.create(round=round, to=to, with_notes=with_notes, released_by=by)
    about = f"{round.content.title} to {to}, {'with' if with_notes else 'without'} notes"
    record(by=by, kind=Kind.RELEASED, what=UPWARD, place=round.place, about=about)
    return shown


@transaction.atomic
def withdraw(*, shown: Shown, by: User) -> Shown:
    """Show it no longer; what somebody has seen they have seen."""
    shown = Shown.objects.select_for_update(of=("self",)).select_related("round__place", "to").get(pk=shown.pk)
    refuse(rules.cannot_withdraw(by, shown), found=shown.to.name)
    shown.withdrawn_by, shown.withdrawn_at = by, timezone.now()
    shown.save(update_fields=["withdrawn_by", "withdrawn_at"])
    about = f"{shown.round.content.title} to {shown.to}: not shown from now on"
    record(by=by, kind=Kind.WITHDRAWN, what="Release", place=shown.round.place, about=about)
    return shown


def held(round: Round) -> Round:
    """The round as it is now, held until the transaction ends."""
    return Round.objects.select_for_update(of=("self",)).select_related("place").get(pk=round.pk)


def topic_of(round: Round, item: str) -> Topic:
    return {topic.key: topic for topic in round.content.items}[item]


def _refuse_quicker(now: int | None, known: int | None, who: User | None) -> None:
    if now != known:
        raise _quicker(
            QUICKER.format(name=who.name) if who else "Somebody else has taken this away since you opened the page."
        )


def _quicker(wrong: str) -> Quicker:
    return Quicker(
        wrong,
        found="another text than the one that was shown to you",
        attempt="read what stands there now, and send yours again if it is still right",
    )


def _all_or_nothing(changes: Mapping[str, Callable[[], Made]]) -> list[Made]:
    """Make each change; where somebody was quicker at some of them make none, and name them all."""
    made, at = [], {}
    for key, change in changes.items():
        try:
            made.append(change())
        except Quicker as quicker:
            at[key] = quicker.wrong
    if at:
        refused = _quicker("Nothing is saved yet: somebody else has changed some of this since you opened the page.")
        refused.at = at
        raise refused
    return made
