"""Staff of general practice drawn as a table: one line a row, what it says as field=value."""

from __future__ import annotations

import ibis
import pyarrow as pa

from keepwell.periods import Month, Period
from keepwell.records.general_practice import (
    BY_AGE,
    BY_ROLE,
    COLLECTED,
    GP,
    NOT_KNOWN,
    PRACTICE_PATIENTS,
    PRACTICE_PEOPLE,
    PRACTICE_STAFF,
    TOTAL,
    role_group_of,
)
from keepwell.records.practice_counts import PracticeRecords, at_ends

MONTH = Month.parse("2024-09")
PERIOD = Period(MONTH, MONTH)
NOTHING = {"fully_qualified": NOT_KNOWN, "role_group": NOT_KNOWN, "role": NOT_KNOWN, "age_band": NOT_KNOWN}


def _said(line: str) -> dict[str, object]:
    return {
        name: value.replace("_", " ") for name, value in (word.split("=", 1) for word in line.split() if "=" in word)
    }


def people(text: str, month: Month = MONTH) -> PracticeRecords:
    """Lines such as "ann 0.6 role=Salaried": who ("-" for no person), FTE, and what else is said."""
    rows = []
    for words in filter(None, (line.split() for line in text.splitlines())):
        said = {"staff_group": GP, "role": "Salaried", "organisation": "01A", **_said(" ".join(words[2:]))}
        kind = role_group_of(str(said["staff_group"]), str(said["role"]))
        row = {"role_group": kind.name, "fully_qualified": kind.fully_qualified, "data_source": COLLECTED} | said
        rows.append(
            {"sex": NOT_KNOWN, "age_band": NOT_KNOWN}
            | row
            | {"month": month.index, "person": None if words[0] == "-" else words[0]}
            | {"fte": None if words[1] == "-" else float(words[1])}
        )
    table = ibis.memtable(pa.Table.from_pylist(rows, schema=PRACTICE_PEOPLE))
    return PracticeRecords(at_ends(table, [Period(month, month)]), people=True)


def practices(text: str, month: Month = MONTH, period: Period | None = None, when: str = "last") -> PracticeRecords:
    """Lines such as "A1 GP 4 3.2", a total; "A1 GP 1 1.0 role=Senior_Partner"; "A1 GP - 2.0 age_band=55_to_59";
    and "A1 patients 9000". "-" is no data."""
    rows, patients = [], []
    for words in filter(None, (line.split() for line in text.splitlines())):
        place = {"month": month.index, "months_in": 1, "organisation": words[0], "icb": "QX9"} | _said("")
        if words[1] == "patients":
            patients.append(place | _said(" ".join(words[3:])) | {"patients": float(words[2])})
            continue
        group, said = words[1].replace("_", " "), _said(" ".join(words[4:]))
        kind = role_group_of(group, str(said.get("role", "")))
        of_role = {"role_group": kind.name, "fully_qualified": kind.fully_qualified} if "role" in said else {}
        breakdown = BY_ROLE if "role" in said else BY_AGE if "age_band" in said else TOTAL
        amounts = dict(zip(("headcount", "fte"), (None if w == "-" else float(w) for w in words[2:4]), strict=True))
        rows.append(NOTHING | place | {"staff_group": group, "breakdown": breakdown} | of_role | said | amounts)
    periods = [period or Period(month, month)]
    return PracticeRecords(
        at_ends(ibis.memtable(pa.Table.from_pylist(rows, schema=PRACTICE_STAFF)), periods, when),
        people=False,
        patients=at_ends(ibis.memtable(pa.Table.from_pylist(patients, schema=PRACTICE_PATIENTS)), periods, when),
    )
