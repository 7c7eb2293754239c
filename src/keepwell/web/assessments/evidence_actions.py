"""What is set beside an item as evidence, and what is taken away?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from keepwell.web.accounts.models import User
from keepwell.web.assessments import queries, rules
from keepwell.web.assessments.actions import held, topic_of
from keepwell.web.assessments.models import Round
from keepwell.web.evidence import actions as evidence
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.values import Value
from keepwell.web.places.refusals import refuse


@dataclass(frozen=True, slots=True)
class Beside:
    """Evidence to set beside an item: a value that was offered, or the words of something else, of a Citation's kind. `key` is that of a case."""

    kind: str
    label: str
    words: str = ""
    link: str = ""
    value: Value | None = None
    key: str = ""


@transaction.atomic
def cite(*, round: Round, item: str, this: Beside, by: User) -> Citation:
    """Set evidence beside an item, as long as the round is not agreed."""
    round = held(round)
    topic = topic_of(round, item)
    refuse(rules.cannot_note(by, round), found=topic.title)
    return evidence.cite(
        subject=queries.subject_of(round, item),
        place=round.place,
        by=by,
        value=this.value,
        kind=this.kind,
        label=this.label,
        words=this.words,
        link=this.link,
        key=this.key,
    )


@transaction.atomic
def remove(*, round: Round, citation: Citation, by: User) -> None:
    """Take evidence away from an item, as long as the round is not agreed. It stays on record."""
    round = held(round)
    refuse(rules.cannot_note(by, round), found=citation.label)
    evidence.remove(citation=citation, by=by)
