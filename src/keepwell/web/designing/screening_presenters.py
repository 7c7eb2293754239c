"""How do a check of readiness and an equality screening read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keepwell.content.involving import Characteristic, Screening, equality
from keepwell.content.planning import Component, readiness
from keepwell.errors import listed
from keepwell.web.accounts.models import User
from keepwell.web.designing import queries, rules
from keepwell.web.designing.models import EqualityScreening, ReadinessCheck
from keepwell.web.designing.presenters import NOT_BEGUN, stands
from keepwell.web.designing.queries import Told
from keepwell.web.nhsuk.words import in_sentence
from keepwell.web.plans.models import Plan

YES: Final = "yes"
READY_MARKS: Final = {"yes": ("good", "Yes"), "partly": ("watch", "Partly"), "no": ("bad", "No, or not known")}
EFFECT_MARKS: Final = {"better": "good", "worse": "bad", "no_difference": "none", "not_known": "watch"}
NOTHING_RELEASED: Final = "Nothing released."


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark with its word, as the macro `signal` takes it."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownComponent:
    """One statement with its answer; what helps stands there where it is not so."""

    content: Component
    mark: Mark | None

    @property
    def helps(self) -> str:
        return self.content.helps if self.mark is not None and self.mark.kind != "good" else ""


def components_of(check: ReadinessCheck | None) -> list[ShownComponent]:
    """Every statement with its answer, those that hold least first."""
    order = ["no", "partly", YES, ""]
    answers = check.answers if check is not None else {}
    found = sorted(readiness().components, key=lambda one: order.index(answers.get(one.key, "")))
    return [ShownComponent(one, _ready_mark(answers.get(one.key, ""))) for one in found]


def _ready_mark(answer: str) -> Mark | None:
    return Mark(*READY_MARKS[answer]) if answer in READY_MARKS else None


def readiness_in_words(check: ReadinessCheck | None) -> str:
    """How many statements hold, and what to begin with."""
    if check is None or not check.answers:
        return "Nobody has answered yet. You can skip it."
    parts = readiness().components
    ready = sum(check.answers.get(one.key) == YES for one in parts)
    weak = [in_sentence(one.title) for one in parts if check.answers.get(one.key) == "no"]
    begin = f"; begin with {listed(weak, 3)}" if weak else ""
    unanswered = sum(one.key not in check.answers for one in parts)
    return f"{ready} of {len(parts)} are in place{begin}{f'; {unanswered} not answered' if unanswered else ''}."


def how_ready(plan: Plan, user: User) -> str | None:
    """How far the check of readiness is; None for those who do not write the plan."""
    if rules.cannot_see_workings(user, plan) is not None:
        return None
    check = queries.readiness_of(plan)
    if check is None:
        return f"{NOT_BEGUN}; you can skip it"
    ready = sum(answer == YES for answer in check.answers.values())
    return stands(f"{ready} of {len(readiness().components)} in place", check)


@dataclass(frozen=True, slots=True)
class ShownCharacteristic:
    """A characteristic with what was said of it, and what the records tell of it."""

    content: Characteristic
    mark: Mark | None
    words: str
    doing: str
    told: Told | None

    @property
    def nothing(self) -> str:
        """Why there are no figures beside it; "" where there are."""
        if self.told is None:
            return NOTHING_RELEASED
        return self.told.why_not


def characteristics_of(one: EqualityScreening | None, told: Mapping[str, Told]) -> list[ShownCharacteristic]:
    """Every characteristic, in the order of the Act."""
    judged = one.judged if one is not None else {}
    return [
        ShownCharacteristic(
            each,
            _effect_mark(judged.get(each.key, {}).get("effect", "")),
            judged.get(each.key, {}).get("words", ""),
            judged.get(each.key, {}).get("doing", ""),
            told.get(each.field),
        )
        for each in equality().characteristics
    ]


def _effect_mark(effect: str) -> Mark | None:
    return Mark(EFFECT_MARKS[effect], EqualityScreening.EFFECTS[effect]) if effect in EFFECT_MARKS else None


def answered(one: EqualityScreening | None, questions: Sequence[Screening]) -> list[tuple[Screening, str]]:
    """Each question with its answer, "" where there is none."""
    answers = one.answers if one is not None else {}
    return [(question, answers.get(question.key, "")) for question in questions]


def screening_in_words(one: EqualityScreening | None) -> str:
    """How many were looked at, who may be harmed, and of whom it is not known."""
    if one is None:
        return "Nobody has looked yet whom this plan could harm."
    parts = equality().characteristics
    effects = {each.key: one.judged.get(each.key, {}).get("effect", "") for each in parts}
    looked = sum(bool(effect) for effect in effects.values())
    return f"{looked} of {len(parts)} looked at{_harmed(effects)}{_unknown(effects)}."


def _harmed(effects: Mapping[str, str]) -> str:
    names = _named(effects, EqualityScreening.WORSE)
    if not names:
        return "; none may be harmed" if all(effects.values()) else ""
    return f"; {len(names)} may be harmed: {', '.join(names)}"


def _unknown(effects: Mapping[str, str]) -> str:
    names = _named(effects, EqualityScreening.NOT_KNOWN)
    return f"; not known of {', '.join(names)}" if names else ""


def _named(effects: Mapping[str, str], effect: str) -> list[str]:
    return [in_sentence(each.title) for each in equality().characteristics if effects[each.key] == effect]


def undone(one: EqualityScreening | None) -> list[str]:
    """Whom it may harm without a word on what is done about it."""
    judged = one.judged if one is not None else {}
    return [
        f"{each.title} may be harmed, and nothing is written on what you do about it."
        for each in equality().characteristics
        if (said := judged.get(each.key, {})).get("effect") == EqualityScreening.WORSE and not said.get("doing")
    ]


def how_far_screened(plan: Plan, user: User) -> str | None:
    """How far the screening of a plan is."""
    if rules.cannot_see_design(user, plan) is not None:
        return None
    one = queries.screening_of(plan)
    return NOT_BEGUN if one is None else stands(screening_in_words(one).rstrip("."), one)
