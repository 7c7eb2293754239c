"""What may leave, for whom, and under which rule?"""

from keepwell.disclosure.policies import POLICIES, Policy, policy_for
from keepwell.disclosure.released import Definition, Released, release

__all__ = ["POLICIES", "Definition", "Policy", "Released", "policy_for", "release"]
