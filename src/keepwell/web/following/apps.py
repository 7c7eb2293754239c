"""Is it being done, what was learnt, and who took it up?"""

from __future__ import annotations

from django.apps import AppConfig


class Following(AppConfig):
    name = "keepwell.web.following"
    label = "following"

    def ready(self) -> None:
        """Changes are kept on record, without what was written freely; plans and actions show what is due."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.following import evaluation_presenters, hearing, presenters  # noqa: PLC0415 (as above)
        from keepwell.web.following.models import CheckIn, Count, Cycle, Unit, WeDid  # noqa: PLC0415
        from keepwell.web.plans import parts  # noqa: PLC0415

        hearing.listen()
        for model in (CheckIn, Count, Cycle, Unit, WeDid):
            keep_changes_of(model, but=("answers", "aim", "name", "offered", "taken_up", "you_said", "we_did"))
        for of_action in (
            parts.Part("Check-ins", "check_ins", presenters.check_ins_stand, order=20),
            parts.Part("Who started when", "units", presenters.units_stand, order=30),
            parts.Part("You said, we did", "word_we_did", presenters.we_did_stands, order=70),
        ):
            parts.of_action.append(of_action)
        for of_plan in (
            parts.Part("The next 90 days", "ninety_days", presenters.ninety_days_stand, order=10),
            parts.Part("How we will know whether it worked", "evaluation", evaluation_presenters.evaluation_stands),
        ):
            parts.of_plan.append(of_plan)
