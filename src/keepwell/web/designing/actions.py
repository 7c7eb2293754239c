"""How is what stands beside a plan written, and how do ideas become actions?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from keepwell.content import plain_words
from keepwell.content.involving import Stakeholder as OnMap
from keepwell.web.accounts.models import User
from keepwell.web.designing import queries, rules
from keepwell.web.designing.drivers import Idea, drivers_of
from keepwell.web.designing.models import EqualityScreening, OfPlan, Outline, ReadinessCheck, Stakeholder
from keepwell.web.designing.theories import theory_of
from keepwell.web.places.refusals import Quicker, refuse
from keepwell.web.plans import actions as plans
from keepwell.web.plans.actions import held
from keepwell.web.plans.models import Action, Plan

Kept = TypeVar("Kept", bound=OfPlan)
READ_BY = {Outline.DRIVERS: drivers_of, Outline.THEORY: theory_of}
OF_STAKEHOLDER = ("title", "interest", "influence", "how", "when", "who")


@transaction.atomic
def write_outline(*, plan: Plan, kind: str, text: str, known: int | None, by: User) -> Outline:
    """Keep a diagram or a theory as it was typed. `known` is the version shown, None where nothing stood there.

    Raises OutlineRefused where it cannot be drawn, Quicker where somebody else has written since, NotAllowed where the
    rules say no, KeyError for another kind.
    """
    READ_BY[kind](text)
    plan = _designed(plan, by)
    now = _not_quicker(Outline.objects.filter(plan=plan, kind=kind), known)
    one = now or Outline(plan=plan, kind=kind, version=0)
    one.text = text
    return _written(one, by)


@transaction.atomic
def write_readiness(
    *, plan: Plan, answers: Mapping[str, str], note: str, known: int | None, by: User
) -> ReadinessCheck:
    """Keep how ready they are, an answer by component. `known` and what is raised: as `write_outline`."""
    plan = _designed(plan, by)
    now = _not_quicker(ReadinessCheck.objects.filter(plan=plan), known)
    one = now or ReadinessCheck(plan=plan, version=0)
    one.answers, one.note = {key: answer for key, answer in answers.items() if answer}, note
    return _written(one, by)


@transaction.atomic
def write_screening(
    *,
    plan: Plan,
    judged: Mapping[str, Mapping[str, str]],
    answers: Mapping[str, str],
    known: int | None,
    by: User,
) -> EqualityScreening:
    """Keep a screening; what nothing was said of is left out. `known` and what is raised: as `write_outline`."""
    plan = _designed(plan, by)
    now = _not_quicker(EqualityScreening.objects.filter(plan=plan), known)
    one = now or EqualityScreening(plan=plan, version=0)
    one.judged = {key: dict(said) for key, said in judged.items() if any(said.values())}
    one.answers = {key: words for key, words in answers.items() if words}
    return _written(one, by)


@transaction.atomic
def ideas_to_actions(*, plan: Plan, ideas: Collection[str], by: User) -> list[Action]:
    """A new action in draft for each idea named that is none yet. Its objective is the driver that it serves.

    Raises NotAllowed where the rules say no, or an idea does not stand in the diagram.
    """
    plan = _designed(plan, by)
    outline = queries.outline_of(plan, Outline.DRIVERS)
    found = {plain_words(idea.words): idea for idea in drivers_of(outline.text).ideas} if outline else {}
    wanted = list(dict.fromkeys(plain_words(words) for words in ideas))
    gone = any(words not in found for words in wanted)
    reason = "An idea that you ticked does not stand in the diagram any more." if gone else None
    refuse(reason, found=plan.title, attempt="look at the diagram as it is now, and tick again")
    there = {plain_words(idea) for idea in plan.actions.filter(removed_at=None).values_list("idea", flat=True)}
    return [
        plans.add(plan=plan, content=_action_of(found[words]), by=by, began_from=f"designing.outline/{plan.pk}")
        for words in wanted
        if words not in there
    ]


def _action_of(idea: Idea) -> dict[str, Any]:
    serves = "; ".join(f"{primary.words}: {secondary.words}" for primary, secondary in idea.serves)
    return {"what": idea.words, "idea": idea.words, "objective": serves}


@transaction.atomic
def begin_map(*, plan: Plan, keys: Collection[str], by: User) -> list[Stakeholder]:
    """Put those of the map to begin from on the plan's; whoever was taken off comes back with what was written."""
    plan = _designed(plan, by)
    back = Stakeholder.objects.filter(plan=plan, out_at__isnull=False, key__in=keys)
    made = [put_on(row=row, by=by) for row in back]
    for one in queries.not_yet_on(plan, list(Stakeholder.objects.filter(plan=plan))):
        if one.key in keys:
            made.append(_added(plan, _content_of(one), by, key=one.key))
    return made


def _content_of(one: OnMap) -> dict[str, str]:
    return {
        "title": one.title,
        "interest": one.interest,
        "influence": one.influence,
        "how": one.how,
        "when": one.when,
    }


@transaction.atomic
def add_stakeholder(*, plan: Plan, content: Mapping[str, str], by: User) -> Stakeholder:
    """Somebody of the plan's own. Raises NotAllowed where the rules say no."""
    return _added(_designed(plan, by), content, by)


@transaction.atomic
def write_stakeholder(*, row: Stakeholder, content: Mapping[str, str], known: int | None, by: User) -> Stakeholder:
    """Write a row of the map. `known` and what is raised: as `write_outline`."""
    plan = _designed(row.plan, by)
    now = _not_quicker(Stakeholder.objects.filter(pk=row.pk), known)
    assert now is not None
    refuse(rules.cannot_call_stakeholder(content["title"], plan, now), found="the name of a row", attempt="other words")
    return _written(_put(now, content), by)


@transaction.atomic
def take_off(*, row: Stakeholder, by: User) -> Stakeholder:
    """Take somebody off the map; what was written of them stays and can come back."""
    _designed(row.plan, by)
    row = Stakeholder.objects.get(pk=row.pk)
    row.out_at = timezone.now()
    return _written(row, by)


@transaction.atomic
def put_on(*, row: Stakeholder, by: User) -> Stakeholder:
    """Put somebody back on the map. Raises NotAllowed where the rules say no."""
    plan = _designed(row.plan, by)
    row = Stakeholder.objects.get(pk=row.pk)
    refuse(rules.cannot_add_stakeholder(by, plan), found=plan.title)
    refuse(rules.cannot_call_stakeholder(row.title, plan, row), found="the name of a row", attempt="other words")
    row.out_at = None
    return _written(row, by)


@transaction.atomic
def copy_designs(*, plan: Plan, to: Plan, by: User) -> None:
    """Copy what stands beside a plan, as far as who copies it may see it; of stakeholders not who they are by name."""
    if rules.cannot_see_design(by, plan) is None:
        _copy(Outline.objects.filter(plan=plan), to, by)
        _copy(EqualityScreening.objects.filter(plan=plan), to, by)
    if rules.cannot_see_workings(by, plan) is None:
        _copy(ReadinessCheck.objects.filter(plan=plan), to, by)
        _copy(Stakeholder.objects.filter(plan=plan, out_at=None), to, by, who="")


def _copy(found: Any, to: Plan, by: User, **changed: Any) -> None:
    for one in found:
        one.pk, one._state.adding = None, True
        one.plan, one.version, one.copied = to, 1, True
        one.changed_by, one.changed_at = by, timezone.now()
        for name, value in changed.items():
            setattr(one, name, value)
        one.save()


def _designed(plan: Plan, by: User) -> Plan:
    """The plan, held until the transaction ends, if they may write beside it."""
    plan = held(plan)
    refuse(rules.cannot_design(by, plan), found=plan.title)
    return plan


def _not_quicker(found: Any, known: int | None) -> Any:
    """What stands there now, if it is what was shown. Raises Quicker where somebody else has written since."""
    now = found.select_related("changed_by").first()
    if (now.version if now is not None else None) != known:
        raise Quicker(
            f"Somebody else has written this since you opened the page: {now.changed_by.name}."
            if now is not None
            else "What you opened is not there any more.",
            found="another text than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
    return now


def _written(one: Kept, by: User) -> Kept:
    one.version, one.copied, one.changed_by, one.changed_at = one.version + 1, False, by, timezone.now()
    one.save()
    return one


def _added(plan: Plan, content: Mapping[str, str], by: User, key: str = "") -> Stakeholder:
    refuse(rules.cannot_add_stakeholder(by, plan), found=plan.title)
    refuse(rules.cannot_call_stakeholder(content["title"], plan), found="the name of a row", attempt="other words")
    last = Stakeholder.objects.filter(plan=plan).aggregate(last=Max("position"))["last"]
    row = Stakeholder(plan=plan, key=key, position=0 if last is None else last + 1, version=0)
    return _written(_put(row, content), by)


def _put(row: Stakeholder, content: Mapping[str, str], names: Sequence[str] = OF_STAKEHOLDER) -> Stakeholder:
    for name in names:
        setattr(row, name, content.get(name, "").strip())
    return row
