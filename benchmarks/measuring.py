"""What did it take, beside what, and was the promise kept? Shared by the benchmarks.

On a machine that others use too, time on the clock says little: `cpu` is what all threads worked.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

CONTEXT = 1024**2  # ru_maxrss is in KiB


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, and seconds that all threads worked."""

    clock: float
    cpu: float


def took(work: Callable[[], object]) -> Took:
    began, worked = time.perf_counter(), _worked()
    work()
    return Took(time.perf_counter() - began, _worked() - worked)


def least(work: Callable[[], object], times: int = 3) -> Took:
    """The run that was disturbed least, of so many."""
    return min((took(work) for _ in range(times)), key=lambda t: t.clock)


def _worked() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_gb() -> float:
    """The most memory that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / CONTEXT


def tell(job: str, it: Took, baseline: str = "", against: Took | None = None, *, most: float | None = None) -> None:
    """A line: the job, its seconds, those of its baseline, their ratio, and whether it is no more than `most`."""
    line = f"{job}: {it.clock:.2f} s (cpu {it.cpu:.2f})"
    if against is not None:
        ratio = it.clock / against.clock
        line += f" | {baseline}: {against.clock:.2f} s (cpu {against.cpu:.2f})"
        line += f" | ratio {ratio:.2f} (cpu {it.cpu / against.cpu:.2f})"
        line += _verdict(ratio, most, "") if most is not None else ""
    elif most is not None:
        line += _verdict(it.clock, most, " s")
    print(line, flush=True)


def tell_memory(job: str, most: float) -> None:
    print(f"{job}: peak memory {peak_gb():.2f} GB{_verdict(peak_gb(), most, ' GB')}", flush=True)


def _verdict(value: float, most: float, unit: str) -> str:
    return f" | target at most {most:g}{unit}: {'met' if value <= most else 'MISSED'}"
