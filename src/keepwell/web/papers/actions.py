"""How does a paper come to be and go, and how does a file become a plan?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.jobs.models import UNFINISHED
from keepwell.web.jobs.queue import enqueue
from keepwell.web.papers import rules, store
from keepwell.web.papers.models import Brought, Paper
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import Quicker, refuse
from keepwell.web.plans import actions as plan_actions
from keepwell.web.plans.models import Plan

JOB = "papers.make"


@transaction.atomic
def ask(*, place: Place, plan: Plan | None, kind: str, out_format: str, by: User) -> Paper:
    """Have a paper made by the worker. The same that is being made already is given back."""
    refuse(rules.cannot_ask(by, place, plan, kind, out_format), found=f"{kind} as {out_format}")
    same = Paper.objects.filter(place=place, plan=plan, kind=kind, out_format=out_format, asked_by=by, made_at=None)
    if (known := same.filter(job__state__in=UNFINISHED).first()) is not None:
        return known
    paper = Paper.objects.create(place=place, plan=plan, kind=kind, out_format=out_format, asked_by=by)
    paper.job = enqueue(JOB, by=by, key=f"paper-{paper.pk}", paper=paper.pk)
    paper.save(update_fields=["job"])
    return paper


def made(
    *, number: int, name: str, content: bytes, shows: Sequence[int], plans: Collection[int], drafts: bool, policy: str
) -> None:
    """Write down that a paper lies in the store; where it is not wanted any more, it is swept away."""
    paper = Paper.objects.select_for_update(of=("self",)).filter(pk=number).first()
    if paper is None:
        return
    store_before = paper.kept_as
    paper.kept_as, paper.size, paper.sha256 = name, len(content), hashlib.sha256(content).hexdigest()
    paper.shows, paper.plans, paper.drafts, paper.policy = list(shows), sorted(plans), drafts, policy
    paper.made_at = timezone.now()
    paper.save()
    transaction.on_commit(lambda: store.discard(store_before))


def forget_old() -> int:
    """Delete the papers and what was brought in a week ago: how many papers that were."""
    before = timezone.now() - rules.KEPT_FOR
    old = list(Paper.objects.filter(asked_at__lt=before))
    Paper.objects.filter(pk__in=[paper.pk for paper in old]).delete()
    for paper in old:
        store.discard(paper.kept_as)
    Brought.objects.filter(brought_at__lt=before).delete()
    return len(old)


@transaction.atomic
def bring(*, place: Place, name: str, read: Mapping[str, Any], by: User) -> Brought:
    """Keep what was read of a file until a plan is made of it."""
    refuse(rules.cannot_bring(by, place), found=place.name)
    return Brought.objects.create(place=place, name=name[:120], read=dict(read), by=by)


@transaction.atomic
def say(*, brought: Brought, said: Mapping[str, str], known: int, by: User) -> Brought:
    """Say which column of a file is which of ours. Raises Quicker where this was said anew since the page was opened."""
    brought = _held(brought)
    refuse(rules.cannot_make(by, brought), found=brought.name)
    _refuse_quicker(brought, known)
    brought.said, brought.version = dict(said), brought.version + 1
    brought.save(update_fields=["said", "version"])
    return brought


@transaction.atomic
def make_plan(
    *, brought: Brought, content: Mapping[str, Any], actions: Sequence[Mapping[str, Any]], known: int, by: User
) -> Plan:
    """A draft plan of what was brought in: all of it or nothing. Raises as the actions of plans do."""
    brought = _held(brought)
    refuse(rules.cannot_make(by, brought), found=brought.name)
    _refuse_quicker(brought, known)
    plan = plan_actions.begin(place=brought.place, content=content, by=by, began_from=f"papers.brought/{brought.pk}")
    for one in actions:
        plan_actions.add(plan=plan, content=one, by=by)
    brought.plan = plan
    brought.save(update_fields=["plan"])
    return plan


@transaction.atomic
def drop(*, brought: Brought, by: User) -> None:
    """Nothing of what was read is kept."""
    refuse(rules.cannot_make(by, brought), found=brought.name)
    brought.delete()


def _held(brought: Brought) -> Brought:
    found = Brought.objects.select_for_update(of=("self",)).select_related("place__controller")
    return found.get(pk=brought.pk)


def _refuse_quicker(brought: Brought, known: int) -> None:
    if brought.version != known:
        raise Quicker(
            "This was read anew since you opened the page, in another window.",
            found="other columns than those that were shown to you",
            attempt="look at what stands there now, and go on from there",
        )
