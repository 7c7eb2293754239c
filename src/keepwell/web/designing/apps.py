"""How is it meant to work, whom does it touch, and what could stand in its way?"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class Designing(AppConfig):
    name = "keepwell.web.designing"
    label = "designing"

    def ready(self) -> None:
        """Changes are kept on record without what was written freely; each part stands on the page of its plan."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.designing import (  # noqa: PLC0415 (as above)
            presenters,
            screening_presenters,
            stakeholder_presenters,
        )
        from keepwell.web.designing.models import (  # noqa: PLC0415 (as above)
            EqualityScreening,
            Outline,
            ReadinessCheck,
            Stakeholder,
        )
        from keepwell.web.plans import parts  # noqa: PLC0415 (as above)
        from keepwell.web.plans.signals import plan_copied  # noqa: PLC0415 (as above)

        keep_changes_of(Outline, but=("text",))
        keep_changes_of(ReadinessCheck, but=("note",))
        keep_changes_of(EqualityScreening, but=("judged", "answers"))
        keep_changes_of(Stakeholder, but=("title", "how", "when", "who"))
        for part in (
            parts.Part("Driver diagram", "driver_diagram", presenters.how_far_drawn, order=20),
            parts.Part("Theory of change", "theory_of_change", presenters.how_far_theory, order=21),
            parts.Part("Are we ready?", "readiness", screening_presenters.how_ready, order=22),
            parts.Part("Equality screening", "equality", screening_presenters.how_far_screened, order=23),
            parts.Part("Stakeholder map", "stakeholders", stakeholder_presenters.how_far_mapped, order=24),
        ):
            parts.of_plan.append(part)
        plan_copied.connect(_copy, dispatch_uid="designing_copies")


def _copy(sender: object, plan: Any, to: Any, by: Any, **more: Any) -> None:
    from keepwell.web.designing.actions import copy_designs  # noqa: PLC0415 (models are there only now)

    copy_designs(plan=plan, to=to, by=by)
