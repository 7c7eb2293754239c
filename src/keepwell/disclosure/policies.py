"""Which rule stands between a number and its reader?

Two policies show exact numbers. Policies that hide small numbers will come together with the proof
that what they hide cannot be worked out again; until then asking for one is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.errors import EnquiryRefused


@dataclass(frozen=True, slots=True)
class Policy:
    """A named rule. `published_inputs_only`: refuse inputs that are not published.

    `mark` is printed beside every number that leaves under the policy; `audience` is whom it is for
    unless another is named.
    """

    name: str
    title: str
    mark: str
    audience: str
    published_inputs_only: bool
    strictness: int


POLICIES = {
    "published": Policy(
        "published",
        "Exact, because every figure that went in is already published",
        "May be shared: made from published figures only.",
        "anybody",
        published_inputs_only=True,
        strictness=0,
    ),
    "internal": Policy(
        "internal",
        "Exact, for people entitled to these organisations' staff records",
        "Not for sharing: exact figures from staff records, for those entitled to see them.",
        "those entitled to these records",
        published_inputs_only=False,
        strictness=1,
    ),
}
HIDING_POLICIES = ("nhs", "under_5", "under_10", "survey_11")


def policy_for(name: str | None, *, inputs_published: bool) -> Policy:
    """The policy asked for, or the default: `published` where every input is, else `internal`.

    Raises EnquiryRefused for an unknown policy, for one that hides small numbers (not yet), and for
    `published` where an input is not published.
    """
    if name is None:
        return POLICIES["published" if inputs_published else "internal"]
    if name in HIDING_POLICIES:
        raise EnquiryRefused(
            f"The policy {name} hides small numbers, and this version cannot yet prove that they stay hidden.",
            found=f"--policy {name}",
            attempt=f"--policy {' or '.join(POLICIES)}, and do not share figures made under internal",
        )
    if name not in POLICIES:
        raise EnquiryRefused(
            "There is no such policy.", found=f"--policy {name}", attempt=f"--policy {' or '.join(POLICIES)}"
        )
    policy = POLICIES[name]
    if policy.published_inputs_only and not inputs_published:
        raise EnquiryRefused(
            "This number is made from staff records, which are not published.",
            found="--policy published",
            attempt="--policy internal, for people entitled to these records",
        )
    return policy
