"""What do other parts of a plan say in its paper?

The equality screening, which follows the plan. How ready a team is and how it judges others stays among those who work on
the plan, and stands in no paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from keepwell.content.involving import equality
from keepwell.web.accounts.models import User
from keepwell.web.designing.models import EqualityScreening
from keepwell.web.designing.queries import screening_of
from keepwell.web.designing.rules import cannot_see_design
from keepwell.web.papers.contents import Paper, plain
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.queries import actions_of


def with_other_parts(paper: Paper, plan: Plan, *, by: User) -> Paper:
    """The paper with its equality screening, and with what it asks of whoever agrees it."""
    parts = list(paper.parts)
    if cannot_see_design(by, plan) is None and (screening := screening_of(plan)) is not None:
        parts.append(("Equality screening", tuple(plain(line) for line in _screened(screening))))
    return replace(paper, parts=tuple(parts), asks=(*_to_agree(plan, by), *paper.asks))


def _screened(screening: EqualityScreening) -> Iterator[str]:
    named = {one.key: one.title for one in equality().characteristics}
    judged = {key: told for key, told in screening.judged.items() if key in named and told.get("effect")}
    worse = [key for key, told in judged.items() if told["effect"] == EqualityScreening.WORSE]
    yield f"{len(judged)} of {len(named)} looked at; {len(worse) or 'none'} may be harmed."
    for key, told in judged.items():
        if told["effect"] != EqualityScreening.NO_DIFFERENCE:
            said = [EqualityScreening.EFFECTS.get(told["effect"], ""), told.get("words", ""), told.get("doing", "")]
            yield f"{named[key]}: {'. '.join(part.strip().rstrip('.') for part in said if part.strip())}."


def _to_agree(plan: Plan, by: User) -> Iterator[str]:
    """Drafts are agreed by whoever reads the paper: that is what it is for."""
    if plan.state == Plan.DRAFT:
        yield "Agree this plan."
    elif drafts := sum(one.state == Action.DRAFT for one in actions_of(plan, by=by)):
        yield f"Agree what is new in it: {drafts} {'action' if drafts == 1 else 'actions'} in draft."
    elif plan.state == Plan.AGREED:
        yield "Note how far this plan is."
