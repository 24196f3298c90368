"""What a flawed message is still good for: the smallest part that holds a flaw is left out, with a Fault that says so.

A sampled value with a flaw is left out, and the others of its message count; a flaw in what the message cannot do
without leaves out the message. Keys that OCPP does not know are passed over with a note; but not in a sampled value,
whose size they may say, nor where such a key is a known one misspelt: then that part is left out.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from rating.errors import Fault, Place
from rating.usage.ocpp.samples import MEASURANDS
from rating.usage.ocpp.schemas import Flaw

# What a message cannot do without.
NEEDED: Final = {
    "StartTransaction": ("connectorId", "meterStart", "timestamp"),
    "StopTransaction": ("transactionId", "meterStop", "timestamp"),
    "TransactionEvent": ("eventType", "timestamp", "transactionInfo"),
    "MeterValues": ("meterValue",),
    "StatusNotification": ("connectorId", "status", "evseId", "connectorStatus"),
}
LISTS: Final = ("meterValue", "transactionData")
_PART: Final = "sampledValue"


class Verdict(NamedTuple):
    """Whether the message is used, and the (meter value, sampled value or None) of it that are not."""

    used: bool
    dropped: frozenset[tuple[int, int | None]]


FINE: Final = Verdict(True, frozenset())


def judge(
    call: tuple[str, str, Place], payload: dict[str, Any], flaws: list[Flaw], faults: list[Fault], notes: list[Fault]
) -> Verdict:
    """The verdict on a payload; `call` is its version, action and place. Appends a Fault or note for each flaw."""
    version, action, place = call
    used = True
    dropped: set[tuple[int, int | None]] = set()
    for flaw in flaws:
        item = _item(flaw.path)
        value = item is not None and item[1] is not None
        fix = "the message is left out"
        if flaw.kind == "additionalProperties" and not value and not _misspelt(flaw):
            text = f"keys that are not of OCPP {version}: {', '.join(flaw.keys)[:120]}"
            notes.append(Fault("ocpp_unknown_key", place, text, "keys of OCPP", "they are passed over"))
            continue
        if item is not None:
            dropped.add(item)
            if _unused(payload, flaw.path):
                continue
            fix = "this value is left out" if value else "these values are left out"
        elif _needs(action, flaw):
            used = False
        else:
            fix = "it is passed over"
        faults.append(Fault("ocpp_schema", place, _text(flaw), f"{action} as OCPP {version} has it", fix))
    return Verdict(used, frozenset(dropped))


def _item(path: tuple[str | int, ...]) -> tuple[int, int | None] | None:
    """The meter value, and the sampled value of it if it is one, in which a flaw lies."""
    if len(path) < 2 or path[0] not in LISTS or not isinstance(path[1], int):
        return None
    inner = path[3] if len(path) > 3 and path[2] == _PART else None
    return path[1], inner if isinstance(inner, int) else None


def _unused(payload: dict[str, Any], path: tuple[str | int, ...]) -> bool:
    """Whether a flawed sampled value is of a measurand that is not used anyway: no loss, and no Fault."""
    if len(path) < 4 or (len(path) > 4 and path[4] == "measurand"):
        return False
    value: Any = payload
    for key in path[:4]:
        value = value[key]
    measurand = value.get("measurand") if isinstance(value, dict) else None
    return isinstance(measurand, str) and measurand not in MEASURANDS


def _misspelt(flaw: Flaw) -> bool:
    """Whether an unknown key is a known one but for its case, underscores and hyphens."""
    known = {name.lower() for name in flaw.known}
    return any(key.replace("_", "").replace("-", "").lower() in known for key in flaw.keys)


def _needs(action: str, flaw: Flaw) -> bool:
    """Whether a flaw lies in what the message cannot do without."""
    needed = NEEDED.get(action, ())
    if not flaw.path:
        return flaw.kind != "required" or any(key in needed for key in flaw.keys)
    if flaw.path[0] == "transactionInfo":
        return len(flaw.path) == 1 or ("transactionId" in (*flaw.keys, *flaw.path) and flaw.kind != "maxLength")
    return flaw.path[0] in needed and flaw.kind != "maxLength"


def _text(flaw: Flaw) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in flaw.path).lstrip(".")
    return f"{path}: {flaw.text}" if path else flaw.text
