"""What is filled in at a workshop: by each side, side by side, and all together?

What stood on a page when it was opened goes with it, so that only what somebody changed is written, and whoever comes
second is told. What they typed stays on the page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms

from keepwell.content.assessments import Topic
from keepwell.web.assessments.actions import Quicker, Said, Written
from keepwell.web.assessments.forms import KNOWN, known_field, words_field
from keepwell.web.assessments.models import LONGEST_NOTE, Answer
from keepwell.web.assessments.words_actions import Changed, Found, Promised
from keepwell.web.assessments.words_queries import ALIKE, DIFFERS, MOST, Action, Prompt
from keepwell.web.nhsuk.forms import DayField, Form, words_for
from keepwell.web.nhsuk.words import day

NOT_TALKED: Final = "none"
FOUND_WORDS: Final = {ALIKE: "Alike", DIFFERS: "Differs", NOT_TALKED: "Not talked about"}
WORDS: Final = "-words"
NEW: Final = "new"


class Notes(Form):
    """What is written of each of several items. `answers` is what stands there, with its version."""

    mark_optional = False

    def __init__(self, items: Iterable[Topic], answers: Mapping[str, Answer], *args: Any) -> None:
        super().__init__(*args)
        self.items = tuple(items)
        for item in self.items:
            now = answers.get(item.key)
            asked = words_field(item.statement, now.note if now else "", rows=4)
            asked.error_messages["max_length"] = f"“{item.title}” must be {LONGEST_NOTE} characters or fewer"
            self.fields[item.key] = asked
            self.fields[item.key + KNOWN] = known_field(now.version if now else None)

    def written(self) -> dict[str, Written]:
        """What was changed, by item, with the version that was shown."""
        names = set(self.changed_data)
        return {
            item.key: Written(Said(note=self.cleaned_data[item.key]), self.cleaned_data[item.key + KNOWN])
            for item in self.items
            if item.key in names
        }

    def tell_of(self, refusal: Quicker, now: Mapping[str, Answer]) -> None:
        """Say at each item that somebody else was quicker, and what stands there now."""
        for item in self.items:
            if item.key in refusal.at:
                answer = now.get(item.key)
                self.add_error(item.key, _quicker(refusal.at[item.key], answer.note if answer else ""))


class Marks(Form):
    """Whether the sides are alike or differ, prompt by prompt, and in which words."""

    mark_optional = False

    def __init__(self, prompts: Iterable[Prompt], *args: Any) -> None:
        super().__init__(*args)
        self.prompts = tuple(prompts)
        for prompt in self.prompts:
            mark = prompt.mark
            self.fields[prompt.key] = forms.ChoiceField(
                choices=list(FOUND_WORDS.items()),
                widget=forms.RadioSelect,
                required=False,
                label=f"{prompt.title}: are the sides alike?",
                initial=mark.found or NOT_TALKED,
                show_hidden_initial=True,
            )
            asked = words_field("What is alike, or where do you differ?", mark.words)
            asked.error_messages["max_length"] = f"“{prompt.title}” must be {LONGEST_NOTE} characters or fewer"
            self.fields[prompt.key + WORDS] = asked
            self.fields[prompt.key + KNOWN] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=mark.known
            )

    def clean(self) -> dict[str, Any]:
        for prompt in self._changed():
            found, words = self.cleaned_data.get(prompt.key), self.cleaned_data.get(prompt.key + WORDS)
            if words and found in ("", NOT_TALKED):
                self.add_error(
                    prompt.key, f"“{prompt.title}”: say whether you are alike or differ, or empty what you wrote"
                )
        return self.cleaned_data

    def _changed(self) -> list[Prompt]:
        names = set(self.changed_data)
        return [prompt for prompt in self.prompts if names & {prompt.key, prompt.key + WORDS}]

    def given(self) -> dict[str, Found]:
        """What was changed, by prompt, with the state that was shown."""
        said = self.cleaned_data
        return {
            prompt.key: Found(
                "" if said[prompt.key] == NOT_TALKED else said[prompt.key],
                said[prompt.key + WORDS],
                said[prompt.key + KNOWN],
            )
            for prompt in self._changed()
        }

    def tell_of(self, refusal: Quicker) -> None:
        """Say at each prompt that somebody else was quicker, and what stands there now."""
        for prompt in self.prompts:
            if prompt.key in refusal.at:
                mark = prompt.mark
                now = f"{FOUND_WORDS[mark.found]}. {mark.words}".strip() if mark.found else ""
                self.add_error(prompt.key, _quicker(refusal.at[prompt.key], now))


class Row(Form):
    """One action: what, who, by when. `shown` is a mark of what stood in it when the page was opened."""

    what = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=LONGEST_NOTE)
    who = forms.CharField(required=False, max_length=120)
    by_when = DayField(required=False)
    known = forms.IntegerField(widget=forms.HiddenInput, required=False)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    mark_optional = False
    looks: ClassVar = {"what": {"rows": 2}, "who": {"width": 20}}

    def __init__(self, number: int, key: str, now: Action | None, data: Any = None) -> None:
        stands = Promised(now.what, now.who, now.by_when) if now else Promised()
        told = {"what": stands.what, "who": stands.who, "by_when": stands.by_when, "shown": digest_of(stands)}
        super().__init__(data, prefix=key, initial={**told, "known": now.version if now else None})
        self.number, self.key, self.now = number, key, now
        labels = {"what": "what is to be done", "who": "who does it", "by_when": "by when"}
        for name, label in labels.items():
            self.fields[name].label = f"Action {number}: {label}"
            self.fields[name].error_messages |= words_for(self.fields[name])

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if (said.get("who") or said.get("by_when")) and not said.get("what") and "what" not in self.errors:
            self.add_error("what", f"Say what is to be done in action {self.number}, or empty all of it")
        return said

    @property
    def is_new(self) -> bool:
        """Whether it is for an action that is not there yet."""
        return self.key.startswith(f"{NEW}_")

    def promised(self) -> Promised:
        said = self.cleaned_data
        return Promised(said["what"], said["who"], said["by_when"])

    def is_changed(self) -> bool:
        return digest_of(self.promised()) != str(self.cleaned_data["shown"])

    def tell_of(self, refusal: Quicker) -> None:
        """Say that somebody else was quicker, and what stands there now."""
        if self.key in refusal.at:
            now = self.now
            words = "; ".join(filter(None, [now.what, now.who, day(now.by_when) if now.by_when else ""])) if now else ""
            self.add_error("what", _quicker(refusal.at[self.key], words))


def digest_of(promised: Promised) -> str:
    """A mark of an action's words, by which it is seen whether somebody changed them."""
    told = "\0".join([*promised.what.splitlines(), promised.who, str(promised.by_when or "")])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def rows_of(now: Sequence[Action], written: Iterable[str], data: Mapping[str, Any] | None = None) -> list[Row]:
    """A row for each action, and empty ones up to five; always one more than there are.

    `written` are the keys of all actions that ever stood: a row of one that was taken back since is kept as typed.
    """
    stands = {action.key: action for action in now}
    new = [f"{NEW}_{number}" for number in range(1, MOST + 1)]
    if data is None:
        keys = [*stands, *new[: max(MOST - len(stands), 1)]]
    else:
        sent = [key for key in written if _was_sent(key, data)]
        keys = [*dict.fromkeys([*sent, *stands]), *(key for key in new if _was_sent(key, data))]
    return [
        Row(number, key, stands.get(key), data if data is not None and _was_sent(key, data) else None)
        for number, key in enumerate(keys, 1)
    ]


def _was_sent(key: str, data: Mapping[str, Any]) -> bool:
    return f"{key}-what" in data


def changed_in(rows: Iterable[Row]) -> dict[str, Changed]:
    """The actions that stood on the page and were changed, by their keys."""
    return {
        row.key: Changed(row.promised(), row.cleaned_data["known"])
        for row in rows
        if row.is_bound and not row.is_new and row.is_changed()
    }


def added_in(rows: Iterable[Row]) -> list[Promised]:
    """The actions that were added, in order."""
    found = [row.promised() for row in rows if row.is_bound and row.is_new]
    return [one for one in found if one.what]


def _quicker(words: str, now: str) -> str:
    stands = f"What stands there now: {now}" if now else "Nothing stands there now."
    return f"{words} {stands} If yours is still right, save again."
