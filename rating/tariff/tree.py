"""The nodes of a YAML text: what was written, and where.

They are msgspec's structs: a folder of ten thousand tariffs has 700,000, and a dataclass takes three times as long to
make. No node is in itself, for an alias stands for what is complete before it: the collector need not look at them.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct, field


class Scalar(Struct, eq=False, gc=False):
    """One text, as written. `style` is "" for a plain one, else its quote or `|`, `>`."""

    line: int
    column: int
    plain: str
    style: str = ""
    size: ClassVar[int] = 1
    height: ClassVar[int] = 0


class Sequence(Struct, eq=False, gc=False):
    """A list of nodes."""

    line: int
    column: int
    plain: list[object] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    size: int = 1
    height: int = 1
    anchor: str = ""
    end_column: int = 0  # just behind the closing bracket, where it stands on the same line


class Mapping(Struct, eq=False, gc=False):
    """Keys (with their own places) and the nodes they name, in the order written."""

    line: int
    column: int
    plain: dict[str, object] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)
    size: int = 1
    height: int = 1
    anchor: str = ""
    end_column: int = 0  # just behind the closing bracket, where it stands on the same line
    waiting: Scalar | None = None  # a key whose value has not come yet


Node = Scalar | Sequence | Mapping
