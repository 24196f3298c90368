"""Every example that an editor shows at a key can be written there: the schema takes it, and the loader reads it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rating.tariff.editor import schemas
from rating.tariff.read import Reader

ROOT = Path(__file__).parent.parent
SCHEMAS = schemas()
Step = str | int
PRICES = {"energy": "0.39/kWh", "time": "0.05/min", "parking_time": "0.10/min", "flat": "0.50/session"}
OF_AN_INDEX = {"factor", "add", "floor", "ceiling", "fallback"}


def objects(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The kinds of mapping that a value may be."""
    for kind in (spec, *spec.get("anyOf", ())):
        if "properties" in kind:
            yield kind
        elif "items" in kind:
            yield from objects(kind["items"])


def keys(spec: dict[str, Any], path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Every key of a schema with each of its examples; 0 in a path is the only item of a list."""
    for kind in objects(spec):
        within = path if kind is spec or kind in spec.get("anyOf", ()) else (*path, 0)
        for name, below in kind["properties"].items():
            for example in below["examples"]:
                yield (*within, name), example
            yield from keys(below, (*within, name))


ALL = [(name, path, example) for name, schema in SCHEMAS.items() for path, example in keys(schema)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_takes_every_example_of_its_keys(name: str) -> None:
    def walk(spec: dict[str, Any]) -> int:
        count = 0
        for kind in objects(spec):
            for below in kind["properties"].values():
                for example in below["examples"]:
                    jsonschema.Draft7Validator(below).validate(example)
                    count += 1
                count += walk(below)
        return count

    assert walk(SCHEMAS[name]) >= {"schema.json": 150, "plan.schema.json": 60}.get(name, 3)


def written(name: str, path: tuple[Step, ...], example: Any) -> Any:
    """The smallest file that has the example at that path."""
    value: Any = example
    for depth in range(len(path) - 1, -1, -1):
        step, above = path[depth], path[:depth]
        value = [value] if step == 0 else {**beside(name, above, str(step), value, path), step: value}
    return value


def beside(name: str, above: tuple[Step, ...], key: str, value: Any, path: tuple[Step, ...]) -> dict[str, Any]:
    """What stands beside a key: what its mapping needs, and what the key itself needs."""
    spec: dict[str, Any] = SCHEMAS[name]
    for step in above:
        if step != 0:
            spec = next(kind["properties"][step] for kind in objects(spec) if step in kind["properties"])
    kind = next(kind for kind in objects(spec) if key in kind["properties"])
    needed = [each for each in kind.get("required", ()) if each != key]
    found = {each: kind["properties"][each]["examples"][0] for each in needed}
    return found | needs(name, next((each for each in reversed(above) if each != 0), ""), key, value, path)


def needs(name: str, holder: Step, key: str, value: Any, path: tuple[Step, ...]) -> dict[str, Any]:
    """What a key needs beside it although its mapping does not always need it."""
    match holder, key:
        case "", "versions" if "tax" in path[1:]:  # a price's own tax needs that of the tariff
            return {"tax": {"name": "VAT", "percent": 21, "included": True}}
        case "tax", "name" if path == ("tax", "name"):
            return {"percent": 21}
        case "elements", "name":
            return {"energy": PRICES["energy"]}
        case "elements", "when":
            return {"flat": PRICES["flat"]} if "reservation" in value else {"energy": PRICES["energy"]}
        case "energy", _ if key in OF_AN_INDEX:
            return {"index": "nl-day-ahead"}
        case "energy" | "time" | "parking_time" | "flat", _ if key not in ("price", "index"):
            step = {"energy": "100 Wh", "time": "15 min", "parking_time": "15 min"}.get(str(holder))
            return {"price": PRICES[str(holder)]} | ({"step_size": step} if key == "round" else {})
        case "allowances", "dimensions":
            return {"sessions": 4}
        case "allowances", _ if key not in ("energy", "time", "parking_time", "sessions"):
            return {"energy": "100 kWh"}
        case "discounts" | "tiers", _ if key not in ("percent", "price"):
            return {"percent": 10}
        case "loyalty", _:
            unit = next((each["from"] for each in value if "from" in each), 0) if key == "tiers" else 0
            by = "energy" if "Wh" in str(unit) else "spend" if "." in str(unit) else "sessions"
            tiers = {"energy": "200 kWh", "spend": "100.00"}.get(str(value), 10) if key == "by" else 10
            period = {"per": "month"} if key not in ("per", "rolling") else {}
            return (
                period
                | ({"by": by} if key != "by" else {})
                | ({"tiers": [{"from": tiers, "percent": 5}]} if key != "tiers" else {})
            )
        case "", _ if name == "coupon.schema.json" and key not in ("percent", "amount", "price"):
            return {"percent": 10}
    return {}


@pytest.mark.parametrize(
    ("name", "path", "example"), ALL, ids=[f"{name}: {'.'.join(map(str, path))}" for name, path, _ in ALL]
)
def test_the_loader_reads_every_example(name: str, path: tuple[Step, ...], example: Any, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tariffs" / "calendars", tmp_path / "calendars")
    shutil.copytree(ROOT / "tariffs" / "indexes", tmp_path / "indexes")
    (tmp_path / "calendars" / "office-days.yaml").write_text("{calendar: office-days, dates: [2026-05-04]}")
    told = written(name, path, example)
    file = tmp_path / f"{told.get('calendar', 'example')}.yaml"
    file.write_text(yaml.safe_dump(told, sort_keys=False, allow_unicode=True))
    faults: list[Any] = []
    reader = Reader(faults)
    if "calendar" in told:
        reader.read_calendar(file)
    else:
        reader.read_file(file)
    assert [str(fault) for fault in faults] == [], file.read_text()
