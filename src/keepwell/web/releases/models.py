"""What has an organisation let others see, under which policy, and until when?"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place


class Release(models.Model):
    """That an organisation releases figures to a place above it, or to its own people who see no exact ones.

    A draft, and one on its way, is seen by nobody but those who may release. `visible` says how much of it stays
    visible, and `refused` why it cannot be released, once somebody has tried. `audience` is its name in the ledger of the organisation's
    records, which keeps what was handed over. Withdrawn, nothing more is handed over and pages stop showing it;
    what somebody has had they have had.
    """

    DRAFT, ON_ITS_WAY, RELEASED, WITHDRAWN = "draft", "on its way", "released", "withdrawn"
    STATES: ClassVar = {DRAFT: "Draft", ON_ITS_WAY: "On its way", RELEASED: "Released", WITHDRAWN: "Withdrawn"}

    place = models.ForeignKey(Place, models.PROTECT, related_name="releases")
    to = models.ForeignKey(Place, models.PROTECT, related_name="received")
    audience = models.CharField(max_length=120)
    policy = models.CharField(max_length=20)
    tables = models.JSONField(default=list)
    months = models.PositiveSmallIntegerField(default=12)
    first = models.CharField(max_length=7)
    source = models.CharField(max_length=40)
    why = models.CharField(max_length=300, blank=True)
    visible = models.TextField(blank=True)
    refused = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default=DRAFT)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-drafted_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "audience"], name="one_release_an_audience"),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(released_by__isnull=False), name="released_by_a_named_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} to {self.to}: {self.get_state_display()}"

    @property
    def inside(self) -> bool:
        """Whether it is for the organisation's own people."""
        return self.to_id == self.place_id


class Pack(models.Model):
    """Figures as they were handed over by a release: never changed, and followed by newer ones."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="packs")
    made_at = models.DateTimeField(default=timezone.now)
    last_month = models.CharField(max_length=7)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["release", "sha256"], name="one_pack_a_content"),
            models.CheckConstraint(condition=~Q(last_month=""), name="a_pack_says_of_when"),
        ]

    def __str__(self) -> str:
        return f"{self.release}, to {self.last_month}"
