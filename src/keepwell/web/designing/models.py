"""How is a plan meant to work, are we ready, whom could it harm, and whom does it touch?

One row of each for a plan, and of stakeholders as many as there are. Each counts its changes, so that two people who
write at once notice each other. What came with a copy of a plan says so until somebody here has looked at it.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.plans.models import Plan

LONGEST_OUTLINE: Final = 20_000
LONGEST_NOTE: Final = 2000
LONGEST_LINE: Final = 300


class OfPlan(models.Model):
    """What stands beside a plan, as it was last written."""

    version = models.PositiveIntegerField(default=1)
    copied = models.BooleanField(default=False)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Outline(OfPlan):
    """A driver diagram or a theory of change, as it was typed. It is read anew each time that it is shown."""

    DRIVERS, THEORY = "drivers", "theory"
    KINDS: ClassVar = {DRIVERS: "Driver diagram", THEORY: "Theory of change"}

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="outlines")
    kind = models.CharField(max_length=7, choices=list(KINDS.items()))
    text = models.TextField(max_length=LONGEST_OUTLINE)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "kind"], name="one_outline_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.KINDS[self.kind]} of plan {self.plan_id}"


class ReadinessCheck(OfPlan):
    """What those who mean to change something say together of how ready they are: an answer by component."""

    plan = models.OneToOneField(Plan, models.CASCADE, related_name="readiness_check")
    answers = models.JSONField(default=dict)
    note = models.TextField(max_length=LONGEST_NOTE, blank=True)

    def __str__(self) -> str:
        return f"Readiness of plan {self.plan_id}"


class EqualityScreening(OfPlan):
    """What a plan may do to people who share a protected characteristic.

    `judged` has by characteristic "effect", "words" and "doing"; `answers` the words by question.
    """

    BETTER, WORSE, NO_DIFFERENCE, NOT_KNOWN = "better", "worse", "no_difference", "not_known"
    EFFECTS: ClassVar = {
        BETTER: "Better",
        WORSE: "Worse",
        NO_DIFFERENCE: "No difference",
        NOT_KNOWN: "Not known",
    }

    plan = models.OneToOneField(Plan, models.CASCADE, related_name="equality_screening")
    judged = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Equality screening of plan {self.plan_id}"


class Stakeholder(OfPlan):
    """Somebody whom a plan touches. `key` is that of the map it came from, "" for one of the plan's own."""

    HIGH, LOW = "high", "low"
    GRADES: ClassVar = {HIGH: "High", LOW: "Low"}

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="stakeholder_rows")
    position = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=120)
    interest = models.CharField(max_length=4, choices=list(GRADES.items()))
    influence = models.CharField(max_length=4, choices=list(GRADES.items()))
    how = models.CharField(max_length=LONGEST_LINE, blank=True)
    when = models.CharField(max_length=LONGEST_LINE, blank=True)
    who = models.CharField(max_length=LONGEST_LINE, blank=True)
    out_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "key"], condition=~Q(key=""), name="once_on_a_stakeholder_map"),
        ]

    def __str__(self) -> str:
        return f"Stakeholder {self.pk} of plan {self.plan_id}"
