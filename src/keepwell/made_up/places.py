"""Which organisations, directorates, wards and practices are there?

All names are made up. Codes follow the ODS patterns (methodology 1.4) but stand for nobody: none of them is
in the ODS files of trusts, practices and networks (etr, epraccur, gp-reg-pat-prac-map).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from keepwell.made_up.jobs import FAMILIES, Floats, Ints

ICB: Final = "QZ9"
ICB_NAME: Final = "Wenmarsh and the Vale"
REGION: Final = "Y60"
REGION_NAME: Final = "Midlands"


@dataclass(frozen=True, slots=True)
class Trust:
    """An organisation with an electronic staff record. `column` is its place in Job.shares."""

    kind: str
    code: str
    name: str
    cluster: str
    benchmark_group: str
    column: int
    share: float


TRUSTS: Final = {
    "acute": Trust("acute", "RZ1", "Wenmarsh Hospitals NHS Foundation Trust", "Acute", "Acute - Large", 0, 0.62),
    "mental_health": Trust(
        "mental_health",
        "RZ2",
        "Vale of Wen Partnership NHS Foundation Trust",
        "Mental Health",
        "Mental Health and Learning Disability",
        1,
        0.20,
    ),
    "community": Trust(
        "community",
        "RZ3",
        "Wenmarsh Community Healthcare NHS Trust",
        "Community Provider Trust",
        "Community Provider Trust",
        2,
        0.14,
    ),
}
PRACTICES_SHARE: Final = 0.04

Tree = dict[str, dict[str, list[str]]]

_CORPORATE: Final[dict[str, dict[str, list[str]]]] = {
    "Corporate Services": {
        "corporate": [
            "People and Organisational Development",
            "Finance and Procurement",
            "Digital Services",
            "Clinical Governance and Quality",
            "Business Intelligence",
            "Communications",
        ]
    },
    "Estates and Facilities": {
        "estates": ["Domestic Services", "Catering", "Estates Maintenance", "Portering and Security"]
    },
}
_TREES: Final[dict[str, Tree]] = {
    "acute": {
        "Medicine": {
            "ward": [
                "Acute Medical Unit",
                "Elm Ward",
                "Oak Ward",
                "Rowan Ward",
                "Stroke Unit",
                "Cardiology and Coronary Care",
                "Respiratory Ward",
                "Gastroenterology Ward",
                "Hawthorn Ward",
                "Renal Unit",
            ]
        },
        "Surgery and Critical Care": {
            "ward": [
                "Ward 7 – Surgical Admissions",
                "Theatres and Recovery",
                "Intensive Care Unit",
                "Birch Ward",
                "Trauma and Orthopaedics Ward",
                "Day Surgery Unit",
                "Endoscopy",
                "Pre-operative Assessment",
            ]
        },
        "Urgent and Emergency Care": {"ward": ["Emergency Department", "Same Day Emergency Care", "Frailty Unit"]},
        "Women and Children": {
            "maternity": ["Delivery Suite", "Lavender Maternity Ward", "Community Midwives", "Antenatal Clinic"],
            "ward": ["Children's Ward", "Neonatal Unit", "Gynaecology Ward"],
        },
        "Clinical Support": {
            "therapy": ["Physiotherapy", "Occupational Therapy", "Dietetics, Speech and Language Therapy"],
            "diagnostic": ["Radiology", "Blood Sciences", "Cellular Pathology", "Pharmacy"],
            "ward": ["Outpatients", "Cancer Services", "Bookings and Medical Records"],
        },
    },
    "mental_health": {
        "Adult Inpatient Services": {
            "ward": ["Larch Ward", "Willow Ward", "Juniper Ward (PICU)", "Older Adults – Maple Ward"]
        },
        "Adult Community Services": {
            "ward": [
                "Wenmarsh Community Mental Health Team",
                "Vale Community Mental Health Team",
                "Crisis Resolution and Home Treatment",
                "Early Intervention in Psychosis",
                "Liaison Psychiatry",
            ],
            "therapy": ["Talking Therapies", "Psychology and Psychotherapy", "Occupational Therapy"],
        },
        "Children and Learning Disability": {
            "ward": ["CAMHS Community Team", "CAMHS Inpatient Unit", "Learning Disability Team"],
            "therapy": ["Neurodevelopmental Assessment"],
            "diagnostic": ["Pharmacy"],
        },
        "Secure Services": {"ward": ["Ash Ward (Secure)", "Cedar Ward (Secure)"]},
    },
    "community": {
        "Adult Services": {
            "ward": [
                "District Nursing North",
                "District Nursing South",
                "District Nursing East",
                "Community Hospital Ward",
                "Urgent Community Response",
                "Tissue Viability and Continence",
            ],
            "therapy": ["Musculoskeletal Physiotherapy", "Community Rehabilitation", "Podiatry"],
        },
        "Children and Families": {
            "ward": ["Health Visiting West", "Health Visiting East", "School Nursing"],
            "therapy": ["Children's Speech and Language Therapy", "Children's Therapies"],
        },
        "Specialist Services": {
            "ward": ["Sexual Health", "Community Dental Service"],
            "diagnostic": ["Community Diagnostics and Pharmacy"],
        },
    },
}
SITES: Final = ("", " (Northgate)", " (St Bride's)", " (Priory)", " (Wen Valley)", " (Eastfield)")
FULL_TREE_FROM: Final = 2500
PEOPLE_A_SITE: Final = 5000


@dataclass(frozen=True, slots=True)
class Units:
    """Wards and teams of all trusts, one element each. `pull` is how many people they draw, relatively."""

    names: tuple[str, ...]
    directorates: tuple[str, ...]
    trust: Ints
    family: Ints
    pull: Floats
    strain: Floats


def draw_units(trusts: tuple[Trust, ...], people: list[int], rng: np.random.Generator) -> Units:
    """The wards and teams of trusts with so many people: a small trust has few, a large one has sites.

    `strain` multiplies the hazard of leaving: wards differ, and some are hard to stay in.
    """
    rows = [
        (name + site, directorate, number, FAMILIES.index(family))
        for number, trust in enumerate(trusts)
        for directorate, families in (_TREES[trust.kind] | _CORPORATE).items()
        for family, names in families.items()
        for site in SITES[: 1 + min(people[number] // PEOPLE_A_SITE, len(SITES) - 1)]
        for name in names[: _how_many(len(names), people[number])]
    ]
    names, directorates, trust_numbers, families = zip(*rows, strict=True)
    return Units(
        names=names,
        directorates=directorates,
        trust=np.array(trust_numbers, dtype=np.int32),
        family=np.array(families, dtype=np.int32),
        pull=rng.uniform(0.5, 1.6, len(rows)),
        strain=np.exp(rng.normal(0.0, 0.22, len(rows))),
    )


def _how_many(names: int, people: int) -> int:
    return max(1, round(names * min(1.0, people / FULL_TREE_FROM)))


def renamed_units(units: Units) -> dict[str, str]:
    """Old and new names of the first trust's wards: the first is renamed, the third is put into the second."""
    wards = [n for n, family, trust in zip(units.names, units.family, units.trust, strict=True)
             if family == 0 and trust == 0]  # fmt: skip
    changes = {wards[0]: f"{wards[0].split(' ', maxsplit=1)[0]} Assessment and Short Stay Unit"}
    if len(wards) > 2:
        changes[wards[2]] = wards[1]
    return changes


NETWORKS: Final = (
    ("U99901", "Wen Valley Primary Care Network"),
    ("U99902", "Northgate Primary Care Network"),
    ("U99903", "Marsh and Fen Primary Care Network"),
    ("U99904", "Three Bridges Primary Care Network"),
    ("U99905", "Vale South Primary Care Network"),
)
_STREETS: Final = (
    "Abbotsmead", "Brackenfold", "Castle Lane", "Dovecote", "Eastmere", "Fenwick Road", "Gorse Hill",
    "Hallowgate", "Ivybridge Court", "Juniper Street", "Kingsmarsh", "Lock Lane", "Millpond", "Netherby",
    "Orchard Croft", "Priory Park", "Quarry Bank", "Ridgeway", "Saltersgate", "Thornleigh", "Underhill",
    "Valley View", "Wenbridge", "Yewtree", "Ashlar House", "Beacon Fields", "Cloister", "Drovers Way",
    "Elderflower", "Foxcover",
)  # fmt: skip
_SURGERIES: Final = ("Surgery", "Medical Centre", "Health Centre", "Practice", "Family Practice")


@dataclass(frozen=True, slots=True)
class Practice:
    code: str
    name: str
    network: str


def practices(people: int) -> tuple[Practice, ...]:
    """The practices of a system with so many people in practices: 30 in five networks, fewer in a small one."""
    count = min(len(_STREETS), max(2, round(people / 10)))
    return tuple(
        Practice(
            f"Y99{number + 1:03}",
            f"{street} {_SURGERIES[number % len(_SURGERIES)]}",
            NETWORKS[number % len(NETWORKS)][0],
        )
        for number, street in enumerate(_STREETS[:count])
    )
