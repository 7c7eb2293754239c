"""What was cited, where, by whom, and as it was then?"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place


class Citation(models.Model):
    """Evidence that somebody set beside something: a value with its definition, a finding, a case, a document, a note.

    `subject` names what it stands beside, as "assessments.round/12/flexible_working": the slice, the thing and the part.
    `place` is where that is; `of` is the place that the value is of (None: the nation, or no value). It stays as it
    was cited; taken away, it stays on record.
    """

    NUMBER, FINDING, CASE, DOCUMENT, NOTE = "number", "finding", "case", "document", "note"
    KINDS: ClassVar = {
        NUMBER: "Number",
        FINDING: "Survey finding",
        CASE: "Case from elsewhere",
        DOCUMENT: "Document",
        NOTE: "Note",
    }

    subject = models.CharField(max_length=160, db_index=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=list(KINDS.items()))
    label = models.CharField(max_length=200)
    words = models.TextField(max_length=2000, blank=True)
    period = models.CharField(max_length=120, blank=True)
    definition = models.TextField(max_length=2000, blank=True)
    policy = models.CharField(max_length=20, blank=True)
    of = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=80, blank=True)
    number = models.FloatField(null=True)
    link = models.CharField(max_length=400, blank=True)
    cited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    cited_at = models.DateTimeField(default=timezone.now)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["cited_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(kind="number") | (~Q(policy="") & ~Q(definition="")),
                name="a_number_says_its_policy_and_definition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} beside {self.subject}"
