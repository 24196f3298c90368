"""Faults between the parts of a tariff: versions, names of elements, reservations, prices with a tax of their own.

The tree of nodes is looked at and not the text form, so that these faults are found beside all others. Parts that have
faults of their own are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rating.errors import Fault
from rating.tariff.convert import default_element_name
from rating.tariff.cross_versions import version_faults
from rating.tariff.keys import key_fix, keys_of
from rating.tariff.nodes import Document
from rating.tariff.schema import TariffText
from rating.tariff.tree import Mapping, Node, Scalar, Sequence
from rating.units import DIMENSIONS

_OF_RESERVATIONS = ("time", "flat")
# Nothing flows while a place is reserved.
_NEEDS_FLOW = ("min_kwh", "max_kwh", "min_power", "max_power", "min_current", "max_current")


def cross_faults(document: Document) -> list[Fault]:
    """Every fault of one part of a tariff against another."""
    found: list[Fault] = []
    root = document.root
    versions = root.values.get("versions") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(versions, Sequence):
        return found
    maps = [item for item in versions.items if isinstance(item, Mapping)]
    change = root.values.get("on_change")
    at_once = isinstance(change, Scalar) and change.plain == "at_once"
    if len(maps) > 1 or any("valid_until" in version.keys for version in maps):
        found.extend(version_faults(document, maps, at_once))
    taxed = _has_tax(root)
    for version in maps:
        elements = version.values.get("elements")
        if not isinstance(elements, Sequence):
            continue
        if len(elements.items) > 1:
            found.extend(_name_faults(document, elements.items))
        for element in elements.items:
            if isinstance(element, Mapping):
                if "when" in element.keys:
                    found.extend(_reservation_faults(document, element))
                if not taxed:
                    found.extend(_tax_faults(document, element))
    return found


def _name_faults(document: Document, elements: Iterable[Node]) -> Iterator[Fault]:
    first_lines: dict[str, int] = {}
    for index, element in enumerate(elements):
        node = element.values.get("name") if isinstance(element, Mapping) else None
        name = node.plain if isinstance(node, Scalar) else default_element_name(index)
        at = node if isinstance(node, Scalar) else element
        if name in first_lines:
            want = "a name that no other element of the version has"
            fix = f"line {first_lines[name]} has it already: choose another name"
            yield Fault("element_name", document.place(at), name, want, fix)
        first_lines.setdefault(name, at.line)


def _reservation_faults(document: Document, element: Mapping) -> Iterator[Fault]:
    """An element with `reservation` prices time in which nothing flows."""
    when = element.values.get("when")
    if not isinstance(when, Mapping) or "reservation" not in when.values:
        return
    for name in DIMENSIONS:
        if name in element.keys and name not in _OF_RESERVATIONS:
            want = "no price but `time` and `flat` in an element with `reservation`"
            fix = f"move `{name}` to an element without it: that is how a session itself is priced"
            yield Fault("reservation", document.place(element.keys[name]), name, want, fix)
    for name in _NEEDS_FLOW:
        if name in when.keys:
            want = "no restriction by energy, power or current beside `reservation`: nothing flows in it"
            yield Fault("reservation", document.place(when.keys[name]), name, want, f"delete `{name}`")


def _has_tax(root: Mapping) -> bool:
    """Whether the tariff has a tax, or something in its place that is meant to be one."""
    node = root.values.get("tax")
    if node is not None:
        return not isinstance(node, Scalar) or node.plain != "none"
    known = keys_of(TariffText)
    free = [name for name in known if name not in root.keys]
    return any(key_fix(key, known, free, "")[1] == "tax" for key in root.keys if key not in known)


def _tax_faults(document: Document, element: Mapping) -> Iterator[Fault]:
    for name in DIMENSIONS:
        price = element.values.get(name)
        tax = price.values.get("tax") if isinstance(price, Mapping) else None
        if tax is not None:
            want = "a tax of the tariff beside it, which says whether prices include tax"
            fix = "add `tax: {name: VAT, percent: 21, included: true}` at the top of the file, or delete this one"
            yield Fault("tax_alone", document.place(tax), document.shown(tax), want, fix)
