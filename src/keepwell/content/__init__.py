"""What do the words mean?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Protocol, TypeVar

import yaml

DASHES_AND_BRACKETS = re.compile("[-\u2010-\u2015\u2212/()]")
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")


class Named(Protocol):
    """A word that files may write in several ways."""

    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


Word = TypeVar("Word", bound=Named)
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """A family of leaving reasons. Whether it counts as voluntary is our choice; `why` says why."""

    name: str
    label: str
    definition: str
    voluntary: bool
    why: str


@dataclass(frozen=True, slots=True)
class LeavingReason:
    """Why somebody left, as ESR words it.

    `unknown`: it says nothing at all. `unknown_detail`: it says that they resigned, but not why.
    """

    name: str
    group: str
    voluntary: bool
    unknown: bool = False
    unknown_detail: bool = False
    aliases: tuple[str, ...] = ()
    note: str = ""

    @property
    def tells_why(self) -> bool:
        return not (self.unknown or self.unknown_detail)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where somebody went. `inside_nhs` is None where the word does not tell."""

    name: str
    inside_nhs: bool | None
    aliases: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class AssignmentStatus:
    """How a contract stands on the day of the extract, and whether we count it.

    active: in post. paused: on the books, not in post. excluded: never counted.
    `ambiguous`: the word alone does not settle it; `note` says what to ask.
    """

    name: str
    state: Literal["active", "paused", "excluded"]
    source: str
    ambiguous: bool = False
    aliases: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comparable:
    """What a local share must be of before it may stand beside a published one."""

    population: str
    unit: str


@dataclass(frozen=True, slots=True)
class ReasonBenchmark:
    """A published share of leavers by reason: a fraction from 0 to 1 of what `unit` names.

    `groups` and `reasons` are what of ours it adds up; `doubt` is what we could not settle about it.
    """

    measure: str
    value: float
    population: str
    unit: str
    period: str
    source: str
    comparable_with: Comparable
    groups: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class PublishedStaffGroup:
    """A staff group of NHS Workforce Statistics and the part of the workforce that it belongs to."""

    name: str
    part_of: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffGroupUnion:
    """Several staff groups under one name, such as "all clinical": those that belong to its `parts`."""

    name: str
    parts: tuple[str, ...]
    definition: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EqualityGroups:
    """The groups in which a field of staff records is compared, in order, the last for whom it is not known.

    `words` gives the group of a text as we compare it; `codes` of a code its group and how its words begin; a code
    `with_own_letters` may have a second one, for local use. `special`: the field is special category data.
    """

    name: str
    field: str
    special: bool
    groups: tuple[str, ...]
    words: Mapping[str, str]
    codes: Mapping[str, tuple[str, str]]
    with_own_letters: frozenset[str]

    def group_of(self, text: str | None) -> str:
        """The group that a cell means, by its words, or by a code that its words do not contradict; else the last."""
        plain, unknown = plain_words(text), self.groups[-1]
        if plain in self.words:
            return self.words[plain]
        code, _, rest = plain.partition(" ")
        letter = code[:1] if len(code) == 2 and code[:1] in self.with_own_letters else code
        group, begins = self.codes.get(letter, (unknown, ""))
        if not rest:
            return group
        said = self.words.get(rest, group if begins and rest.startswith(begins) else unknown)
        return said if said == group else unknown


@cache
def reason_groups() -> tuple[ReasonGroup, ...]:
    return all_of(ReasonGroup, load_yaml("leaving_reasons.yaml")["groups"])


@cache
def leaving_reasons() -> tuple[LeavingReason, ...]:
    return all_of(LeavingReason, load_yaml("leaving_reasons.yaml")["reasons"])


@cache
def destinations() -> tuple[Destination, ...]:
    return all_of(Destination, load_yaml("destinations.yaml")["destinations"])


@cache
def assignment_statuses() -> tuple[AssignmentStatus, ...]:
    return all_of(AssignmentStatus, load_yaml("assignment_statuses.yaml")["statuses"])


@cache
def reason_benchmarks() -> tuple[ReasonBenchmark, ...]:
    entries = load_yaml("national_reasons.yaml")["benchmarks"]
    return all_of(
        ReasonBenchmark,
        [entry | {"comparable_with": Comparable(**entry["comparable_with"])} for entry in entries],
    )


@cache
def published_staff_groups() -> tuple[PublishedStaffGroup, ...]:
    return all_of(PublishedStaffGroup, load_yaml("staff_group_unions.yaml")["staff_groups"])


@cache
def staff_group_unions() -> tuple[StaffGroupUnion, ...]:
    return all_of(StaffGroupUnion, load_yaml("staff_group_unions.yaml")["unions"])


@cache
def equality_groups() -> Mapping[str, EqualityGroups]:
    """Of each group that is derived for comparisons of equality, how it is found."""
    return {name: _equality_groups(name, entry) for name, entry in load_yaml("equality_groups.yaml").items()}


def _equality_groups(name: str, entry: dict[str, Any]) -> EqualityGroups:
    listed = [(plain_words(text), group) for group, texts in entry["words"].items() for text in texts]
    codes = {
        plain_words(code): (group, begins)
        for group, of_group in entry.get("codes", {}).items()
        for code, begins in of_group.items()
    }
    groups, words = tuple(entry["groups"]), dict(listed)
    if len(words) != len(listed) or {*words.values(), *(group for group, _ in codes.values())} != set(groups):
        raise ValueError(f"a word of {name} is given twice, or a group is not one of {', '.join(groups)}")
    own = frozenset(map(plain_words, entry.get("with_own_letters", [])))
    return EqualityGroups(name, entry["field"], entry["special"], groups, words, codes, own)


def managers_can() -> tuple[dict[str, str], ...]:
    """What a line manager can begin with, each with its reason and the guide and section that it rests on."""
    return tuple(load_yaml("managers_can.yaml"))


def reason_group(reason: LeavingReason) -> ReasonGroup:
    """The group of a reason."""
    return {group.name: group for group in reason_groups()}[reason.group]


def normalise_reason(text: str | None) -> LeavingReason | None:
    """The leaving reason that a cell means; Unknown for a blank one.

    None for a text that nobody knows, so that the caller can count and show it: we never guess.
    """
    return _reasons_by_words().get(plain_words(text) or "unknown")


def normalise_destination(text: str | None) -> Destination | None:
    """The destination that a cell means; Unknown for a blank one; None for a text that nobody knows.

    The list is open: a destination that is not in it is a destination all the same.
    """
    return _destinations_by_words().get(plain_words(text) or "unknown")


def normalise_status(text: str | None) -> AssignmentStatus | None:
    """The assignment status that a cell means; None for a blank one and for a text that nobody knows."""
    return _statuses_by_words().get(plain_words(text))


def plain_words(text: str | None) -> str:
    """A text as we compare it: how it was typed taken off, what it says left.

    Dashes of any kind, slashes and brackets, with or without spaces, become one space; capitals,
    doubled or unbreakable spaces and dots at the end go; "&" is "and"; "dependents" is "dependants".
    A lone dash is blank.
    """
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text or "")).casefold().replace("&", " and ")
    words = " ".join(DASHES_AND_BRACKETS.sub(" ", text).split()).rstrip(". ")
    return re.sub(r"\bdependent(s?)\b", r"dependant\1", words)


def by_words(words: Iterable[Word]) -> dict[str, Word]:
    """Each name and alias, as we compare it, with what it stands for.

    Raises ValueError when a text is blank or given twice: it could mean either.
    """
    found: dict[str, Word] = {}
    for word in words:
        for text in (word.name, *word.aliases):
            key = plain_words(text)
            if not key or key in found:
                raise ValueError(f"{text!r} is blank or given twice, at {word.name!r}")
            found[key] = word
    return found


def load_yaml(name: str) -> Any:
    """A file of this package as plain Python, by its path from here: "measures/leaver_rate.yaml".

    Works from an installed wheel. Raises yaml.YAMLError when it is not YAML or says a key twice.
    """
    return read_yaml(_inside(name).read_text(encoding="utf-8"), name)


def read_yaml(text: str, name: str) -> Any:
    """YAML as plain Python. `name` is what an error calls it."""
    loader = _NoKeyTwice(text)
    loader.name = name
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def list_yaml(folder: str = "") -> tuple[str, ...]:
    """The paths of the YAML files in a folder of this package, in order, as `load_yaml` takes them."""
    names = sorted(file.name for file in _inside(folder).iterdir() if file.name.endswith(".yaml"))
    return tuple(f"{folder}/{name}" if folder else name for name in names)


def all_of(kind: type[Thing], entries: Iterable[dict[str, Any]]) -> tuple[Thing, ...]:
    """One frozen dataclass for each entry; lists become tuples. Raises TypeError at a field it has not."""
    return tuple(
        kind(**{key: tuple(part) if isinstance(part, list) else part for key, part in entry.items()})
        for entry in entries
    )


class _NoKeyTwice(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys without a word; we refuse."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _inside(path: str) -> Any:
    return files(__name__).joinpath(*filter(None, path.split("/")))


@cache
def _reasons_by_words() -> dict[str, LeavingReason]:
    return by_words(leaving_reasons())


@cache
def _destinations_by_words() -> dict[str, Destination]:
    return by_words(destinations())


@cache
def _statuses_by_words() -> dict[str, AssignmentStatus]:
    return by_words(assignment_statuses())
