"""pydantic's errors and the checks across a whole tariff -> faults with the places of the nodes they are about."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from datetime import date

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rating.errors import Fault, Place
from rating.tariff.convert import default_element_name
from rating.tariff.dates import date_bounds_us, read_valid_from
from rating.tariff.nodes import Document, Mapping, Node, Scalar, Sequence
from rating.tariff.refusal import RefusalError, RefusalsError, visible
from rating.tariff.schema import ElementText, TariffText, VersionText
from rating.tariff.schema_parts import Block, PriceLimitText, RoundingText, TaxText, WhenText
from rating.tariff.schema_prices import EnergyText, FlatText, ParkingText, TimeText

Path = tuple[str | int, ...]
FAULTS_MAX = 1_000  # of one file: a file of another kind would give a hundred thousand

# The model whose keys a mapping has, by the key that holds it ("" is the top of the file).
_MODELS: dict[str, type[Block]] = {
    "": TariffText,
    "tax": TaxText,
    "rounding": RoundingText,
    "versions": VersionText,
    "min_price": PriceLimitText,
    "max_price": PriceLimitText,
    "elements": ElementText,
    "when": WhenText,
    "energy": EnergyText,
    "time": TimeText,
    "parking_time": ParkingText,
    "flat": FlatText,
}
_PRICES = ("energy", "time", "parking_time", "flat")
_NOT_YET = (
    "min_kwh", "max_kwh", "min_duration", "max_duration", "min_power", "max_power", "min_current", "max_current",
    "connector", "evse_power", "membership", "payment_method", "tariff_type", "reservation",
)  # fmt: skip
# Words that people try, where no spelling comes close.
_OTHER_WORDS = {
    "kwh": "energy", "parking": "parking_time", "idle": "parking_time", "idle_fee": "parking_time", "duration": "time",
    "start_fee": "flat", "session": "flat", "id": "tariff", "vat": "tax", "timezone": "time_zone", "tz": "time_zone",
    "days": "day_of_week", "weekdays": "day_of_week", "from": "start_time", "to": "end_time", "until": "end_time",
    "begin_time": "start_time", "begin": "start_time", "from_time": "start_time", "to_time": "end_time",
    "begin_date": "start_date", "from_date": "start_date", "to_date": "end_date", "until_date": "end_date",
    "month": "months", "season": "months", "holiday": "holidays", "step": "step_size", "rate": "percent",
    "restrictions": "when", "prices": "elements", "cap": "max", "free": "grace", "start": "valid_from",
    "hours": "start_time", "gross": "after_tax", "net": "before_tax",
    "comment": "notes", "description": "notes", "inclusive": "included",
}  # fmt: skip


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
            spelt = refusal.code == "missing_price" and any((loc[:-1], name) in meant for name in _PRICES)
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
    if refusal.code == "missing_price":
        got = "no price"
    return Fault(refusal.code, place, got, refusal.want, refusal.fix)


def _unknown_key(detail: ErrorDetails, document: Document, top: type[Block]) -> tuple[Fault, str]:
    loc = detail["loc"]
    key = str(loc[-1])
    parent = _node_at(document, loc[:-1])
    assert isinstance(parent, Mapping)
    place = document.place(parent.keys[key])
    known = _keys_of(_model_at(loc[:-1], top))
    free = [name for name in known if name not in parent.keys]
    want = f"one of the keys {', '.join(known)}"
    holder = next((part for part in reversed(loc[:-1]) if isinstance(part, str)), "")
    fix, suggestion = _key_fix(key, known, free, holder)
    return Fault("unknown_key", place, visible(key) or '""', want, fix), suggestion


def _key_fix(key: str, known: tuple[str, ...], free: list[str], holder: str) -> tuple[str, str]:
    tidy = key.strip().lower().replace("-", "_").replace(" ", "_")[:64]
    name, colon, rest = key.partition(":")
    if colon and name in free:
        return f"put a space after the colon: `{name}: {visible(rest.strip())}`", name
    if tidy in free:
        return f"did you mean `{tidy}`?", tidy
    if holder == "when" and tidy in _NOT_YET:
        return f"`{tidy}` cannot be priced by yet: delete it", ""
    other = _OTHER_WORDS.get(tidy)
    if other in free:
        return f"did you mean `{other}`?", str(other)
    if homes := [home for home, model in _MODELS.items() if tidy in _keys_of(model) and home != holder]:
        where = " or ".join(_home_words(home) for home in homes)
        close = difflib.get_close_matches(tidy, free, n=1, cutoff=0.8)
        return (f"did you mean `{close[0]}`?", close[0]) if close else (f"`{tidy}` belongs {where}: move it there", "")
    close = difflib.get_close_matches(tidy, free, n=1, cutoff=0.6)
    if not close and (twin := difflib.get_close_matches(tidy, known, n=1, cutoff=0.6)):
        return f"`{twin[0]}` is there already: delete this one", ""
    return (
        (f"did you mean `{close[0]}`?", close[0])
        if close
        else ("delete it" if holder else "delete it, or put the text in `notes`", "")
    )


def _home_words(home: str) -> str:
    if not home:
        return "at the top of the file"
    return f"in an item of `{home}`" if home in ("versions", "elements") else f"in `{home}`"


def _missing_key(detail: ErrorDetails, document: Document, top: type[Block]) -> Fault:
    loc = detail["loc"]
    model = _model_at(loc[:-1], top)
    key = str(loc[-1])
    spec = next(spec for name, spec in model.model_fields.items() if (spec.alias or name) == key)
    example = str(spec.examples[0]).lower() if spec.examples and not isinstance(spec.examples[0], list) else ""
    if isinstance((spec.examples or [""])[0], str):
        example = (spec.examples or [""])[0]
    line = f"{key}: {example}".rstrip() + ("` with at least one below it" if not example else "`")
    what = (spec.description or "").rstrip(".").split(": ")[0]
    what = what[:1].lower() + what[1:]
    return Fault(
        "missing_key", document.place(_node_at(document, loc[:-1])), f"no {key}", f"`{key}`, {what}", f"add `{line}"
    )


def _keys_of(model: type[Block]) -> tuple[str, ...]:
    return tuple(spec.alias or name for name, spec in model.model_fields.items())


def _model_at(loc: Path, top: type[Block]) -> type[Block]:
    holder = next((part for part in reversed(loc) if isinstance(part, str)), None)
    return top if holder is None else _MODELS[holder]


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


def cross_faults(document: Document) -> list[Fault]:
    """Faults between versions and between elements. Parts that have faults of their own are passed over."""
    found: list[Fault] = []
    root = document.root
    versions = root.values.get("versions") if isinstance(root, Mapping) else None
    if isinstance(versions, Sequence):
        maps = [item for item in versions.items if isinstance(item, Mapping)]
        found.extend(_version_faults(document, maps))
        for version in maps:
            elements = version.values.get("elements")
            if isinstance(elements, Sequence):
                found.extend(_name_faults(document, elements.items))
    return found


def _version_faults(document: Document, versions: Iterable[Mapping]) -> Iterator[Fault]:
    before: tuple[date | int, str] | None = None
    for index, version in enumerate(versions):
        node = version.values.get("valid_from")
        if node is None:
            if index and not any(key.partition(":")[0] == "valid_from" for key in version.keys):
                want = "`valid_from`: only the first version may leave it out"
                fix = "add `valid_from: 2026-01-01` with the day from which it counts"
                yield Fault("missing_key", document.place(version), "no valid_from", want, fix)
            continue
        if not isinstance(node, Scalar):
            continue
        try:
            start = read_valid_from(node.plain)
        except RefusalError:
            continue
        if before is not None and not _is_after(start, before[0]):
            want = f"a valid_from after that of the version before it, {before[1]}"
            fix = "put the versions in the order of their dates, and give no two the same"
            if type(start) is not type(before[0]):
                want += ", in every time zone"
                fix = "write both as dates, or both as instants with their offset"
            yield Fault("version_order", document.place(node), node.plain, want, fix)
        before = start, node.plain


def _is_after(later: date | int, earlier: date | int) -> bool:
    """Whether one start is after the other, in whatever zone a date begins."""
    if isinstance(later, date) and isinstance(earlier, date):
        return later > earlier
    earliest = date_bounds_us(later)[0] if isinstance(later, date) else later
    latest = date_bounds_us(earlier)[1] if isinstance(earlier, date) else earlier
    return earliest > latest


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


def place_key(fault: Fault) -> tuple[str, int, int]:
    """By what faults are sorted: file, line, column. A fault of a whole file comes first."""
    place: Place = fault.place
    return place.source, place.line or 0, place.column or 0
