"""Who has an account, which roles are there, and who holds which of them where?"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from keepwell.web.places.models import Place

INTERNAL: Final = "internal"
"""The policy under which figures are exact."""


class People(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser):
    """Somebody who was invited. Without a usable password the invitation has not been accepted yet."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    invited_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="invited")
    invited_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    made_up = models.BooleanField(default=False)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_account_an_address")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Role(models.Model):
    """A row of the table of roles: what its holders may do, and under which policy they see figures."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    about = models.CharField(max_length=200)
    policy = models.CharField(max_length=20, blank=True)
    abilities = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering: ClassVar = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def exact(self) -> bool:
        return self.policy == INTERNAL


class Grants(QuerySet["Grant"]):
    def in_force(self, now: dt.datetime | None = None) -> Grants:
        """Those that hold now: confirmed where they have to be, begun and not ended."""
        now = now or timezone.now()
        return self.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=now),
            Q(until__isnull=True) | Q(until__gte=timezone.localdate(now)),
            in_force_at__lte=now,
        )

    def waiting(self) -> Grants:
        return self.filter(in_force_at__isnull=True, ended_at__isnull=True)


class Grant(models.Model):
    """That somebody holds a role at a place, or on the whole site where there is none.

    One that opens exact figures is in force only once a second person has confirmed it.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="grants")
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="granted")
    granted_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="confirmed")
    in_force_at = models.DateTimeField(null=True)
    until = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="ended")
    ended_at = models.DateTimeField(null=True)
    without_second_person = models.BooleanField(default=False)

    objects = Grants.as_manager()

    class Meta:
        ordering: ClassVar = ["-granted_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "role", "place"], condition=Q(ended_at__isnull=True), name="held_once_at_a_place"
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ended_at__isnull=True, place__isnull=True),
                name="held_once_on_the_site",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=models.F("user")), name="nobody_grants_to_oneself"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | (~Q(confirmed_by=models.F("user")) & ~Q(confirmed_by=models.F("granted_by"))),
                name="confirmed_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} at {self.place or 'the whole site'}"
