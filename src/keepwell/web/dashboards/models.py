"""What does a place want to reach, by when, and who said so?"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place


class Target(models.Model):
    """A value of a measure that a place wants to have reached by a month. Rates are fractions from 0 to 1.

    It is never changed: a new one takes its place, and the old one stays on record with who ended it.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="targets")
    measure = models.CharField(max_length=40)
    value = models.FloatField()
    by_month = models.CharField(max_length=7)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-set_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "measure"], condition=Q(ended_at__isnull=True), name="one_target_a_measure"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.measure} {self.value} by {self.by_month}"
