"""pydantic's errors -> faults with the places of the nodes they are about."""

from __future__ import annotations

from itertools import pairwise

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rating.errors import Fault, Place
from rating.tariff.keys import DELETE, Path, holder_of, key_fix, keys_of, model_at, want_key
from rating.tariff.nodes import Document
from rating.tariff.refusal import RefusalError, RefusalsError, visible
from rating.tariff.schema_parts import Block
from rating.tariff.schema_plan_parts import ALLOWED
from rating.tariff.tree import Mapping, Node, Scalar, Sequence
from rating.units import DIMENSIONS

FAULTS_MAX = 1_000  # of one file: a file of another kind would give a hundred thousand
# Refusals of what is missing, and the keys that would mend them.
_MENDED_BY: dict[str, tuple[str, ...]] = {
    "missing_price": DIMENSIONS,
    "missing_rate": ("percent", "rates"),
    "missing_allowance": ALLOWED,
    "missing_discount": ("percent", "price", "amount"),
    "missing_period": ("per", "rolling"),
}


def faults_of(error: ValidationError, document: Document, top: type[Block]) -> list[Fault]:
    """Every fault that pydantic found, each at the place it is about."""
    found: list[Fault] = []
    meant: set[tuple[Path, str]] = set()  # a missing key that a misspelt one stands for is not reported again
    details = error.errors(include_url=False, include_input=False)
    if len(details) > FAULTS_MAX:
        got, fix = f"{len(details)} faults", "begin with these: the others are shown then"
        found.append(Fault("too_many", Place(document.source), got, f"fewer than {FAULTS_MAX} in a file", fix))
        details = details[:FAULTS_MAX]
    for detail in details:
        if detail["type"] == "extra_forbidden":
            fault, suggestion = _unknown_key(detail, document, top)
            found.append(fault)
            meant.add((detail["loc"][:-1], suggestion))
    for detail in details:
        loc = detail["loc"]
        if detail["type"] == "extra_forbidden":
            continue
        if detail["type"] == "missing":
            if (loc[:-1], loc[-1]) not in meant:
                found.append(_missing_key(detail, document, top))
            continue
        for refusal in _refusals(detail):
            spelt = any((loc[:-1], name) in meant for name in _MENDED_BY.get(refusal.code, ()))
            node = _node_at(document, loc + refusal.at)
            # What the reader of nodes has refused already stands in the tree as an empty text.
            known = isinstance(node, Scalar) and node.style == "refused"
            if not spelt and not known:
                found.append(_refused(refusal, loc, document))
    return found


def _refusals(detail: ErrorDetails) -> list[RefusalError]:
    error = detail.get("ctx", {}).get("error")
    if isinstance(error, RefusalsError):
        return error.refusals
    if isinstance(error, RefusalError):
        return [error]
    # Not reached as far as is known: every validator refuses by itself.
    return [RefusalError("value", "another value", detail["msg"])]


def _refused(refusal: RefusalError, loc: Path, document: Document) -> Fault:
    node = _node_at(document, loc + refusal.at)
    got = document.shown(node) if refusal.got is None else refusal.got
    place = document.place(node)
    parent = _node_at(document, loc[:-1])
    if isinstance(parent, Mapping) and refusal.beside in parent.keys:
        place = document.place(parent.keys[refusal.beside])
    if refusal.code == "missing_price":
        got = "no price"
    return Fault(refusal.code, place, got, refusal.want, refusal.fix)


def _unknown_key(detail: ErrorDetails, document: Document, top: type[Block]) -> tuple[Fault, str]:
    loc = detail["loc"]
    key = str(loc[-1])
    parent = _node_at(document, loc[:-1])
    assert isinstance(parent, Mapping)
    place = document.place(parent.keys[key])
    holder = holder_of(loc[:-1])
    known = keys_of(model_at(loc[:-1], top))
    free = [name for name in known if name not in parent.keys]
    fix, suggestion = key_fix(key, known, free, holder, top)
    if not suggestion:
        fix = _list_fix(key, parent, document) or fix
    return Fault("unknown_key", place, visible(key) or '""', want_key(known, holder, fix != DELETE), fix), suggestion


def _list_fix(key: str, parent: Mapping, document: Document) -> str:
    """What to do where a key was meant to be the rest of a list: {membership: gold, silver}."""
    before = next((first for first, second in pairwise(parent.keys) if second == key), None)
    value = parent.values[key]
    if before is None or not isinstance(value, Scalar) or value.plain or value.style:
        return ""
    if parent.keys[before].line != parent.keys[key].line:
        return ""
    shown = f"{document.shown(parent.values[before])}, {visible(key, 20)}"
    return f"delete it, or put brackets around what belongs together: `{before}: [{shown}]`"


def _missing_key(detail: ErrorDetails, document: Document, top: type[Block]) -> Fault:
    loc = detail["loc"]
    model = model_at(loc[:-1], top)
    key = str(loc[-1])
    spec = next(spec for name, spec in model.model_fields.items() if (spec.alias or name) == key)
    example = _flow(spec.examples[0]) if spec.examples and not isinstance(spec.examples[0], list) else ""
    if isinstance((spec.examples or [""])[0], str):
        example = (spec.examples or [""])[0]
    line = f"{key}: {example}".rstrip() + ("` with at least one below it" if not example else "`")
    what = (spec.description or "").rstrip(".").split(": ")[0]
    what = what[:1].lower() + what[1:]
    return Fault(
        "missing_key", document.place(_node_at(document, loc[:-1])), f"no {key}", f"`{key}`, {what}", f"add `{line}"
    )


def _flow(example: object) -> str:
    """An example as it is written on one line."""
    if isinstance(example, dict):
        return "{" + ", ".join(f"{key}: {value}" for key, value in example.items()) + "}"
    return str(example).lower()


def _node_at(document: Document, loc: Path) -> Node:
    """The node at a path, or the deepest one on the way to it."""
    node = document.root
    assert node is not None
    for part in loc:
        if isinstance(node, Mapping) and part in node.values:
            node = node.values[str(part)]
        elif isinstance(node, Sequence) and isinstance(part, int):
            node = node.items[part]
    return node


def place_key(fault: Fault) -> tuple[str, int, int]:
    """By what faults are sorted: file, line, column. A fault of a whole file comes first."""
    place: Place = fault.place
    return place.source, place.line or 0, place.column or 0
