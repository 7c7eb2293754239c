"""What does the site forget of who came and went?"""

from __future__ import annotations

import datetime as dt
from typing import Final

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone

from keepwell.web.jobs.queue import Telling, job

KEPT: Final = dt.timedelta(hours=12)
"""How long wrong attempts to sign in are kept; they are counted for 15 minutes."""


@job("home.forget", quick=True, every=dt.timedelta(hours=6))
def forget(told: Telling) -> None:
    """Sessions that are over, and wrong attempts to sign in that count no more."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - KEPT).delete()
