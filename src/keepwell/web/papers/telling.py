"""What stands in the paper of a plan, as one person may read it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from django.utils import timezone

from keepwell.content.planning import behaviours, columns
from keepwell.disclosure.policies import HIDING_POLICIES, POLICIES
from keepwell.errors import counted
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.evidence.queries import ShownCitation, cited_of
from keepwell.web.papers import contents
from keepwell.web.papers.cells import Success, success_cell, topic_cell
from keepwell.web.papers.contents import Cell, Foot, Paper, day, plain
from keepwell.web.papers.days import span, written
from keepwell.web.places.models import Place
from keepwell.web.plans import queries, rules, topics
from keepwell.web.plans.models import MEASURE, Action, Criterion, Plan

Of = Callable[[Action], Cell]
SOME: Final = 40
"""As many actions are asked for their evidence at once: a database takes only so many names."""
NO_FIGURES: Final = "No figures that need protecting."


def paper_of(plan: Plan, *, by: User) -> tuple[Paper, list[ShownCitation]]:
    """The paper of one plan, and the evidence in it: drafts only where the person writes the plan."""
    actions = queries.actions_of(plan, by=by)
    cited = _cited([plan.subject, *(action.subject for action in actions)], by)
    told = _plan(plan, actions, cited)
    shown = [one for found in cited.values() for one in found]
    foot = Foot(_policy(shown), _audience(plan), timezone.localdate(), _version(plan))
    subtitle = f"Action plan of {plan.place.name}" + (f", {told.period}" if told.period else "")
    return Paper(plan.title, subtitle, _answer(told.actions), (told,), foot), shown


def combined_paper(place: Place, plans: Sequence[Plan]) -> Paper:
    """One paper of several plans, each with the actions that it was given."""
    told = tuple(_plan(plan, list(plan.actions.all()), {}) for plan in plans)
    version = f"{counted(len(told), 'plan')} with {counted(sum(len(one.actions) for one in told), 'action')}"
    foot = Foot(NO_FIGURES, f"those who see plans at {place.name}", timezone.localdate(), version)
    actions = [action for plan in told for action in plan.actions]
    subtitle = f"What {place.name} agreed, and what was released to it"
    return Paper(f"Combined plan of {place.name}", subtitle, _answer(actions), told, foot, combined=True)


def policies_of(shown: Iterable[ShownCitation]) -> set[str]:
    """The policies of the values that are shown."""
    return {one.citation.policy for one in shown if one.citation.policy and not one.withheld}


def _policy(shown: Sequence[ShownCitation]) -> str:
    withheld = sum(one.withheld for one in shown)
    marks = [_mark(name) for name in sorted(policies_of(shown))] or [NO_FIGURES]
    if INTERNAL in policies_of(shown):
        marks = [POLICIES[INTERNAL].mark]
    left_out = [f"{counted(withheld, 'value')} not released to you."] if withheld else []
    return " ".join([*marks, *left_out])


def _mark(name: str) -> str:
    known = POLICIES.get(name) or HIDING_POLICIES.get(name)
    return known.mark if known else f"Figures under the policy {name}."


def _audience(plan: Plan) -> str:
    where = plan.place.name
    return f"those who write it at {where}" if plan.state == Plan.DRAFT else f"those who see plans of {where}"


def _version(plan: Plan) -> str:
    return f"{Plan.STATES[plan.state]}, version {plan.version}"


def _answer(actions: Sequence[contents.Action]) -> str:
    """How many actions there are and how far, the one sentence that a board reads first."""
    states = [action.state for action in actions]
    told = [
        f"{states.count(words)} {words.casefold()}"
        if words != Action.STATES[Action.DRAFT]
        else f"{states.count(words)} still in draft"
        for words in Action.STATES.values()
        if words in states
    ]
    places = len({action.place for action in actions})
    of = f" of {counted(places, 'place')}" if places > 1 else ""
    return f"{counted(len(actions), 'action')}{of}: {', '.join(told)}." if told else "There is no action in it yet."


def _cited(subjects: Sequence[str], by: User) -> Mapping[str, list[ShownCitation]]:
    found: dict[str, list[ShownCitation]] = {}
    for first in range(0, len(subjects), SOME):
        found |= cited_of(subjects[first : first + SOME], by=by)
    return found


def _plan(plan: Plan, actions: Sequence[Action], cited: Mapping[str, list[ShownCitation]]) -> contents.Plan:
    state = Plan.STATES[plan.state]
    if plan.agreed_by is not None and plan.agreed_at is not None:
        state += f" by {plan.agreed_by.name} on {day(timezone.localdate(plan.agreed_at))}"
    facts = [
        ("Serves", plan.serves),
        ("Project manager", plan.project_manager),
        ("Clinical lead", plan.clinical_lead),
        ("Talked over with staff side", plan.staff_side),
    ]
    return contents.Plan(
        title=plain(plan.title),
        place=plain(plan.place.name),
        state=state,
        period=span(plan.starts_on, plan.ends_on),
        about=plain(plan.about),
        facts=tuple((label, plain(words)) for label, words in facts if words.strip()),
        actions=tuple(_action(number, one, plan, cited.get(one.subject, [])) for number, one in enumerate(actions, 1)),
        evidence=tuple(_evidence("The plan", one) for one in cited.get(plan.subject, [])),
    )


def _action(number: int, action: Action, plan: Plan, cited: Sequence[ShownCitation]) -> contents.Action:
    criteria = tuple(_criterion(one) for one in action.criteria.all())
    title = plain(topics.title_of(action.topic)) if action.topic else ""
    owner = plain(_owner(action))
    guide = (
        topic_cell(title, plain(action.objective)),
        plain(action.what),
        owner,
        written(plain(action.timescale_words), action.starts_on, action.ends_on),
        plain(action.steps),
        success_cell(Success(_with_numbers(one), one.by) for one in criteria),
    )
    name = plain(action.what).strip().partition("\n")[0]
    return contents.Action(
        number=number,
        place=plain(plan.place.name),
        plan=plain(plan.title),
        title=name if len(name) <= 120 else f"{name[:117].rstrip()}…",
        topic=title or plain(action.objective).partition("\n")[0],
        guide=guide,
        owner=owner,
        starts_on=action.starts_on,
        ends_on=action.ends_on,
        when=span(action.starts_on, action.ends_on) or plain(action.timescale_words),
        state=Action.STATES[action.state],
        criteria=criteria,
        more=tuple((label, _cell(of(action))) for label, of in MORE),
        evidence=tuple(_evidence(f"Action {number}", one) for one in cited),
    )


def _owner(action: Action) -> str:
    """Who owns it: the account that was asked, and whether it said yes; then the plan's own words."""
    if action.owner is None:
        return action.owner_words.strip()
    said = "" if action.accepted_at else " (declined)" if action.declined_at else " (asked)"
    if not action.owner.is_active:
        said = " (has left)"
    named = f"{action.owner.name}{said}"
    words = action.owner_words.strip()
    return "\n".join(part for part in (named, words if words != action.owner.name else "") if part)


def _criterion(one: Criterion) -> contents.Criterion:
    measure = topics.measure_of(one.measure) if one.measure else None
    start, target = (topics.in_unit(one.measure, value) for value in (one.baseline, one.target))
    numbers = f"from {start} to {target}" if start and target else f"to {target}" if target else ""
    return contents.Criterion(
        words=plain(one.words),
        kind="A number" if one.kind == MEASURE else "A milestone",
        measure=measure.label if measure else "",
        numbers=numbers,
        by=one.by,
        state=Criterion.STATES[one.state],
    )


def _with_numbers(one: contents.Criterion) -> str:
    """The words, with the numbers behind them where the words do not say them."""
    said = [part for part in one.numbers.replace("from ", "").split(" to ") if part]
    told = one.measure or one.numbers
    if not told or (said and all(part in one.words for part in said)):
        return one.words
    return f"{one.words.rstrip()} ({' '.join(part for part in (one.measure, one.numbers) if part)})"


def _evidence(beside: str, one: ShownCitation) -> contents.Evidence:
    return contents.Evidence(
        beside=beside,
        kind=one.citation.get_kind_display(),
        label=plain(one.label),
        words=plain(one.words),
        of=plain(one.of),
        period=plain(one.period),
        definition=plain(one.definition),
        link=one.link if one.link.startswith("http") else "",
        withheld=one.withheld,
    )


def _cell(value: Cell) -> Cell:
    return plain(value) if isinstance(value, str) else value


def _label(key: str) -> str:
    return next(column.label for column in columns() if column.key == key)


def _aims(action: Action) -> str:
    titles = topics.aim_titles()
    return "\n".join(titles.get(key, key) for key in action.aims)


def _behaviours(action: Action) -> str:
    texts = {one.key: one.text for one in behaviours()}
    return "\n".join(texts.get(key, key) for key in action.behaviours)


MORE: Final[tuple[tuple[str, Of], ...]] = (
    (_label("level"), lambda one: topics.level_titles().get(one.level, one.level)),
    (_label("career_stage"), lambda one: topics.stage_titles().get(one.stage, one.stage)),
    (_label("promise"), lambda one: topics.element_titles().get(one.promise, one.promise)),
    ("Goals and must-dos", _aims),
    ("Offer used", lambda one: one.offer),
    ("Change idea", lambda one: one.idea),
    ("Cost once", lambda one: one.cost_once),
    ("Cost a year", lambda one: one.cost_yearly),
    ("Funding", lambda one: one.funding),
    ("Promised", lambda one: one.committed),
    ("Spent", lambda one: one.spent),
    (_label("expected_effect"), lambda one: one.expected_effect),
    (_label("time_and_cover"), lambda one: one.time_and_cover),
    (_label("project_manager"), lambda one: one.project_manager),
    (_label("clinical_lead"), lambda one: one.clinical_lead),
    (_label("stakeholders"), lambda one: one.stakeholders),
    (_label("risks"), lambda one: one.risks),
    (_label("staff_side"), lambda one: one.staff_side),
    ("Behaviours that may block it", _behaviours),
    ("In the way", lambda one: one.in_the_way),
    ("Wanted from above", lambda one: one.seeks_above),
)
"""Our further columns, in their order, each with what of an action stands in it."""


def drafts_in(plan: Plan, *, by: User) -> bool:
    """Whether a paper of the plan shows drafts to this person."""
    if rules.cannot_see_drafts(by, plan) is not None:
        return False
    return plan.state == Plan.DRAFT or plan.actions.filter(removed_at__isnull=True, state=Action.DRAFT).exists()


def today() -> dt.date:
    return timezone.localdate()
