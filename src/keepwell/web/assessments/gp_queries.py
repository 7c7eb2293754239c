"""Where is general practice in its cycle, and where along the career are its GPs lost?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from keepwell.content.general_practice import CHECKLIST, CareerStage, LossPoint, loss_points, stages
from keepwell.web.accounts.models import User
from keepwell.web.assessments import queries
from keepwell.web.assessments.models import Loss, Round
from keepwell.web.assessments.rules import cannot_see_round
from keepwell.web.places.models import Place

THROUGHOUT: Final = "throughout"
"""What stands in addresses for the whole of a career."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A way in which GPs are lost, at one stage of the career; without a stage, along the whole of it."""

    point: LossPoint
    stage: CareerStage | None

    @property
    def key(self) -> str:
        """By what name it is kept: of a point that several stages have, each stage has its own number."""
        if self.stage is None or len(self.point.stages) == 1:
            return self.point.key
        return f"{self.point.key}.{self.stage.key}"

    @property
    def stage_key(self) -> str:
        return self.stage.key if self.stage else THROUGHOUT


def spots() -> list[Spot]:
    """Every way in which GPs are lost, stage by stage, those of the whole career last."""
    own = [Spot(point, stage) for stage in stages() for point in loss_points() if stage.key in point.stages]
    return [*own, *(Spot(point, None) for point in loss_points() if point.throughout)]


def spot(stage: str, point: str) -> Spot | None:
    return next((one for one in spots() if (one.stage_key, one.point.key) == (stage, point)), None)


def losses_of(place: Place) -> Mapping[str, Loss]:
    """What a place wrote of the points at which GPs are lost, by the key of the spot."""
    return {loss.point: loss for loss in Loss.objects.filter(place=place).select_related("changed_by")}


def checklist_of(user: User, place: Place) -> Round | None:
    """The checklist that a place is at: the one under way where somebody takes part in it, else the last agreed."""
    now = queries.under_way(place, CHECKLIST)
    if now is not None and cannot_see_round(user, now) is None:
        return now
    return queries.newest_agreed(place, CHECKLIST)
