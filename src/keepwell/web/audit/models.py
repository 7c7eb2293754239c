"""Who viewed what, who took it away, and who was let in?

The register is written and read, never changed: not by the models, and not past them, because the database itself
refuses (migrations/0002). Its tables are unmanaged, so that no flush of the database empties them.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import QuerySet

from keepwell.web.accounts.models import INTERNAL
from keepwell.web.audit.chain import hash_of


class NeverChanged(Exception):
    """Somebody tried to change or delete what the register holds."""


UPWARD = "Release upward"
"""What is released to another organisation; a release to one's own people is not among them."""


class Kind(models.TextChoices):
    VIEWED = "viewed", "viewed"
    EXPORTED = "exported", "exported"
    RELEASED = "released", "released"
    WITHDRAWN = "withdrawn", "withdrew"
    LOADED = "loaded", "loaded"
    UNLOADED = "unloaded", "took out"
    CHANGED = "changed", "changed"
    INVITED = "invited", "invited"
    GRANTED = "granted", "gave a role"
    CONFIRMED = "confirmed", "confirmed a role"
    ENDED = "ended", "ended a role"
    CLOSED = "closed", "closed an account"
    SIGNED_IN = "signed in", "signed in"
    SIGNED_OUT = "signed out", "signed out"
    REFUSED = "refused", "was refused"


class AppendOnly(QuerySet["AccessEvent"]):
    def update(self, **changes: Any) -> NoReturn:
        raise NeverChanged("the register is not changed")

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise NeverChanged("the register is not changed")

    def delete(self) -> NoReturn:
        raise NeverChanged("nothing is taken out of the register")

    def bulk_create(self, *args: Any, **options: Any) -> NoReturn:
        raise NeverChanged("events are recorded one by one: see audit.actions.record")


class AccessEvent(models.Model):
    """One thing that somebody did, and what they were at the time.

    `person` and `place` are the numbers of a User and a Place, `name` and `place_name` what these were called then:
    the event outlives both. `roles` are those held there at the time, in words. `policy` is that under which figures
    were shown: "internal" for exact ones, "" where there were none. `query` holds the filters of the page, by our
    own names. `previous` is the hash of the event before, and no two events have the same: the chain cannot fork.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    person = models.PositiveBigIntegerField(null=True, db_index=True)
    name = models.TextField(blank=True)
    roles = models.TextField(blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    what = models.TextField()
    about = models.TextField(blank=True)
    place = models.PositiveBigIntegerField(null=True)
    place_name = models.TextField(blank=True)
    policy = models.CharField(max_length=20, blank=True)
    query = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        managed = False
        db_table = "audit_accessevent"
        ordering: ClassVar = ["-number"]
        indexes: ClassVar = [models.Index(fields=["place", "at"], name="event_of_a_place")]

    def __str__(self) -> str:
        return f"event {self.number}: {self.kind}"

    @property
    def exact(self) -> bool:
        return self.policy == INTERNAL

    def hashed(self) -> str:
        """The hash that the event has as long as nobody changes it."""
        who = [self.person, self.name, self.roles]
        words = [*who, self.kind, self.what, self.about, self.place, self.place_name, self.policy]
        return hash_of(self.previous, self.number, self.at, words, self.query)

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise NeverChanged("the register is not changed")
        super().save(*args, **{**options, "force_insert": True})

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise NeverChanged("nothing is taken out of the register")


class ChainEnd(models.Model):
    """How many events there are and the hash of the last: one row, moved on by the database when an event is written.

    It tells when events were cut off the end, which the chain alone could not.
    """

    count = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        managed = False
        db_table = "audit_chainend"

    def __str__(self) -> str:
        return f"{self.count} events, {self.hash[:8]}"
