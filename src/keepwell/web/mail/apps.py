"""How is somebody told that something waits for them?"""

from __future__ import annotations

from django.apps import AppConfig


class Mail(AppConfig):
    name = "keepwell.web.mail"
    label = "mail"
    verbose_name = "Mail"

    def ready(self) -> None:
        from keepwell.web.mail import hearing  # noqa: PLC0415 (models are there only now)

        hearing.listen()
