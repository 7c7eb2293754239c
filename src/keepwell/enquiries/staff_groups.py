"""Which staff groups does a name such as "all clinical" stand for in these records?"""

from __future__ import annotations

from dataclasses import replace

from keepwell.content import by_words, plain_words, published_staff_groups, staff_group_unions
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.errors import EnquiryRefused, listed
from keepwell.records.workspace import Workspace


def with_unions(workspace: Workspace, enquiry: Enquiry, session: Session) -> tuple[Enquiry, tuple[str, ...]]:
    """The enquiry with every named union of staff groups replaced by those of them that are loaded, and what was done.

    A union is a name in content/staff_group_unions.yaml; a staff group of the records keeps its own name.
    Raises EnquiryRefused where none of a union's staff groups is loaded.
    """
    unions = by_words(staff_group_unions())
    asked = dict(enquiry.where).get("staff_group", ())
    if not any(plain_words(name) in unions for name in asked):
        return enquiry, ()
    loaded = _loaded(workspace, enquiry, session)
    values: list[str] = []
    notes = []
    for name in asked:
        union = unions.get(plain_words(name))
        if union is None or plain_words(name) in {plain_words(group) for group in loaded}:
            values.append(name)
            continue
        members = _members(union.parts, loaded)
        if not members:
            raise EnquiryRefused(
                f"{union.name!r} is made of staff groups of NHS Workforce Statistics, and none of them is loaded.",
                found=listed(loaded),
                attempt='--where staff_group="…" with a name as listed',
            )
        values += members
        notes.append(f"{union.name}: {', '.join(members)}.")
    where = tuple((k, tuple(dict.fromkeys(values)) if k == "staff_group" else v) for k, v in enquiry.where)
    return replace(enquiry, where=where), tuple(notes)


def _loaded(workspace: Workspace, enquiry: Enquiry, session: Session) -> list[str]:
    """The staff groups that the records name, in any place."""
    question = replace(
        enquiry, measure="headcount", by=("staff_group",), where=(), months=1, course=1, method=None, leaving=None
    )
    return [row["staff_group"] for row in answer(workspace, question, session).rows()]


def _members(parts: tuple[str, ...], loaded: list[str]) -> list[str]:
    known = by_words(published_staff_groups())
    return [name for name in loaded if (group := known.get(plain_words(name))) and group.part_of in parts]
