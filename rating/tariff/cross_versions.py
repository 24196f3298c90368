"""Faults between the dates of a tariff's versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from rating.errors import Fault
from rating.tariff.dates import date_bounds_us, read_valid_from, read_valid_until
from rating.tariff.nodes import Document
from rating.tariff.refusal import RefusalError
from rating.tariff.tree import Mapping, Scalar

_SAME_KIND = "write both as dates, or both as instants with their offset"


class _Moment(NamedTuple):
    at: date | int
    node: Scalar


def version_faults(document: Document, versions: list[Mapping], at_once: bool) -> Iterator[Fault]:
    """Versions whose dates are missing, out of order, or overlap."""
    before: _Moment | None = None  # the valid_from of the version before this one
    ended: _Moment | None = None  # its valid_until
    for index, version in enumerate(versions):
        if index and not any(key.partition(":")[0] == "valid_from" for key in version.keys):
            want = "`valid_from`: only the first version may leave it out"
            fix = "add `valid_from: 2026-01-01` with the day from which it counts"
            yield Fault("missing_key", document.place(version), "no valid_from", want, fix)
        start = _moment(version, "valid_from", read_valid_from)
        until = _moment(version, "valid_until", read_valid_until)
        if start is not None and before is not None and not _is_after(start.at, before.at):
            yield _order_fault(document, start, before)
        elif start is not None and ended is not None and not _by_then(ended.at, start.at):
            yield _overlap_fault(document, ended, start)
        if until is not None and start is not None and not _is_after(until.at, start.at):
            yield _until_fault(document, until, start)
        if at_once and "valid_until" in version.keys:
            want = "no `valid_until` beside `on_change: at_once`: each moment needs a version that prices it"
            fix = "delete one of the two"
            yield Fault("valid_until", document.place(version.keys["valid_until"]), "valid_until", want, fix)
        before = start or before
        ended = until


def validity_fault(document: Document, root: Mapping, what: str) -> Fault | None:
    """A validity that ends before it begins, of a file that has one."""
    start = _moment(root, "valid_from", read_valid_from)
    until = _moment(root, "valid_until", read_valid_until)
    if start is None or until is None or _is_after(until.at, start.at):
        return None
    return _until_fault(document, until, start, what)


def _moment(version: Mapping, key: str, read: Callable[[str], date | int]) -> _Moment | None:
    node = version.values.get(key)
    if not isinstance(node, Scalar):
        return None
    try:
        return _Moment(read(node.plain), node)
    except RefusalError:
        return None


def _order_fault(document: Document, start: _Moment, before: _Moment) -> Fault:
    want = f"a valid_from after that of the version before it, {before.node.plain}"
    fix = "put the versions in the order of their dates, and give no two the same"
    if type(start.at) is not type(before.at):
        want, fix = f"{want}, in every time zone", _SAME_KIND
    return Fault("version_order", document.place(start.node), start.node.plain, want, fix)


def _overlap_fault(document: Document, ended: _Moment, start: _Moment) -> Fault:
    want = f"a valid_until that is not after the next version's valid_from, {start.node.plain}"
    fix = f"write {start.node.plain}, or leave it out: the next version ends this one"
    if type(start.at) is not type(ended.at):
        want, fix = f"{want}, in any time zone", _SAME_KIND
    return Fault("version_order", document.place(ended.node), ended.node.plain, want, fix)


def _until_fault(document: Document, until: _Moment, start: _Moment, what: str = "version") -> Fault:
    want = f"a valid_until after the {what}'s valid_from, {start.node.plain}"
    fix = f"it is the first moment at which the {what} no longer counts: for a single day write the day after it"
    if type(start.at) is not type(until.at):
        want, fix = f"{want}, in every time zone", _SAME_KIND
    return Fault("valid_until", document.place(until.node), until.node.plain, want, fix)


def _is_after(later: date | int, earlier: date | int) -> bool:
    """Whether one moment is after the other, in whatever zone a date begins."""
    if isinstance(later, date) and isinstance(earlier, date):
        return later > earlier
    return _earliest(later) > _latest(earlier)


def _by_then(earlier: date | int, later: date | int) -> bool:
    """Whether one moment is the other or before it, in whatever zone a date begins."""
    if isinstance(later, date) and isinstance(earlier, date):
        return earlier <= later
    return _latest(earlier) <= _earliest(later)


def _earliest(moment: date | int) -> int:
    return date_bounds_us(moment)[0] if isinstance(moment, date) else moment


def _latest(moment: date | int) -> int:
    return date_bounds_us(moment)[1] if isinstance(moment, date) else moment
