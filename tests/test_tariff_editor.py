"""What an editor sees: the JSON Schema is current, takes every example and refuses broken keys."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rating.tariff.editor import schema_text, schemas
from rating.tariff.load import NOT_TARIFFS
from rating.tariff.nodes import read_nodes
from rating.tariff.tree import Mapping, Node, Scalar, Sequence

ROOT = Path(__file__).parent.parent
BROKEN = Path(__file__).parent / "broken"
EXAMPLES = sorted((ROOT / "tariffs").rglob("*.yaml"))
SCHEMAS = schemas()
VALIDATORS = {name: jsonschema.Draft7Validator(schema) for name, schema in SCHEMAS.items()}
# Files whose fault an editor can see, because it is in the keys, in a shape or in a word.
VISIBLE = [
    *sorted(BROKEN.glob("keys-*.yaml")),
    *(BROKEN / f"price-{name}.yaml" for name in ("energy", "time", "flat", "limits")),
    *(BROKEN / f"tax-{name}.yaml" for name in ("bare", "values", "incomplete", "percent")),
    *(BROKEN / f"when-{name}.yaml" for name in ("kwh", "power", "current", "duration", "reservation", "tariff-type")),
    *(BROKEN / f"when-{name}.yaml" for name in ("evse-power", "connector")),
    *(BROKEN / f"tax-rates-{name}.yaml" for name in ("shape", "empty", "values")),
    *(BROKEN / f"tax-of-price-{name}.yaml" for name in ("values", "keys")),
    BROKEN / "valid-until.yaml",
    BROKEN / "element-empty-when.yaml",
    BROKEN / "element-without-price.yaml",
    BROKEN / "rounding.yaml",
    BROKEN / "versions-empty.yaml",
    *(BROKEN / f"plan-{name}.yaml" for name in ("keys", "missing", "empty", "id", "fee", "fee-1", "fee-3", "fee-7")),
    *(BROKEN / f"plan-{name}.yaml" for name in ("allowances", "discounts", "loyalty", "caps", "points-1", "points-5")),
    *(BROKEN / f"coupon-{name}.yaml" for name in ("keys", "values", "missing", "without-discount")),
]


def validator(seen: Any) -> jsonschema.Draft7Validator:
    """The schema of what a file is, by its first key."""
    name = next((f"{kind}.schema.json" for kind in ("plan", "coupon", "calendar") if kind in seen), "schema.json")
    return VALIDATORS[name]


def seen(node: Node) -> Any:
    """What an editor sees by the core schema of YAML 1.2."""
    if isinstance(node, Mapping):
        return {key: seen(value) for key, value in node.values.items()}
    if isinstance(node, Sequence):
        return [seen(item) for item in node.items]
    assert isinstance(node, Scalar)
    text = node.plain
    if node.style:
        return text
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


def seen_in(path: Path) -> Any:
    root = read_nodes(path.read_text(encoding="utf-8")).root
    assert root is not None
    return seen(root)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_file_is_what_the_command_prints(name: str) -> None:
    command = [sys.executable, "-W", "error", "-m", "rating.tariff.schema", name]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert printed == schema_text(SCHEMAS[name])
    current = (ROOT / "tariffs" / name).read_text(encoding="utf-8")
    assert current == printed, "run: make schema"


def test_the_files_are_no_tariffs() -> None:
    assert set(SCHEMAS) == set(NOT_TARIFFS)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"\nSCHEMAS := {' '.join(SCHEMAS)}\n" in makefile


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_a_schema(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMAS[name])
    assert "$ref" not in schema_text(SCHEMAS[name])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_fits(path: Path) -> None:
    found = seen_in(path)
    assert [error.message for error in validator(found).iter_errors(found)] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_names_its_schema_in_its_first_line(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found is not None, first
    assert (path.parent / found[1]).resolve() == ROOT / "tariffs" / found[1].removeprefix("../")
    assert json.loads((path.parent / found[1]).read_text(encoding="utf-8")) == validator(seen_in(path)).schema


@pytest.mark.parametrize("path", VISIBLE, ids=lambda path: path.stem)
def test_broken_keys_do_not_fit(path: Path) -> None:
    found = seen_in(path)
    assert not validator(found).is_valid(found)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_key_has_a_description_and_examples(schema: str) -> None:
    def walk(node: Any, path: str) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item, path)
        elif isinstance(node, dict):
            for name, spec in node.get("properties", {}).items():
                assert spec.get("description"), f"{path}.{name}"
                assert spec.get("examples"), f"{path}.{name}"
                walk(spec, f"{path}.{name}")
            for key, value in node.items():
                if key not in ("properties", "examples"):
                    walk(value, path)

    walk(json.loads(schema_text(SCHEMAS[schema])), "")
