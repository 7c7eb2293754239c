"""Who may see and cancel a job, and why not?"""

from __future__ import annotations

from keepwell.web.accounts.abilities import MANAGE_PEOPLE
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot_on_site
from keepwell.web.jobs.models import UNFINISHED, Job


def cannot_see(user: User, job: Job) -> str | None:
    """Why this person cannot see how far the job is; None if they can.

    It is theirs who asked for it. What it is about is the slice's to show, by its own rules.
    """
    return None if job.asked_by_id == user.pk else "Only who asked for it sees how far it is."


def cannot_cancel(user: User, job: Job) -> str | None:
    """Why this person cannot cancel the job; None if they can."""
    if job.asked_by_id != user.pk:
        return "Only who asked for it can cancel it."
    if job.state not in UNFINISHED:
        return f"It is {job.state} already."
    return None


def cannot_see_failures(user: User) -> str | None:
    """Why this person cannot see what has failed on the site; None if they can: whoever keeps it."""
    return None if cannot_on_site(user, MANAGE_PEOPLE) is None else "Only whoever keeps the site sees what has failed."
