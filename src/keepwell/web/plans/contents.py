"""What of a plan and of an action is content: what people write, keep versions of, restore and copy?

Content is plain data: text, numbers, days as ISO text, money as text of a decimal. What a form sends and what a file
brings in is content too, so that there is one way in. What happens to an action (its state, who accepted, who helps) is
no content: restoring an older version changes none of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from keepwell.web.plans.models import Action, Criterion, Plan

OF_PLAN: Final = (
    "title",
    "about",
    "serves",
    "project_manager",
    "clinical_lead",
    "staff_side",
    "starts_on",
    "ends_on",
)
OF_ACTION: Final = (
    "topic",
    "objective",
    "what",
    "owner_words",
    "starts_on",
    "ends_on",
    "timescale_words",
    "steps",
    "level",
    "stage",
    "promise",
    "aims",
    "offer",
    "idea",
    "cost_once",
    "cost_yearly",
    "funding",
    "committed",
    "spent",
    "expected_effect",
    "time_and_cover",
    "project_manager",
    "clinical_lead",
    "stakeholders",
    "risks",
    "staff_side",
    "behaviours",
    "in_the_way",
    "seeks_above",
)
OF_CRITERION: Final = ("kind", "words", "measure", "baseline", "target", "window", "by", "beyond_peers")
CRITERIA: Final = "criteria"
DAYS: Final = frozenset({"starts_on", "ends_on", "by"})
MONEY: Final = frozenset({"cost_once", "cost_yearly", "committed", "spent"})
NOT_COPIED: Final = frozenset({"owner_words", "starts_on", "ends_on", "committed", "spent"})
"""What a copy of an action begins without: who and when, and what others were promised and spent."""
NOT_COPIED_OF_CRITERION: Final = frozenset({"baseline", "by"})


def content_of_plan(plan: Plan) -> dict[str, Any]:
    """The content of a plan's own words."""
    return {name: _plain(getattr(plan, name)) for name in OF_PLAN}


def content_of_action(action: Action) -> dict[str, Any]:
    """The content of an action, with its criteria in order under "criteria"."""
    content = {name: _plain(getattr(action, name)) for name in OF_ACTION}
    content[CRITERIA] = [
        {name: _plain(getattr(one, name)) for name in OF_CRITERION}
        for one in action.criteria.order_by("position", "pk")
    ]
    return content


def put_in_plan(plan: Plan, content: Mapping[str, Any]) -> None:
    """Set a plan's own words to a content; what it does not name stays. Raises KeyError for what is none of it."""
    _put(plan, content, OF_PLAN)


def put_in_action(action: Action, content: Mapping[str, Any]) -> None:
    """Set an action to a content, without its criteria; what it does not name stays. Raises KeyError as above."""
    _put(action, {name: value for name, value in content.items() if name != CRITERIA}, OF_ACTION)


def put_criteria(action: Action, criteria: list[Mapping[str, Any]]) -> None:
    """Set the criteria of an action. One that stands at the same place with the same words keeps how it was judged."""
    before = list(action.criteria.order_by("position", "pk"))
    judged = {(one.position, one.words): one.state for one in before}
    for number, content in enumerate(criteria):
        one = before[number] if number < len(before) else Criterion(action=action)
        _put(one, content, OF_CRITERION)
        one.position = number
        one.state = judged.get((number, one.words), Criterion.OPEN)
        one.save()
    for left in before[len(criteria) :]:
        left.delete()


def without(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of an action as a copy begins with it."""
    kept = {name: value for name, value in content.items() if name not in NOT_COPIED}
    kept[CRITERIA] = [
        {name: value for name, value in one.items() if name not in NOT_COPIED_OF_CRITERION}
        for one in content.get(CRITERIA, [])
    ]
    return kept


def _put(thing: Plan | Action | Criterion, content: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name, value in content.items():
        if name not in names:
            raise KeyError(name)
        setattr(thing, name, _back(name, value))


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return list(value) if isinstance(value, list | tuple) else value


def _back(name: str, value: Any) -> Any:
    if name in DAYS and isinstance(value, str):
        return dt.date.fromisoformat(value) if value else None
    if name in MONEY and isinstance(value, str | int | float):
        return Decimal(str(value)) if str(value) else None
    return value
