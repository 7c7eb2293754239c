"""Which organisations are there, to what did each belong, and what became of them?"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

NATION: Final = "nation"
REGION: Final = "region"
ICB: Final = "icb"
TRUST: Final = "trust"
NETWORK: Final = "network"
PRACTICE: Final = "practice"
DIRECTORATE: Final = "directorate"
TEAM: Final = "team"

KINDS: Final = {
    NATION: "Nation",
    REGION: "Region",
    ICB: "Integrated care board",
    TRUST: "Trust",
    NETWORK: "Primary care network",
    PRACTICE: "General practice",
    DIRECTORATE: "Directorate",
    TEAM: "Team",
}
MAY_LIE_IN: Final = {
    NATION: (),
    REGION: (NATION,),
    ICB: (REGION, NATION),
    TRUST: (ICB, REGION, NATION),
    NETWORK: (ICB, REGION, NATION),
    PRACTICE: (NETWORK, ICB, REGION, NATION),
    DIRECTORATE: (TRUST, PRACTICE, NETWORK, ICB),
    TEAM: (DIRECTORATE, TRUST, PRACTICE, NETWORK, ICB),
}
"""Of each kind, the kinds that it may lie in. A place may also stand at the top, with nothing above it."""
INSIDE: Final = (DIRECTORATE, TEAM)
"""Parts of an organisation. Every other kind is a data controller of its own."""


class Place(models.Model):
    """An organisation, or a part of one.

    `slug` stands in addresses; `code` is the ODS code, empty for parts of an organisation. `parent` is where it
    belongs today and `path` the numbers of all above it and its own ("/3/17/"), both made from its Belongings.
    `controller` is the organisation that answers for its data: itself, or the one that it is a part of.
    """

    slug = models.SlugField(max_length=120, unique=True)
    code = models.CharField(max_length=12, blank=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=list(KINDS.items()))
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    controller = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    path = models.CharField(max_length=400, db_index=True, blank=True)
    opened = models.DateField(null=True, blank=True)
    closed = models.DateField(null=True, blank=True)
    made_up = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="one_place_a_code"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_controller(self) -> bool:
        return self.kind not in INSIDE

    @property
    def kind_in_words(self) -> str:
        return KINDS[self.kind]

    @property
    def numbers_above(self) -> list[int]:
        """The primary keys of all places above it, the highest first."""
        return [int(part) for part in self.path.strip("/").split("/")[:-1]]

    def lies_in(self, other: Place) -> bool:
        """Whether it is that place or lies in it today."""
        return self.path.startswith(other.path)


class Belonging(models.Model):
    """That a place lay in another from a first to a last day; no last day while it still does."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="belongings")
    parent = models.ForeignKey(Place, models.PROTECT, related_name="belonging_here")
    start = models.DateField()
    end = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["start"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=models.F("start")), name="ends_after_start"
            ),
            models.UniqueConstraint(fields=["place"], condition=Q(end__isnull=True), name="one_parent_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.place} in {self.parent} from {self.start}"

    def holds_on(self, day: dt.date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


class Succession(models.Model):
    """That a place became another on a day: merged into it, or only given another code."""

    MERGER = "merger"
    RECODE = "recode"
    KINDS: ClassVar = {MERGER: "merged into", RECODE: "has a new code"}

    before = models.ForeignKey(Place, models.PROTECT, related_name="successors")
    after = models.ForeignKey(Place, models.PROTECT, related_name="predecessors")
    on = models.DateField()
    kind = models.CharField(max_length=8, choices=list(KINDS.items()))

    class Meta:
        ordering: ClassVar = ["on"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["before"], name="one_successor"),
            models.CheckConstraint(condition=~Q(before=models.F("after")), name="becomes_another"),
        ]

    def __str__(self) -> str:
        return f"{self.before} {self.KINDS[self.kind]} {self.after} on {self.on}"
