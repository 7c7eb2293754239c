"""How does a list of things to do read: how far it is, what comes next, and what leaves with it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.forms import BoundField
from django.urls import reverse
from django.utils import timezone

from keepwell.content.assessments import Assessment, Group, Topic
from keepwell.content.general_practice import CHECKLIST, Step, cycle
from keepwell.errors import counted
from keepwell.web.assessments.forms import KNOWN, NOTE
from keepwell.web.assessments.list_forms import DUE, OWNER, DoneList
from keepwell.web.assessments.list_queries import DONE, Progress
from keepwell.web.assessments.models import Answer, Round
from keepwell.web.assessments.presenters import OF_KIND, Tag, tag
from keepwell.web.assessments.queries import RATING_WORDS
from keepwell.web.nhsuk.words import day, in_sentence

NOT_ANSWERED: Final = Tag("none", "No answer yet")
HEADINGS: Final = ("Step", "Check", "State", "Owner", "Due", "Note", "Evidence", "Copied from", "Source")


# How far it is


def progress_in_words(progress: Progress) -> str:
    """The first sentence: "6 of 22 checks done. Next: draw the stakeholder map." """
    return f"{done_in_words(progress)} {next_in_words(progress)}"


def done_in_words(progress: Progress) -> str:
    """How many items are done: "6 of 22 checks done." """
    return f"{progress.done} of {counted(len(progress.of.items), OF_KIND[progress.of.answers])} done."


def next_in_words(progress: Progress) -> str:
    """What to do next: the step's own sentence before it is begun, then the action of the first item not begun."""
    if not progress.open_items:
        return "Next: agree on it, and say when you look again."
    group = group_of(progress.of, progress.open_items[0])
    begun = any(progress.rating_of(item) in ("under_way", DONE) for item in group.items)
    if (step := step_of(progress.of, group)) and not begun:
        return step.next_sentence
    untouched = [i for i in group.items if i in progress.open_items and progress.rating_of(i) != "under_way"]
    if untouched:
        return f"Next: {in_sentence(_to_do(untouched[0]))}"
    first = next(item for item in group.items if item in progress.open_items)
    return f"Next: finish what is under way: {in_sentence(first.title)}."


def _to_do(item: Topic) -> str:
    return item.actions[0].action if item.actions else f"{item.title}."


def group_of(of: Assessment, item: Topic) -> Group:
    return next(group for group in of.groups if item in group.items)


def step_of(of: Assessment, group: Group) -> Step | None:
    """The step of the improvement cycle that a group of the checklist belongs to."""
    if of.key != CHECKLIST:
        return None
    return next(step for step in cycle() if group.key in step.checklist)


# Item by item


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item of a list: what was written of it, in words."""

    item: Topic
    tag: Tag
    owner: str
    due: str
    late: bool
    note: str
    evidence: tuple[str, ...]
    copied: str
    changed: str
    href: str

    @property
    def folded(self) -> str:
        """What stands in what is folded away, in one line."""
        kept = (self.owner, f"due {self.due}" if self.due else "", "a note" if self.note else "")
        return ", ".join(part for part in kept if part)

    @property
    def evidence_in_words(self) -> str:
        return counted(len(self.evidence), "piece of evidence", "pieces of evidence") if self.evidence else "none yet"


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A heading of a list with what is under it."""

    group: Group
    done: str
    items: tuple[ShownItem, ...]


def shown_groups(round: Round, progress: Progress, evidence: Mapping[str, Sequence[str]]) -> list[ShownGroup]:
    """The list as it is read, group by group."""
    return [
        ShownGroup(
            group,
            f"{sum(progress.rating_of(item) == DONE for item in group.items)} of {len(group.items)} done",
            tuple(shown_item(round, item, progress.answers.get(item.key), evidence) for item in group.items),
        )
        for group in progress.of.groups
    ]


def shown_item(round: Round, item: Topic, answer: Answer | None, evidence: Mapping[str, Sequence[str]]) -> ShownItem:
    now = answer or Answer()
    return ShownItem(
        item,
        tag_of(now.rating),
        now.owner,
        day(now.due_on) if now.due_on else "",
        is_late(answer),
        now.note,
        tuple(evidence.get(item.key, ())),
        copied_in_words(round, answer),
        f"{answer.changed_by.name}, {day(answer.changed_at)}" if answer else "",
        reverse("topic", args=[round.place.slug, round.pk, item.key]),
    )


def tag_of(rating: str) -> Tag:
    return tag(rating) if rating else NOT_ANSWERED


def is_late(answer: Answer | None, today: dt.date | None = None) -> bool:
    """Whether the day has passed by which an item should have been done."""
    if answer is None or answer.due_on is None or answer.rating == DONE:
        return False
    return answer.due_on < (today or timezone.localdate())


def copied_in_words(round: Round, answer: Answer | None) -> str:
    """Where an answer was taken over from: another place, or the place's own list before."""
    other = answer.copied_from if answer else None
    if other is None:
        return ""
    if other.round.place_id == round.place_id:
        return f"the list before, of {day(other.round.agreed_at)}"
    return other.round.place.name


def answer_in_words(answer: Answer) -> str:
    """What stands there of an item, in one line: "Under way. Jo Hart. Due 3 May 2026. We asked twice." """
    due = f"Due {day(answer.due_on)}" if answer.due_on else ""
    parts = (RATING_WORDS.get(answer.rating, ""), answer.owner, due, answer.note)
    return " ".join(f"{part.strip().rstrip('.')}." for part in parts if part.strip())


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of one item, with what stands there."""

    shown: ShownItem
    state: BoundField
    owner: BoundField
    due: BoundField
    note: BoundField
    known: BoundField
    open: bool


def asked_of(form: DoneList, group: ShownGroup) -> list[Asked]:
    """The fields of a group, item by item; what is folded away is open where something is wrong with it."""
    return [
        Asked(
            one,
            form[one.item.key],
            form[one.item.key + OWNER],
            form[one.item.key + DUE],
            form[one.item.key + NOTE],
            form[one.item.key + KNOWN],
            form.wrong_inside(one.item),
        )
        for one in group.items
    ]


# What leaves with it


def state_in_words(round: Round, progress: Progress) -> str:
    """How far it is and how binding: what a paper says at its top."""
    if round.unfinished:
        return f"{done_in_words(progress)} Not agreed yet: as it stands on {day(timezone.localdate())}."
    by = f" by {round.agreed_by.name}" if round.agreed_by else ""
    return f"{done_in_words(progress)} Agreed on {day(round.agreed_at)}{by}."


def about_lines(round: Round, progress: Progress) -> list[str]:
    """What a file says of itself."""
    lines = [round.place.name, state_in_words(round, progress)]
    if round.review_on:
        lines.append(f"To be looked at again on {day(round.review_on)}.")
    return [*lines, f"The list is {progress.of.source}."]


def lines_of(groups: Sequence[ShownGroup], answers: Mapping[str, Answer]) -> list[tuple[str | dt.date | None, ...]]:
    """The list as lines of a file, in the order of HEADINGS."""
    return [
        (
            shown.group.title,
            f"{one.item.title}: {one.item.statement}",
            one.tag.words,
            one.owner,
            answers[one.item.key].due_on if one.item.key in answers else None,
            one.note,
            "; ".join(one.evidence),
            one.copied,
            str(one.item.source),
        )
        for shown in groups
        for one in shown.items
    ]


def source_in_words(round: Round, of: Round) -> str:
    """Whose answers may be taken over: "Fell Network, agreed on 3 May 2026"."""
    whose = "Your own list before" if of.place_id == round.place_id else of.place.name
    return f"{whose}, {'not agreed yet' if of.unfinished else f'agreed on {day(of.agreed_at)}'}"
