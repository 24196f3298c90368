"""Faults between the parts of a plan or coupon: names that are used twice, a validity that is empty.

The tree of nodes is looked at and not the text form, so that these faults are found beside all others.
"""

from __future__ import annotations

from collections.abc import Iterator

from rating.errors import Fault
from rating.tariff import offered
from rating.tariff.cross_versions import validity_fault
from rating.tariff.nodes import Document, Mapping, Node, Scalar, Sequence
from rating.tariff.schema_plan_parts import ALLOWED


def plan_faults(document: Document) -> list[Fault]:
    """Every fault of one part of a plan against another."""
    found: list[Fault] = []
    first_lines: dict[str, int] = {}
    for name, node in _named(document.root):
        if name in first_lines:
            want = "a name that no other part of the plan has"
            fix = f"line {first_lines[name]} has it already: give one of the two another `name`"
            found.append(Fault("part_name", document.place(node), name, want, fix))
        first_lines.setdefault(name, node.line)
    return found


def coupon_faults(document: Document) -> list[Fault]:
    """A coupon that is never valid."""
    root = document.root
    fault = validity_fault(document, root, "coupon") if isinstance(root, Mapping) else None
    return [] if fault is None else [fault]


def _named(root: Node | None) -> Iterator[tuple[str, Node]]:
    """The name of each part, with the node that says it."""
    if not isinstance(root, Mapping):
        return
    for key in ("allowances", "discounts", "loyalty", "caps"):
        parts = root.values.get(key)
        for index, part in enumerate(parts.items if isinstance(parts, Sequence) else ()):
            if isinstance(part, Mapping):
                yield from _name_of(part, _default(key, part, index))
    points = root.values.get("points")
    if isinstance(points, Mapping):
        yield from _name_of(points, offered.DEFAULT_POINTS)


def _name_of(part: Mapping, default: str) -> Iterator[tuple[str, Node]]:
    node = part.values.get("name")
    if isinstance(node, Scalar) and node.plain:
        yield node.plain, node
    elif node is None and default:
        yield default, part


def _default(key: str, part: Mapping, index: int) -> str:
    """The name of a part that has none; "" where what it would be made of is not there."""
    if key == "allowances":
        return next((offered.default_allowance(of) for of in ALLOWED if of in part.keys), "")
    if key == "caps":
        per = part.values.get("per")
        return f"{per.plain} cap" if isinstance(per, Scalar) else ""
    return offered.default_discount(index) if key == "discounts" else offered.default_loyalty(index)
