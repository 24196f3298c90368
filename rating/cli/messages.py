"""What was not used of OCPP messages, and what was decided in doubt: for people, and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from rating.cli.summary import Rejects, rejects_as_json, rejects_block
from rating.cli.text import count

_TITLES: Final = {
    "left_out": ("Left out {}", "transaction"),
    "faults": ("Could not use {} of the messages", "part"),
    "notes": ("Settled {}", "doubtful case"),
}


def as_json(usage: Any) -> dict[str, Any]:
    """What was left out of a `rating.OcppUsage`, could not be used, or was noted: each code with its first."""
    return {name: [rejects_as_json(each) for each in found] for name, found in _found(usage).items()}


def as_text(usage: Any) -> list[str]:
    """The same as a block each, of those that are not empty."""
    blocks = []
    for name, found in _found(usage).items():
        title, noun = _TITLES[name]
        if found:
            blocks.append(rejects_block(title.format(count(sum(each.count for each in found), noun)), found))
    return blocks


def _found(usage: Any) -> dict[str, tuple[Rejects, ...]]:
    rows = usage.left_out.select(["code", "place", "message"]).to_pylist()
    found = {"left_out": _grouped([(row["code"], row["place"], row["message"]) for row in rows])}
    for name in ("faults", "notes"):
        faults = getattr(usage, name)
        found[name] = _grouped([(fault.code, str(fault.place), fault.message) for fault in faults])
    return found


def _grouped(rows: list[tuple[str, str, str]]) -> tuple[Rejects, ...]:
    counts = Counter(code for code, _, _ in rows)
    first = {code: (place, message) for code, place, message in reversed(rows)}
    found = [Rejects(code, number, *first[code]) for code, number in counts.items()]
    return tuple(sorted(found, key=lambda each: (-each.count, each.code)))
