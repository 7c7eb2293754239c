"""What is filled in to write an action, and by what one will see that it worked?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final

from django import forms

from keepwell.content.planning import behaviours
from keepwell.web.assessments.gap_forms import MoneyField
from keepwell.web.library.queries import offers_for
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import Place
from keepwell.web.plans import topics
from keepwell.web.plans.contents import CRITERIA
from keepwell.web.plans.forms import (
    ENDS_BEFORE,
    as_content,
    as_filled,
    as_sent,
    as_typed,
    known_field,
    line_field,
    set_choices,
    words_field,
)
from keepwell.web.plans.models import LONGEST_LINE, MEASURE, MILESTONE
from keepwell.web.plans.rules import cannot_last

MOST_ROWS: Final = 12
"""How many rows are offered; more that came in with a file are kept."""
MOST_SENT: Final = 80
BEHAVIOURS: Final = {"person": "Of a person", "team": "Of a team", "organisation": "Of the organisation"}
ONLY_IN_GENERAL_PRACTICE: Final = ("level", "stage", "aims", "offer")


class ActionForm(Form):
    """One action. Its columns are those of content/planning; what is missing warns, and stops nobody."""

    mark_optional = False

    known = known_field()
    topic = forms.ChoiceField(label="Topic", required=False)
    objective = words_field("Objective", rows=2)
    what = words_field("Action", required=True)
    owner_words = line_field("Owner", longest=LONGEST_LINE)
    starts_on = DayField(label="When does it start?", required=False)
    ends_on = DayField(label="By which day is it finished?", required=False, help_text="For example, 30 9 2026")
    timescale_words = line_field("Timescale in words, where there is no day yet", longest=LONGEST_LINE)
    steps = words_field("Steps to take", rows=5)
    level = forms.ChoiceField(label="Level", required=False)
    stage = forms.ChoiceField(label="Career stage", required=False)
    promise = forms.ChoiceField(label="People Promise element", required=False)
    aims = forms.MultipleChoiceField(
        label="Which goals and must-dos does it serve?", required=False, widget=forms.CheckboxSelectMultiple
    )
    offer = forms.ChoiceField(label="Does it pass on or pay for an offer?", required=False)
    cost_once = MoneyField(label="What does it cost once?")
    cost_yearly = MoneyField(label="What does it cost every year?")
    funding = line_field("Who pays?", longest=LONGEST_LINE)
    committed = MoneyField(label="How much of that is promised?")
    spent = MoneyField(label="How much is spent so far?")
    expected_effect = words_field("Expected effect")
    time_and_cover = words_field("Who gives time, and how it is covered")
    project_manager = line_field("Project manager")
    clinical_lead = line_field("Clinical lead")
    stakeholders = words_field("People it touches")
    staff_side = words_field("Talked over with staff side", rows=2)
    risks = words_field("Risks")
    behaviours_person = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    behaviours_team = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    behaviours_organisation = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    in_the_way = words_field("What else may be in the way, and what do you do about it?", rows=2)
    seeks_above = words_field(
        "What do you want from above for it?", "Money, a decision, a person: those above see it when it is released"
    )
    looks: ClassVar = {
        name: {"width": 10, "prefix": "£"} for name in ("cost_once", "cost_yearly", "committed", "spent")
    }
    of_columns: ClassVar = {
        "what": "action",
        "owner_words": "owner",
        "level": "level",
        "stage": "career_stage",
        "cost_once": "cost_and_funding",
        **{
            name: name
            for name in (
                "steps",
                "promise",
                "expected_effect",
                "time_and_cover",
                "project_manager",
                "clinical_lead",
                "stakeholders",
                "staff_side",
                "risks",
            )
        },
    }

    def __init__(self, place: Place, now: Mapping[str, Any], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now
        if not topics.in_general_practice(place):
            for name in ONLY_IN_GENERAL_PRACTICE:
                if not now.get(name):
                    self.fields.pop(name)
        for name, key in self.of_columns.items():
            if name in self.fields:
                self.fields[name].help_text = topics.column(key).hint
        grouped = [(group.title, list(group.topics)) for group in topics.groups_for(place)]
        self._choices("topic", [("", "None of these"), *grouped], now)
        self._choices("level", [("", "No one level"), *topics.level_titles().items()], now)
        self._choices("stage", [("", "GPs at every stage"), *topics.stage_titles().items()], now)
        self._choices("promise", [("", "None of these"), *topics.element_titles().items()], now)
        self._choices("aims", list(topics.aim_titles().items()), now)
        named = [(one.key, one.title) for one in offers_for(place)]
        self._choices("offer", [("", "No"), *named], now)
        for of, label in BEHAVIOURS.items():
            self.fields[f"behaviours_{of}"].label = label
            set_choices(self, f"behaviours_{of}", [(one.key, one.text) for one in behaviours() if one.of == of])

    def _choices(self, name: str, choices: list[Any], now: Mapping[str, Any]) -> None:
        """Give a field its choices, and keep what stands there though content does not know it any more."""
        if name not in self.fields:
            return
        known = {key for one in choices for key, _ in (one[1] if isinstance(one[1], list) else [one])}
        stands = now.get(name) or []
        kept = [(key, key) for key in (stands if isinstance(stands, list) else [stands]) if key not in known]
        set_choices(self, name, [*choices, *kept])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if cannot_last(said.get("starts_on"), said.get("ends_on")):
            self.add_error("ends_on", ENDS_BEFORE)
        return said

    def content(self) -> dict[str, Any]:
        """What was filled in, as content; the behaviours as one list."""
        said = dict(self.cleaned_data)
        said.pop("known", None)
        known = {one.key for one in behaviours()}
        blocked = [key for of in BEHAVIOURS for key in said.pop(f"behaviours_{of}")]
        blocked += [key for key in self.now.get("behaviours", []) if key not in known]
        return {name: as_content(value) for name, value in said.items()} | {"behaviours": blocked}


class CriterionForm(Form):
    """By what one sees that it worked: a row of several."""

    mark_optional = False

    words = words_field("In words", rows=2)
    kind = forms.ChoiceField(
        label="What is that?",
        required=False,
        choices=[(MEASURE, "A number that changes"), (MILESTONE, "Something that happens or does not")],
        widget=forms.RadioSelect,
    )
    measure = forms.ChoiceField(label="Which number of Keepwell is it?", required=False)
    baseline = line_field("From", longest=20)
    target = line_field("To", longest=20)
    window = forms.IntegerField(label="Counted over how many months?", required=False, min_value=1, max_value=60)
    by = DayField(label="By which day?", required=False)
    beyond_peers = words_field("If that is more than places alike manage in a year: why can it be done here?", rows=2)
    drop = forms.BooleanField(label="Take this one away", required=False)
    looks: ClassVar = {
        "kind": {"reveals": {MEASURE: ("measure", "baseline", "target", "window", "beyond_peers")}},
        "baseline": {"width": 10},
        "target": {"width": 10},
        "window": {"width": 2},
    }

    def __init__(self, kept: Iterable[str], *args: Any, **options: Any) -> None:
        """`kept` are the measures that stand on record, though content may know them no more."""
        super().__init__(*args, **options)
        named = {name: name for name in kept} | topics.measure_titles()
        set_choices(self, "measure", [("", "None: we count it ourselves"), *named.items()])
        self.fields["baseline"].help_text = "Per cent for a rate: 12 or 12%"

    @property
    def left_out(self) -> bool:
        """Whether it says nothing, or is to be taken away."""
        said = self.cleaned_data
        return bool(said.get("drop")) or not any(said.get(name) for name in ("words", "measure", "target", "by"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("drop"):
            self.errors.clear()
        elif not self.left_out and not said.get("kind"):
            self.add_error("kind", "Select whether it is a number that changes, or something that happens or does not")
        elif said.get("kind") == MEASURE:
            for name in ("baseline", "target"):
                self._count(name, said)
        return said

    def _count(self, name: str, said: dict[str, Any]) -> None:
        """A number in the unit of its measure: a share is typed in per cent, and kept as a fraction."""
        typed = "".join((said.get(name) or "").split()).replace(",", "").replace("£", "")
        label = self.fields[name].label
        share = bool(said.get("measure")) and topics.is_share(said["measure"])
        try:
            number = float(typed.removesuffix("%")) if typed else None
        except ValueError:
            number = float("nan")
        if number is not None and not abs(number) < 1e12:
            self.add_error(name, f"“{label}” must be a number, like 12 or 11.5")
        elif typed.endswith("%") and not share:
            self.add_error(
                name, f"“{label}” is in per cent, and no rate of Keepwell is chosen: choose one, or leave out %"
            )
        else:
            said[name] = round(number / 100, 8) if share and number is not None else number

    def content(self) -> dict[str, Any]:
        said = {name: as_content(value) for name, value in self.cleaned_data.items() if name != "drop"}
        for name in ("words", "measure", "beyond_peers"):
            said[name] = said[name] or ""
        return said | {name: said[name] or None for name in ("window", "by")}


def row_filled(criterion: Mapping[str, Any]) -> dict[str, Any]:
    """A criterion as it stands in the fields of its row."""
    filled = as_filled(criterion)
    share = topics.is_share(criterion.get("measure") or "")
    for name in ("baseline", "target"):
        number = criterion.get(name)
        if isinstance(number, int | float):
            filled[name] = f"{round(number * (100 if share else 1), 6):f}".rstrip("0").rstrip(".")
    return filled


class Writing:
    """The form of an action with its rows of criteria.

    `now` is what stands on record (nothing, for a new one), and `sent` what a browser sent.
    """

    def __init__(self, place: Place, now: Mapping[str, Any], sent: Any = None, *, checked: bool = True) -> None:
        self.place, self.now = place, now
        self.kept = [one["measure"] for one in now.get(CRITERIA, []) if one.get("measure")]
        if sent is not None and checked:
            self.form = ActionForm(place, now, sent)
            self.rows = [CriterionForm(self.kept, sent, prefix=prefix) for prefix in _prefixes(sent)]
        elif sent is not None:
            self.form = ActionForm(place, now, initial=as_typed(ActionForm(place, now), sent))
            typed = [as_typed(CriterionForm(self.kept, prefix=prefix), sent) for prefix in _prefixes(sent)]
            self.rows = self._rows([one for one in typed if not one["drop"]], one_more=True)
        else:
            self.form = ActionForm(place, now, initial=_form_filled(now))
            self.rows = self._rows([row_filled(one) for one in now.get(CRITERIA, [])], one_more=not now.get(CRITERIA))

    def _rows(self, filled: list[dict[str, Any]], *, one_more: bool) -> list[CriterionForm]:
        filled = [*filled, {}] if one_more and len(filled) < MOST_ROWS else filled
        return [CriterionForm(self.kept, initial=one, prefix=f"c{number}") for number, one in enumerate(filled)]

    @property
    def forms(self) -> list[Form]:
        return [self.form, *self.rows]

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.forms]
        return all(valid)

    @property
    def wrong(self) -> bool:
        return any(form.is_bound and form.errors for form in self.forms)

    @property
    def known(self) -> int:
        return self.form.cleaned_data["known"] or 0

    def content(self) -> dict[str, Any]:
        return self.form.content() | {CRITERIA: [row.content() for row in self.rows if not row.left_out]}

    def again(self, content: Mapping[str, Any], known: int) -> Writing:
        """The same form as if this content had been typed, on what stands there now."""
        sent = as_sent(self.form, _form_filled(content) | {"known": known})
        criteria = content.get(CRITERIA, [])
        for number, one in enumerate(criteria):
            sent.update(as_sent(CriterionForm(self.kept, prefix=f"c{number}"), row_filled(one)))
        sent["rows"] = str(len(criteria))
        return Writing(self.place, self.now, sent)


def _form_filled(content: Mapping[str, Any]) -> dict[str, Any]:
    blocked = content.get("behaviours", [])
    apart = {
        f"behaviours_{of}": [one.key for one in behaviours() if one.of == of and one.key in blocked]
        for of in BEHAVIOURS
    }
    return as_filled({name: value for name, value in content.items() if name != CRITERIA}) | apart


def _prefixes(sent: Mapping[str, Any]) -> Iterator[str]:
    many = str(sent.get("rows", ""))
    yield from (f"c{number}" for number in range(min(int(many) if many.isdecimal() else 0, MOST_SENT)))
