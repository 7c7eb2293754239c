"""What support is there for GPs, on which level and for which part of the career, and where is none?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from keepwell.content.cases import Case, cases
from keepwell.content.general_practice import CareerStage, LevelOfSupport, Offer, levels, offers, stages
from keepwell.web.assessments.models import Gap, Scheme
from keepwell.web.places.models import Place

EVERY_STAGE: Final = "all"
"""What stands in an address for schemes that are for GPs at every stage; in a Scheme its stage is blank."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One level for one stage: how well it is supported, and its schemes in force.

    Without a stage it holds the schemes for GPs at every stage, and is not judged. `for_all` are these again, beside
    the `own` of a stage.
    """

    level: LevelOfSupport
    stage: CareerStage | None
    gap: Gap | None
    own: tuple[Scheme, ...]
    for_all: tuple[Scheme, ...] = ()

    @property
    def stage_key(self) -> str:
        """The stage as an address names it."""
        return self.stage.key if self.stage else EVERY_STAGE

    @property
    def judged(self) -> str:
        """The key of the word, blank where nobody judged."""
        return self.gap.judged if self.gap else ""

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        return (*self.own, *self.for_all)

    @property
    def contradicts(self) -> bool:
        """Whether it is judged that nothing is there, and something is."""
        return self.judged == Gap.NOTHING and bool(self.schemes)


def schemes_of(place: Place) -> QuerySet[Scheme]:
    """The schemes of a place that are not over, with their place and who changed them last."""
    return Scheme.objects.filter(place=place, over_at=None).select_related("place__controller", "changed_by")


def cells_of(place: Place) -> list[Cell]:
    """Every cell of the audit, by stage and then by level; those for every stage last."""
    schemes: dict[tuple[str, str], list[Scheme]] = defaultdict(list)
    for scheme in schemes_of(place):
        schemes[scheme.level, scheme.stage].append(scheme)
    gaps = {(gap.level, gap.stage): gap for gap in Gap.objects.filter(place=place).select_related("changed_by")}
    return [
        Cell(
            level,
            stage,
            gaps.get((level.key, stage.key)) if stage else None,
            tuple(schemes[level.key, stage.key if stage else ""]),
            tuple(schemes[level.key, ""]) if stage else (),
        )
        for stage in (*stages(), None)
        for level in levels()
    ]


def cell_of(place: Place, level: str, stage: str) -> Cell | None:
    """One cell, by the keys of an address; None where there is none."""
    return next((cell for cell in cells_of(place) if (cell.level.key, cell.stage_key) == (level, stage)), None)


def judged_cells(cells: Iterable[Cell]) -> list[Cell]:
    """The cells that can be judged: those of a stage."""
    return [cell for cell in cells if cell.stage is not None]


def ended_schemes(place: Place, cell: Cell) -> QuerySet[Scheme]:
    """The schemes of a cell that are over, the newest first."""
    stage = cell.stage.key if cell.stage else ""
    over = Scheme.objects.filter(place=place, level=cell.level.key, stage=stage, over_at__isnull=False)
    return over.select_related("changed_by").order_by("-over_at")


def cases_for(cell: Cell) -> list[Case]:
    """What others did on a level for a stage, those first that are for this stage alone or among others."""
    found = [case for case in cases().values() if case.level == cell.level.key]
    named = [case for case in found if cell.stage and cell.stage.key in case.stages]
    return [*named, *(case for case in found if not case.stages)]


def offers_for(cell: Cell) -> list[Offer]:
    """The national offers of a level for a stage; for every stage those that name none."""
    found = [offer for offer in offers().offers if offer.level == cell.level.key]
    return [offer for offer in found if not offer.stages or (cell.stage and cell.stage.key in offer.stages)]


def offer_of(scheme: Scheme) -> Offer | None:
    """The national offer that a scheme is; None for a local one, and for an offer that content has no more."""
    return next((offer for offer in offers().offers if offer.key == scheme.offer), None)
