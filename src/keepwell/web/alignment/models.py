"""What did a place answer to those below, what did it pass on to them, what do they need, and what is it aiming at?"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action

LONGEST_WORDS: Final = 4000
LONGEST_LINE: Final = 300


class Kept(models.Model):
    """What somebody wrote down at a place. `version` counts its changes, so that two who write at once notice it.

    Over, it stays on record.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    over_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Reply(Kept):
    """What a place above answers to what an action below wants from it: supported by an action of its own, or not now.

    Those who see the action below read the words, and what the action above is once that is agreed.
    """

    SUPPORTED, NOT_NOW = "supported", "not_now"
    STATES: ClassVar = {SUPPORTED: "Supported", NOT_NOW: "Not now"}

    action = models.ForeignKey(Action, models.CASCADE, related_name="replies_from_above")
    state = models.CharField(max_length=9, choices=list(STATES.items()))
    action_above = models.ForeignKey(Action, models.SET_NULL, null=True, blank=True, related_name="+")
    words = models.TextField(max_length=LONGEST_WORDS, blank=True)

    class Meta:
        ordering: ClassVar = ["changed_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action", "place"], name="a_place_answers_an_action_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place} to action {self.action_id}: {self.STATES[self.state]}"


class Allocation(Kept):
    """Money in pounds that a place passed on to one below, for a time and for something.

    What the plans of the place below say is committed and spent is added up from its actions. What was besides, in no
    action, is entered here.
    """

    to = models.ForeignKey(Place, models.PROTECT, related_name="allocations")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    starts_on = models.DateField()
    ends_on = models.DateField()
    what_for = models.CharField(max_length=LONGEST_LINE)
    committed_besides = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    spent_besides = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-starts_on", "to__name", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="money_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="money_is_some"),
        ]

    def __str__(self) -> str:
        return f"{self.place} to {self.to}, from {self.starts_on}"


class NeedPart(Kept):
    """One part of a place's index of need: how many there are of something, or how high something is, at each place below.

    `weight` says how much it counts beside the others; `source` and `as_of` where its values come from.
    """

    COUNT, RATE = "count", "rate"
    KINDS: ClassVar = {COUNT: "A count", RATE: "A rate or a score"}

    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=5, choices=list(KINDS.items()))
    weight = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(max_length=LONGEST_LINE)
    as_of = models.DateField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(weight__gt=0), name="a_part_counts_something")]

    def __str__(self) -> str:
        return f"{self.title}, {self.place}"


class NeedValue(models.Model):
    """What one place below comes to in one part of the index."""

    part = models.ForeignKey(NeedPart, models.CASCADE, related_name="values_of_places")
    of = models.ForeignKey(Place, models.PROTECT, related_name="+")
    value = models.FloatField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["part", "of"], name="one_value_a_place"),
            models.CheckConstraint(condition=Q(value__gte=0), name="need_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} of {self.of_id}"


class WorkforceTarget(Kept):
    """How many staff there shall be by a day: all of them, or one staff group. `value` is people or full-time equivalents."""

    FTE, HEADCOUNT = "fte", "headcount"
    MEASURES: ClassVar = {FTE: "Full-time equivalents", HEADCOUNT: "People (headcount)"}

    measure = models.CharField(max_length=9, choices=list(MEASURES.items()))
    staff_group = models.CharField(max_length=120, blank=True)
    value = models.FloatField()
    by = models.DateField()
    set_by = models.CharField(max_length=LONGEST_LINE)

    class Meta:
        ordering: ClassVar = ["by", "pk"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(value__gt=0), name="a_target_is_some")]

    def __str__(self) -> str:
        return f"{self.place}: {self.measure} by {self.by}"


class AskedAgain(models.Model):
    """That a place asked one below, by mail, for what it has not sent."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    of = models.ForeignKey(Place, models.PROTECT, related_name="asked_again")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.place} asked {self.of} on {self.at:%Y-%m-%d}"
