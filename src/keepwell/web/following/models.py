"""What was said at check-ins, which teams started when, who was offered it and took it up, and what staff are told?

When a check-in is due is nowhere kept: it follows from the day on which the action starts (see queries). So a change of
that day moves all that is not answered yet, and nothing can get out of step.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from keepwell.content.planning import CheckIn as Asked
from keepwell.content.planning import check_ins
from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place
from keepwell.web.plans.models import LONGEST_LINE, LONGEST_WORDS, Action

ADAPT, ADOPT, ABANDON = "adapt", "adopt", "abandon"
FINISHED: Final = "finished"
"""What is said of progress where nothing is left to do."""


class Cycle(models.Model):
    """That another 90 days begin for an action. The first begin with the action itself, and have no row here.

    `aim` is the one thing to do in them, as it was said at the end of those before.
    """

    action = models.ForeignKey(Action, models.CASCADE, related_name="cycles")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    aim = models.TextField(max_length=LONGEST_WORDS, blank=True)
    begun_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action", "number"], name="one_cycle_of_a_number"),
            models.CheckConstraint(condition=Q(number__gte=2), name="the_first_cycle_begins_with_the_action"),
        ]

    def __str__(self) -> str:
        return f"Cycle {self.number} of action {self.action_id}"


class CheckIn(models.Model):
    """A check-in that was answered. `key` is that of the content (content/planning/check_ins.yaml).

    `answers` are what was said, by the key of what was asked; how each success criterion was judged stands there under
    "criteria" as its words and its state. `progress` and `decision` are kept beside it, to be counted. `due_on` is the
    day on which it was due when it was answered.
    """

    action = models.ForeignKey(Action, models.CASCADE, related_name="check_ins")
    cycle = models.PositiveSmallIntegerField(default=1)
    key = models.CharField(max_length=30)
    due_on = models.DateField()
    progress = models.CharField(max_length=20, blank=True)
    decision = models.CharField(max_length=20, blank=True)
    answers = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    answered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["cycle", "answered_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action", "cycle", "key"], name="a_check_in_is_answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of action {self.action_id}, cycle {self.cycle}"

    @property
    def asked(self) -> Asked:
        """What it is, in the words of the content. Raises KeyError where the content has it no more."""
        return {one.key: one for one in check_ins().check_ins}[self.key]


class Said(models.Model):
    """The answers of a check-in as they were after it was answered, and after each correction."""

    check_in = models.ForeignKey(CheckIn, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    answers = models.JSONField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["check_in", "number"], name="one_version_of_a_check_in"),
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of check-in {self.check_in_id}"


class Unit(models.Model):
    """A team, practice or other part that an action reaches from a day on.

    `place` is one of the site's places, or None for one that goes by `name` alone. Without a day it does not start yet:
    what happens there is what the others are compared with. Taken off, it stays on record.
    """

    action = models.ForeignKey(Action, models.CASCADE, related_name="units")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=LONGEST_LINE)
    starts_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    said_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = [F("starts_on").asc(nulls_last=True), "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["action", "name"], condition=Q(removed_at__isnull=True), name="a_unit_stands_once_in_an_action"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, action {self.action_id}"

    @property
    def compares(self) -> bool:
        """Whether it does not start yet, so that others are compared with it."""
        return self.starts_on is None


class Count(models.Model):
    """To how many people an action was offered up to a day, and how many of them took it up.

    Of one unit, or of the whole action. Numbers are added to, never written over: a correction strikes the old one out
    and adds another of the same day. `check_in` is the one at which it was said, if it was.
    """

    action = models.ForeignKey(Action, models.CASCADE, related_name="counts")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="counts")
    check_in = models.ForeignKey(CheckIn, models.CASCADE, null=True, related_name="counts")
    on = models.DateField()
    offered = models.PositiveIntegerField(null=True)
    taken_up = models.PositiveIntegerField(null=True)
    said_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    struck_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(taken_up__isnull=True) | Q(offered__isnull=False, taken_up__lte=F("offered")),
                name="nobody_takes_up_what_was_not_offered",
            ),
        ]

    def __str__(self) -> str:
        return f"Count {self.pk} of action {self.action_id} on {self.on}"


class Reminder(models.Model):
    """That somebody was told of a check-in that is due: once for each kind. Where there was nobody to tell, it says so."""

    DUE, OVER, ABOVE = "due", "over", "above"
    KINDS: ClassVar = {DUE: "On its day", OVER: "A week over", ABOVE: "Two weeks over, one level up"}

    action = models.ForeignKey(Action, models.CASCADE, related_name="+")
    cycle = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=30)
    due_on = models.DateField()
    kind = models.CharField(max_length=5, choices=list(KINDS.items()))
    told = models.PositiveSmallIntegerField(default=0)
    on = models.DateField()

    class Meta:
        ordering: ClassVar = ["on", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["action", "cycle", "key", "due_on", "kind"], name="reminded_once_of_each_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.key} of action {self.action_id}, due {self.due_on}"


class WeDid(models.Model):
    """What staff are told of an action: what they said, and what was done.

    Worded by one person and approved by another; reworded, it is approved anew. `figures_released` says that whoever
    approved it vouches for the numbers in it. Withdrawn, it stays on record.
    """

    action = models.OneToOneField(Action, models.CASCADE, related_name="we_did")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    you_said = models.TextField(max_length=LONGEST_WORDS)
    we_did = models.TextField(max_length=LONGEST_WORDS)
    version = models.PositiveIntegerField(default=1)
    worded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    worded_at = models.DateTimeField(default=timezone.now)
    figures_released = models.BooleanField(default=False)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-approved_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("worded_by")),
                name="nobody_approves_their_own_words",
            ),
        ]

    def __str__(self) -> str:
        return f"We did {self.pk}, action {self.action_id}"

    @property
    def shown(self) -> bool:
        """Whether staff see it."""
        return self.approved_at is not None and self.withdrawn_at is None
