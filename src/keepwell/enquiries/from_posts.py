"""What does an establishment say, beside the staff who are in post?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import ibis

from keepwell.disclosure import Released, release
from keepwell.enquiries.asking import Asked, Chosen, Enquiry, definition, periods_of, where_in_words
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures.vacancy_rate import vacancy_rate
from keepwell.periods import Month
from keepwell.records.flows import ALL_STAFF_GROUPS, Grouping, months_loaded, refuse_missing_months
from keepwell.records.organisations import places, with_places
from keepwell.records.posts import (
    ALL_UNITS,
    ESTABLISHMENT,
    establishment_records,
    filled_from_records,
    posts_at_end,
    staff_in_cells,
)

STAFF_SOURCES = ("esr_staff_in_post", "positions_table", "staff_list")
MEETING = 0.5
"""So much of the posts, in FTE, must be under names that the staff records have too."""
CAUTION = (
    "Establishment is recorded in different ways from organisation to organisation, and posts filled for a time by "
    "bank or agency staff count as vacant."
)


def from_posts(asked: Asked) -> Released:
    """The answer from posts at a month's end, and staff in post from the same file or from staff records."""
    enquiry, session = asked.enquiry, asked.session
    _refuse_what_posts_do_not_say(enquiry)
    here = session.workspace, session.generation
    posts = session.kept(
        f"posts_{asked.source}", lambda: establishment_records(session.connection, *here, asked.source)
    )
    have = months_loaded(posts)
    periods = periods_of(enquiry, have, default_months=1)
    for period in periods:
        refuse_missing_months(period, have)
    posts = posts.filter(posts.month.isin([period.last.index for period in periods]))
    filled = _filled(asked, posts, enquiry.grouping)
    known = places(session.workspace, session.generation, periods[-1].end)
    rates = vacancy_rate(posts_at_end(with_places(filled.posts, known), periods, enquiry.grouping))
    where, who = where_in_words(enquiry), "posts of the establishment and active staff in post"
    return release(
        rates.order_by(["period_end", *enquiry.by]).to_pyarrow(),
        definition(
            asked,
            Chosen(asked.source, "snapshot", "fte", "", periods),
            method="at the end of the month",
            population=f"{who}; {where}" if where else who,
        ),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=False,
        notes=(*filled.notes, CAUTION),
    )


def _refuse_what_posts_do_not_say(enquiry: Enquiry) -> None:
    if enquiry.leaving is not None:
        raise EnquiryRefused(
            "Vacancies are not about leaving.", found=f"--leaving {enquiry.leaving}", attempt="leave --leaving out"
        )
    if enquiry.months not in (None, 1):
        raise EnquiryRefused(
            "A vacancy rate is of the end of one month.",
            found=f"--months {enquiry.months}",
            attempt=f"--course {enquiry.months}, for the end of each of those months",
        )


@dataclass(frozen=True, slots=True)
class _Filled:
    """Posts with the staff in them, and what has to be said of how they were brought together."""

    posts: ibis.Table
    notes: list[str] = field(default_factory=list)


def _filled(asked: Asked, posts: ibis.Table, grouping: Grouping) -> _Filled:
    """Posts with staff in post: the file's own where it has them, else those of the staff records."""
    untold = posts.filter(posts.staff_in_post_fte.isnull())
    if not untold.count().to_pyarrow().as_py():
        return _Filled(posts, ["Staff in post are those of the establishment file."])
    places_untold = untold.select("organisation", "month").distinct()
    told = posts.anti_join(places_untold, ["organisation", "month"])
    own = told.count().to_pyarrow().as_py()
    from_records = _from_records(asked, posts.semi_join(places_untold, ["organisation", "month"]), grouping)
    notes = ["Staff in post of some organisations are those of the establishment file."] if own else []
    both = from_records.posts.union(told.select(*ESTABLISHMENT.names)) if own else from_records.posts
    return _Filled(both, [*notes, *from_records.notes])


def _from_records(asked: Asked, posts: ibis.Table, grouping: Grouping) -> _Filled:
    source = _staff_source(asked)
    months = sorted(set(posts.month.to_pyarrow().to_pylist()))
    records = asked.session.staff(source)
    seen = records.seen.select("organisation", "month")
    meeting = posts.semi_join(seen, ["organisation", "month"])
    if not meeting.count().to_pyarrow().as_py():
        _refuse_not_meeting(posts, seen)
    named = f"staff_in_cells_{source}_{'_'.join(str(month) for month in months)}"
    staff = asked.session.kept(named, lambda: staff_in_cells(records, months))
    staff = staff.semi_join(posts, ["organisation", "month"])
    fields = ["organisation", *_fields_that_meet(meeting, staff, grouping)]
    notes = [f"Staff in post are active staff of {source} at the end of the month."]
    notes += _left_out(posts, meeting) + _outside(meeting, staff, fields)
    return _Filled(filled_from_records(meeting, staff, fields), notes)


def _staff_source(asked: Asked) -> str:
    loaded = {load.format for load in asked.session.generation.loads}
    source = next((name for name in STAFF_SOURCES if name in loaded), None)
    if source is None:
        raise EnquiryRefused(
            "The establishment does not say who is in post, and no staff records are loaded.",
            found="posts without a column for staff in post",
            attempt="load the staff-in-post extracts of the same months, or a file with staff in post in FTE",
        )
    return source


def _refuse_not_meeting(posts: ibis.Table, seen: ibis.Table) -> None:
    def told(table: ibis.Table) -> str:
        rows = table.select("organisation", "month").distinct().to_pyarrow().to_pylist()
        months = sorted(row["month"] for row in rows)
        organisations = listed(sorted({row["organisation"] for row in rows}), 4)
        return f"{organisations} in {Month(months[0])} to {Month(months[-1])}"

    raise EnquiryRefused(
        "No organisation has both posts and staff records in the months asked for.",
        found=f"posts of {told(posts)}; staff of {told(seen)}",
        attempt="load both of the same organisation and month, or choose --end where both are loaded",
    )


def _fields_that_meet(posts: ibis.Table, staff: ibis.Table, grouping: Grouping) -> list[str]:
    """Of staff group and unit those under which posts and staff go by the same names.

    Raises EnquiryRefused where a field asked for does not meet, and where staff groups do not: then staff of
    other groups would be counted in these posts.
    """
    found = []
    for name, every, blocks in (
        ("staff_group", ALL_STAFF_GROUPS, True),
        ("unit", ALL_UNITS, "unit" in grouping.fields),
    ):
        told = posts.filter(posts[name] != every)
        whole = told.posts_fte.sum().to_pyarrow().as_py()
        if not whole:
            if name in grouping.fields:
                _refuse_field(name, "the establishment does not tell it")
            continue
        met = told.semi_join(staff, ["organisation", name]).posts_fte.sum().to_pyarrow().as_py() or 0.0
        if met >= MEETING * whole:
            found.append(name)
        elif blocks:
            _refuse_field(name, f"{met / whole:.0%} of the posts are under a name that the staff records have")
    return found


def _refuse_field(name: str, found: str) -> None:
    words = name.replace("_", " ")
    raise EnquiryRefused(
        f"Posts and staff cannot be put side by side by {words}.",
        found=found,
        attempt=f"give each {words} the name it has in the staff records (a table of recodes does), "
        "or load a file with staff in post in FTE",
    )


def _left_out(posts: ibis.Table, meeting: ibis.Table) -> list[str]:
    every = set(posts.organisation.to_pyarrow().to_pylist())
    left = sorted(every - set(meeting.organisation.to_pyarrow().to_pylist()))
    if not left:
        return []
    return [f"{counted(len(left), 'organisation')} left out, no staff records of that month: {listed(left)}."]


def _outside(posts: ibis.Table, staff: ibis.Table, fields: Sequence[str]) -> list[str]:
    """Staff whose unit or staff group has no posts, and posts in which nobody stands: perhaps other names."""
    keys = ["month", *fields]
    outside = staff.anti_join(posts, keys).in_post.sum().to_pyarrow().as_py() or 0.0
    empty = posts.anti_join(staff.filter(staff.in_post > 0), keys).posts_fte.sum().to_pyarrow().as_py() or 0.0
    by = " and ".join(name.replace("_", " ") for name in fields[1:]) or "organisation"
    notes = []
    if outside > 0:
        notes.append(f"{outside:,.1f} FTE of staff are in no {by} that has posts here, and are left out.")
    if empty > 0:
        notes.append(f"{empty:,.1f} FTE of posts are in a {by} where nobody is in post: empty, or by another name.")
    return notes
