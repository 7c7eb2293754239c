"""Which guide does a piece of content come from, and is it in its shape?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from cattrs import Converter
from cattrs.errors import BaseValidationError
from cattrs.v import format_exception, transform_error

from keepwell.content import list_yaml, load_yaml

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide that content is made from."""

    key: str
    title: str
    publisher: str
    year: int


@dataclass(frozen=True, slots=True)
class Source:
    """The guide and section that an item comes from.

    `ours`: the guide names the thing and does not print it, so that the item is our own writing; this says what of the
    guide it rests on.
    """

    guide: str
    section: str
    ours: str = ""

    def __post_init__(self) -> None:
        if self.guide not in guides() or not self.section.strip():
            raise ValueError(f"{self.guide!r} is no guide of guides.yaml, or the section is blank")

    def __str__(self) -> str:
        named = guides()[self.guide]
        written = "written by Keepwell after" if self.ours else "after"
        return f"{written} {named.publisher}, {named.title} ({named.year}): {self.section}"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a list: to consider, to try, to ask."""

    key: str
    text: str
    source: Source


@cache
def guides() -> Mapping[str, Guide]:
    """Every guide, by its key."""
    return {guide.key: guide for guide in (Guide(**entry) for entry in load_yaml("guides.yaml"))}


def read(name: str, kind: type[Thing]) -> Thing:
    """A file of this package in the shape of a frozen dataclass, or of a tuple of them: "assessments/exit.yaml".

    Raises ValueError with the file and each place in it where a key is missing, unknown or of another kind.
    """
    return built(load_yaml(name), kind, name)


def read_folder(folder: str, kind: type[Thing]) -> tuple[Thing, ...]:
    """Every file of a folder, each in that shape, in the order of their names."""
    return tuple(read(name, kind) for name in list_yaml(folder))


def built(entries: Any, kind: type[Thing], name: str) -> Thing:
    """Plain Python in the shape of a dataclass; `name` is what an error calls it. Raises ValueError, as `read`."""
    try:
        return _converter().structure(entries, kind)
    except BaseValidationError as error:
        raise ValueError(f"{name}: {'; '.join(transform_error(error, format_exception=_in_words))}") from None


def _in_words(error: BaseException, kind: type | None) -> str:
    """What we say ourselves is kept."""
    return str(error) if type(error) is ValueError and str(error) else format_exception(error, kind)


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    for plain in (str, int, bool):
        converter.register_structure_hook(plain, _as_it_is)
    converter.register_structure_hook(float, lambda value, _: float(_as_it_is(value, (int, float))))
    return converter


def _as_it_is(value: Any, kind: Any) -> Any:
    """YAML reads `no` as False and 1.5 as a number: words that were meant are put in quotes, never turned into words."""
    if (isinstance(value, bool) and kind is not bool) or not isinstance(value, kind):
        raise TypeError(f"{type(value).__name__} where {kind} is asked")
    return value
