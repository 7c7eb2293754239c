"""How does a field of a form look, with its hint, its error and what was typed?

Any Django form can be drawn, also one of a library: the component is chosen by the field's widget.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from django import forms
from django.forms import BaseForm, BoundField
from django.forms.widgets import Input
from django.utils.safestring import SafeString
from markupsafe import Markup

from keepwell.web.nhsuk.boxes import DayInput
from keepwell.web.nhsuk.components import nhs

Options = dict[str, Any]
WIDTHS: Final = {"day": 2, "month": 2, "year": 4}
BY_SCRIPT: Final = re.compile(r' data-aria-controls="[^"]*"| nhsuk-(?:radios|checkboxes)__conditional--hidden')
OWN_OPTIONS: Final = ("heading", "size", "hints", "reveals", "optional", "hide_label")


def field(bound: BoundField, **look: Any) -> Markup:
    """One field of a form as its NHS component: `{{ field(form["name"], width=20) }}`.

    Besides the component's own options (width, rows, prefix, suffix, inline, small …): `heading=True` makes the label
    the heading of the page; `size` "s", "m" or "l" of the label; `hide_label=True` leaves it to screen readers;
    `hints` says more beside single choices and `reveals` names the fields that belong to a choice, both by its value.
    """
    if bound.is_hidden:
        return Markup(bound.as_hidden())  # noqa: S704 (Django has escaped it)
    looks = getattr(bound.form, "looks", {}).get(bound.name, {})
    told = {**looks, **look}
    for widgets, draw in DRAWN:
        if isinstance(bound.field.widget, widgets):
            return draw(bound, _told(bound, told), told)
    raise TypeError(f"no component draws a {type(bound.field.widget).__name__}")


def fields(form: BaseForm) -> Markup:
    """All the fields of a form, one after the other; those that belong to a choice beside their choice."""
    inside = {name for names in revealed(form).values() for name in names}
    return Markup("\n").join(field(bound) for bound in form if bound.name not in inside)


def revealed(form: BaseForm) -> dict[tuple[str, str], tuple[str, ...]]:
    """The fields that belong to a choice, by the field and the value of the choice."""
    looks: dict[str, Options] = getattr(form, "looks", {})
    return {
        (name, str(value)): (names,) if isinstance(names, str) else tuple(names)
        for name, look in looks.items()
        for value, names in look.get("reveals", {}).items()
    }


def errors_of(*forms_shown: BaseForm) -> list[dict[str, str]]:
    """What is wrong with these forms, each with the address of the field to mend: for the summary at the top."""
    return [error for form in forms_shown for error in _errors(form)]


def _errors(form: BaseForm) -> Iterator[dict[str, str]]:
    for words in form.non_field_errors():
        yield {"text": str(words)}
    for bound in form:
        for words in bound.errors:
            yield {"text": str(words)} if bound.is_hidden else {"text": str(words), "href": f"#{_first_id(bound)}"}


def _first_id(bound: BoundField) -> str:
    """The id of the first thing to mend in a field: its first box that is wrong, its first choice, or itself."""
    widget = bound.field.widget
    if isinstance(widget, DayInput):
        return f"{bound.auto_id}-{(_wrong_boxes(bound) or widget.boxes)[0]}"
    return str(bound.auto_id)


def _wrong_boxes(bound: BoundField) -> tuple[str, ...]:
    """The boxes of a day that an error names, in the order of the boxes."""
    named = {box for error in bound.errors.as_data() for box in (error.params or {}).get("boxes", ())}
    return tuple(box for box in WIDTHS if box in named)


def _told(bound: BoundField, look: Options) -> Options:
    """What every component is told: id, name, hint, error, attributes of the widget, and the look without our own."""
    attributes = {k: v for k, v in bound.field.widget.attrs.items() if k not in ("id", "class", "required")}
    told: Options = {
        "id": bound.auto_id,
        "name": bound.html_name,
        "hint": _words(bound.help_text) if bound.help_text else None,
        "errorMessage": {"text": " ".join(map(str, bound.errors))} if bound.errors else None,
        "disabled": bound.field.disabled or None,
        "autocomplete": attributes.pop("autocomplete", None),
        "inputmode": attributes.pop("inputmode", None),
        "attributes": attributes or None,
    }
    return told | {name: value for name, value in look.items() if name not in OWN_OPTIONS}


def _words(text: Any) -> Options:
    """Words as a component takes them: escaped, unless Django says that they are safe."""
    shown = str(text)
    return {"html": Markup(shown)} if isinstance(shown, SafeString) else {"text": shown}  # noqa: S704


def _label(bound: BoundField, look: Options) -> Options:
    marked = look.get("optional", getattr(bound.form, "mark_optional", True)) and not bound.field.required
    label = f"{bound.label} (optional)" if marked else str(bound.label)
    hidden = {"classes": "nhsuk-u-visually-hidden"} if look.get("hide_label") else {}
    if look.get("heading"):
        return {"text": label, "isPageHeading": True, "size": look.get("size", "l")}
    return {"text": label, "size": look.get("size")} | hidden


def _input(bound: BoundField, told: Options, look: Options) -> Markup:
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "text")
    if kind == "number":  # a spinner changes figures by accident: the service manual asks for text
        told["inputmode"] = told["inputmode"] or ("numeric" if type(bound.field) is forms.IntegerField else "decimal")
        told["attributes"] = {k: v for k, v in (told["attributes"] or {}).items() if k not in ("min", "max", "step")}
        kind = "text"
    value = widget.format_value(bound.value())
    return nhs.input({"type": kind, "value": value, "label": _label(bound, look), **told})


def _password(bound: BoundField, told: Options, look: Options) -> Markup:
    return nhs.password_input({"label": _label(bound, look), **told})


def _textarea(bound: BoundField, told: Options, look: Options) -> Markup:
    attributes = {k: v for k, v in (told["attributes"] or {}).items() if k not in ("rows", "cols")}
    value = bound.field.widget.format_value(bound.value())
    return nhs.textarea({"value": value, "label": _label(bound, look), **told, "attributes": attributes})


def _file(bound: BoundField, told: Options, look: Options) -> Markup:
    several = getattr(bound.field.widget, "allow_multiple_selected", False)
    return nhs.file_upload({"multiple": several, "label": _label(bound, look), **told})


def _choices(bound: BoundField) -> Iterator[Options]:
    """Every choice with its value, its words and whether it is chosen; the name of a group before its first."""
    widget = bound.field.widget
    chosen = widget.format_value(bound.value())
    for group, options, _ in widget.optgroups(bound.html_name, chosen):
        for option in options:
            words = f"{group}: {option['label']}" if group else str(option["label"])
            yield {"value": "" if option["value"] is None else str(option["value"]), "text": words} | {
                "chosen": option["selected"]
            }


def _select(bound: BoundField, told: Options, look: Options) -> Markup:
    items = [{"value": c["value"], "text": c["text"], "selected": c["chosen"]} for c in _choices(bound)]
    return nhs.select({"items": items, "label": _label(bound, look), **told})


def _group(bound: BoundField, told: Options, look: Options) -> Options:
    """Radios and checkboxes: the choices, with their hints and the fields that belong to them."""
    fields_of = revealed(bound.form)
    hints = {str(value): words for value, words in look.get("hints", {}).items()}
    items = []
    for choice in _choices(bound):
        item = {"value": choice["value"], "text": choice["text"], "checked": choice["chosen"]}
        if hint := hints.get(choice["value"]):
            item["hint"] = {"text": hint}
        if inside := fields_of.get((bound.name, choice["value"])):
            item["conditional"] = {"html": Markup("\n").join(field(bound.form[name]) for name in inside)}
        items.append(item)
    return {"idPrefix": bound.auto_id, "items": items, "fieldset": {"legend": _label(bound, look)}} | {
        k: v for k, v in told.items() if k not in ("id", "autocomplete", "inputmode")
    }


def _shown_by_style(drawn: Markup) -> Markup:
    """What belongs to a choice is shown by our stylesheet where the choice is made: no script has to know of it.

    The design system's script would do it too, with an attribute that radios must not have (aria-expanded).
    """
    return Markup(BY_SCRIPT.sub("", drawn))  # noqa: S704 (a component made it)


def _radios(bound: BoundField, told: Options, look: Options) -> Markup:
    return _shown_by_style(nhs.radios(_group(bound, told, look)))


def _checkboxes(bound: BoundField, told: Options, look: Options) -> Markup:
    return _shown_by_style(nhs.checkboxes(_group(bound, told, look)))


def _checkbox(bound: BoundField, told: Options, look: Options) -> Markup:
    """One box to tick: its label stands beside it."""
    widget = bound.field.widget
    checked = widget.check_test(bound.value()) if isinstance(widget, forms.CheckboxInput) else False
    item = {"value": "on", "text": str(bound.label), "checked": checked, "hint": told["hint"]}
    if inside := revealed(bound.form).get((bound.name, "on")):
        item["conditional"] = {"html": Markup("\n").join(field(bound.form[name]) for name in inside)}
    kept = {k: told[k] for k in ("name", "errorMessage", "attributes", "disabled")}
    return _shown_by_style(nhs.checkboxes({**kept, "idPrefix": bound.auto_id, "items": [item]}))


def _day(bound: BoundField, told: Options, look: Options) -> Markup:
    widget = bound.field.widget
    assert isinstance(widget, DayInput)
    shown, wrong = widget.shown(bound.value()), _wrong_boxes(bound)
    items = [
        {
            "id": f"{bound.auto_id}-{box}",
            "name": f"{bound.html_name}-{box}",
            "label": box.capitalize(),
            "width": WIDTHS[box],
            "value": shown.get(box, ""),
            "error": box in wrong if wrong else bool(bound.errors),
        }
        for box in widget.boxes
    ]
    kept = {k: v for k, v in told.items() if k in ("id", "hint", "errorMessage", "disabled")}
    return nhs.date_input({**kept, "fieldset": {"legend": _label(bound, look), "role": "group"}, "items": items})


DRAWN: Final[tuple[tuple[tuple[type[forms.Widget], ...], Callable[[BoundField, Options, Options], Markup]], ...]] = (
    ((DayInput,), _day),
    ((forms.CheckboxSelectMultiple,), _checkboxes),  # to Django it is a kind of RadioSelect
    ((forms.RadioSelect,), _radios),
    ((forms.CheckboxInput,), _checkbox),
    ((forms.Select,), _select),
    ((forms.Textarea,), _textarea),
    ((forms.FileInput,), _file),
    ((forms.PasswordInput,), _password),
    ((Input,), _input),
)
"""Which component draws which widget: the first that fits."""
