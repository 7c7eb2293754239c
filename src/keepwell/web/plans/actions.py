"""How does a plan go on, from its first words until it is closed?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import UPWARD, Kind
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import Quicker, refuse
from keepwell.web.plans import rules
from keepwell.web.plans.contents import (
    CRITERIA,
    content_of_action,
    content_of_plan,
    put_criteria,
    put_in_action,
    put_in_plan,
    without,
)
from keepwell.web.plans.models import Action, Helper, Plan, Shown, Version
from keepwell.web.plans.signals import owner_asked, plan_copied

BEGUN, WRITTEN = "begun", "written anew"


@transaction.atomic
def begin(*, place: Place, content: Mapping[str, Any], by: User, began_from: str = "") -> Plan:
    """A new plan, in draft. Raises NotAllowed where the rules say no."""
    refuse(rules.cannot_start(by, place), found=place.name)
    plan = Plan(place=place, started_by=by, changed_by=by, began_from=began_from)
    put_in_plan(plan, content)
    _refuse_days(plan)
    plan.save()
    _keep(plan, None, BEGUN, by)
    return plan


@transaction.atomic
def change(*, plan: Plan, content: Mapping[str, Any], known: int, by: User, why: str = WRITTEN) -> Plan:
    """Write a plan's own words. `known` is the version that was shown.

    Raises Quicker where somebody else has written since, NotAllowed where the rules say no.
    """
    plan = held(plan)
    refuse(rules.cannot_write(by, plan), found=plan.title)
    _refuse_quicker(plan, known)
    put_in_plan(plan, content)
    _refuse_days(plan)
    _count(plan, by)
    plan.save()
    _keep(plan, None, why, by)
    return plan


@transaction.atomic
def add(*, plan: Plan, content: Mapping[str, Any], by: User, began_from: str = "") -> Action:
    """A new action in a plan, in draft, after those that are there. Raises NotAllowed where the rules say no."""
    plan = held(plan)
    refuse(rules.cannot_write(by, plan), found=plan.title)
    last = plan.actions.aggregate(last=Max("position"))["last"]
    action = Action(plan=plan, position=0 if last is None else last + 1, changed_by=by, began_from=began_from)
    put_in_action(action, content)
    _refuse_days(action)
    action.save()
    put_criteria(action, content.get(CRITERIA, []))
    _keep(plan, action, BEGUN, by)
    return action


@transaction.atomic
def change_action(*, action: Action, content: Mapping[str, Any], known: int, by: User, why: str = WRITTEN) -> Action:
    """Write an action. `known` and what is raised: as `change`."""
    action = held_action(action)
    refuse(rules.cannot_write(by, action.plan), found=action.plan.title)
    _refuse_quicker(action, known)
    put_in_action(action, content)
    _refuse_days(action)
    _count(action, by)
    action.save()
    if CRITERIA in content:
        put_criteria(action, content[CRITERIA])
    _keep(action.plan, action, why, by)
    return action


@transaction.atomic
def restore(*, version: Version, known: int, by: User) -> Plan | Action:
    """Write what stood there in an older version, as a new version: what stands there now stays on record too."""
    why = f"version {version.number} restored"
    if version.action is None:
        return change(plan=version.plan, content=version.content, known=known, by=by, why=why)
    return change_action(action=version.action, content=version.content, known=known, by=by, why=why)


@transaction.atomic
def order(*, plan: Plan, numbers: Sequence[int], by: User) -> None:
    """Put the actions of a plan into the order of their numbers; those not named come after, as they stood."""
    plan = held(plan)
    refuse(rules.cannot_write(by, plan), found=plan.title)
    place = {number: position for position, number in enumerate(numbers)}
    found = sorted(plan.actions.all(), key=lambda one: place.get(one.pk, len(place) + one.position))
    for position, action in enumerate(found):
        Action.objects.filter(pk=action.pk).update(position=position)


@transaction.atomic
def take_out(*, action: Action, by: User) -> Action:
    """Take an action out of a plan: it stays on record."""
    action = held_action(action)
    refuse(rules.cannot_write(by, action.plan), found=action.plan.title)
    action.removed_by, action.removed_at = by, timezone.now()
    _count(action, by)
    action.save()
    _keep(action.plan, action, "taken out", by)
    return action


@transaction.atomic
def put_back(*, action: Action, by: User) -> Action:
    """Put back what was taken out."""
    action = held_action(action)
    refuse(rules.cannot_write(by, action.plan), found=action.plan.title)
    action.removed_by, action.removed_at = None, None
    _count(action, by)
    action.save()
    _keep(action.plan, action, "put back", by)
    return action


@transaction.atomic
def agree(*, plan: Plan, by: User) -> Plan:
    """Make a plan the place's own, with everything in it that is still a draft."""
    plan = held(plan)
    refuse(rules.cannot_agree(by, plan), found=plan.title)
    if plan.state == Plan.DRAFT:
        plan.state, plan.agreed_by, plan.agreed_at = Plan.AGREED, by, timezone.now()
        plan.save(update_fields=["state", "agreed_by", "agreed_at"])
    new = plan.actions.filter(state=Action.DRAFT, removed_at__isnull=True)
    agreed = new.update(state=Action.UNDER_WAY)
    about = f"Plan {plan.pk} agreed, with {agreed} new actions"
    record(by=by, kind=Kind.CHANGED, what="Plan", place=plan.place, about=about)
    return plan


@transaction.atomic
def close(*, plan: Plan, by: User) -> Plan:
    """Close a plan: nothing in it changes any more."""
    plan = held(plan)
    refuse(rules.cannot_close(by, plan), found=plan.title)
    plan.state, plan.closed_by, plan.closed_at = Plan.CLOSED, by, timezone.now()
    plan.save(update_fields=["state", "closed_by", "closed_at"])
    record(by=by, kind=Kind.CHANGED, what="Plan", place=plan.place, about=f"Plan {plan.pk} closed")
    return plan


@transaction.atomic
def finish(*, action: Action, state: str, by: User) -> Action:
    """Say that an action is finished or stopped, or that it goes on after all (UNDER_WAY)."""
    action = held_action(action)
    refuse(rules.cannot_report(by, action), found=action.plan.title)
    if action.state == Action.DRAFT:
        refuse("A draft is agreed first.", found=action.plan.title)
    if state not in {Action.FINISHED, Action.STOPPED, Action.UNDER_WAY}:
        raise KeyError(state)
    action.state = state
    _count(action, by)
    action.save()
    _keep(action.plan, action, Action.STATES[state].casefold(), by)
    return action


@transaction.atomic
def ask_owner(*, action: Action, owner: User | None, by: User) -> Action:
    """Ask somebody to own an action, or nobody any more. They accept or decline: a name on paper is no promise.

    Who asks themselves has accepted. How others are told is up to those who hear of it (signals.owner_asked).
    """
    action = held_action(action)
    refuse(rules.cannot_write(by, action.plan), found=action.plan.title)
    if owner is not None:
        refuse(rules.cannot_own(owner, action), found=owner.name)
    now = timezone.now()
    action.owner, action.asked_at, action.declined_at = owner, now if owner else None, None
    action.accepted_at = now if owner is not None and owner.pk == by.pk else None
    _count(action, by)
    action.save()
    _keep(action.plan, action, "another owner", by)
    if action.owner is not None and action.accepted_at is None:
        owner_asked.send(Action, action=action, by=by)
    return action


@transaction.atomic
def answer_owning(*, action: Action, accept: bool, by: User) -> Action:
    """Accept an action that one was asked to own, or decline it."""
    action = held_action(action)
    refuse(rules.cannot_accept(by, action), found=action.plan.title)
    action.accepted_at = timezone.now() if accept else None
    action.declined_at = None if accept else timezone.now()
    _count(action, by)
    action.save()
    _keep(action.plan, action, "accepted" if accept else "declined", by)
    return action


@transaction.atomic
def ask_to_help(*, action: Action, user: User, by: User) -> Helper:
    """Let somebody see one action and say how it goes. Raises NotAllowed where the rules say no."""
    action = held_action(action)
    refuse(rules.cannot_write(by, action.plan), found=action.plan.title)
    refuse(rules.cannot_own(user, action), found=user.name)
    helper, _ = Helper.objects.get_or_create(action=action, user=user, defaults={"asked_by": by})
    return helper


@transaction.atomic
def let_go(*, helper: Helper, by: User) -> None:
    """Somebody helps no more: they see the action no longer."""
    if helper.user_id != by.pk:
        refuse(rules.cannot_write(by, helper.action.plan), found=helper.action.plan.title)
    helper.delete()


@transaction.atomic
def release(*, plan: Plan, to: Place, by: User) -> Shown:
    """Let a place above see a plan, until it is withdrawn; what is in draft in it is not shown."""
    plan = held(plan)
    refuse(rules.cannot_release(by, plan, to), found=plan.place.name)
    shown = Shown.objects.create(plan=plan, to=to, released_by=by)
    record(by=by, kind=Kind.RELEASED, what=UPWARD, place=plan.place, about=f"Plan {plan.pk} to {to}")
    return shown


@transaction.atomic
def withdraw(*, shown: Shown, by: User) -> Shown:
    """Show a plan no longer; what somebody has seen they have seen."""
    shown = Shown.objects.select_for_update(of=("self",)).select_related("plan__place", "to").get(pk=shown.pk)
    refuse(rules.cannot_withdraw(by, shown), found=shown.to.name)
    shown.withdrawn_by, shown.withdrawn_at = by, timezone.now()
    shown.save(update_fields=["withdrawn_by", "withdrawn_at"])
    about = f"Plan {shown.plan_id} to {shown.to}: not shown from now on"
    record(by=by, kind=Kind.WITHDRAWN, what="Release", place=shown.plan.place, about=about)
    return shown


@transaction.atomic
def copy(*, plan: Plan, to: Place, title: str, by: User) -> Plan:
    """A new draft with what is in a plan that somebody may see: without owners, days, money spent, and evidence."""
    refuse(rules.cannot_see_plan(by, plan), found=title)
    content = content_of_plan(plan) | {"title": title, "starts_on": None, "ends_on": None}
    made = begin(place=to, content=content, by=by)
    made.copied_from = plan
    made.save(update_fields=["copied_from"])
    drafts = rules.cannot_see_drafts(by, plan) is None
    for action in plan.actions.filter(removed_at__isnull=True).order_by("position", "pk"):
        if drafts or action.state != Action.DRAFT:
            copied = add(plan=made, content=without(content_of_action(action)), by=by)
            Action.objects.filter(pk=copied.pk).update(copied_from=action)
    plan_copied.send(Plan, plan=plan, to=made, by=by)
    return made


def held(plan: Plan) -> Plan:
    """The plan as it is now, held until the transaction ends."""
    return Plan.objects.select_for_update(of=("self",)).select_related("place__controller").get(pk=plan.pk)


def held_action(action: Action) -> Action:
    """The action as it is now with its plan, held until the transaction ends."""
    found = Action.objects.select_for_update(of=("self",)).select_related("plan__place__controller", "owner")
    return found.get(pk=action.pk)


def _count(thing: Plan | Action, by: User) -> None:
    thing.version, thing.changed_by, thing.changed_at = thing.version + 1, by, timezone.now()


def _keep(plan: Plan, action: Action | None, why: str, by: User) -> None:
    thing, content = (plan, content_of_plan(plan)) if action is None else (action, content_of_action(action))
    Version.objects.create(plan=plan, action=action, number=thing.version, why=why, content=content, changed_by=by)


def _refuse_days(thing: Plan | Action) -> None:
    found = f"from {thing.starts_on} to {thing.ends_on}"
    refuse(rules.cannot_last(thing.starts_on, thing.ends_on), found=found, attempt="check both days")


def _refuse_quicker(thing: Plan | Action, known: int) -> None:
    if thing.version != known:
        raise Quicker(
            f"Somebody else has changed this since you opened the page: {thing.changed_by.name}.",
            found="another text than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
