"""Which papers were asked for, and which files were brought in to become plans?"""

from __future__ import annotations

import secrets
from typing import Any, ClassVar, Final

from django.db import models
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.jobs.models import Job
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Plan

PLAN, BOARD, COMBINED = "plan", "board", "combined"


def drawn_name() -> str:
    """A name that nobody can guess."""
    return secrets.token_hex(16)


class Paper(models.Model):
    """One paper that somebody asked for, theirs alone, until it is deleted with its file.

    `plan` is None for the combined plan of `place`. What it shows is what they might see when it was made: `shows` are
    the numbers of the citations whose values stand in it, `plans` of the plans, `drafts` says whether a draft is in it;
    all are asked again before it is taken away. `policy` is the strictest need of what is in it: "internal", the name of
    a hiding policy, "published", or "" where there is no figure. `kept_as` is the file's name in the store, blank until
    it is made.
    """

    KINDS: ClassVar = {PLAN: "Action plan", BOARD: "Board paper", COMBINED: "Combined plan"}

    place = models.ForeignKey(Place, models.PROTECT, related_name="papers")
    plan = models.ForeignKey(Plan, models.CASCADE, null=True, related_name="papers")
    kind = models.CharField(max_length=8, choices=list(KINDS.items()))
    out_format = models.CharField(max_length=4)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="papers")
    asked_at = models.DateTimeField(default=timezone.now)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(null=True)
    kept_as = models.CharField(max_length=32, blank=True)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    shows = models.JSONField(default=list)
    plans = models.JSONField(default=list)
    drafts = models.BooleanField(default=False)
    policy = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"paper {self.pk}: {self.kind} as {self.out_format}"

    @property
    def ready(self) -> bool:
        return self.made_at is not None

    @property
    def title(self) -> str:
        return f"{self.KINDS[self.kind]} ({self.out_format.upper()})"


class Brought(models.Model):
    """A file that somebody brought in to become a plan: what was read of it, never the file itself.

    `read` holds its tables with their cells as text, and the words around them (see reading.py). `said` is what the
    person said of it: by the number of a table and a column, which of ours it is. `version` goes up with each change of
    that. `plan` is the plan that was made of it.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    brought_at = models.DateTimeField(default=timezone.now)
    read: Any = models.JSONField()
    said: Any = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    plan = models.ForeignKey(Plan, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-brought_at", "-pk"]

    def __str__(self) -> str:
        return f"brought file {self.pk}"


FORMATS: Final = {PLAN: ("docx", "xlsx", "pdf"), BOARD: ("pptx", "pdf"), COMBINED: ("docx", "xlsx")}
"""As what each kind of paper can be had."""
