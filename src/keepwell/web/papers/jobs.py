"""How are papers made behind the pages, and when are they deleted?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from django.db.models import Q

from keepwell.disclosure.policies import HIDING_POLICIES, POLICIES
from keepwell.web.accounts.models import INTERNAL
from keepwell.web.evidence.queries import ShownCitation
from keepwell.web.jobs.queue import Telling, finish_with, job
from keepwell.web.papers import actions, contents, queries, rules, store
from keepwell.web.papers.docx_paper import docx_of
from keepwell.web.papers.models import BOARD, COMBINED, PLAN, Paper
from keepwell.web.papers.other_parts import with_other_parts
from keepwell.web.papers.pdf_paper import board_pdf, plan_pdf
from keepwell.web.papers.pptx_paper import pptx_of
from keepwell.web.papers.telling import combined_paper, drafts_in, paper_of, policies_of
from keepwell.web.papers.xlsx_paper import xlsx_of
from keepwell.web.places.refusals import refuse

Maker = Callable[[contents.Paper], bytes]
MAKERS: Final[Mapping[tuple[str, str], Maker]] = {
    (PLAN, "docx"): docx_of,
    (PLAN, "xlsx"): xlsx_of,
    (PLAN, "pdf"): plan_pdf,
    (BOARD, "pptx"): pptx_of,
    (BOARD, "pdf"): board_pdf,
    (COMBINED, "docx"): docx_of,
    (COMBINED, "xlsx"): xlsx_of,
}


@job(actions.JOB, quick=True, longest=dt.timedelta(minutes=10))
def make(told: Telling, paper: int) -> None:
    """Make one paper of what whoever asked may see now. Done twice, the later file counts and the other is deleted."""
    found = _asked(paper)
    if found is None or found.ready:
        finish_with(told.job)
        return
    by = found.asked_by
    refuse(rules.cannot_ask(by, found.place, found.plan, found.kind, found.out_format), found=found.title)
    told.progress(0.1, "Gathering what stands in it")
    written, shown, plans = _gathered(found)
    told.progress(0.4, "Writing it")
    content = MAKERS[found.kind, found.out_format](written)
    told.progress(0.9, "Putting it where you find it")
    name = store.keep(content)
    drafts = found.plan is not None and drafts_in(found.plan, by=by)
    numbers = [one.pk for one in shown if not one.withheld]
    finish_with(
        told.job,
        lambda: actions.made(
            number=paper,
            name=name,
            content=content,
            shows=numbers,
            plans=plans,
            drafts=drafts,
            policy=strictest(policies_of(shown)),
        ),
    )


@job("papers.forget", quick=True, every=dt.timedelta(hours=1))
def forget(told: Telling) -> None:
    """Papers and what was brought in are kept for a week; files that no paper names are swept away."""
    actions.forget_old()
    store.sweep()


def strictest(policies: set[str]) -> str:
    """The policy that is written down for a paper: exact if anything is, else the strictest that hides."""
    if INTERNAL in policies:
        return INTERNAL
    known = {name: policy.strictness for name, policy in {**POLICIES, **HIDING_POLICIES}.items() if name in policies}
    return max(known, key=lambda name: known[name]) if known else ""


def _asked(number: int) -> Paper | None:
    found = Paper.objects.filter(Q(pk=number)).select_related(
        "place__controller", "plan__place__controller", "asked_by"
    )
    return found.first()


def _gathered(paper: Paper) -> tuple[contents.Paper, list[ShownCitation], list[int]]:
    if paper.plan is None:
        plans = queries.combined(paper.place)
        return combined_paper(paper.place, plans), [], [plan.pk for plan in plans]
    written, shown = paper_of(paper.plan, by=paper.asked_by)
    return with_other_parts(written, paper.plan, by=paper.asked_by), shown, [paper.plan.pk]
