"""What do we do about it, who does it, and by when?"""

from __future__ import annotations

from django.apps import AppConfig


class Plans(AppConfig):
    name = "keepwell.web.plans"
    label = "plans"

    def ready(self) -> None:
        """Changes are kept on record; what was written freely is kept by the plan itself, for those who may read it."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.evidence.marks import provide_marks  # noqa: PLC0415 (as above)
        from keepwell.web.evidence.readers import answer_for  # noqa: PLC0415 (as above)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)
        from keepwell.web.plans import keeping_presenters as keeping  # noqa: PLC0415 (as above)
        from keepwell.web.plans import parts  # noqa: PLC0415 (as above)
        from keepwell.web.plans.check_marks import began  # noqa: PLC0415 (as above)
        from keepwell.web.plans.citing import cannot_see_cited  # noqa: PLC0415 (as above)
        from keepwell.web.plans.models import Attachment, Helper, Plan, Shown  # noqa: PLC0415 (as above)
        from keepwell.web.plans.presenters import (  # noqa: PLC0415 (as above)
            links_of_account,
            links_of_place,
            starts_of_plans,
        )

        menus.place_menu.append(links_of_place)
        menus.account_menu.append(links_of_account)
        menus.act_menu.append(starts_of_plans)
        answer_for("plans.", cannot_see_cited)
        provide_marks(began)
        parts.of_plan.extend(
            [
                parts.Part("Comments and documents", "plan_talk", keeping.said_of_plan, order=80),
                parts.Part("What has changed", "plan_history", keeping.changes_of_plan, order=90),
            ]
        )
        parts.of_action.extend(
            [
                parts.Part("Comments and documents", "action_talk", keeping.said_of_action, order=80),
                parts.Part("What has changed", "action_history", keeping.changes_of_action, order=90),
            ]
        )
        keep_changes_of(Plan, but=("title", "about", "serves", "project_manager", "clinical_lead", "staff_side"))
        keep_changes_of(Shown)
        keep_changes_of(Helper)
        keep_changes_of(Attachment, but=("name",))
