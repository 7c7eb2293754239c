"""What can somebody be allowed to do? A role is a row that names some of these."""

from __future__ import annotations

from typing import Final

SEE_FIGURES: Final = "see_figures"
LOAD_DATA: Final = "load_data"
SET_TARGETS: Final = "set_targets"
RELEASE: Final = "release"
MANAGE_PEOPLE: Final = "manage_people"
CONFIRM_GRANTS: Final = "confirm_grants"
TOLD_OF_EXACT: Final = "told_of_exact"
SEE_REGISTER: Final = "see_register"
EDIT_PLACES: Final = "edit_places"
LOAD_PUBLISHED: Final = "load_published"
RATE: Final = "rate"
LEAD_ASSESSMENTS: Final = "lead_assessments"
WRITE_PLANS: Final = "write_plans"
LEAD_PLANS: Final = "lead_plans"
SHARE_UPWARD: Final = "share_upward"
RUN_SUPPORT: Final = "run_support"
DECIDE_REQUESTS: Final = "decide_requests"

ABILITIES: Final = {
    SEE_FIGURES: "see the figures of the place, under the role's policy",
    LOAD_DATA: "bring data in, and take it out again",
    SET_TARGETS: "set targets",
    RELEASE: "release figures to others, and withdraw what was released",
    MANAGE_PEOPLE: "invite people and give them roles",
    CONFIRM_GRANTS: "confirm a role that opens exact figures",
    TOLD_OF_EXACT: "is told when a role that opens exact figures is given",
    SEE_REGISTER: "see who has seen and taken what",
    EDIT_PLACES: "change the tree of places",
    LOAD_PUBLISHED: "load published files, which everybody signed in sees",
    RATE: "say how good the practice of the place is",
    LEAD_ASSESSMENTS: "start an assessment, write down what was agreed, and release it",
    WRITE_PLANS: "write plans, and answer for what is done",
    LEAD_PLANS: "agree a plan, release it upward, and close it",
    SHARE_UPWARD: "offer a case or an offer of the place to those above it",
    RUN_SUPPORT: "offer organisations support, and follow what came of it",
    DECIDE_REQUESTS: "write down requests for flexible work and retirement, and how they were decided",
}
