"""What is said of files is said to people who set prices: no word of a programmer's, of Python's or of a library's."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from lint_examples import EXAMPLES, warnings_of

from rating.tariff.lint.meanings import MEANINGS
from rating.tariff.meanings import FAULTS

ROOT = Path(__file__).parents[1]
MESSAGES = [
    path for folder in ("broken", "broken_ocpi") for path in sorted((Path(__file__).parent / folder).glob("*.txt"))
]
# Words of Python, of its libraries, and of those who read trees of text.
FORBIDDEN = (
    *("NoneType", "null", "nil", "undefined", "str", "int", "float", "bool", "dict", "tuple", "bytearray"),
    *("string", "strings", "integer", "integers", "boolean", "booleans", "array", "arrays", "hash", "enum", "literal"),
    *("class", "instance", "attribute", "argument", "arguments", "parameter", "kwargs", "callable", "iterable", "self"),
    *("field", "fields", "mapping", "mappings", "sequence", "scalar", "node", "nodes", "token", "tokens", "schema"),
    *("parse", "parsed", "parser", "parsing", "validate", "validator", "validation", "invalid", "deserialize", "regex"),
    *("traceback", "exception", "stack", "assertion", "pydantic", "pyyaml", "python", "module"),
    *("exponent", "codec", "decode", "encode", "ascii", "unicode", "whitespace", "delimiter", "newline", "stdin"),
    *("type_error", "value_error", "extra_forbidden", "model", "input should", "permitted"),
)
WORDS = re.compile(rf"\b({'|'.join(map(re.escape, FORBIDDEN))})\b", re.IGNORECASE)
# Names as programs have them: TariffText, ValueError, rating.tariff, tariff.py, <text>.
NAMES = re.compile(
    r"\b[A-Z][a-z]+[A-Z][A-Za-z]*(?:Text|Error|Fault|Block)\b|\brating\.[a-z]|\.py\b|<text>|__|\bNone\b|\bNaN\b"
)
# Said to who calls `load_tariffs(indexes=...)` from Python, never of a file.
OF_PROGRAMS = ("give a pyarrow.Table, a data frame, a dict of columns or a path", "an object of type ")
FAULT = re.compile(r"(?P<place>.+?): (?P<code>[a-z0-9_]+): (?P<message>read `.*)")


def judged(text: str) -> list[str]:
    """What is wrong with a text; what stands between backticks was read, or is to be written."""
    said = re.sub("`[^`]*`", "`", text)
    return [found.group() for form in (WORDS, NAMES) for found in form.finditer(said)]


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_a_message_is_in_plain_words(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        found = FAULT.fullmatch(line)
        assert found is not None, line
        assert judged(found["message"]) == [], line
        assert found["message"].count("`") % 2 == 0, line


def test_a_warning_is_in_plain_words() -> None:
    for example in EXAMPLES.values():
        for fault in warnings_of(example[0]):
            assert judged(fault.message) == [], fault


def said_in(tree: ast.AST) -> list[ast.expr]:
    """What is handed to a fault, or kept for one."""
    calls = {"Fault", "RefusalError", "fault", "stop", "refuse", "warning"}
    kept = {"want", "fix", "got"}
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in calls:
            found += node.args[1:]
        elif isinstance(node, ast.Assign) and kept & {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}:
            found.append(node.value)
    return found


def test_so_is_what_the_sources_can_say() -> None:
    """Every text of a fault of a tariff, also of one that no broken file provokes."""
    count = 0
    for path in sorted((ROOT / "rating" / "tariff").rglob("*.py")):
        for part in [each for said in said_in(ast.parse(path.read_text(encoding="utf-8"))) for each in ast.walk(said)]:
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and " " in part.value:
                if part.value in OF_PROGRAMS:
                    continue
                assert judged(part.value) == [], f"{path}:{part.lineno}: {part.value}"
                count += 1
    assert count > 400


def test_so_is_what_each_code_means() -> None:
    for text in (*FAULTS.values(), *MEANINGS.values()):
        assert judged(text) == [], text
