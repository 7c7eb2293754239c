"""Which rule stands between a number and its reader?

Two policies show exact numbers. The others hide small ones, with a proof that what they hide cannot be worked out
again from all that the audience has (see protecting.py). Where inputs are mixed, the stricter one holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from keepwell.disclosure.hiding import HIDING
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
HIDING_POLICIES = {
    name: Policy(
        name,
        rule.title[0].upper() + rule.title[1:],
        f"Small numbers hidden: {rule.title}; rates are made from the numbers as shown.",
        "a declared audience",
        published_inputs_only=False,
        strictness=2 + rule.hides_to,
    )
    for name, rule in HIDING.items()
}
"""Policies that hide small numbers: an answer under one is read out of a family that is protected as a whole."""
CHOICES = (*POLICIES, *HIDING_POLICIES)


def hides(name: str | None) -> bool:
    """Whether the policy of that name hides small numbers."""
    return name in HIDING_POLICIES


def hiding(name: str) -> Policy:
    """The hiding policy of that name. Raises KeyError for another."""
    return HIDING_POLICIES[name]


def preview_of(policy: Policy) -> Policy:
    """The policy as it is marked on a preview: what would be shown, given to nobody yet."""
    mark = f"PREVIEW, NOT RELEASED. {policy.mark} To hand it over: --release AUDIENCE."
    return replace(policy, mark=mark, audience="nobody: a preview")


def policy_for(name: str | None, *, inputs_published: bool) -> Policy:
    """The policy asked for, or the default: `published` where every input is, else `internal`.

    Raises EnquiryRefused for an unknown policy, for one that hides small numbers (not yet), and for
    `published` where an input is not published.
    """
    if name is None:
        return POLICIES["published" if inputs_published else "internal"]
    if name in HIDING_POLICIES:
        raise EnquiryRefused(
            f"Under the policy {name} there is no proof for this number that what is small stays hidden.",
            found=f"--policy {name}",
            attempt="headcount, joiners, leavers and their rates can be had; or --policy internal, for those entitled",
        )
    if name not in POLICIES:
        raise EnquiryRefused(
            "There is no such policy.", found=f"--policy {name}", attempt=f"--policy {' or '.join(CHOICES)}"
        )
    policy = POLICIES[name]
    if policy.published_inputs_only and not inputs_published:
        raise EnquiryRefused(
            "This number is made from staff records, which are not published.",
            found="--policy published",
            attempt="--policy internal, for people entitled to these records",
        )
    return policy
