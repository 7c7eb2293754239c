"""Who has seen or taken what?"""

from __future__ import annotations

from django.apps import AppConfig


class Audit(AppConfig):
    name = "keepwell.web.audit"
    label = "audit"
    verbose_name = "Register"

    def ready(self) -> None:
        from keepwell.web.audit import hearing, registering  # noqa: PLC0415 (models are there only now)

        hearing.listen()
        registering.keep_changes()
