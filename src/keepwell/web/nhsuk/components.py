"""How is a component of the NHS design system drawn, from a page that notices names it does not know?

The components' own templates rely on names that may be undefined; our pages do not. So they live in an environment of
their own, and a page draws one by its name in the service manual: `nhs.button(text="Save")`,
`nhs.error_summary(...)`. The options are those of the service manual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader, TemplateNotFound
from markupsafe import Markup

Drawn = Callable[..., Markup]


@lru_cache(maxsize=1)
def environment_of_components() -> Environment:
    """The templates of nhsuk-frontend-jinja, which want undefined names to be silent."""
    loader = PackageLoader("nhsuk_frontend_jinja")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=ChainableUndefined,
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=128)
def _macro(name: str) -> Drawn:
    folder = name.replace("_", "-")
    first, *rest = name.split("_")
    module: Any = environment_of_components().get_template(f"nhsuk/components/{folder}/macro.jinja").module
    drawn: Drawn = getattr(module, first + "".join(word.capitalize() for word in rest))
    return drawn


class Components:
    """The components by name. Asking for one that the design system does not have raises AttributeError."""

    def __getattr__(self, name: str) -> Drawn:
        try:
            macro = _macro(name)
        except TemplateNotFound:
            raise AttributeError(f"the NHS design system has no component {name}") from None

        def draw(params: Mapping[str, Any] | None = None, *, caller: Any = None, **options: Any) -> Markup:
            told = {key: value for key, value in {**(params or {}), **options}.items() if value is not None}
            return macro(told, caller=caller) if caller else macro(told)

        return draw


nhs = Components()
