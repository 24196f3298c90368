"""Values with decimals -> JSON text, and short words for a value in a message."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal


def write_json(value: object, indent: int | None = 2) -> str:
    """JSON text in which every decimal stands with exactly its digits; no float is written.

    >>> write_json({"price": Decimal("0.10"), "step_size": 1, "vat": Decimal("1E+1")}, indent=None)
    '{"price": 0.10, "step_size": 1, "vat": 10}'
    """
    return _written(value, indent, "\n")


def _written(value: object, indent: int | None, line: str) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | Decimal) and Decimal(value).is_finite():
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    inner = "" if indent is None else line + " " * indent
    if isinstance(value, Mapping):
        parts = [f"{_key(key)}: {_written(item, indent, inner)}" for key, item in value.items()]
        return _joined("{", parts, "}", inner, line)
    if isinstance(value, Sequence):
        return _joined("[", [_written(item, indent, inner) for item in value], "]", inner, line)
    raise TypeError(f"{value!r} cannot stand in JSON with exact numbers")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{key!r} is no key of JSON")
    return json.dumps(key, ensure_ascii=False)


def _joined(begin: str, parts: list[str], end: str, inner: str, line: str) -> str:
    if not parts or not inner:
        return begin + ", ".join(parts) + end
    return begin + inner + f",{inner}".join(parts) + line + end


def shown(value: object) -> str:
    """A value in a message: short, and on one line.

    >>> shown("0.39"), shown(Decimal("1E+2")), shown({"a": 1}), shown([])
    ('"0.39"', '100', 'an object', 'an empty list')
    """
    if isinstance(value, str):
        return json.dumps(value if len(value) <= 40 else value[:39] + "…", ensure_ascii=not value.isprintable())
    if isinstance(value, Mapping):
        return "an object" if value else "an empty object"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if isinstance(value, Decimal):
        return f"{value:f}"[:40]
    return "null" if value is None else str(value).lower()[:40]
