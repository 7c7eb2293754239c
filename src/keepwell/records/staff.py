"""Who was in post at each month's end, and how?

A position is one person in one organisation at one month's end: posts held there are put together, the
primary one classifies the person, FTE is summed over the active ones.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

ACTIVE: Final = "active"
PAUSED: Final = "paused"
NOT_KNOWN: Final = "Not known"

CLASSIFIED: Final = (
    "directorate",
    "unit",
    "staff_group",
    "job_role",
    "occupation_code",
    "band",
    "contract",
    "sex",
    "ethnicity",
    "nationality",
    "disability",
    "religion",
    "orientation",
    "age_band",
    "recruitment_source",
)
"""What a person can be grouped by, besides the organisation. Not known is a value, so that nobody is lost."""

POSITIONS = pa.schema(
    [
        ("month", pa.int32()),
        ("organisation", pa.string()),
        ("organisation_name", pa.string()),
        ("person", pa.string()),
        ("state", pa.string()),
        ("fte", pa.float64()),
        *((name, pa.string()) for name in CLASSIFIED),
        ("birth_month", pa.int32()),
        ("started", pa.date32()),
    ]
)
"""One row a person, organisation and month. `month` and `birth_month` are Month.index; `person` is a keyed hash."""

SPELL_KEYS: Final = (
    "organisation",
    "organisation_name",
    "person",
    "state",
    "fte",
    *CLASSIFIED,
    "birth_month",
    "started",
)

LEAVERS = pa.schema(
    [
        ("left", pa.date32()),
        ("month", pa.int32()),
        ("organisation", pa.string()),
        ("organisation_name", pa.string()),
        ("person", pa.string()),
        ("fte", pa.float64()),
        ("reason", pa.string()),
        ("reason_group", pa.string()),
        ("voluntary", pa.bool_()),
        ("reason_known", pa.bool_()),
        ("destination", pa.string()),
        *((name, pa.string()) for name in CLASSIFIED),
        ("birth_month", pa.int32()),
        ("started", pa.date32()),
    ]
)
"""One row a leaver: `left` is the last day in post, `month` its Month.index."""

POSTS = pa.schema(
    [
        ("start", pa.date32()),
        ("last_day", pa.date32()),
        ("organisation", pa.string()),
        ("organisation_name", pa.string()),
        ("person", pa.string()),
        ("fte", pa.float64()),
        *((name, pa.string()) for name in CLASSIFIED),
        ("birth_month", pa.int32()),
    ]
)
"""One row a post of a staff list: `last_day` is the last day in post, null while it is held."""
