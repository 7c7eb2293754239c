"""Two people wrote at once: what of both can stand, and where did they write different things?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keepwell.web.plans import topics
from keepwell.web.plans.contents import CRITERIA, MONEY, content_of_action, content_of_plan
from keepwell.web.plans.models import Action, Plan, Version


@dataclass(frozen=True, slots=True)
class Both:
    """A content in which nothing of either is lost: what was typed stands where both wrote.

    `now` is what stands on record now, by name, of all that both changed.
    """

    content: dict[str, Any]
    now: dict[str, Any]


def merged(plan: Plan, action: Action | None, typed: Mapping[str, Any], known: int | None) -> Both:
    """What was typed over version `known`, with what somebody else has written since where nothing was typed.

    Where nobody knows what was shown, everything that was typed counts as changed.
    """
    now = content_of_plan(plan) if action is None else content_of_action(action)
    shown = Version.objects.filter(plan=plan, action=action, number=known or 0).first()
    before = shown.content if shown else {}
    content, both = dict(typed), {}
    for name, said in typed.items():
        if alike(name, said, now.get(name)):
            continue
        if alike(name, said, before.get(name, object())):
            content[name] = now[name]
        elif not alike(name, now[name], before.get(name, object())):
            both[name] = now[name]
    return Both(content, both)


def alike(name: str, one: Any, other: Any) -> bool:
    """Whether two contents of a name say the same: nothing is nothing, and £5 is £5.00."""
    if name == CRITERIA and isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            all(alike(part, a.get(part), b.get(part)) for part in {*a, *b}) for a, b in zip(one, other, strict=True)
        )
    if one in (None, "", []) and other in (None, "", []):
        return True
    if name in MONEY and one not in (None, "") and other not in (None, "") and not isinstance(other, list):
        try:
            return float(one) == float(other)
        except (TypeError, ValueError):
            return False
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    return bool(_text(one) == _text(other))


def _text(value: Any) -> Any:
    """Browsers send line ends of their own."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def stands_now(value: Any) -> str:
    """What stands on record now, for whoever typed something else."""
    if value in (None, "", []):
        return "Somebody else has emptied this. If yours is still right, save again."
    words = "; ".join(_in_words(one) for one in value) if isinstance(value, list) else str(value)
    return f"What stands there now: {words} If yours is still right, save again."


def _in_words(one: Any) -> str:
    if not isinstance(one, Mapping):
        return topics.title_of(str(one))
    end = topics.in_unit(one.get("measure") or "", one.get("target"))
    return " ".join(part for part in (one.get("words", ""), f"(to {end})" if end else "", one.get("by") or "") if part)
