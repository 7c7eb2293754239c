"""What did a place here do to keep its people, what does it offer, and who else may read that?"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from keepwell.content.cases import GRADE_WORDS
from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place

LONGEST_WORDS: Final = 4000
LONGEST_LINE: Final = 200


class Local(models.Model):
    """A case or an offer that a place wrote down. A draft is seen by those who write it; shown, it is the place's.

    `version` counts its changes, so that two people who write at once notice each other. `CONTENT` names what is
    written down of it: that is what a place above gets a copy of when it is shared.
    """

    DRAFT, SHOWN = "draft", "shown"
    STATES: ClassVar = {DRAFT: "Draft", SHOWN: "Shown"}
    CONTENT: ClassVar[tuple[str, ...]] = ()

    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    state = models.CharField(max_length=5, choices=list(STATES.items()), default=DRAFT)
    title = models.CharField(max_length=LONGEST_LINE)
    topics = models.JSONField(default=list, blank=True)
    level = models.CharField(max_length=20, blank=True)
    stages = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    shown_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    shown_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["title", "pk"]

    def __str__(self) -> str:
        return f"{self.title}, {self.place}"

    @property
    def key(self) -> str:
        """By what plans and evidence call it."""
        return f"local-{self.pk}"

    @property
    def content(self) -> dict[str, Any]:
        """What is written down of it, as plain data."""
        return {name: plain(getattr(self, name)) for name in self.CONTENT}


class LocalCase(Local):
    """What a place did to keep its people; the fields are those of `keepwell.content.cases.Case`.

    The grade of evidence follows from what was measured: see `rules.grade_of`. `number`, or `before` and `after`,
    is the one figure that it may have; `of` is the number of people that it is about.
    """

    CONTENT: ClassVar = (
        "title",
        "who",
        "where",
        "setting",
        "staff_groups",
        "topics",
        "promise",
        "level",
        "stages",
        "done",
        "reported",
        "caution",
        "how_measured",
        "beside_others",
        "studied",
        "evidence",
        "measured",
        "unit",
        "number",
        "of",
        "before",
        "after",
        "window",
        "study",
        "address",
    )
    NOTHING, COUNTED, CHANGE = "nothing", "counted", "change"
    HOW: ClassVar = {
        NOTHING: "No, nothing was measured",
        COUNTED: "We counted something once: who took part, or what they said",
        CHANGE: "We measured the same thing before and after",
    }

    PEOPLE, OTHER = "people", "other"
    UNITS: ClassVar = {
        PEOPLE: "People",
        "percent": "Percent",
        "points": "Points of a score",
        "days": "Days",
        "hours": "Hours",
        "pounds": "Pounds",
        OTHER: "Something else, which the line above says",
    }

    who = models.CharField(max_length=LONGEST_LINE)
    where = models.CharField(max_length=LONGEST_LINE, blank=True)
    setting = models.CharField(max_length=10)
    staff_groups = models.JSONField(default=list)
    promise = models.JSONField(default=list, blank=True)
    done = models.TextField(max_length=LONGEST_WORDS)
    reported = models.TextField(max_length=LONGEST_WORDS)
    caution = models.TextField(max_length=LONGEST_WORDS, blank=True)
    how_measured = models.CharField(max_length=8, choices=list(HOW.items()), default=NOTHING)
    beside_others = models.BooleanField(default=False)
    studied = models.BooleanField(default=False)
    evidence = models.CharField(max_length=12, choices=[(grade, grade) for grade in GRADE_WORDS], default="claim")
    measured = models.CharField(max_length=LONGEST_LINE, blank=True)
    unit = models.CharField(max_length=10, choices=list(UNITS.items()), blank=True)
    number = models.FloatField(null=True, blank=True)
    of = models.PositiveIntegerField(null=True, blank=True)
    before = models.FloatField(null=True, blank=True)
    after = models.FloatField(null=True, blank=True)
    window = models.CharField(max_length=LONGEST_LINE, blank=True)
    study = models.CharField(max_length=LONGEST_LINE, blank=True)
    address = models.CharField(max_length=400, blank=True)

    class Meta(Local.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(evidence="claim") | (Q(before__isnull=False) & Q(after__isnull=False)),
                name="more_than_a_claim_has_two_numbers",
            ),
        ]


class LocalOffer(Local):
    """Support that a place has for its people: for whom, what it gives, whom to ask and how to refer.

    `checked_on` is the day on which somebody last made sure that it is still so.
    """

    CONTENT: ClassVar = (
        "title",
        "gives",
        "who",
        "contact",
        "refer",
        "address",
        "topics",
        "level",
        "stages",
        "checked_on",
    )

    gives = models.TextField(max_length=LONGEST_WORDS)
    who = models.CharField(max_length=LONGEST_LINE, blank=True)
    contact = models.CharField(max_length=LONGEST_LINE, blank=True)
    refer = models.TextField(max_length=LONGEST_WORDS, blank=True)
    address = models.CharField(max_length=400, blank=True)
    checked_on = models.DateField(default=timezone.localdate)


class Shared(models.Model):
    """That a case or an offer is found at a place above, and at all that lie in it: by a named person, until withdrawn.

    `content` is a copy of it as it was then, and `version` which: what is changed later is not shared by itself.
    """

    case = models.ForeignKey(LocalCase, models.PROTECT, null=True, related_name="shared")
    offer = models.ForeignKey(LocalOffer, models.PROTECT, null=True, related_name="shared")
    to = models.ForeignKey(Place, models.PROTECT, related_name="+")
    content = models.JSONField()
    version = models.PositiveIntegerField()
    shared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-shared_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, offer__isnull=True) | Q(case__isnull=True, offer__isnull=False),
                name="a_case_or_an_offer_is_shared",
            ),
            models.UniqueConstraint(
                fields=["case", "to"], condition=Q(withdrawn_at__isnull=True), name="a_case_is_shared_once_to_a_place"
            ),
            models.UniqueConstraint(
                fields=["offer", "to"],
                condition=Q(withdrawn_at__isnull=True),
                name="an_offer_is_shared_once_to_a_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thing} to {self.to}"

    @property
    def thing(self) -> LocalCase | LocalOffer:
        """What is shared."""
        thing = self.case or self.offer
        assert thing is not None, "the database keeps one of the two"
        return thing


def plain(value: Any) -> Any:
    """A value as plain data: a day as ISO text."""
    return value.isoformat() if hasattr(value, "isoformat") else value
