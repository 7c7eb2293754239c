"""How does a mail go out?"""

from __future__ import annotations

import uuid
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.jobs.queue import enqueue
from keepwell.web.mail.models import Message
from keepwell.web.mail.rules import cannot_head, cannot_lead_to, cannot_say
from keepwell.web.places.models import Place


class FigureInMail(ValueError):
    """A mail of ours would have carried what it must not. Its words are not repeated here."""


@transaction.atomic
def post(*, to: User, subject: str, words: str, link: str, about: Place | None = None) -> Message:
    """Have a mail sent, in the caller's own transaction: it goes out if and only if that commits, at least once.

    `about` is a place to be named on a line of its own; its name may have a number in it, nothing else may.
    Raises FigureInMail for words that hold a figure, and for a link that is not a plain path of this site.
    """
    reason = cannot_head(subject) or cannot_say(words) or cannot_lead_to(link)
    if reason is not None:
        raise FigureInMail(reason)
    posted = Message.objects.create(
        to=to, about=about, subject=subject, words=words, link=link, message_id=f"<{uuid.uuid4()}@{_domain()}>"
    )
    enqueue("mail.send", by=None, key=f"mail {posted.pk}", message=posted.pk)
    return posted


def mark_sent(message: Message) -> None:
    Message.objects.filter(pk=message.pk, sent_at__isnull=True).update(sent_at=timezone.now())


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
