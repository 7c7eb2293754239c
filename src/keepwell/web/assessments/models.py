"""When did a place judge itself, who said what, and on what did they agree?

What can be judged is content (content/assessments): an assessment and its items go by their keys, which never change.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from keepwell.content.assessments import RATINGS, Assessment, assessment
from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place

RATED: Final = tuple(rating for ratings in RATINGS.values() for rating in ratings)
LONGEST_NOTE: Final = 4000


class Round(models.Model):
    """One time that a place judges itself by an assessment.

    While it is open each rater sees only what they said themselves. Then all is laid open, they talk, and somebody
    writes down what was agreed; agreed, nothing in it changes any more. Of an assessment whose answers are not rated
    apart (a list to be done, a workshop) nothing is laid open: it goes from open to agreed.
    """

    OPEN, TALKING, AGREED = "open", "talking", "agreed"
    STATES: ClassVar = {OPEN: "Open", TALKING: "Being talked over", AGREED: "Agreed"}

    place = models.ForeignKey(Place, models.PROTECT, related_name="rounds")
    assessment = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=list(STATES.items()), default=OPEN)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    laid_open_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    laid_open_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)

    class Meta:
        ordering: ClassVar = ["-started_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["place", "assessment"], condition=~Q(state="agreed"), name="one_unfinished_round"
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(agreed_by__isnull=False), name="agreed_by_a_named_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content.title}, {self.place}"

    @property
    def content(self) -> Assessment:
        return assessment(self.assessment)

    @property
    def rated_apart(self) -> bool:
        """Whether several rate apart first, as with a traffic light."""
        return self.content.answers == "traffic_light"

    @property
    def unfinished(self) -> bool:
        return self.state != self.AGREED

    def overdue_on(self, day: dt.date) -> bool:
        return self.state == self.AGREED and self.review_on is not None and self.review_on < day


class Rating(models.Model):
    """What one rater says of one item, apart from the others."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="ratings")
    item = models.CharField(max_length=60)
    rater = models.ForeignKey(User, models.PROTECT, related_name="+")
    rating = models.CharField(max_length=10, choices=[(one, one) for one in RATED])
    note = models.TextField(max_length=LONGEST_NOTE, blank=True)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["item", "given_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "item", "rater"], name="one_rating_a_rater"),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.item}"


class Answer(models.Model):
    """What a place says of one item together: the rating agreed, who looks after it, by when, and what was noted.

    `version` counts its changes, so that two people who write at once notice each other. `copied_from` is the answer
    of another place (a practice may begin with its network's).
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="answers")
    item = models.CharField(max_length=60)
    rating = models.CharField(max_length=10, choices=[(one, one) for one in RATED], blank=True)
    note = models.TextField(max_length=LONGEST_NOTE, blank=True)
    owner = models.CharField(max_length=120, blank=True)
    due_on = models.DateField(null=True, blank=True)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "item"], name="one_answer_an_item"),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.item}"


class Note(models.Model):
    """What was answered to one prompt of an item: a thing to consider, a tip, what leaders or managers can do."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="notes")
    item = models.CharField(max_length=60)
    prompt = models.CharField(max_length=80)
    words = models.TextField(max_length=LONGEST_NOTE)
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "item", "prompt"], name="one_note_a_prompt"),
        ]

    def __str__(self) -> str:
        return f"{self.round}: {self.prompt}"


class Shown(models.Model):
    """That what was agreed in a round is released to a place above: by a named person, until it is withdrawn."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="shown")
    to = models.ForeignKey(Place, models.PROTECT, related_name="+")
    with_notes = models.BooleanField(default=False)
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    released_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-released_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "to"], condition=Q(withdrawn_at__isnull=True), name="shown_once_to_a_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} to {self.to}"


class Kept(models.Model):
    """What a place keeps up to date from round to round. `version` counts its changes, as of an Answer."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Scheme(Kept):
    """Support that there is for GPs at a place: on one of three levels, for one career stage or (blank) for all.

    `reach` is how many people it is for and `uptake` how many took it up; `money` is pounds a year; None where nobody
    knows. `offer` is the key of a national offer, blank for a local scheme. Over, it stays on record.
    """

    title = models.CharField(max_length=120)
    level = models.CharField(max_length=20)
    stage = models.CharField(max_length=20, blank=True)
    about = models.TextField(max_length=LONGEST_NOTE, blank=True)
    offer = models.CharField(max_length=60, blank=True)
    reach = models.PositiveIntegerField(null=True, blank=True)
    uptake = models.PositiveIntegerField(null=True, blank=True)
    money = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["level", "stage", "title"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(uptake__isnull=True) | Q(reach__isnull=True) | Q(uptake__lte=models.F("reach")),
                name="no_more_took_up_than_it_is_for",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.place}"


class Gap(Kept):
    """How well one level supports one career stage at a place, and what is missing there."""

    NOTHING, SOME, ENOUGH = "nothing", "some", "enough"
    WORDS: ClassVar = {NOTHING: "Nothing there", SOME: "Some, and not enough", ENOUGH: "Enough"}

    level = models.CharField(max_length=20)
    stage = models.CharField(max_length=20)
    judged = models.CharField(max_length=7, choices=list(WORDS.items()))
    missing = models.TextField(max_length=LONGEST_NOTE, blank=True)

    class Meta:
        ordering: ClassVar = ["level", "stage"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "level", "stage"], name="one_judgement_a_cell"),
        ]

    def __str__(self) -> str:
        return f"{self.level}, {self.stage}, {self.place}"


class Loss(Kept):
    """How many were lost at one point of the career: a number of so many, or plainly not known."""

    point = models.CharField(max_length=60)
    known = models.BooleanField(default=False)
    number = models.PositiveIntegerField(null=True, blank=True)
    of = models.PositiveIntegerField(null=True, blank=True)
    period = models.CharField(max_length=60, blank=True)
    note = models.TextField(max_length=LONGEST_NOTE, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "point"], name="one_number_a_loss_point"),
            models.CheckConstraint(condition=Q(known=False) | Q(number__isnull=False), name="known_is_a_number"),
            models.CheckConstraint(
                condition=Q(number__isnull=True) | Q(of__isnull=True) | Q(number__lte=models.F("of")),
                name="no_more_lost_than_there_were",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point}, {self.place}"


class Aim(Kept):
    """How far a place is with one goal or must-do: of the guide, by its `key`, or of its own, by its `title`."""

    GOAL, MUST_DO = "goal", "must_do"
    KINDS: ClassVar = {GOAL: "Goal", MUST_DO: "Must-do"}

    kind = models.CharField(max_length=7, choices=list(KINDS.items()))
    key = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=300, blank=True)
    level = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=[(one, one) for one in RATINGS["done"]], default="not_yet")
    note = models.TextField(max_length=LONGEST_NOTE, blank=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["kind", "level", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "kind", "key"], condition=~Q(key=""), name="one_state_an_aim"),
            models.CheckConstraint(condition=~Q(key="", title=""), name="an_aim_has_words"),
        ]

    def __str__(self) -> str:
        return f"{self.key or self.title}, {self.place}"


class RoleHolder(Kept):
    """Who carries a named role of retention at a place. It gives no rights; with no name the role is empty."""

    role = models.CharField(max_length=60)
    name = models.CharField(max_length=120, blank=True)
    since = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["role"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "role"], name="one_holder_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role}, {self.place}"
