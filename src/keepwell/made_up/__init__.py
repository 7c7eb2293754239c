"""What would the files of a believable care system look like?"""

from keepwell.made_up.counts import ALL, Counted
from keepwell.made_up.making import MadeUp, make_up
from keepwell.made_up.mistakes import MISTAKES
from keepwell.made_up.plan import KINDS, SystemPlan

__all__ = ["ALL", "KINDS", "MISTAKES", "Counted", "MadeUp", "SystemPlan", "make_up"]
