"""What has been asked for, how far is it, and who is working on it?"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from keepwell.web.accounts.models import User

WAITING: Final = "waiting"
WORKING: Final = "working"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
UNFINISHED: Final = (WAITING, WORKING)


class Jobs(QuerySet["Job"]):
    def unfinished(self) -> Jobs:
        return self.filter(state__in=UNFINISHED)

    def ready(self, now: dt.datetime) -> Jobs:
        """Those to be taken: due, or left behind by a worker whose lease has run out. Oldest first."""
        due = Q(state=WAITING, due_at__lte=now) | Q(state=WORKING, lease_until__lt=now)
        return self.filter(due).order_by("due_at", "pk")

    def held(self, job: Job) -> Jobs:
        """The row of this job, if whoever holds `job` still has its lease."""
        return self.filter(pk=job.pk, state=WORKING, lease=job.lease)


class Job(models.Model):
    """One thing to be done, by one worker at a time.

    `lease` is drawn afresh each time that it is taken. Whoever works on it may write down its effect only while that
    lease stands here: a worker that was taken for dead and comes back finds another.
    """

    STATES: Final = {
        WAITING: "Waiting",
        WORKING: "Working",
        DONE: "Done",
        FAILED: "Failed",
        CANCELLED: "Cancelled",
    }

    name = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="jobs")
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default=WAITING)
    times_taken = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    share = models.FloatField(default=0.0)
    step = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)
    wrong = models.TextField(blank=True)
    found = models.TextField(blank=True)
    attempt = models.TextField(blank=True)

    objects = Jobs.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "due_at"], name="jobs_to_take")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=UNFINISHED), name="unfinished_once_a_key"),
            models.CheckConstraint(
                condition=Q(state=WORKING, lease__isnull=False, lease_until__isnull=False)
                | (~Q(state=WORKING) & Q(lease__isnull=True, lease_until__isnull=True)),
                name="a_lease_while_working",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}: {self.state}"
