"""In which groups are people compared or chosen, beyond the words of their records?

Made when a question is asked, from what is kept: no file need be loaded again, and a better list of words holds for
old files too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import ibis

from keepwell.content import EqualityGroups, equality_groups
from keepwell.records.staff import NOT_KNOWN

HOURS_GROUP: Final = "full_or_part_time"
FULL_TIME, PART_TIME = "Full time", "Part time"
HOURS_GROUPS: Final = (FULL_TIME, PART_TIME, NOT_KNOWN)
WHOLE_FTE: Final = 1.0
FTE_DIGITS: Final = 5
"""FTE is recorded to five decimals (NHS workforce minimum data set); sums of parts miss 1 by less than that."""

SPECIAL_GROUPS: Final = ("ethnicity_group", "disability_group")
"""Derived groups of special category data, which are told of as keepwell.enquiries.special says."""
SPECIAL_FIELDS: Final = frozenset({*SPECIAL_GROUPS, "ethnicity", "disability", "religion", "orientation"})
"""Special category data (UK GDPR, article 9) in staff records: never counted exactly for anybody."""


def with_groups(rows: ibis.Table) -> ibis.Table:
    """Rows of staff, leavers or posts with full_or_part_time, ethnicity_group, disability_group and nationality_group.

    Looks at which words the rows use; what they mean is in content/equality_groups.yaml. A group whose field the rows
    do not have is not added, and one that they have themselves is left as it is.
    """
    for groups in equality_groups().values():
        if groups.field in rows.columns and groups.name not in rows.columns:
            words = rows[groups.field].as_table().distinct()[groups.field].to_pyarrow().to_pylist()
            said = {str(word): groups.group_of(word) for word in words if word is not None}
            rows = rows.mutate(**{groups.name: in_groups(rows[groups.field], said, groups)})
    if "fte" in rows.columns and HOURS_GROUP not in rows.columns:
        rows = rows.mutate(**{HOURS_GROUP: full_or_part_time(rows.fte)})
    return rows


def in_groups(column: ibis.Value, said: Mapping[str, str], groups: EqualityGroups) -> ibis.Value:
    """The group of each cell, from the group that each word stands for; the last group for any other."""
    *known, unknown = groups.groups
    of_group = {group: sorted(word for word, means in said.items() if means == group) for group in known}
    cases = [(column.isin(words), ibis.literal(group)) for group, words in of_group.items() if words]
    return ibis.cases(*cases, else_=ibis.literal(unknown)) if cases else ibis.literal(unknown)


def full_or_part_time(fte: ibis.Value) -> ibis.Value:
    """Whether somebody works full time: 1.0 FTE or more over all posts in the organisation; else part time.

        Full time: FTE >= 1.0;  Part time: FTE < 1.0;  Not known: no FTE

    A position's FTE is summed over the active posts of a person in one organisation already, so that two half posts
    are full time. It is compared at five decimals, as it is recorded. 37 hours of 37.5 are 0.987 FTE, and part time.
    Source: ESR's employee category knows the two words, of one assignment; the threshold over all posts is ours, as in
    part_time_share of general practice.
    """
    return ibis.cases(
        (fte.isnull(), ibis.literal(NOT_KNOWN)),
        (fte.round(FTE_DIGITS) >= WHOLE_FTE, ibis.literal(FULL_TIME)),
        else_=ibis.literal(PART_TIME),
    )
