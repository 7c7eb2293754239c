"""Which files were brought in, and what became of each?"""

from __future__ import annotations

import secrets
from typing import ClassVar, Final

from django.db import models
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place

RECEIVED: Final = "received"
READY: Final = "ready"
LOADING: Final = "loading"
LOADED: Final = "loaded"
UNDOING: Final = "undoing"
UNDONE: Final = "undone"
REFUSED: Final = "refused"
DROPPED: Final = "dropped"
FORGOTTEN: Final = "forgotten"

FILE_IS_KEPT: Final = (RECEIVED, READY, LOADING)
"""While an upload is one of these its file is kept; in no other state."""
GOES_ON: Final = (*FILE_IS_KEPT, UNDOING)


def drawn_folder() -> str:
    """A name that nobody can guess, for the folder in which a file waits."""
    return secrets.token_hex(16)


class Upload(models.Model):
    """One file that somebody brought in, from its last byte to its load, or to the reason why there is none.

    `place` is an organisation. `folder` is where the file waits, and `said` what the person has said of it (see
    reading.options_of). `looked` is what it was found to be: never a row of it. `version` goes up with each thing that
    is said, so that two people notice each other. `asked_at` is when the load was asked for: the same bytes at the same
    moment are one load, however often the job is done. `wrong`, `found`, `attempt` say why it was refused.
    """

    STATES: Final = {
        RECEIVED: "Being looked at",
        READY: "Waits for you",
        LOADING: "Being loaded",
        LOADED: "Loaded",
        UNDOING: "Being taken out",
        UNDONE: "Taken out",
        REFUSED: "Refused",
        DROPPED: "Not loaded",
        FORGOTTEN: "Not loaded: nobody answered for a day",
    }

    place = models.ForeignKey(Place, models.PROTECT, related_name="uploads")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="uploads")
    name = models.CharField(max_length=120)
    folder = models.CharField(max_length=32, unique=True, default=drawn_folder)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default=RECEIVED)
    version = models.PositiveIntegerField(default=1)
    said = models.JSONField(default=dict)
    looked = models.JSONField(null=True)
    looked_at = models.DateTimeField(null=True)
    published = models.BooleanField(default=False)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(null=True)
    load_number = models.PositiveIntegerField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    wrong = models.TextField(blank=True)
    found = models.TextField(blank=True)
    attempt = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return f"upload {self.pk}: {self.state}"

    @property
    def state_in_words(self) -> str:
        return str(self.STATES[self.state])

    @property
    def job_key(self) -> str:
        """The key of the job that is at work on it; there is one at a time."""
        return f"upload-{self.pk}"


class PracticePerson(models.Model):
    """Somebody who works at a practice, as the practice types it where it has no file. No name: a label of its own.

    Either contracted hours a week or FTE. `birth_month` is "1980-05", empty where it is not said. `version` goes up with
    each change, so that two people notice each other.
    """

    GROUPS: ClassVar = {
        "GP": "GP",
        "Nurses": "Nurse",
        "Direct Patient Care": "Direct patient care, such as a pharmacist or paramedic",
        "Admin/Non-Clinical": "Administration and other staff who see no patients",
    }

    place = models.ForeignKey(Place, models.PROTECT, related_name="practice_people")
    label = models.CharField(max_length=30)
    staff_group = models.CharField(max_length=30, choices=list(GROUPS.items()))
    job_role = models.CharField(max_length=60)
    hours = models.FloatField(null=True)
    fte = models.FloatField(null=True)
    start = models.DateField()
    end = models.DateField(null=True)
    birth_month = models.CharField(max_length=7, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["staff_group", "label"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "label"], name="one_label_a_practice"),
        ]

    def __str__(self) -> str:
        return f"practice person {self.pk}"
