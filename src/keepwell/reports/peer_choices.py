"""What can organisations be compared by, as their published figures name them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keepwell.content import staff_group_unions
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.errors import EnquiryRefused, listed
from keepwell.records.flows import ALL_STAFF_GROUPS, months_loaded

SOURCE: Final = "nhs_turnover"
MEASURES: Final = ("leaver_rate", "joiner_rate", "stability_index", "share_who_left")
LENGTHS: Final = (1, 3, 6, 12)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of the published figures: its kind, and where it lies."""

    code: str
    name: str
    group: str
    icb: str
    icb_name: str
    region: str
    region_name: str


@dataclass(frozen=True, slots=True)
class PeerChoices:
    """The organisations of the newest month, the staff groups, the months and the lengths that can be asked for."""

    organisations: tuple[Organisation, ...]
    staff_groups: tuple[str, ...]
    unions: tuple[str, ...]
    months: tuple[str, ...]
    lengths: tuple[int, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(sorted({o.group for o in self.organisations if o.group}))

    @property
    def icbs(self) -> tuple[tuple[str, str], ...]:
        """Codes and names, in the order of the names."""
        return tuple(sorted({(o.icb, o.icb_name) for o in self.organisations if o.icb}, key=lambda pair: pair[1]))

    @property
    def regions(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            sorted({(o.region, o.region_name) for o in self.organisations if o.region}, key=lambda pair: pair[1])
        )

    def of(self, code: str) -> Organisation | None:
        """The organisation of that code; None where the figures have none."""
        return next((o for o in self.organisations if o.code == code), None)

    def lying_in(self, icb: str, region: str) -> frozenset[str] | None:
        """The codes of those in an integrated care board, or in a region; None for all."""
        if not icb and not region:
            return None
        return frozenset(
            o.code for o in self.organisations if (not icb or o.icb == icb) and (not region or o.region == region)
        )


def peer_choices(session: Session) -> PeerChoices:
    """What the published turnover that is loaded can be compared by.

    Raises EnquiryRefused where none is loaded.
    """
    by = ("organisation", "benchmark_group", "icb", "region")
    rows = answer(session.workspace, _published(by), session).rows()
    organisations = tuple(
        Organisation(
            row["organisation"],
            row["organisation_name"] or row["organisation"],
            row["benchmark_group"] or "",
            row["icb"] or "",
            row["icb_name"] or row["icb"] or "",
            row["region"] or "",
            row["region_name"] or row["region"] or "",
        )
        for row in rows
    )
    flows = session.flows()
    months = months_loaded(flows)
    newest = flows.filter(flows.month == months[-1].index, flows.staff_group != ALL_STAFF_GROUPS)
    groups = newest.select("staff_group").distinct().to_pyarrow()["staff_group"].to_pylist()
    return PeerChoices(
        tuple(sorted(organisations, key=lambda o: o.name)),
        tuple(sorted(groups)),
        tuple(union.name for union in staff_group_unions()),
        tuple(str(month) for month in reversed(months)),
        tuple(length for length in LENGTHS if length <= len(months)),
    )


def _published(by: tuple[str, ...]) -> Enquiry:
    return Enquiry("headcount", by=by, months=1, source=SOURCE, policy="published")


@dataclass(frozen=True, slots=True)
class PeerQuestion:
    """What a page of comparison is asked for; empty for all, and for the newest.

    `icb` and `region` keep the organisations that lie there, each still against all of its own kind.
    """

    measure: str = "leaver_rate"
    group: str = ""
    icb: str = ""
    region: str = ""
    staff_group: str = ""
    end: str = ""
    months: str = ""
    take: str = ""

    def refuse_unknown(self, choices: PeerChoices) -> None:
        """Raises EnquiryRefused for a value that the published figures do not know."""
        known: dict[str, tuple[str, ...]] = {
            "measure": MEASURES,
            "group": choices.groups,
            "icb": tuple(code for code, _ in choices.icbs),
            "region": tuple(code for code, _ in choices.regions),
            "staff_group": (*choices.staff_groups, *choices.unions),
            "end": choices.months,
            "months": tuple(str(length) for length in choices.lengths),
            "take": TAKES,
        }
        for name, values in known.items():
            asked = getattr(self, name)
            if asked and asked not in values:
                raise EnquiryRefused(
                    "The published figures that are loaded do not know that.",
                    found=f"{name.replace('_', ' ')}: {asked[:80]}",
                    attempt=f"one of {listed(list(values), 6)}",
                )


TAKES: Final = ("5", "10", "20", "30", "50")
"""How many organisations can be supported, as the page offers it."""
