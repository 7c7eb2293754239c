"""What stands beside something, as far as somebody may read it, and which values could they cite?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.accounts.rules import places_of
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.readers import cannot_know
from keepwell.web.evidence.rules import cannot_count, cannot_remove, cannot_see_value
from keepwell.web.evidence.values import Asked, Value, values_for


@dataclass(frozen=True, slots=True)
class ShownCitation:
    """A citation as one person may read it: `words` are those of the refusal where they may not read the value.

    A page reads what is on it from here, not from the citation.
    """

    citation: Citation
    words: str
    withheld: bool
    cannot_remove: str | None

    @property
    def pk(self) -> int:
        return self.citation.pk

    @property
    def label(self) -> str:
        return self.citation.label

    @property
    def link(self) -> str:
        return "" if self.withheld else self.citation.link

    @property
    def period(self) -> str:
        return "" if self.withheld else self.citation.period

    @property
    def definition(self) -> str:
        return "" if self.withheld else self.citation.definition

    @property
    def of(self) -> str:
        """The name of the place that a value is of; empty for the nation's, and for what is no value."""
        return self.citation.of.name if self.citation.of and not self.withheld else ""

    @property
    def exact(self) -> bool:
        """Whether an exact figure is shown: whoever shows it writes that into the register."""
        return not self.withheld and self.citation.policy == INTERNAL


def cited(subject: str, *, by: User) -> list[ShownCitation]:
    """What stands beside a subject, the oldest first."""
    return cited_of([subject], by=by).get(subject, [])


def cited_of(subjects: Sequence[str], *, by: User) -> dict[str, list[ShownCitation]]:
    """What stands beside each of several subjects, in one question."""
    found: dict[str, list[ShownCitation]] = defaultdict(list)
    kept = Citation.objects.filter(subject__in=subjects, removed_at__isnull=True)
    for citation in kept.select_related("place", "of", "cited_by"):
        found[citation.subject].append(_shown(citation, by))
    return dict(found)


def _shown(citation: Citation, by: User) -> ShownCitation:
    refused = cannot_see_value(by, citation)
    return ShownCitation(citation, refused or citation.words, refused is not None, cannot_remove(by, citation))


def offered(user: User, asked: Asked, key: str) -> Value | None:
    """The value of that key as it is offered to somebody now; None where none is. What a form sends is only the key."""
    return next((value for value in values_for(user, asked) if value.key == key), None)


@dataclass(frozen=True, slots=True)
class UsedBy:
    """Who cites a case: the places where somebody may see that, and how many organisations do, where that may be told."""

    places: tuple[str, ...]
    organisations: int | None


def used_by(key: str, *, by: User | None, subjects: str = "plans.") -> UsedBy:
    """Who cites a case beside things whose subject begins so; without a person only how many organisations do."""
    found = Citation.objects.filter(kind=Citation.CASE, key=key, subject__startswith=subjects, removed_at__isnull=True)
    organisations = found.values("place__controller").distinct().count()
    named: set[str] = set()
    if by is not None and by.is_authenticated:
        here = found.filter(place__in=places_of(by)).select_related("place")
        named = {one.place.name for one in here if cannot_know(by, one.subject) is None}
    return UsedBy(tuple(sorted(named)), None if cannot_count(organisations) else organisations)
