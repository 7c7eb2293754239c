"""What does a place mean to do about keeping its people, who does it, and how was it changed?

What can stand in a plan is content (content/planning): columns, behaviours and topics go by their keys.
"""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place

LONGEST_WORDS: Final = 4000
LONGEST_LINE: Final = 300
MEASURE, MILESTONE = "measure", "milestone"


class Plan(models.Model):
    """What a place means to do in one cycle. A draft is seen by those who write it; agreed, it is the place's.

    `serves` says what of the system's priorities it serves, or that the need is local. `copied_from` is the plan that
    it began as a copy of, and `began_from` what it began from otherwise ("assessments.round/12"). `version` counts the
    changes of the plan's own words, so that two people who write at once notice each other; actions count their own.
    """

    DRAFT, AGREED, CLOSED = "draft", "agreed", "closed"
    STATES: ClassVar = {DRAFT: "Draft", AGREED: "Agreed", CLOSED: "Closed"}

    place = models.ForeignKey(Place, models.PROTECT, related_name="plans")
    title = models.CharField(max_length=120)
    about = models.TextField(max_length=LONGEST_WORDS, blank=True)
    serves = models.TextField(max_length=LONGEST_WORDS, blank=True)
    project_manager = models.CharField(max_length=120, blank=True)
    clinical_lead = models.CharField(max_length=120, blank=True)
    staff_side = models.TextField(max_length=LONGEST_WORDS, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=6, choices=list(STATES.items()), default=DRAFT)
    began_from = models.CharField(max_length=160, blank=True)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="copies")
    version = models.PositiveIntegerField(default=1)
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-started_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(agreed_by__isnull=False), name="a_plan_is_agreed_by_a_named_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.place}"

    @property
    def subject(self) -> str:
        """How evidence calls it."""
        return f"plans.plan/{self.pk}"


class Action(models.Model):
    """One thing to do: what for, who, by when, how, and how everybody will see that it worked.

    A draft is seen only by those who write the plan, also in a plan that is agreed. `topic` is a key of a traffic
    light, a checklist, a goal or a must-do, and `aims` are keys of goals and must-dos that it serves besides; `offer` is
    the key of a national or local offer that it pays for or passes on. `owner` is who has been asked, and has accepted
    where there is a day in `accepted_at`; `owner_words` says who owns it in the plan's own words. Money is in pounds:
    `cost_once` and `cost_yearly` are meant, `committed` is promised and `spent` is gone. `seeks_above` is what the place
    wants from above for it. Taken out, it stays on record and can be put back.
    """

    DRAFT, UNDER_WAY, FINISHED, STOPPED = "draft", "under_way", "finished", "stopped"
    STATES: ClassVar = {DRAFT: "Draft", UNDER_WAY: "Under way", FINISHED: "Finished", STOPPED: "Stopped"}

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="actions")
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, choices=list(STATES.items()), default=DRAFT)
    topic = models.CharField(max_length=60, blank=True)
    objective = models.TextField(max_length=LONGEST_WORDS, blank=True)
    what = models.TextField(max_length=LONGEST_WORDS)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="owned_actions")
    owner_words = models.CharField(max_length=LONGEST_LINE, blank=True)
    asked_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    timescale_words = models.CharField(max_length=LONGEST_LINE, blank=True)
    steps = models.TextField(max_length=LONGEST_WORDS, blank=True)
    level = models.CharField(max_length=20, blank=True)
    stage = models.CharField(max_length=20, blank=True)
    promise = models.CharField(max_length=60, blank=True)
    aims = models.JSONField(default=list, blank=True)
    offer = models.CharField(max_length=80, blank=True)
    idea = models.CharField(max_length=LONGEST_LINE, blank=True)
    cost_once = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    cost_yearly = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    funding = models.CharField(max_length=LONGEST_LINE, blank=True)
    committed = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    spent = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    expected_effect = models.TextField(max_length=LONGEST_WORDS, blank=True)
    time_and_cover = models.TextField(max_length=LONGEST_WORDS, blank=True)
    project_manager = models.CharField(max_length=120, blank=True)
    clinical_lead = models.CharField(max_length=120, blank=True)
    stakeholders = models.TextField(max_length=LONGEST_WORDS, blank=True)
    risks = models.TextField(max_length=LONGEST_WORDS, blank=True)
    staff_side = models.TextField(max_length=LONGEST_WORDS, blank=True)
    behaviours = models.JSONField(default=list, blank=True)
    in_the_way = models.TextField(max_length=LONGEST_WORDS, blank=True)
    seeks_above = models.TextField(max_length=LONGEST_WORDS, blank=True)
    began_from = models.CharField(max_length=160, blank=True)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="copies")
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="an_action_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(owner__isnull=False), name="who_accepts_is_somebody"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["plan", "removed_at"], name="actions_of_a_plan")]

    def __str__(self) -> str:
        return f"Action {self.pk} of {self.plan}"

    @property
    def subject(self) -> str:
        """How evidence calls it."""
        return f"plans.action/{self.pk}"

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self.removed_at is None and self.state in {self.DRAFT, self.UNDER_WAY}


class Criterion(models.Model):
    """By what one sees that an action worked: a measure that moves from one number to another, or a milestone.

    `measure` is the name of one of our measures, blank where people count it themselves; `baseline` and `target` are in
    its unit (a rate is a fraction) and `window` the months that it looks at. `beyond_peers` is why it asks for more
    change than places alike see in a year.
    """

    OPEN, MET, PARTLY, NOT_MET, TOO_EARLY = "open", "met", "partly_met", "not_met", "too_early"
    STATES: ClassVar = {
        OPEN: "Not yet looked at",
        MET: "Met",
        PARTLY: "Met in part",
        NOT_MET: "Not met",
        TOO_EARLY: "Too early to see",
    }

    action = models.ForeignKey(Action, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=9, choices=[(MEASURE, "A number"), (MILESTONE, "A milestone")])
    words = models.TextField(max_length=LONGEST_WORDS)
    measure = models.CharField(max_length=60, blank=True)
    baseline = models.FloatField(null=True, blank=True)
    target = models.FloatField(null=True, blank=True)
    window = models.PositiveSmallIntegerField(null=True, blank=True)
    by = models.DateField(null=True, blank=True)
    beyond_peers = models.TextField(max_length=LONGEST_WORDS, blank=True)
    state = models.CharField(max_length=10, choices=list(STATES.items()), default=OPEN)

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return f"Criterion {self.pk} of action {self.action_id}"


class Helper(models.Model):
    """That somebody takes part in one action: they see that action, and nothing else of the plan."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="helpers")
    user = models.ForeignKey(User, models.PROTECT, related_name="helped_actions")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["asked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["action", "user"], name="helps_once_with_an_action"),
        ]

    def __str__(self) -> str:
        return f"Helper {self.user_id} of action {self.action_id}"


class Version(models.Model):
    """A plan's own words, or an action with its criteria, as they were after one change.

    `content` is what `writing.content_of` makes of it; `why` says what the change was.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="versions")
    action = models.ForeignKey(Action, models.CASCADE, null=True, related_name="versions")
    number = models.PositiveIntegerField()
    why = models.CharField(max_length=LONGEST_LINE)
    content = models.JSONField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-changed_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "number"], condition=Q(action__isnull=True), name="one_version_of_a_plan"
            ),
            models.UniqueConstraint(
                fields=["action", "number"], condition=Q(action__isnull=False), name="one_version_of_an_action"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of plan {self.plan_id}, action {self.action_id}"


class Shown(models.Model):
    """That a plan is released to a place above: by a named person, until it is withdrawn. Drafts in it are not shown."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="shown")
    to = models.ForeignKey(Place, models.PROTECT, related_name="plans_seen")
    released_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    released_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-released_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "to"], condition=Q(withdrawn_at__isnull=True), name="a_plan_is_shown_once_to_a_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} to {self.to}"


class Comment(models.Model):
    """What somebody says of a plan or of one action of it. Taken back, its words are no longer shown."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="comments")
    action = models.ForeignKey(Action, models.CASCADE, null=True, related_name="comments")
    words = models.TextField(max_length=LONGEST_WORDS)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"Comment {self.pk} on plan {self.plan_id}"


class Attachment(models.Model):
    """A document beside a plan or an action. `kept_as` is its name in the store, which is no part of what is served."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="attachments")
    action = models.ForeignKey(Action, models.CASCADE, null=True, related_name="attachments")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    kept_as = models.CharField(max_length=80)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"Attachment {self.pk} of plan {self.plan_id}"

    @classmethod
    def in_use(cls) -> models.QuerySet[Attachment]:
        return cls.objects.filter(removed_at__isnull=True)
