"""Sessions as one side prices them: columns of integers by the rows of the batch."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rating.compile.restricted import line_dimension
from rating.engine import rate_batch
from rating.tariff.model import Tariffs
from rating.units import LINE_DIMENSIONS
from rating.usage.batch import UsageBatch

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

_ROW = "\0row"  # no column of a table that anybody wrote has this name


class Element(NamedTuple):
    """A price of a tariff: of one dimension, in an element of one of its versions."""

    tariff: str
    version: str
    element: str
    dimension: str


class Refusal(NamedTuple):
    """Why a session is rejected."""

    code: str
    message: str


class Side(NamedTuple):
    """n sessions by some tariffs."""

    tariffs: Tariffs
    rated: Bool  # (n,)
    known: Bool  # (n,) rated, and the tax and what it is added to or taken from are known
    net: Int64  # (n,) micro; 0 where it is not known, here and below
    tax: Int64  # (n,)
    gross: Int64  # (n,)
    refusals: dict[int, Refusal]  # by row, of those that are not rated
    used: frozenset[Element]  # what lines were billed by


def rate_side(
    tariffs: Tariffs,
    batch: UsageBatch,
    *,
    accounts: Any = None,
    state: Any = None,
    threads: int | None = None,
    lines: bool = True,
) -> Side:
    """Rate the sessions, and note what they cost by their rows; without lines no element is known to be used.

    Raises: InputError where accounts or state cannot be read.
    """
    sessions, count = batch.sessions, batch.sessions.start_us.size
    rows = pa.array(np.arange(count, dtype=np.int64))
    extra = pa.table({name: sessions.extra.column(name) for name in sessions.extra.column_names} | {_ROW: rows})
    marked = batch._replace(sessions=sessions._replace(extra=extra))
    found = rate_batch(tariffs, marked, accounts=accounts, state=state, threads=threads, lines=lines)
    row = np.asarray(found.sessions.column(_ROW).combine_chunks())
    rated = np.zeros(count, bool)
    rated[row] = True
    known = np.zeros(count, bool)
    known[row] = True
    amounts = []
    for name in ("net", "tax", "gross"):
        column = _one(found.sessions.column(name))
        known[row] &= column.is_valid().to_numpy(zero_copy_only=False)
        amount = np.zeros(count, np.int64)
        amount[row] = _micro(column)
        amounts.append(amount)
    for amount in amounts:
        amount[~known] = 0
    refused = np.flatnonzero(~rated).tolist()  # those of sessions stand first, in their order
    codes, messages = (found.rejected.column(name).to_pylist() for name in ("code", "message"))
    refusals = {i: Refusal(code, message) for i, code, message in zip(refused, codes, messages, strict=False)}
    net, tax, gross = amounts
    return Side(tariffs, rated, known, net, tax, gross, refusals, _used(found))


def _one(column: Any) -> Any:
    """A column as one array."""
    found = column.combine_chunks()
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found


def _micro(column: Any) -> Int64:
    """A column of six decimals as millionths, 0 for null: its 128 bits are a number that fits the lower half."""
    filled = pc.fill_null(column, pa.scalar(0, column.type)) if column.null_count else column
    halves = np.frombuffer(filled.buffers()[1], np.int64)
    return halves[2 * filled.offset : 2 * (filled.offset + len(filled)) : 2]


def _used(found: Any) -> frozenset[Element]:
    """Every element that a line of usage has, with its tariff and its version."""
    names = {name: found.lines.column(name).cast(pa.string()) for name in ("element", "dimension")}
    lines = pa.table({"session_id": found.lines.column("session_id"), **names})
    at = pc.index_in(lines.column("session_id"), value_set=_one(found.sessions.column("session_id")))
    whose = found.sessions.select(["tariff", "tariff_version"])
    of_session = pa.table({name: whose.column(name).cast(pa.string()) for name in whose.column_names})
    code = of_session.group_by(of_session.column_names, use_threads=False).aggregate([])
    key = pc.binary_join_element_wise(of_session.column("tariff"), of_session.column("tariff_version"), "\0")
    keys = pc.binary_join_element_wise(code.column("tariff"), code.column("tariff_version"), "\0")
    number = pc.index_in(key, value_set=_one(keys)).take(at)
    seen = pa.table({"number": number, "element": lines.column("element"), "dimension": lines.column("dimension")})
    each = seen.group_by(seen.column_names, use_threads=False).aggregate([]).to_pylist()
    names_of = code.to_pylist()
    return frozenset(
        Element(
            names_of[row["number"]]["tariff"],
            names_of[row["number"]]["tariff_version"],
            row["element"],
            row["dimension"],
        )
        for row in each
        if row["element"] is not None
    )


def never_used(side: Side, among: set[str]) -> tuple[Element, ...]:
    """The elements of these tariffs that no session was billed by, in the order of the tariffs."""
    # A tariff whose prices change at once bills a session by several of its versions.
    at_once = {(each.tariff, each.element, each.dimension) for each in side.used}
    found = []
    for tariff in side.tariffs.values():
        if tariff.id not in among:
            continue
        for version in tariff.versions:
            for element in version.elements:
                for part in element.components:
                    dimension = LINE_DIMENSIONS[line_dimension(part, element.when)]
                    each = Element(tariff.id, version.label, element.name, dimension)
                    used = each in side.used
                    if tariff.on_change != "next_session":
                        used = (each.tariff, each.element, each.dimension) in at_once
                    if not used:
                        found.append(each)
    return tuple(dict.fromkeys(found))
