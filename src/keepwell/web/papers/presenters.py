"""How far is a paper, and what was read of a file?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from keepwell.errors import KeepwellError, counted
from keepwell.web.accounts.models import User
from keepwell.web.jobs.queries import Progress, progress_of
from keepwell.web.nhsuk.words import day as on_day
from keepwell.web.papers.contents import headings
from keepwell.web.papers.models import Paper
from keepwell.web.papers.reading import Read, Table, Tables, labels
from keepwell.web.papers.row_contents import MONEY
from keepwell.web.papers.rules import KEPT_FOR
from keepwell.web.plans import topics
from keepwell.web.plans.models import Plan
from keepwell.web.plans.rules import cannot_see_plan

KILOBYTE = 1_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper in a list: its title, how it stands in a word with the kind of signal, and its page."""

    title: str
    href: str
    asked: str
    word: str
    kind: str


def shown(papers: Sequence[Paper]) -> list[Shown]:
    """The papers that somebody asked for, each with how it stands."""
    return [_shown(paper) for paper in papers]


def _shown(paper: Paper) -> Shown:
    href = reverse("paper", args=[paper.place.slug, paper.pk])
    asked = timezone.localtime(paper.asked_at).strftime("%H:%M, ") + on_day(timezone.localdate(paper.asked_at))
    word, kind = _stands(paper)
    return Shown(paper.title, href, asked, word, kind)


def _stands(paper: Paper) -> tuple[str, str]:
    if paper.ready:
        return f"Ready until {on_day(until(paper))}", "good"
    progress = how_far(paper)
    if progress is None or progress.ended:
        return "Not made", "bad"
    return "Being made", "changing"


def until(paper: Paper) -> Any:
    """The day on which a paper is deleted."""
    return timezone.localdate(paper.asked_at + KEPT_FOR)


def how_far(paper: Paper) -> Progress | None:
    """How far its job is; None where the queue knows of none any more."""
    return progress_of(paper.job) if paper.job is not None else None


def why_not_made(progress: Progress | None) -> KeepwellError | None:
    """The three lines of a paper that was not made."""
    if progress is not None and not progress.ended:
        return None
    if progress is not None and progress.error is not None:
        return progress.error
    return KeepwellError("This paper was not made.", found="its job has ended", attempt="ask for it again")


def size(number: int) -> str:
    """36 KB, 1.2 MB."""
    return f"{number / KILOBYTE**2:.1f} MB" if number >= KILOBYTE**2 else f"{max(1, number // KILOBYTE)} KB"


def papers_stand(plan: Plan, user: User) -> str | None:
    """What the plan's page says beside the link to its papers; None for who does not see the plan."""
    if cannot_see_plan(user, plan) is not None:
        return None
    made = Paper.objects.filter(plan=plan, asked_by=user, made_at__isnull=False).count()
    return f"{counted(made, 'paper')} ready" if made else "Word, Excel, slides or PDF"


@dataclass(frozen=True, slots=True)
class ShownAction:
    """An action as it was read: by the guide's columns, then what else was understood, then what is to be said."""

    where: str
    title: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def read_in_words(found: Tables) -> str:
    """The sentence at the top of the preview."""
    said = f"{counted(len(found.actions), 'action')} read"
    if not found.remarks:
        return f"{said}. Everything was understood."
    return f"{said}. {counted(len(found.remarks), 'thing')} to look at first."


def columns_in_words(table: Table) -> list[tuple[str, str]]:
    """Each heading of a table and what it was taken for."""
    called = labels()
    kept = "Kept with the steps, under its own heading"
    return [
        (column.heading or "No heading", called.get(column.field, kept if column.sample else "Empty"))
        for column in table.columns
    ]


def action_in_words(one: Read) -> ShownAction:
    """What becomes of one row."""
    content = one.content
    title = topics.title_of(content["topic"]) if content["topic"] else ""
    days = " to ".join(on_day(_date(content[name])) for name in ("starts_on", "ends_on") if content[name])
    cells = (
        ": ".join(part for part in (title, content["objective"]) if part),
        content["what"],
        content.get("owner_words", ""),
        "\n".join(part for part in (content["timescale_words"], days) if part),
        content["steps"],
        "\n".join(_criterion(each) for each in content["criteria"]),
    )
    facts = [(label, cell) for label, cell in zip(headings(), cells, strict=True)]
    called = labels()
    further = [(called[name], _said(name, content[name])) for name in called if name in content and name not in FIRST]
    return ShownAction(f"{one.table}, row {one.row}", content["what"], (*facts, *further), one.kept)


FIRST = frozenset({"topic", "objective", "steps"})


def _said(name: str, value: Any) -> str:
    titles = {"level": topics.level_titles, "stage": topics.stage_titles, "promise": topics.element_titles}
    if name in titles:
        return str(titles[name]().get(value, value))
    return f"£{value}" if name in MONEY else str(value)


def _criterion(one: dict[str, Any]) -> str:
    by = f", by {on_day(_date(one['by']))}" if one["by"] else ""
    return f"{one['words']}{by} ({'a number' if one['kind'] == 'measure' else 'a milestone'})"


def _date(text: str) -> Any:
    return timezone.datetime.fromisoformat(text).date()  # type: ignore[attr-defined]


def request_size(request: HttpRequest) -> int:
    """How much somebody is sending, as their browser says; 0 where it does not."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    return int(told) if str(told).isdigit() else 0
