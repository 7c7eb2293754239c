"""How is it written down what a workshop found alike or different, and what it is going to do?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.assessments import actions, rules
from keepwell.web.assessments.actions import QUICKER, Quicker, Written
from keepwell.web.assessments.models import Answer, Note, Round
from keepwell.web.assessments.words_queries import (
    ACTIONS,
    FOUND,
    known_of,
    prompts_of,
    written_actions,
)
from keepwell.web.places.refusals import refuse

TAKEN_AWAY: Final = "Somebody else has taken this away since you opened the page."


@dataclass(frozen=True, slots=True)
class Found:
    """What a prompt was found to be (one of FOUND; empty: not talked about), and the state that was shown."""

    found: str = ""
    words: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True)
class Promised:
    """Who does what by when; all of it empty takes an action back."""

    what: str = ""
    who: str = ""
    by_when: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """An action that stood on the page, as it is now to be, with the version that was shown."""

    promised: Promised
    known: int | None


@transaction.atomic
def mark(*, round: Round, given: Mapping[str, Found], by: User) -> None:
    """Write down of several prompts whether the sides are alike or differ: all of it is kept, or nothing.

    Raises NotAllowed where the rules say no; Quicker, with the prompts, where somebody else has marked one since;
    KeyError for a prompt or a mark that there is not.
    """
    round = _held(round)
    refuse(rules.cannot_note(by, round), found=round.content.title)
    prompts = prompts_of(round.content)
    if unknown := set(given) - set(prompts):
        raise KeyError(*unknown)
    now = {note.prompt: note for note in round.notes.filter(item__in=FOUND.values()).select_related("written_by")}
    _refuse_quicker(
        {
            prompt: QUICKER.format(name=now[prompt].written_by.name) if prompt in now else TAKEN_AWAY
            for prompt, one in given.items()
            if one.known != (known_of(now[prompt]) if prompt in now else "")
        }
    )
    for prompt, one in given.items():
        _mark(round, prompt, one, now.get(prompt), by)


def _mark(round: Round, prompt: str, one: Found, now: Note | None, by: User) -> None:
    if not one.found:
        if now:
            now.delete()
        return
    note = now or Note(round=round, prompt=prompt, version=0)
    note.item, note.words, note.version = FOUND[one.found], one.words, note.version + 1
    note.written_by, note.written_at = by, timezone.now()
    note.save()


@transaction.atomic
def write_together(
    *,
    round: Round,
    texts: Mapping[str, Written],
    changed: Mapping[str, Changed],
    added: Sequence[Promised],
    by: User,
) -> None:
    """Write down what all say together and the actions that came out: all of it is kept, or nothing.

    `changed` are actions that stood on the page, by their keys; `added` are new ones, which never stand in each other's
    way: two people who add one each have added two, and the same one twice is one. Raises NotAllowed where the rules
    say no; Quicker, with the items and actions, where somebody else has written since; KeyError for what is unknown.
    """
    round = _held(round)
    refuse(rules.cannot_answer(by, round), found=round.content.title)
    written = written_actions(round)
    quicker = {
        key: QUICKER.format(name=written[key].changed_by.name)
        for key, one in changed.items()
        if one.known != written[key].version
    }
    try:
        actions.answer_several(round=round, written=texts, by=by)
    except Quicker as refusal:
        quicker |= refusal.at
    _refuse_quicker(quicker)
    for key, one in changed.items():
        _promise(written[key], one.promised, by)
    for promised in _new(added, written):
        number = max((int(key.rpartition("_")[2]) for key in written), default=0) + 1
        key = f"{ACTIONS}_{number}"
        written[key] = _promise(Answer(round=round, item=key, version=0), promised, by)


def _new(added: Sequence[Promised], written: Mapping[str, Answer]) -> list[Promised]:
    """Those that are not there yet, each once."""
    stand = {(answer.note, answer.owner, answer.due_on) for answer in written.values()}
    return [one for one in dict.fromkeys(added) if (one.what, one.who, one.by_when) not in stand]


def _promise(answer: Answer, one: Promised, by: User) -> Answer:
    answer.note, answer.owner, answer.due_on = one.what, one.who, one.by_when
    answer.version, answer.changed_by, answer.changed_at = answer.version + 1, by, timezone.now()
    answer.save()
    return answer


def _refuse_quicker(at: Mapping[str, str]) -> None:
    if at:
        refused = Quicker(
            "Nothing is saved yet: somebody else has changed some of this since you opened the page.",
            found="another text than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
        refused.at = at
        raise refused


def _held(round: Round) -> Round:
    """The round as it is now, held until the transaction ends."""
    return Round.objects.select_for_update(of=("self",)).select_related("place").get(pk=round.pk)
