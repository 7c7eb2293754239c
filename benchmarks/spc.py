"""How fast are limits and all rules of thousands of control charts, against a plain loop over series?

    python benchmarks/spc.py

The baseline is what somebody would write: one series after the other, one window after the other, in plain Python
(the slow count of tests/properties/test_spc.py, which shares nothing with the fast one). The machine is noisy: read
the ratio.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np

from keepwell.spc import assurance, dialects, special_causes, variation, xmr_charts

SERIES, POINTS, TARGET = 2_000, 60, 0.1
SLOW = Path(__file__).parents[1] / "tests" / "properties" / "test_spc.py"


def timed(work: Callable[[], object], times: int) -> float:
    """Median seconds of so many runs."""
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def slow_count() -> ModuleType:
    spec = importlib.util.spec_from_file_location("slow", SLOW)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    rng = np.random.default_rng(1)
    values = 24 + 5 * rng.standard_normal((SERIES, POINTS))
    values[: SERIES // 10, -3:] = np.nan  # some end early
    groups = [0] * (POINTS // 2) + [1] * (POINTS // 2)
    slow = slow_count()

    def by_loop(name: str) -> None:
        for series in values.tolist():
            slow.slow_chart([None if v != v else v for v in series], [0] * POINTS, name, -1, None)  # noqa: PLR0124

    for name, rules in dialects().items():

        def limits_rules_icons(rules: object = rules, groups: object = None) -> None:
            charts = xmr_charts(values, rules=rules, improvement="decrease", groups=groups)  # type: ignore[arg-type]
            special_causes(charts), variation(charts), assurance(charts, 20.0)

        fast, anew = timed(limits_rules_icons, 9), timed(lambda: limits_rules_icons(groups=groups), 9)
        loop = timed(lambda: by_loop(name), 1)  # noqa: B023
        print(
            f"{SERIES:,} series x {POINTS} points, limits, rules, icons, {name:14} {fast:7.4f} s"
            f"   (promised {TARGET} s)   a plain loop {loop:.2f} s   ratio {fast / loop:.4f}"
        )
        print(f"{'the same, limits made anew once':64} {anew:7.4f} s")


if __name__ == "__main__":
    main()
