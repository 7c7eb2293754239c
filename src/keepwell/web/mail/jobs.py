"""Who sends the mails, and how often do they try?"""

from __future__ import annotations

import smtplib
from typing import Final

from django.core.mail import get_connection

from keepwell.errors import KeepwellError
from keepwell.web.jobs.queue import Telling, finish_with, job
from keepwell.web.mail.actions import mark_sent
from keepwell.web.mail.models import Message
from keepwell.web.mail.presenters import as_email

PATIENCE: Final = 30
"""Seconds that a mail server may take for an answer."""
MOST_TIMES: Final = 30
"""At most an hour apart, that is a day."""


@job("mail.send", quick=True, most_times=MOST_TIMES)
def send(told: Telling, message: int) -> None:
    """Hand a mail to the mail server. A kill after the server took it and before that is written sends it again."""
    found = Message.objects.select_related("to", "about").get(pk=message)
    if found.sent_at is None:
        try:
            as_email(found, get_connection(timeout=PATIENCE)).send()
        except smtplib.SMTPRecipientsRefused as refused:
            (code, _), *_ = refused.recipients.values()
            if code >= 500:
                raise _will_not_take(code) from None
            raise
        except smtplib.SMTPResponseException as refused:
            if _for_good(refused):
                raise _will_not_take(refused.smtp_code) from None
            raise
    finish_with(told.job, lambda: mark_sent(found))


def _for_good(refused: smtplib.SMTPResponseException) -> bool:
    """A wrong password of ours may be mended while the mail waits; a mail that is not wanted stays so."""
    return refused.smtp_code >= 500 and not isinstance(refused, smtplib.SMTPAuthenticationError)


def _will_not_take(code: int) -> KeepwellError:
    return KeepwellError(
        "The mail server will not take this mail.",
        found=f"its answer {code}",
        attempt="check the address of whoever it was for, and what the mail server lets us send",
    )
