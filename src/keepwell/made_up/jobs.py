"""Which jobs are there in a trust, how common are they, and who leaves them?

Shares of each kind of trust follow the headcounts of NHS England's turnover benchmarking, October 2025
(acute, mental health, community provider trusts); full-time shares follow its FTE / headcount. Occupation
codes have the right first letter (methodology 1.4) and are otherwise made up.

Target leaver rates are of 12 months, by the snapshot method: nurses 9-10 % and doctors 6.3-6.7 % as
published (methodology 1.3), the others so that an acute trust comes to 11 %, in the proportions of
the monthly rates of the same turnover file. KIND_FACTORS raise or lower all of them in one kind of trust.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]

NURSES: Final = "Nurses & health visitors"
MIDWIVES: Final = "Midwives"
DOCTORS: Final = "HCHS Doctors (exc. Resident doctors and equivalents)"
SCIENTIFIC: Final = "Scientific, therapeutic & technical staff"
CLINICAL_SUPPORT: Final = "Support to doctors, nurses & midwives"
SCIENTIFIC_SUPPORT: Final = "Support to ST&T staff"
CENTRAL: Final = "Central functions"
ESTATES: Final = "Hotel, property & estates"
MANAGERS: Final = "Managers"
SENIOR_MANAGERS: Final = "Senior managers"
RESIDENTS: Final = "Resident doctors"
"""Not a row of the turnover file, which leaves them out."""

PUBLICATION_GROUPS: Final = (
    DOCTORS,
    NURSES,
    MIDWIVES,
    SCIENTIFIC,
    CLINICAL_SUPPORT,
    SCIENTIFIC_SUPPORT,
    SENIOR_MANAGERS,
    MANAGERS,
    CENTRAL,
    ESTATES,
    RESIDENTS,
)
TARGET_LEAVER_RATES: Final = {
    DOCTORS: 0.065,
    NURSES: 0.097,
    MIDWIVES: 0.09,
    SCIENTIFIC: 0.11,
    CLINICAL_SUPPORT: 0.128,
    SCIENTIFIC_SUPPORT: 0.14,
    SENIOR_MANAGERS: 0.12,
    MANAGERS: 0.11,
    CENTRAL: 0.12,
    ESTATES: 0.122,
    RESIDENTS: 0.25,
}
KIND_FACTORS: Final = (1.0, 1.13, 0.93)
"""Mental health is higher, community like a community trust's published months (methodology 14, G1.5)."""
ESR_GROUPS: Final = (
    "Medical and Dental",
    "Nursing and Midwifery Registered",
    "Allied Health Professionals",
    "Add Prof Scientific and Technic",
    "Healthcare Scientists",
    "Additional Clinical Services",
    "Administrative and Clerical",
    "Estates and Ancillary",
)
FAMILIES: Final = ("ward", "maternity", "therapy", "diagnostic", "corporate", "estates")


@dataclass(frozen=True, slots=True)
class Job:
    """A job role on one band. `shares` are of acute, mental-health and community trusts, in percent.

    `promoted_to` is the role and band above; `youngest` the age at which one may hold it.
    """

    role: str
    band: str
    occupation: str
    group: int
    publication: str
    family: str
    shares: tuple[float, float, float]
    women: float
    full_time: float
    youngest: int
    promoted_to: str = ""

    @property
    def pay(self) -> str:
        if not self.band[0].isdigit():
            return self.band
        return f"{'Non Review Body' if self.group in (6, 7) else 'Review Body'} Band {self.band}"


# fmt: off
JOBS: Final = (
    Job("Consultant", "Consultant", "001", 0, DOCTORS, "ward", (4.6, 2.1, 0.8), .40, .78, 33),
    Job("Specialty Doctor", "Specialty Doctor", "002", 0, DOCTORS, "ward", (2.2, 1.0, 1.2), .48, .70, 28, "001"),
    Job("Foundation Year 1", "Foundation Doctor Year 1", "003", 0, RESIDENTS, "ward", (0, 0, 0), .55, .97, 23),
    Job("Specialty Registrar", "Specialty Registrar", "004", 0, RESIDENTS, "ward", (0, 0, 0), .52, .85, 26),
    Job("Staff Nurse", "5", "N6A", 1, NURSES, "ward", (15.0, 0, 3.0), .88, .66, 21, "N6B"),
    Job("Sister/Charge Nurse", "6", "N6B", 1, NURSES, "ward", (7.4, 0, 3.0), .89, .62, 24, "N6C"),
    Job("Specialist Nurse Practitioner", "7", "N6C", 1, NURSES, "ward", (5.4, 4.0, 5.5), .89, .66, 27, "N0A"),
    Job("Modern Matron", "8a", "N0A", 1, NURSES, "ward", (1.4, 1.5, 1.5), .88, .86, 33),
    Job("Staff Nurse - Mental Health", "5", "N6E", 1, NURSES, "ward", (0, 9.5, 0), .72, .78, 21, "N6D"),
    Job("Community Psychiatric Nurse", "6", "N6D", 1, NURSES, "ward", (0, 13.5, 0), .75, .70, 24, "N6C"),
    Job("Community Nurse", "5", "N6H", 1, NURSES, "ward", (0.4, 0, 8.5), .94, .52, 21, "N4H"),
    Job("District Nurse", "6", "N4H", 1, NURSES, "ward", (0, 0, 5.5), .95, .55, 25, "N6C"),
    Job("Health Visitor", "6", "N3H", 1, NURSES, "ward", (0, 0, 5.5), .98, .48, 25, "N6C"),
    Job("Midwife", "6", "N2C", 1, MIDWIVES, "maternity", (2.4, 0, 0), .995, .42, 22, "N2D"),
    Job("Midwife - Specialist Practitioner", "7", "N2D", 1, MIDWIVES, "maternity", (0.6, 0, 0), .995, .60, 28),
    Job("Physiotherapist", "6", "S1E", 2, SCIENTIFIC, "therapy", (2.2, 0.6, 4.8), .74, .60, 22, "S1F"),
    Job("Physiotherapist Advanced", "7", "S1F", 2, SCIENTIFIC, "therapy", (0.8, 0.2, 1.8), .74, .62, 28),
    Job("Occupational Therapist", "6", "S1C", 2, SCIENTIFIC, "therapy", (1.3, 3.4, 4.2), .90, .62, 22, "S1D"),
    Job("Occupational Therapist Advanced", "7", "S1D", 2, SCIENTIFIC, "therapy", (0.4, 1.0, 1.1), .90, .62, 28),
    Job("Speech and Language Therapist", "6", "S1J", 2, SCIENTIFIC, "therapy", (0.4, 0.5, 3.0), .96, .50, 23),
    Job("Dietitian", "6", "S1B", 2, SCIENTIFIC, "therapy", (0.6, 0.2, 0.9), .93, .55, 22),
    Job("Diagnostic Radiographer", "6", "S1U", 2, SCIENTIFIC, "diagnostic", (2.8, 0, 0.1), .74, .68, 22),
    Job("Podiatrist", "6", "S1A", 2, SCIENTIFIC, "therapy", (0.1, 0, 1.3), .75, .62, 22),
    Job("Pharmacist", "7", "S1P", 3, SCIENTIFIC, "diagnostic", (1.6, 0.8, 0.5), .68, .68, 24),
    Job("Operating Department Practitioner", "5", "S1O", 3, SCIENTIFIC, "ward", (1.3, 0, 0), .66, .76, 21),
    Job("Clinical Psychologist", "8a", "S2L", 3, SCIENTIFIC, "therapy", (0.4, 6.3, 1.0), .82, .52, 28),
    Job("Psychological Wellbeing Practitioner", "5", "S2M", 3, SCIENTIFIC, "therapy", (0, 3.4, 0), .80, .74, 22),
    Job("Social Worker", "6", "S2S", 3, SCIENTIFIC, "therapy", (0, 1.7, 0), .78, .70, 24),
    Job("Biomedical Scientist", "6", "U2B", 4, SCIENTIFIC, "diagnostic", (2.0, 0, 0), .66, .80, 22),
    Job("Healthcare Assistant", "2", "H1A", 5, CLINICAL_SUPPORT, "ward", (9.4, 4.0, 3.0), .83, .58, 18, "H1B"),
    Job("Health Care Support Worker", "3", "H1B", 5, CLINICAL_SUPPORT, "ward", (6.1, 14.6, 10.2), .80, .60, 18, "H2A"),
    Job("Trainee Nursing Associate", "3", "H2A", 5, CLINICAL_SUPPORT, "ward", (0.4, 0.4, 0.4), .85, .85, 20, "H2B"),
    Job("Nursing Associate", "4", "H2B", 5, CLINICAL_SUPPORT, "ward", (0.9, 0.7, 1.0), .87, .72, 21, "N6A"),
    Job("Medical Secretary", "4", "G2M", 6, CLINICAL_SUPPORT, "ward", (2.6, 2.4, 1.4), .95, .50, 19),
    Job("Receptionist", "2", "G2R", 6, CLINICAL_SUPPORT, "ward", (4.8, 3.5, 9.2), .92, .42, 18, "G2M"),
    Job("Therapy Assistant", "3", "H3T", 5, SCIENTIFIC_SUPPORT, "therapy", (2.0, 2.6, 5.4), .82, .58, 18),
    Job("Assistant Psychologist", "4", "H3P", 5, SCIENTIFIC_SUPPORT, "therapy", (0, 5.2, 0.2), .82, .84, 21),
    Job("Phlebotomist", "2", "H3B", 5, SCIENTIFIC_SUPPORT, "diagnostic", (1.1, 0, 0.5), .90, .38, 18),
    Job("Medical Laboratory Assistant", "3", "H3L", 5, SCIENTIFIC_SUPPORT, "diagnostic", (1.8, 0, 0), .66, .68, 18),
    Job("Pharmacy Technician", "4", "S4P", 3, SCIENTIFIC_SUPPORT, "diagnostic", (1.6, 0.9, 0.4), .82, .64, 19),
    Job("Clerical Worker", "3", "G2A", 6, CENTRAL, "corporate", (3.4, 3.0, 3.6), .78, .58, 18, "G2B"),
    Job("Officer", "5", "G2B", 6, CENTRAL, "corporate", (2.4, 2.7, 2.8), .70, .78, 21, "G2C"),
    Job("Analyst", "6", "G2C", 6, CENTRAL, "corporate", (1.7, 2.0, 1.9), .58, .88, 22, "G1A"),
    Job("Manager", "8a", "G1A", 6, MANAGERS, "corporate", (1.5, 1.8, 1.3), .65, .90, 28, "G0A"),
    Job("Senior Manager", "8c", "G0A", 6, SENIOR_MANAGERS, "corporate", (0.7, 1.1, 1.1), .60, .95, 34),
    Job("Housekeeper", "2", "G3H", 7, ESTATES, "estates", (3.0, 2.2, 2.2), .84, .34, 18),
    Job("Porter", "2", "G3P", 7, ESTATES, "estates", (1.6, 0.2, 0.1), .16, .78, 18),
    Job("Cook", "3", "G3C", 7, ESTATES, "estates", (0.9, 0.7, 0.2), .52, .55, 18),
    Job("Maintenance Craftsperson", "4", "G3M", 7, ESTATES, "estates", (0.9, 0.7, 0.5), .04, .96, 20),
)
# fmt: on

_NUMBER: Final = {job.occupation: number for number, job in enumerate(JOBS)}


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int32)


GROUP_OF: Final = _ints([job.group for job in JOBS])
PUBLICATION_OF: Final = _ints([PUBLICATION_GROUPS.index(job.publication) for job in JOBS])
FAMILY_OF: Final = _ints([FAMILIES.index(job.family) for job in JOBS])
PROMOTED_TO: Final = _ints([_NUMBER.get(job.promoted_to, -1) for job in JOBS])
YOUNGEST: Final = _ints([job.youngest for job in JOBS])
WOMEN: Final[Floats] = np.array([job.women for job in JOBS])
FULL_TIME: Final[Floats] = np.array([job.full_time for job in JOBS])
BANKABLE: Final = _ints([_NUMBER["N6A"], _NUMBER["H1A"], _NUMBER["H1B"]])
RESIDENT: Final[Flags] = np.array([job.publication == RESIDENTS for job in JOBS])
NURSE_OR_MIDWIFE: Final[Flags] = np.array([job.group == 1 for job in JOBS])
DOCTOR: Final[Flags] = np.array([job.group == 0 for job in JOBS])


def shares_of(column: int, resident_doctors: bool) -> Floats:
    """The share of each job in one kind of trust (0 acute, 1 mental health, 2 community); they add up to 1."""
    shares = np.array([job.shares[column] for job in JOBS], dtype=np.float64)
    if resident_doctors and shares[DOCTOR].sum() > 0:
        shares[RESIDENT] = shares[DOCTOR].sum() * np.array([0.2, 0.5])
    shares /= shares.sum()
    return shares


def targets_of(column: int) -> Floats:
    """The leaver rate of 12 months that each publication group is scaled to, in one kind of trust."""
    return np.array([TARGET_LEAVER_RATES[group] for group in PUBLICATION_GROUPS]) * KIND_FACTORS[column]
