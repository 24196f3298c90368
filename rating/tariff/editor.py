"""The JSON Schemas of tariffs, plans, coupons and calendars, for editors (yaml-language-server in VS Code and others).

Draft 7, which they all know, with every part written out in its place: some of them ignore what stands beside a `$ref`.
"""

from __future__ import annotations

import json
from typing import Any, cast

from rating.tariff import quantities
from rating.tariff.leaves import price_pattern
from rating.tariff.model import DimensionName
from rating.tariff.schema import CalendarText, TariffText
from rating.tariff.schema_parts import Block
from rating.tariff.schema_plan_parts import ALLOWED
from rating.tariff.schema_plans import CouponText, PlanText
from rating.units import DIMENSIONS

_HEAD = {"$schema": "http://json-schema.org/draft-07/schema#"}
# The order in which the keys of a price are offered.
PRICE_KEYS = (
    *("price", "index", "factor", "add", "floor", "ceiling", "fallback"),
    *("grace", "step_size", "round", "min", "max", "from", "counts", "tax"),
)


def schema_text(schema: dict[str, Any]) -> str:
    """The schema as the text of its file in `tariffs/`."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas of a tariff, a plan, a coupon and a calendar, by the names of their files."""
    return {
        "schema.json": tariff_schema(),
        "plan.schema.json": plan_schema(),
        "coupon.schema.json": coupon_schema(),
        "calendar.schema.json": calendar_schema(),
    }


def calendar_schema() -> dict[str, Any]:
    """The schema of a calendar.

    >>> calendar_schema()["required"]
    ['calendar', 'dates']
    """
    return {**_HEAD, "title": "Days that tariffs for charging electric vehicles name", **_whole(CalendarText)}


def plan_schema() -> dict[str, Any]:
    """The schema of a plan.

    >>> plan_schema()["required"]
    ['plan', 'currency', 'time_zone']
    """
    whole = _whole(PlanText)
    parts = whole["properties"]
    _with_words(parts)
    fee = parts["fee"]
    parts["fee"] = _either(fee, {"type": "string", "pattern": fee["properties"]["price"]["pattern"]})
    _one_of(parts["allowances"]["items"], *ALLOWED)
    _one_of(parts["discounts"]["items"], "percent", "price")
    loyalty = parts["loyalty"]["items"]
    _one_of(loyalty, "per", "rolling")
    _one_of(loyalty["properties"]["tiers"]["items"], "percent", "price")
    _one_of(parts["caps"]["items"]["properties"]["max"], "before_tax", "after_tax")
    return {**_HEAD, "title": "A plan for charging electric vehicles", **whole}


def coupon_schema() -> dict[str, Any]:
    """The schema of a coupon.

    >>> coupon_schema()["required"]
    ['coupon', 'currency', 'time_zone']
    """
    whole = _whole(CouponText)
    _one_of(whole, "percent", "amount", "price")
    return {**_HEAD, "title": "A coupon for charging electric vehicles", **whole}


def _one_of(spec: dict[str, Any], *names: str) -> None:
    """Exactly one of these keys is given."""
    spec["oneOf"] = [{"required": [name]} for name in names]


def _whole(model: type[Block]) -> dict[str, Any]:
    raw = model.model_json_schema(by_alias=True)
    parts = raw.pop("$defs", {})
    return cast("dict[str, Any]", _written_out(raw, parts))


def _with_words(properties: dict[str, Any]) -> None:
    """A tax may be the word `none`, and so may its rates."""
    tax = properties["tax"]
    tax["properties"]["rates"] = _either(tax["properties"]["rates"], {"const": "none"})
    properties["tax"] = _either(tax, {"const": "none"})


def tariff_schema() -> dict[str, Any]:
    """The schema as a dict.

    >>> tariff_schema()["required"]
    ['tariff', 'currency', 'versions']
    """
    whole = _whole(TariffText)
    element = whole["properties"]["versions"]["items"]["properties"]["elements"]["items"]
    element["anyOf"] = [{"required": [name]} for name in DIMENSIONS]
    element["properties"]["energy"]["anyOf"] = [{"required": [name]} for name in ("price", "index")]
    for name in DIMENSIONS:
        _also_text(element["properties"], name)
    when = element["properties"]["when"]["properties"]
    rating = {"type": ["number", "string"], "minimum": 0, "pattern": quantities.pattern(quantities.POWER)}
    when["evse_power"] = _either(when["evse_power"], rating)
    _with_words(whole["properties"])
    return {**_HEAD, "title": "A tariff for charging electric vehicles", **whole}


def _also_text(properties: dict[str, Any], name: DimensionName) -> None:
    """A price may stand alone, without the mapping around it."""
    spec = properties[name]
    spec["properties"] = {key: spec["properties"][key] for key in PRICE_KEYS if key in spec["properties"]}
    spec["properties"]["tax"] = _own_tax(spec["properties"]["tax"])
    properties[name] = _either(spec, {"type": "string", "pattern": price_pattern(name)})


def _own_tax(spec: dict[str, Any]) -> dict[str, Any]:
    """A price's own tax stands without the mapping around it: a list of taxes, one of them, or a word."""
    rates = spec["properties"]["rates"]
    words = {"enum": ["none", "unknown"]}
    return {"description": spec["description"], "examples": spec["examples"], "anyOf": [words, rates["items"], rates]}


def _either(spec: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    outer: dict[str, Any] = {key: spec[key] for key in ("description", "examples") if key in spec}
    inner = {key: value for key, value in spec.items() if key not in outer}
    return {**outer, "anyOf": [other, inner]}


def _written_out(node: Any, parts: dict[str, Any]) -> Any:
    """The schema without references, nulls, titles and defaults: a tariff never writes null."""
    if isinstance(node, list):
        return [_written_out(item, parts) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = parts[node["$ref"].rpartition("/")[2]]
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _written_out({**target, **beside}, parts)
    if {"type": "null"} in node.get("anyOf", ()):
        kinds = [kind for kind in node["anyOf"] if kind != {"type": "null"}]
        beside = {key: value for key, value in node.items() if key != "anyOf"}
        return _written_out({**kinds[0], **beside} if len(kinds) == 1 else {**beside, "anyOf": kinds}, parts)
    clean: dict[str, Any] = {}
    for key, value in node.items():
        if key == "properties":
            clean[key] = {name: _written_out(spec, parts) for name, spec in value.items()}
        elif key == "examples":
            clean[key] = value
        elif key not in ("title", "default"):
            clean[key] = _written_out(value, parts)
    if clean.get("type") == "object":
        clean["minProperties"] = 1
    if clean.get("type") == "array":
        clean["minItems"] = 1
    return clean
