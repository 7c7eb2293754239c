"""Do the plans of all below add up, and what is missing?"""

from __future__ import annotations

from django.apps import AppConfig


class Alignment(AppConfig):
    name = "keepwell.web.alignment"
    label = "alignment"

    def ready(self) -> None:
        """Changes are kept on record; what was written freely stays with those who may read it."""
        from keepwell.web.alignment.models import (  # noqa: PLC0415 (models are there only now)
            Allocation,
            AskedAgain,
            NeedPart,
            NeedValue,
            Reply,
            WorkforceTarget,
        )
        from keepwell.web.alignment.presenters import links_of_place  # noqa: PLC0415 (as above)
        from keepwell.web.alignment.reply_queries import how_answered  # noqa: PLC0415 (as above)
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (as above)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)
        from keepwell.web.plans import parts  # noqa: PLC0415 (as above)

        menus.place_menu.append(links_of_place)
        parts.of_action.append(parts.Part("Answers from above", "action_answers", how_answered, order=60))
        keep_changes_of(Reply, but=("words",))
        keep_changes_of(Allocation, but=("what_for",))
        for model in (NeedPart, NeedValue, WorkforceTarget, AskedAgain):
            keep_changes_of(model)
