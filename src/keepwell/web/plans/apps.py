"""What do we do about it, who does it, and by when?"""

from __future__ import annotations

from django.apps import AppConfig


class Plans(AppConfig):
    name = "keepwell.web.plans"
    label = "plans"

    def ready(self) -> None:
        """Changes are kept on record; what was written freely is kept by the plan itself, for those who may read it."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.plans.models import Attachment, Helper, Plan, Shown  # noqa: PLC0415 (as above)

        keep_changes_of(Plan, but=("title", "about", "serves", "project_manager", "clinical_lead", "staff_side"))
        keep_changes_of(Shown)
        keep_changes_of(Helper)
        keep_changes_of(Attachment, but=("name",))
