"""How does a slice have something done behind its pages?

from keepwell.web.jobs.queue import Telling, enqueue, finish_with, job

@job("uploads.load")
def load(told: Telling, upload: int) -> None:
    told.progress(0.5, "Reading")
    finish_with(told.job, lambda: ...)

enqueue("uploads.load", by=user, key=f"upload {upload.pk}", upload=upload.pk)
"""

from __future__ import annotations

from keepwell.web.jobs.actions import NoLongerOurs, cancel, enqueue, finish_with
from keepwell.web.jobs.kinds import job
from keepwell.web.jobs.telling import Stopping, Telling

__all__ = ["NoLongerOurs", "Stopping", "Telling", "cancel", "enqueue", "finish_with", "job"]
