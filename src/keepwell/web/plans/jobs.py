"""What is done for plans while nobody waits?"""

from __future__ import annotations

import datetime as dt

from keepwell.web.jobs.queue import job
from keepwell.web.jobs.telling import Telling
from keepwell.web.plans import store


@job("plans.sweep_documents", every=dt.timedelta(days=1), quick=True)
def sweep_documents(told: Telling) -> None:
    """Delete the documents that no plan names: something broke off while they were attached."""
    store.sweep()
