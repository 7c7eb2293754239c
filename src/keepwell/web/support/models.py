"""Whom do we support, with what, and what came of it?

Kept for each organisation with its days, so that later it can be asked what the support did.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from keepwell.content.planning import Support, support_programme
from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place

LONGEST_WORDS: Final = 4000
KINDS: Final = {one.key: one.title for one in support_programme().kinds}


class Versioned(models.Model):
    """What changes, with who changed it last. `version` lets two people who write at once notice each other."""

    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Programme(Versioned):
    """Support that a place gives to several organisations in it. `chosen_by` says how these are chosen, in words."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    chosen_by = models.TextField(max_length=LONGEST_WORDS)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    began_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-began_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_programme_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.place}"


class Selected(models.Model):
    """That an organisation was chosen, by whom, when, and why in words. Taken out, it stays on record.

    The published figure behind the choice is cited beside it (`subject`).
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="selected")
    organisation = models.ForeignKey(Place, models.PROTECT, related_name="+")
    why = models.TextField(max_length=LONGEST_WORDS)
    chosen_on = models.DateField()
    chosen_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["organisation__name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "organisation"],
                condition=Q(removed_at__isnull=True),
                name="chosen_once_for_a_programme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} for programme {self.programme_id}"

    @property
    def subject(self) -> str:
        """How evidence calls it."""
        return f"support.selected/{self.pk}"


class Offer(Versioned):
    """One kind of support offered to an organisation: when, by whom, what it answered, and what was done.

    Money is in pounds: `money` is offered, `committed` promised, `spent` gone. `answered_by` is who wrote the answer
    down: somebody of the organisation, or of the team that runs the support.
    """

    ACCEPTED, DECLINED = "accepted", "declined"
    ANSWERS: ClassVar = {"": "No answer yet", ACCEPTED: "Accepted", DECLINED: "Declined"}

    selected = models.ForeignKey(Selected, models.PROTECT, related_name="offers")
    kind = models.CharField(max_length=40)
    words = models.TextField(max_length=LONGEST_WORDS, blank=True)
    offered_on = models.DateField()
    offered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answer = models.CharField(max_length=8, choices=list(ANSWERS.items()), blank=True)
    answered_on = models.DateField(null=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    money = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    committed = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    spent = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["offered_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(started_on__isnull=True) | Q(answer="accepted"), name="what_starts_was_accepted"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_on__isnull=True) | (~Q(answer="") & Q(answered_on__isnull=False)),
                name="an_answer_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"Offer {self.pk} to {self.selected}"

    @property
    def content(self) -> Support:
        """The kind of support, with its source."""
        return next(one for one in support_programme().kinds if one.key == self.kind)

    @property
    def title(self) -> str:
        return KINDS[self.kind]


class Meeting(models.Model):
    """One day of support, and how many came: a number, never who. None where it is still to come, or nobody counted."""

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="sessions")
    on = models.DateField()
    came = models.PositiveIntegerField(null=True, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["on", "pk"]

    def __str__(self) -> str:
        return f"Session of offer {self.offer_id} on {self.on}"


class Change(models.Model):
    """One thing that was done in a programme, in words, with what became different."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="changes")
    organisation = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=200)
    kept = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.what}, programme {self.programme_id}"
