"""How fast, against what? One script a claim; each measures its baseline in the same run and prints what came out.

    make bench                        all that take minutes
    python benchmarks/run.py cuts     some of them
    python benchmarks/national.py whole    the nation over ten years: a quarter of an hour, 4 GB of disk

The machine is noisy: read the ratios. docs/benchmarks.md keeps what came out, and why a target was missed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = ("trust", "loading", "cuts", "national", "spc")


def main() -> None:
    for name in sys.argv[1:] or SCRIPTS:
        print(f"\n{name}", flush=True)
        subprocess.run([sys.executable, HERE / f"{name}.py"], check=True)


if __name__ == "__main__":
    main()
