"""How does a plan become a paper, and a paper a plan?"""

from __future__ import annotations

from django.apps import AppConfig


class Papers(AppConfig):
    name = "keepwell.web.papers"
    label = "papers"

    def ready(self) -> None:
        """The plan's page leads to its papers. What was read of a file is nobody's but who brought it."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.papers.models import Brought, Paper  # noqa: PLC0415 (as above)
        from keepwell.web.papers.presenters import papers_stand  # noqa: PLC0415 (as above)
        from keepwell.web.plans.parts import Part, of_plan  # noqa: PLC0415 (as above)

        keep_changes_of(Paper, but=("shows", "plans"))
        keep_changes_of(Brought, but=("name", "read", "said"))
        of_plan.append(Part("Papers", "plan_papers", papers_stand, order=90))
