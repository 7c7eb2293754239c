"""Which actions are taken over, and into which plan?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django import forms

from keepwell.web.nhsuk.forms import Form
from keepwell.web.nhsuk.words import in_sentence
from keepwell.web.places.models import Place
from keepwell.web.plans.forms import line_field, set_choices, words_field
from keepwell.web.plans.models import Plan
from keepwell.web.plans.start_actions import Chosen
from keepwell.web.plans.start_parts import Offered, Origin

NEW: Final = "new"
LONGEST_TITLE: Final = 120
NOTHING: Final = "Tick at least one action, or write one of your own"


class Start(Form):
    """What is offered to be ticked, part by part, a line for an action of one's own, and the plan that it goes into."""

    mark_optional = False

    own = words_field("Or an action of your own", "Begin with a verb. Everything else can be written later", rows=2)
    plan = forms.ChoiceField(widget=forms.RadioSelect, label="Into which plan?")
    title = line_field("What is the new plan called?", required=True)
    looks: ClassVar = {"plan": {"reveals": {NEW: "title"}}}

    def __init__(self, origin: Origin, place: Place, plans: Sequence[Plan], *args: Any) -> None:
        super().__init__(*args)
        self.origin, self.plans = origin, {str(plan.pk): plan for plan in plans}
        only = sum(len(part.offered) for part in origin.parts) == 1
        for number, part in enumerate(origin.parts):
            for kind, offered in (("offered", part.offered), ("more", part.more)):
                if offered:
                    ticked = [part.offered[0].key] if only and kind == "offered" else []
                    self.fields[f"{kind}_{number}"] = _ticks(part.title, offered, ticked)
        named = [(key, f"{plan.title} ({Plan.STATES[plan.state].lower()})") for key, plan in self.plans.items()]
        set_choices(self, "plan", [*named, (NEW, "A new plan")])
        self.initial = {
            "plan": next(iter(self.plans), NEW),
            "title": f"{place.name}: {in_sentence(origin.title)}"[:LONGEST_TITLE],
        }

    def offered_in(self, number: int) -> dict[str, list[Offered]]:
        """What can be ticked in a part, by the name of its field."""
        part = self.origin.parts[number]
        found = {f"offered_{number}": list(part.offered), f"more_{number}": list(part.more)}
        return {name: offered for name, offered in found.items() if offered}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.errors and not self.chosen():
            self.add_error(next((name for name in self.fields if name.startswith("offered")), "own"), NOTHING)
        return said

    def chosen(self) -> list[Chosen]:
        """The actions that were ticked, part by part, and the one of one's own with what the first part begins with."""
        found = []
        for number, part in enumerate(self.origin.parts):
            for name, offered in self.offered_in(number).items():
                ticked = set(self.cleaned_data.get(name) or ())
                found += [Chosen(one.content, part) for one in offered if one.key in ticked]
        if own := (self.cleaned_data.get("own") or "").strip():
            part = self.origin.parts[0]
            base = part.base if len(self.origin.parts) == 1 else {}
            found.append(Chosen({**base, "what": own}, part))
        return found

    def into(self) -> Plan | None:
        """The plan that they go into; None for a new one."""
        return self.plans.get(self.cleaned_data["plan"])


def _ticks(title: str, offered: Sequence[Offered], ticked: list[str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=f"What could be done: {in_sentence(title)}",
        choices=[(one.key, one.title) for one in offered],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=ticked,
    )
