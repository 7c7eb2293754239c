"""Files of general practice built by hand from their documented headings (methodology 8.2)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

AGES = (
    "UNDER30",
    "30TO34",
    "35TO39",
    "40TO44",
    "45TO49",
    "50TO54",
    "55TO59",
    "60TO64",
    "65TO69",
    "70PLUS",
    "UNKNOWN_AGE",
)
GP_ROLES = (
    *("SEN_PTNR", "PTNR_PROV", "SAL_BY_PRAC", "SAL_BY_OTH", "TRN_GR_ST1", "TRN_GR_ST2", "TRN_GR_ST3", "TRN_GR_ST4"),
    *("TRN_GR_OTH", "TRN_GR_F1_2", "RET", "LOCUM_VAC", "LOCUM_ABS", "LOCUM_OTH"),
)
ROLES = {
    "GP": GP_ROLES,
    "N": (
        "PRAC_NURSE",
        "ADV_NURSE_PRAC",
        "NURSE_SPEC",
        "EXT_ROLE_NURSE",
        "TRAINEE_NURSE",
        "NURSE_DISP",
        "NURSE_PTNR",
        "NURSE_OTH",
    ),
    "DPC": ("HCA", "PHLEB", "PHARMA", "PHYSIO", "PODIA", "PHYSICIAN_ASSOC", "DISPENSER", "OTH"),
    "ADMIN": ("MANAGER", "MANAGE_PTNR", "MED_SECRETARY", "RECEPT", "TELEPH", "ESTATES_ANC", "OTH"),
}
TOTALS = {"GP": "GP", "N": "NURSES", "DPC": "DPC", "ADMIN": "ADMIN"}
NEW = ("PCN_CODE", "PCN_NAME", "SUB_ICB_CODE", "SUB_ICB_NAME", "ICB_CODE", "ICB_NAME", "REGION_CODE", "REGION_NAME")
OLD = ("PCN_CODE", "PCN_NAME", "CCG_CODE", "CCG_NAME", "STP_CODE", "STP_NAME", "COMM_REGION_CODE", "COMM_REGION_NAME")
PLACE = ("U11111", "NORTH PCN", "01A", "NHS NORTH - 01A", "QX9", "NHS MOORLAND ICB", "Y63", "North East and Yorkshire")
NO_DATA = "NA"

Staff = Mapping[str, tuple[float, float]]
"""Roles such as GP_SEN_PTNR: headcount and FTE."""

SURGERY: Staff = {
    "GP_SEN_PTNR": (1, 1.0),
    "GP_PTNR_PROV": (2, 1.6),
    "GP_SAL_BY_PRAC": (2, 1.2),
    "GP_TRN_GR_ST3": (1, 1.0),
    "GP_RET": (1, 0.4),
    "GP_LOCUM_VAC": (1, 0.3),
    "N_PRAC_NURSE": (3, 2.2),
    "DPC_HCA": (2, 1.5),
    "ADMIN_RECEPT": (6, 4.0),
    "ADMIN_MANAGER": (1, 1.0),
}


def practice(
    code: str = "A81001",
    patients: float | str = 9000,
    staff: Staff = SURGERY,
    *,
    ages: bool = True,
    silent: Sequence[str] = (),
    no_data: str = NO_DATA,
    heads: Mapping[str, float] | None = None,
    place: Sequence[str] = PLACE,
) -> dict[str, object]:
    """A row of the practice-level file. `silent`: the groups (GP, N, DPC, ADMIN) it gave no data on; `heads`:
    headcounts of groups that are not the sum of their roles."""
    row: dict[str, object] = {"PRAC_CODE": code, "PRAC_NAME": f"{code} SURGERY", "TOTAL_PATIENTS": patients}
    row |= dict(zip(NEW, place, strict=True))
    for group, roles in ROLES.items():
        quiet, name = group in silent, TOTALS[group]
        amounts = {role: staff.get(f"{group}_{role}", (0, 0)) for role in roles}
        hc, fte = (sum(a[i] for a in amounts.values()) for i in (0, 1))
        row[f"TOTAL_{name}_HC"] = no_data if quiet else (heads or {}).get(group, hc)
        row[f"TOTAL_{name}_FTE"] = no_data if quiet else round(fte, 6)
        for role, (h, f) in amounts.items():
            row[f"TOTAL_{group}_{role}_HC"] = no_data if quiet else h
            row[f"TOTAL_{group}_{role}_FTE"] = no_data if quiet else f
        if ages:
            for age in AGES:  # half of the time is of people in their thirties, half of people of 55 to 59
                part = {"35TO39": 0.5, "55TO59": 0.5}.get(age, 0.0)
                row[f"TOTAL_{name}_FTE_{age}"] = no_data if quiet else round(fte * part, 6)
                row[f"TOTAL_{name}_HC_{age}"] = no_data if quiet else 0
    gps = {role: staff.get(f"GP_{role}", (0, 0)) for role in GP_ROLES}
    for headline, out in (("EXTG", ("TRN",)), ("EXL", ("LOCUM",)), ("EXTGL", ("TRN", "LOCUM"))):
        for unit, i in (("HC", 0), ("FTE", 1)):
            value = round(sum(a[i] for role, a in gps.items() if not role.startswith(out)), 6)
            row[f"TOTAL_GP_{headline}_{unit}"] = no_data if "GP" in silent else value
    return row


def written(path: Path, rows: Sequence[Mapping[str, object]], *, old: bool = False, encoding: str = "utf-8",
            lower: bool = False) -> Path:  # fmt: skip
    """Rows as a CSV, with the geography's old headings on request."""
    names = dict(zip(NEW, OLD, strict=True)) if old else {}
    headings = [names.get(h, h) for h in rows[0]]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([h.lower() for h in headings] if lower else headings)
    writer.writerows(row.values() for row in rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def person(who: object, role: str = "Salaried By Practice", fte: object = 0.8, **said: object) -> dict[str, object]:
    """A row of the individual-level file, 22 columns."""
    group = str(said.pop("group", "GP"))
    row: dict[str, object] = {
        "COMM_REGION_CODE": "Y63",
        "COMM_REGION_NAME": "North East and Yorkshire",
        "ICB_CODE": "QX9",
        "ICB_NAME": "NHS MOORLAND ICB",
        "SUB_ICB_CODE": "01A",
        "SUB_ICB_NAME": "NHS NORTH - 01A",
        "DATA_SOURCE": "Collected",
        "UNIQUE_IDENTIFIER": who,
        "STAFF_GROUP": group,
        "DETAILED_STAFF_ROLE": role,
        "STAFF_ROLE": role,
        "COUNTRY_QUALIFICATION_AREA": "UK",
        "COUNTRY_QUALIFICATION_GROUP": "UK",
        "AGE_BAND": "40-44",
        "AGE_YEARS": 41,
        "GENDER": "Female",
        "FTE": fte,
        "SNAPSHOT_YEAR": "",
        "SNAPSHOT_MONTH": "",
        "SNAPSHOT_DATE": "",
        "YEAR": 2024,
        "MONTH": 9,
    }
    return row | said
