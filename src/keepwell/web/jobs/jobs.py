"""When does the queue forget?"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils import timezone

from keepwell.web.jobs.models import CANCELLED, DONE, FAILED, Job
from keepwell.web.jobs.queue import Telling, job

KEPT_DONE: Final = dt.timedelta(days=7)
KEPT_FAILED: Final = dt.timedelta(days=90)


@job("jobs.forget", quick=True, every=dt.timedelta(hours=6))
def forget(told: Telling) -> None:
    """What was done a week ago and what failed three months ago leaves the queue. What it did stays where it is."""
    now = timezone.now()
    Job.objects.filter(state__in=(DONE, CANCELLED), ended_at__lt=now - KEPT_DONE).delete()
    Job.objects.filter(state=FAILED, ended_at__lt=now - KEPT_FAILED).delete()
