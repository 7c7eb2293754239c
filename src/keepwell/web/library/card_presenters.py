"""What stands on the card for a conversation: questions for the stage, offers and people to talk to?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from keepwell.content.roadmaps import CareerStep, Contact, Prompts, appraiser_card, prompts_for, roadmaps
from keepwell.web.library.telling import ToldOffer, national_offers


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of whom the card is: a roadmap and a part of the card, by their keys; empty: all."""

    role: str = ""
    prompts: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the card: prompts in order, the offers and contacts of the roadmap's steps that belong to them."""

    prompts: tuple[Prompts, ...]
    offers: tuple[ToldOffer, ...]
    contacts: tuple[Contact, ...]
    whole: bool


def sheet_of(chosen: Chosen) -> Sheet:
    """The card for a role, or a stage, or both. A role without prompts of its own has those of every stage."""
    of_role = prompts_for(chosen.role) if chosen.role else ()
    prompts = of_role or appraiser_card().stages
    prompts = tuple(one for one in prompts if one.key == chosen.prompts) or prompts
    steps = list(_steps(chosen.role, prompts if chosen.prompts else ()))
    offers = dict.fromkeys(key for step in steps for key in step.offers)
    contacts = {contact.who: contact for step in steps for contact in step.talk_to}
    return Sheet(
        prompts,
        tuple(national_offers()[key] for key in offers),
        tuple(contacts.values()),
        whole=not (chosen.role or chosen.prompts),
    )


def _steps(role: str, prompts: Iterable[Prompts]) -> Iterable[CareerStep]:
    """The steps of a roadmap, or of the prompts' stages where some were chosen and the roadmap has steps of them."""
    found = roadmaps().get(role)
    steps = found.stages if found else ()
    stages = {stage for one in prompts for stage in one.stages}
    return [step for step in steps if step.stage in stages] or steps
