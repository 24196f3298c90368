"""Faults between the parts of a plan or coupon: names that are used twice, tiers out of order, no validity.

The tree of nodes is looked at and not the text form, so that these faults are found beside all others.
"""

from __future__ import annotations

from collections.abc import Iterator

from rating.errors import Fault
from rating.tariff import offered
from rating.tariff.cross_versions import validity_fault
from rating.tariff.nodes import Document
from rating.tariff.periods import WANT_TIER, read_tier_at
from rating.tariff.plans import CountName
from rating.tariff.refusal import RefusalError
from rating.tariff.schema_plan_parts import ALLOWED
from rating.tariff.tree import Mapping, Node, Scalar, Sequence

_COUNTS: dict[str, CountName] = {by: by for by in WANT_TIER}


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
    found.extend(_tier_faults(document))
    return found


def coupon_faults(document: Document) -> list[Fault]:
    """A coupon that is never valid."""
    root = document.root
    fault = validity_fault(document, root, "coupon") if isinstance(root, Mapping) else None
    return [] if fault is None else [fault]


def _tier_faults(document: Document) -> Iterator[Fault]:
    """Tiers that do not say of what they count, or that are out of order."""
    root = document.root
    loyalty = root.values.get("loyalty") if isinstance(root, Mapping) else None
    for part in loyalty.items if isinstance(loyalty, Sequence) else ():
        by = part.values.get("by") if isinstance(part, Mapping) else None
        tiers = part.values.get("tiers") if isinstance(part, Mapping) else None
        if isinstance(tiers, Sequence) and isinstance(by, Scalar) and by.plain in _COUNTS:
            yield from _order_faults(document, tiers, _COUNTS[by.plain])


def _order_faults(document: Document, tiers: Sequence, by: CountName) -> Iterator[Fault]:
    before: tuple[int, str] | None = None
    for tier in tiers.items:
        node = tier.values.get("from") if isinstance(tier, Mapping) else None
        if not isinstance(node, Scalar) or not node.plain:
            continue
        try:
            at = read_tier_at(node.plain, by)
        except RefusalError as refusal:
            yield Fault("tier", document.place(node), document.shown(node), refusal.want, refusal.fix)
            continue
        if before is not None and at <= before[0]:
            want = f"a tier that begins above the one before it, {before[1]}"
            fix = "put the tiers in the order of `from`, and give no two the same"
            yield Fault("tier_order", document.place(node), node.plain, want, fix)
        before = at, node.plain


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
