"""Which requests for flexible work and retirement were made, and how did each go?

No name is kept: a request goes by a reference that only its manager can read. Nothing is written freely.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from keepwell.content.flexible_requests import FLOWS, RequestFlow, request_flows, retirement_options
from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place

WORKING, RETIREMENT = FLOWS
KINDS: Final = {WORKING: "Flexible working", RETIREMENT: "Flexible retirement"}
ON_APPEAL: Final = "refused_then_agreed"
"""An outcome of the guide's flow that comes of an appeal alone."""
STAFF_GROUPS: Final = (
    "Add Prof Scientific and Technic",
    "Additional Clinical Services",
    "Administrative and Clerical",
    "Allied Health Professionals",
    "Estates and Ancillary",
    "Healthcare Scientists",
    "Medical and Dental",
    "Nursing and Midwifery Registered",
    "Students",
)
"""As the Electronic Staff Record has them (methodology, 2.1)."""
STAFF_GROUPS_OF_PRACTICES: Final = ("GP", "Nurses", "Direct patient care", "Admin/non-clinical")
"""As the General Practice Workforce has them."""
WAYS_TO_WORK: Final = {
    "fewer_hours": "Fewer hours or days",
    "more_hours": "More hours or days",
    "other_times": "Other start or end times",
    "set_days": "The same days or shifts each week",
    "long_days": "The same hours in fewer days",
    "year_or_term": "Hours counted over the year, or school terms only",
    "own_rota": "A say in the rota, such as self-rostering",
    "from_home": "Working from home or from another place, some or all of the time",
    "job_share": "Sharing a job",
    "other": "Something else",
}


def asked_for(kind: str) -> dict[str, str]:
    """What can be asked for by a request of a kind, by key: for retirement, the guide's six ways."""
    return WAYS_TO_WORK if kind == WORKING else {one.key: one.title for one in retirement_options().options}


class Request(models.Model):
    """A request, from the day it was made. Dates and choices only.

    `reference` is blank once it was cleared. `longer_until` is the day until which both agreed in writing that the answer
    may take. `outcome`, `reason` and `appeal_outcome` are keys of the guide's flow. Entered by mistake, it stays on
    record and counts nowhere.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=list(KINDS.items()))
    reference = models.CharField(max_length=20, blank=True)
    staff_group = models.CharField(max_length=40)
    asked_on = models.DateField()
    asked_for = models.JSONField(default=list)
    longer_until = models.DateField(null=True, blank=True)
    decided_on = models.DateField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    began_on = models.DateField(null=True)
    appealed_on = models.DateField(null=True)
    appeal_decided_on = models.DateField(null=True)
    appeal_outcome = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    cleared_at = models.DateTimeField(null=True)
    mistaken_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["asked_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True) | Q(decided_on__gte=F("asked_on")), name="decided_after_asked"
            ),
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True, outcome="") | (Q(decided_on__isnull=False) & ~Q(outcome="")),
                name="a_decision_has_a_day_and_an_outcome",
            ),
            models.UniqueConstraint(
                fields=["place", "reference"],
                condition=Q(mistaken_at__isnull=True) & ~Q(reference=""),
                name="one_request_a_reference",
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk} at {self.place_id}"

    @property
    def flow(self) -> RequestFlow:
        return request_flows()[self.kind]

    @property
    def called(self) -> str:
        """How a page calls it."""
        return self.reference or f"request {self.pk}, its reference cleared"

    @property
    def open(self) -> bool:
        """Whether an answer is waited for: the first, or that to an appeal."""
        return self.mistaken_at is None and self.answered_on is None

    @property
    def answered_on(self) -> dt.date | None:
        """The day of the last answer; None while one is waited for."""
        return self.appeal_decided_on if self.appealed_on else self.decided_on

    @property
    def came_to(self) -> str:
        """The key of the last answer, "" while one is waited for."""
        if self.answered_on is None:
            return ""
        return self.appeal_outcome or self.outcome

    @property
    def days(self) -> int | None:
        """Days from the request to the last answer."""
        return None if self.answered_on is None else (self.answered_on - self.asked_on).days


class Change(models.Model):
    """A request as it was after one change: dates and choices, never its reference."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="changes")
    number = models.PositiveIntegerField()
    why = models.CharField(max_length=80)
    kept = models.JSONField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "number"], name="one_version_of_a_request"),
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of request {self.request_id}"


class Figures(models.Model):
    """What is told of an organisation's requests of one half-year and kind: made once, when it is closed.

    It never changes: whoever sees it before and after one more request was written down learns nothing of that one.
    """

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=list(KINDS.items()))
    first = models.DateField()
    last = models.DateField()
    told = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-first", "kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "kind", "first"], name="figures_once_a_half_year"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.place_id} from {self.first}"
