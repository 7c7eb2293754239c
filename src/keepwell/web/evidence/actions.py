"""How does evidence come to stand beside something, and how is it taken away?"""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.rules import (
    NOT_OFFERED,
    NOT_RELEASED,
    cannot_cite,
    cannot_link_to,
    cannot_remove,
    cannot_see,
    cannot_see_value,
)
from keepwell.web.evidence.values import Value
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse

LONGEST_LABEL: Final = 200
"""A label with the name of its place can be longer than a label that is kept."""


@transaction.atomic
def cite(
    *,
    subject: str,
    place: Place,
    by: User,
    value: Value | None = None,
    kind: str = Citation.NUMBER,
    label: str = "",
    words: str = "",
    link: str = "",
    key: str = "",
) -> Citation:
    """Set evidence beside something, as it is now: what is cited does not change when newer figures come.

    A value, fetched just now as it is offered to `by`, is cited in its own words; label, words, link and key sent
    with it count for nothing. Without a value it is of another kind than a number; `key` is then that of a case.
    Raises NotAllowed where the rules say no.
    """
    refuse(cannot_cite(by, place), found=place.name)
    if value is None:
        refuse(NOT_OFFERED if kind == Citation.NUMBER else None, found=label, attempt="choose one of those offered")
        refuse(cannot_link_to(link), found=link[:80], attempt="copy the whole address of the page")
        return Citation.objects.create(
            subject=subject, place=place, cited_by=by, kind=kind, label=label, words=words, link=link, key=key
        )
    refuse(NOT_RELEASED if cannot_see(by, value.policy, value.place) else None, found=value.label)
    return Citation.objects.create(
        subject=subject,
        place=place,
        cited_by=by,
        kind=kind,
        label=value.label[:LONGEST_LABEL],
        words=value.words,
        period=value.period,
        definition=value.definition,
        policy=value.policy,
        of=value.place,
        key=value.key,
        number=value.number,
        link=value.link,
    )


@transaction.atomic
def remove(*, citation: Citation, by: User) -> Citation:
    """Let evidence stand there no longer; it stays on record. Raises NotAllowed where the rules say no."""
    found = Citation.objects.select_for_update(of=("self",)).select_related("place").get(pk=citation.pk)
    refuse(cannot_remove(by, found), found=found.label)
    found.removed_by, found.removed_at = by, timezone.now()
    found.save(update_fields=["removed_by", "removed_at"])
    return found


@transaction.atomic
def carry(*, citation: Citation, subject: str, place: Place, by: User) -> Citation:
    """Set beside something else what is cited already, word for word and under the same policy.

    Raises NotAllowed where the rules say no: nobody carries what they may not read.
    """
    refuse(cannot_cite(by, place), found=place.name)
    refuse(cannot_see_value(by, citation), found=citation.label)
    names = ("kind", "label", "words", "period", "definition", "policy", "of", "key", "number", "link")
    told = {name: getattr(citation, name) for name in names}
    return Citation.objects.create(subject=subject, place=place, cited_by=by, **told)
