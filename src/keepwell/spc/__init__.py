"""Is it changing, or is it noise?

Statistical process control in the way of Making Data Count: XmR, p and u charts, four rules, two icons, limits made
anew at recorded dates. Values in, frozen results out; thousands of series at once.
"""

from keepwell.spc.control_charts import FEWEST_TO_FIX, IMPROVEMENT, ControlCharts, p_charts, u_charts, xmr_charts
from keepwell.spc.dialects import DEFAULT_DIALECT, Dialect, dialect, dialects
from keepwell.spc.disagreement import Disagreement, disagreement
from keepwell.spc.icons import ASSURANCES, VARIATIONS, assurance, assured, special_causes, variation
from keepwell.spc.rules import RULES

__all__ = [
    "ASSURANCES",
    "DEFAULT_DIALECT",
    "FEWEST_TO_FIX",
    "IMPROVEMENT",
    "RULES",
    "VARIATIONS",
    "ControlCharts",
    "Dialect",
    "Disagreement",
    "assurance",
    "assured",
    "dialect",
    "dialects",
    "disagreement",
    "p_charts",
    "special_causes",
    "u_charts",
    "variation",
    "xmr_charts",
]
