"""What becomes of the cells of one row: which field of an action each fills, and what is kept as words?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from keepwell.content.headings import folded, headings
from keepwell.web.papers.cells import Success, success_from, topic_from
from keepwell.web.papers.days import Time, day_from, time_from
from keepwell.web.papers.grids import PlanNotRead
from keepwell.web.plans import topics
from keepwell.web.plans.models import LONGEST_LINE, LONGEST_WORDS, MEASURE, MILESTONE

PLAIN: Final = ("expected_effect", "time_and_cover", "stakeholders", "risks", "staff_side", "in_the_way", "seeks_above")
SHORT: Final = {"idea": LONGEST_LINE, "funding": LONGEST_LINE, "project_manager": 120, "clinical_lead": 120}
MONEY: Final = ("cost_once", "cost_yearly", "committed", "spent")
NOT_TAKEN: Final = {"state": "State", "number": "Number"}
MOST_POUNDS: Final = Decimal("9999999999.99")
_POUNDS: Final = re.compile(r"£?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d{1,2})?\s*(k|m)?", re.IGNORECASE)
_COUNTED: Final = re.compile(r"\d\s*(?:%|per ?cent\b|percentage points?\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """The content of an action, and what is to be said of how it was read."""

    content: dict[str, Any]
    kept: tuple[str, ...]


class _Action:
    """An action being written from its cells. What fits nowhere is a line of `beside`, at the end of the steps."""

    def __init__(self, told: Mapping[str, str]) -> None:
        self.told = told
        self.content: dict[str, Any] = {}
        self.beside: list[str] = []
        self.kept: list[str] = []

    def keep(self, label: str, text: str, why: str = "") -> None:
        self.beside.append(f"{label}: {text}")
        self.kept.append(why or f"“{label}” is no column of a plan: kept with the steps.")


def content_of(told: Mapping[str, str], unknown: Sequence[tuple[str, str]], today: dt.date, where: str) -> Written:
    """The content of an action from its cells, by our columns, and from those that nobody knows.

    Raises PlanNotRead where a text is longer than its field.
    """
    action = _Action(told)
    _topic(action)
    _when(action, today)
    _short(action)
    _keys(action)
    _money(action)
    _criteria(action)
    for name in PLAIN:
        if text := told.get(name, ""):
            action.content[name] = text
    if (state := told.get("state", "")) and folded(state) not in {"draft", "under way"}:
        action.keep("State", state, "the state is kept with the steps: every action begins as a draft.")
    for label, text in unknown:
        action.keep(label, text)
    action.content["steps"] = "\n".join(part for part in (told.get("steps", ""), *action.beside) if part)
    _what(action)
    _refuse_long(action.content, where)
    return Written(action.content, tuple(dict.fromkeys(action.kept)))


def _topic(action: _Action) -> None:
    told = action.told
    key, objective = topic_from(told.get("topic_and_objective", ""))
    if topic := told.get("topic", ""):
        named, rest = topic_from(topic)
        if named and not key:
            key, objective = named, "\n".join(part for part in (rest, objective) if part)
        else:
            objective = "\n".join(part for part in (topic, objective) if part)
    objective = "\n".join(part for part in (objective, told.get("objective", "")) if part)
    action.content |= {"topic": key, "objective": objective}


def _what(action: _Action) -> None:
    """An action has to say what is done: where its cell is empty, the objective does, or that there was none."""
    what = action.told.get("action", "")
    if not what:
        what = action.content["objective"] or "No action was written here."
        action.kept.append(
            "no action is written: its objective stands there."
            if action.content["objective"]
            else "no action is written."
        )
    action.content["what"] = what


def _when(action: _Action, today: dt.date) -> None:
    told = action.told
    time = time_from(told.get("timescales", ""), today)
    starts, ends = time.starts_on, time.ends_on
    words = [time.words] if time.words else []
    for name, label in (("starts", "Starts"), ("ends", "Ends")):
        if text := told.get(name, ""):
            one = day_from(text, today)
            if one is None:
                words.append(text if name == "ends" else f"{label} {text}")
                action.kept.append(f"“{label}” is no day that we understand: kept as words.")
            elif name == "starts":
                starts = one
            else:
                ends = one
    if starts and ends and ends < starts:
        words.append(f"{told.get('starts') or starts.isoformat()} to {told.get('ends') or ends.isoformat()}")
        action.kept.append("it would end before it starts: both days are kept as words.")
        starts = ends = None
    _say_when(action, time, told.get("timescales", ""), starts, ends)
    action.content |= {"starts_on": _iso(starts), "ends_on": _iso(ends), "timescale_words": "\n".join(words)}


def _say_when(action: _Action, time: Time, text: str, starts: dt.date | None, ends: dt.date | None) -> None:
    if text and not (starts or ends):
        action.kept.append("no day in the timescales: kept as words.")
    elif time.guessed and text:
        action.kept.append("the timescales name no year: the next such day to come was taken. Please check it.")


def _iso(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def _short(action: _Action) -> None:
    """Names and lines: what is longer than its field stands whole with the steps."""
    told = action.told
    labels = {one.key: one.label for one in headings()}
    for name, most in {"owner_words": LONGEST_LINE, **SHORT}.items():
        key = "owner" if name == "owner_words" else name
        text = told.get(key, "")
        if len(text) > most:
            action.keep(labels[key], text, f"“{labels[key]}” is longer than its field: it stands whole with the steps.")
            text = f"{text[: most - 1]}…"
        if text:
            action.content[name] = text
    if len(when := action.content["timescale_words"]) > LONGEST_LINE:
        action.keep("Timescales", when, "“Timescales” is longer than its field: it stands whole with the steps.")
        action.content["timescale_words"] = f"{when[: LONGEST_LINE - 1]}…"


def _keys(action: _Action) -> None:
    """Level, career stage and element of the People Promise are chosen from a list; other words are kept."""
    chosen = {"level": topics.level_titles(), "stage": topics.stage_titles(), "promise": topics.element_titles()}
    labels = {one.key: one.label for one in headings()}
    for name, titles in chosen.items():
        if text := action.told.get(name, ""):
            key = {folded(title): key for key, title in titles.items()}.get(folded(text), "")
            if key:
                action.content[name] = key
            else:
                action.keep(
                    labels[name], text, f"“{labels[name]}” says something else than our list: kept with the steps."
                )


def _money(action: _Action) -> None:
    labels = {one.key: one.label for one in headings()}
    for name in MONEY:
        if text := action.told.get(name, ""):
            amount = pounds_from(text)
            if amount is not None:
                action.content[name] = str(amount)
            else:
                action.keep(
                    labels[name], text, f"“{labels[name]}” is no amount that we understand: kept with the steps."
                )


def pounds_from(text: str) -> Decimal | None:
    """An amount of money: "£1,200", "1200.50", "12k"; None for anything else."""
    found = _POUNDS.fullmatch(text.strip())
    if found is None:
        return None
    try:
        amount = Decimal(found[1].replace(",", "") + (found[2] or ""))
    except InvalidOperation:
        return None
    amount *= {"k": 1_000, "m": 1_000_000}.get((found[3] or "").casefold(), 1)
    return amount.quantize(Decimal("0.01")) if amount <= MOST_POUNDS else None


def _criteria(action: _Action) -> None:
    found = success_from(action.told.get("success_criteria", ""))
    action.content["criteria"] = [_criterion(one) for one in found]


def _criterion(one: Success) -> dict[str, Any]:
    kind = MEASURE if _COUNTED.search(one.words) else MILESTONE
    return {"kind": kind, "words": one.words, "by": _iso(one.by)}


def _refuse_long(content: Mapping[str, Any], where: str) -> None:
    texts = {name: len(value) for name, value in content.items() if isinstance(value, str)}
    texts |= {"criteria": max((len(one["words"]) for one in content["criteria"]), default=0)}
    longest = max(texts.values())
    if longest > LONGEST_WORDS:
        raise PlanNotRead(
            "A cell is longer than a field of a plan.",
            found=f"{longest:,} characters in {where}, and {LONGEST_WORDS:,} is the most",
            attempt="shorten it in your file, or attach the file to the plan afterwards",
        )
