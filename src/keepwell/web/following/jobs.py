"""When does somebody look whom to remind?"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from keepwell.web.following.reminding import remind as tell_everybody
from keepwell.web.jobs.queue import Telling, job


@job("following.remind", every=dt.timedelta(hours=4))
def remind(told: Telling) -> None:
    """Tell those who owe a check-in, and later those one level up. Done twice, nobody is told twice."""
    tell_everybody(timezone.localdate())
