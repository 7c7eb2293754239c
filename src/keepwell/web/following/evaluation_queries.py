"""How will we know whether a plan worked: what of the guide's six steps stands in it, and by what is success seen?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from keepwell.content.planning import Column, EvaluationStep, columns, evaluation_steps
from keepwell.web.accounts.models import User
from keepwell.web.evidence.queries import cited_of
from keepwell.web.evidence.values import PUBLISHED, Asked, Value, values_for
from keepwell.web.plans import queries as plans
from keepwell.web.plans.models import MILESTONE, Action, Criterion, Plan
from keepwell.web.plans.presenters import pounds, success_of
from keepwell.web.plans.topics import title_of

Said = Callable[[Action, Plan], str]


def _together(*words: str) -> str:
    return "\n".join(word.strip() for word in words if word.strip())


def _cost(action: Action, plan: Plan) -> str:
    once, yearly = pounds(action.cost_once), pounds(action.cost_yearly)
    return _together(once and f"{once} once", yearly and f"{yearly} every year", action.funding)


def _topic(action: Action, plan: Plan) -> str:
    return _together(title_of(action.topic) if action.topic else "", action.objective)


COLUMNS: Final[dict[str, Said]] = {
    "topic_and_objective": _topic,
    "action": lambda action, plan: action.what,
    "steps": lambda action, plan: action.steps,
    "expected_effect": lambda action, plan: action.expected_effect,
    "stakeholders": lambda action, plan: action.stakeholders,
    "staff_side": lambda action, plan: _together(action.staff_side, plan.staff_side),
    "success_criteria": lambda action, plan: _together(*(success_of(one) for one in action.criteria.all())),
    "risks": lambda action, plan: action.risks,
    "cost_and_funding": _cost,
    "time_and_cover": lambda action, plan: action.time_and_cover,
}
"""What stands in a column of the plan, for one action of it. Evidence is asked for by itself."""
EVIDENCE: Final = "evidence"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one action says in a column; blank where nothing is said."""

    action: Action
    column: Column
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the guide with what stands of it in the plan, action by action."""

    step: EvaluationStep
    cells: tuple[Cell, ...]

    @property
    def missing(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if not cell.words)

    @property
    def whole(self) -> bool:
        """Whether every action says something in every column."""
        return bool(self.cells) and not self.missing


@dataclass(frozen=True, slots=True)
class Seen:
    """A success criterion with what can be seen of it now; `now` is None where no value is offered to the reader."""

    action: Action
    criterion: Criterion
    now: Value | None

    @property
    def tied(self) -> bool:
        return is_tied(self.criterion)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A plan by the guide's six steps, and by its success criteria; `without` are actions that have none."""

    plan: Plan
    steps: tuple[Step, ...]
    seen: tuple[Seen, ...]
    without: tuple[Action, ...]


def is_tied(one: Criterion) -> bool:
    """Whether a criterion is tied to a number, ours or one that people count themselves, or to a milestone."""
    return one.kind == MILESTONE or bool(one.measure) or one.target is not None


def evaluation_of(plan: Plan, *, by: User) -> Evaluation:
    """How a plan is to be evaluated, as far as somebody may see it: drafts only for those who write it."""
    actions = plans.actions_of(plan, by=by)
    cited = cited_of([action.subject for action in actions], by=by)
    evidence = {action.pk: _together(*(one.label for one in cited.get(action.subject, []))) for action in actions}
    by_key = {column.key: column for column in columns()}

    def words(action: Action, key: str) -> str:
        return evidence[action.pk] if key == EVIDENCE else COLUMNS[key](action, plan).strip()

    steps = tuple(
        Step(step, tuple(Cell(action, by_key[key], words(action, key)) for action in actions for key in step.stands_in))
        for step in evaluation_steps()
    )
    without = tuple(action for action in actions if not action.criteria.all())
    return Evaluation(plan, steps, tuple(_seen(plan, actions, by)), without)


def _seen(plan: Plan, actions: Sequence[Action], by: User) -> list[Seen]:
    criteria = [(action, one) for action in actions for one in action.criteria.all()]
    names = tuple(dict.fromkeys(one.measure for _, one in criteria if one.measure))
    found = values_for(by, Asked(plan.place, names)) if names else []
    now = {name: _nearest(plan, name, found) for name in names}
    return [Seen(action, one, now.get(one.measure)) for action, one in criteria]


def _nearest(plan: Plan, name: str, found: Sequence[Value]) -> Value | None:
    """The value of a measure that is nearest to the plan: of its own place before others, and published ones last."""
    of = [value for value in found if value.key.rpartition("/")[2] == name]
    mine = plan.place_id
    return min(of, key=lambda v: (v.place is None or v.place.pk != mine, v.policy == PUBLISHED), default=None)
