"""Which mails are to go out, and which have gone?"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place


class Message(models.Model):
    """One mail to one person.

    `message_id` is fixed when it is posted: sent twice, it is the same mail to whoever receives it. `link` is a path
    of the site; where it lets somebody in it names the kind of link only, and the secret is made as the mail goes.
    """

    to = models.ForeignKey(User, models.PROTECT, related_name="messages")
    about = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=150)
    words = models.TextField()
    link = models.CharField(max_length=300)
    message_id = models.CharField(max_length=150, unique=True)
    posted_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-posted_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.message_id}: {'sent' if self.sent_at else 'waiting'}"
