"""The page around what a verb has to show: one file, with its style, that asks no other host for anything."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup


def render(template: str, **context: Any) -> str:
    """A page from a template of the desk, such as show/show.html.j2. Texts are escaped, `Markup` is taken as it is."""
    return _environment().get_template(template).render(context)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    found = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["style"] = Markup(_read("pages/style.css"))  # our own file
    return found


def _read(name: str) -> str:
    return resources.files("rating.desk").joinpath(*name.split("/")).read_text(encoding="utf-8")
