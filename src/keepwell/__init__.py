"""Keepwell: a workbench that helps the NHS keep its people.

`keepwell.load` and `keepwell.measure` are the door for notebooks; see keepwell.notebook.
"""

from importlib.metadata import version
from typing import Any

__version__ = version("keepwell")
__all__ = ["__version__", "load", "measure"]


def __getattr__(name: str) -> Any:
    # Looked up when first asked for: whoever only wants the version need not wait for the engine.
    if name in ("load", "measure"):
        from keepwell import notebook  # noqa: PLC0415

        return getattr(notebook, name)
    raise AttributeError(f"module 'keepwell' has no attribute {name!r}")
