"""How does a mail read?"""

from __future__ import annotations

from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from keepwell.web.accounts.links import INVITATION, NEW_PASSWORD, token_of
from keepwell.web.mail.models import Message

LETS_IN = {"{invitation}": INVITATION, "{new_password}": NEW_PASSWORD}
"""Links that let somebody in: what stands for the secret in a message, and which kind it is."""


def as_email(message: Message, connection: BaseEmailBackend | None = None) -> EmailMessage:
    """The mail as it goes out: plain text, always with the same Message-ID and date."""
    return EmailMessage(
        subject=message.subject,
        body=body(message),
        to=[message.to.email],
        connection=connection,
        headers={
            "Message-ID": message.message_id,
            "Date": format_datetime(message.posted_at),
            "Auto-Submitted": "auto-generated",
        },
    )


def body(message: Message) -> str:
    about = [f"About: {message.about.name}"] if message.about is not None else []
    lines = (message.words, *about, address(message), f"{settings.SITE_NAME}\nThis mail was sent by a machine.")
    return "\n\n".join(lines) + "\n"


def address(message: Message) -> str:
    """The link in full, with the secret in it where it lets somebody in."""
    path = message.link
    for stands_for, kind in LETS_IN.items():
        if stands_for in path:
            path = path.replace(stands_for, token_of(kind, message.to))
    return f"{settings.SITE_ADDRESS}{path}"
