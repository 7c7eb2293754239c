"""What has been published here that others may cite?"""

from __future__ import annotations

from django.apps import AppConfig


class Evidence(AppConfig):
    name = "keepwell.web.evidence"
    label = "evidence"

    def ready(self) -> None:
        """Changes are kept on record, without what was written freely."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.evidence.models import Citation  # noqa: PLC0415 (as above)

        keep_changes_of(Citation, but=("words", "definition", "number"))
