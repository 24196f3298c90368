"""Whether a payload is what OCPP says, by the JSON schemas that the package `ocpp` carries.

A schema takes half a millisecond for a message, and messages of a charge point differ in their numbers only. So a
payload's shape (its keys, its words, the types of the rest) is looked up among those that were fine before, and
validated only if it is new.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, NamedTuple

from rating.errors import Fault, InputError, Place
from rating.usage.ocpp.text import DEPTH_MAX, short

VERSIONS: Final = ("1.6", "2.0.1", "2.1")
_CALL: Final = 2
_SHAPES_MAX: Final = 20_000
# Texts and whole numbers that differ from message to message, and of which a schema says the type and length only.
_FREE: Final = frozenset(
    (
        *("timestamp", "value", "meterStart", "meterStop", "transactionId", "seqNo", "timeSpentCharging"),
        *("idTag", "idToken", "additionalIdToken", "signedMeterData", "publicKey", "reservationId", "remoteStartId"),
        *("info", "vendorErrorCode", "startPeriod", "volume"),
    )
)
_SHORT: Final = 20  # the least length that a schema limits one of these texts to
_MISSING: Final = re.compile(r"'(\w+)' is a required property")


class Flaw(NamedTuple):
    """One thing that the schema says is wrong. `keys`: those that are missing or unknown at `path`."""

    path: tuple[str | int, ...]
    kind: str  # of JSON Schema: type, enum, required, additionalProperties, ...
    text: str
    keys: tuple[str, ...]
    known: tuple[str, ...]  # the keys that may be there


class Schemas:
    """The schemas, and the shapes that were found to be fine."""

    def __init__(self) -> None:
        """Raises InputError where the package is not installed."""
        try:
            from ocpp.messages import get_validator
        except ImportError as error:
            want, fix = (
                "the package `ocpp`, whose schemas check OCPP messages",
                "install it: pip install ocpp",
            )
            raise InputError([Fault("missing_package", Place("ocpp"), "no such package", want, fix)]) from error
        self._validator: Callable[[int, str, str], Any] = get_validator
        self._fine: set[object] = set()

    def flaws(self, version: str, action: str, payload: dict[str, Any]) -> list[Flaw]:
        """All that is wrong with a payload; nothing where it is fine."""
        shape = (version, action, _shape(payload, "", 0))
        if shape in self._fine:
            return []
        found = self._validated(version, action, payload)
        if not found and len(self._fine) < _SHAPES_MAX:
            self._fine.add(shape)
        return found

    def _validated(self, version: str, action: str, payload: dict[str, Any]) -> list[Flaw]:
        if _depth(payload) > DEPTH_MAX:
            return [Flaw((), "depth", "nested too deep", (), ())]
        try:
            return [_flaw(error) for error in self._validator(_CALL, action, version).iter_errors(payload)]
        except (ArithmeticError, TypeError, ValueError, RecursionError) as error:
            # Objects of a caller's own that the library cannot compare: not JSON.
            return [Flaw((), "type", short(str(error)), (), ())]


def _flaw(error: Any) -> Flaw:
    keys: tuple[str, ...] = ()
    known = tuple(error.schema.get("properties", ())) if isinstance(error.schema, dict) else ()
    if error.validator == "required":
        keys = tuple(_MISSING.findall(error.message))
    elif error.validator == "additionalProperties" and isinstance(error.instance, dict):
        keys = tuple(str(key) for key in error.instance if key not in known)
    return Flaw(tuple(error.absolute_path), str(error.validator), short(error.message), keys, known)


def _shape(value: Any, key: str, depth: int) -> object:
    """What a schema can tell of a value: equal shapes are both fine, or both not."""
    if isinstance(value, str):
        return value if key not in _FREE else "" if len(value) <= _SHORT else len(value)
    if isinstance(value, dict) and depth <= DEPTH_MAX:
        return ("object", *[(name, _shape(each, name, depth + 1)) for name, each in value.items()])
    if isinstance(value, list) and depth <= DEPTH_MAX:
        return ("array", *[_shape(each, key, depth + 1) for each in value])
    if value is None or isinstance(value, bool):
        return ("constant", value)
    if isinstance(value, int):
        return ("whole",) if key in _FREE else ("whole", value)
    if isinstance(value, (float, Decimal)):
        return ("number",)
    return object()  # not JSON, or too deep: never equal to another


def _depth(value: Any, depth: int = 0) -> int:
    if depth > DEPTH_MAX or not isinstance(value, (dict, list)):
        return depth
    inner = value.values() if isinstance(value, dict) else value
    return max((_depth(each, depth + 1) for each in inner), default=depth)
