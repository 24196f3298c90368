"""The three tables of a rating, and how they leave the engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating._version import __version__
from rating.compile.plan import Plan
from rating.compile.zones import tzdata_version
from rating.errors import Refused
from rating.kernels.arrays import KINDS, NO_TAX, USAGE, Lines
from rating.results.arrays import AMOUNT, MONEY, PERCENT, QUANTITY, VOLUME, coded, decimals, instants
from rating.results.rejected import rejected_table
from rating.results.write import write_tables
from rating.settle.chunks import ChunkLines, Totals
from rating.units import DIMENSIONS
from rating.usage.batch import UsageBatch


class Frames(NamedTuple):
    """The three tables in another library's type."""

    sessions: Any
    lines: Any
    rejected: Any


@dataclass(frozen=True)
class Rated:
    """The result of a rating: three `pyarrow.Table`s. Every session that came in is in `sessions` or in `rejected`."""

    sessions: Any
    lines: Any
    rejected: Any

    def to_pandas(self) -> Frames:
        """The tables as pandas data frames; amounts are `decimal.Decimal`."""
        return Frames(self.sessions.to_pandas(), self.lines.to_pandas(), self.rejected.to_pandas())

    def to_polars(self) -> Frames:
        """The tables as Polars data frames."""
        import polars

        return Frames(*(polars.from_arrow(table) for table in (self.sessions, self.lines, self.rejected)))

    def write(self, folder: str | Path, format: str = "parquet") -> Path:
        """Write the tables into `folder` as Parquet or CSV; they appear there whole, or not at all."""
        return write_tables(folder, {"sessions": self.sessions, "lines": self.lines, "rejected": self.rejected}, format)

    def __repr__(self) -> str:
        return (
            f"Rated({self.sessions.num_rows} sessions, {self.lines.num_rows} lines, {self.rejected.num_rows} rejected)"
        )


def make_tables(batch: UsageBatch, plan: Plan, totals: Totals, chunks: list[ChunkLines]) -> Rated:
    """Put the arrays of a rating into tables; rejected sessions leave no line."""
    fine = totals.status == Refused.FINE
    every = bool(fine.all())
    kept = None if every else np.flatnonzero(fine)
    sessions = _sessions(batch, plan, totals)
    return Rated(
        sessions=sessions if kept is None else sessions.take(pa.array(kept)),
        lines=_lines(batch, plan, chunks),
        rejected=rejected_table(batch, plan, totals),
    )


def _sessions(batch: UsageBatch, plan: Plan, totals: Totals) -> Any:
    """All n sessions, rated or not."""
    sessions = batch.sessions
    timeline = plan.timeline
    hashes = {tariff.id: tariff.hash for tariff in plan.tariffs}
    engine, tzdata = __version__, tzdata_version()
    count = timeline.size
    columns = {
        "session_id": sessions.id,
        "tariff": coded(sessions.tariff, sessions.tariff_names, sessions.tariff >= 0 if count else None),
        "tariff_version": _by_timeline(plan, plan.versions),
        "currency": _by_timeline(plan, tuple(tariff.currency for tariff in plan.tariffs)),
        "start": instants(sessions.start_us),
        "end": instants(sessions.end_us),
        "energy_kwh": decimals(totals.energy_mwh, QUANTITY),
        "charging_s": decimals(totals.charging_us, QUANTITY),
        "parked_s": decimals(totals.parked_us, QUANTITY),
        "net": decimals(totals.net_micro, MONEY),
        "tax": decimals(totals.tax_micro, MONEY),
        "gross": decimals(totals.gross_micro, MONEY),
        "tariff_hash": _by_timeline(plan, tuple(hashes[tariff.id] for tariff in plan.tariffs)),
        "engine_version": coded(np.zeros(count, np.int8), (engine,)),
        "tzdata_version": coded(np.zeros(count, np.int8), (tzdata,)),
    }
    table = pa.table(columns)
    for name in sessions.extra.column_names:
        table = table.append_column(sessions.extra.schema.field(name), sessions.extra.column(name))
    return table


def _by_timeline(plan: Plan, names: tuple[str, ...]) -> Any:
    """For each session the name of its timeline; equal names share a code."""
    codes: dict[str, int] = {}
    of_timeline = np.array([codes.setdefault(name, len(codes)) for name in names] or [0], np.int32)
    return coded(of_timeline[plan.timeline], tuple(codes) or ("",))


def _lines(batch: UsageBatch, plan: Plan, chunks: list[ChunkLines]) -> Any:
    return pa.Table.from_batches([_line_batch(batch.sessions.id, plan, chunk) for chunk in chunks or [_NO_LINES]])


def _line_batch(ids: Any, plan: Plan, chunk: ChunkLines) -> Any:
    columns = chunk.columns
    priced = _valid(chunk.kind == USAGE)
    taxed = _valid(plan.rules.tax[plan.timeline[chunk.row + chunk.first]] != NO_TAX) if chunk.row.size else None
    return pa.RecordBatch.from_pydict(
        {
            "session_id": _take_ids(ids, chunk.row, chunk.first),
            "line": pa.Array.from_buffers(pa.int32(), chunk.line.size, [None, pa.py_buffer(chunk.line)]),
            "kind": coded(chunk.kind, KINDS),
            "element": coded(columns.element, plan.elements, priced),
            "dimension": coded(columns.dimension, DIMENSIONS, priced),
            "volume": decimals(columns.volume, VOLUME, priced),
            "billed_volume": decimals(columns.billed_volume, VOLUME, priced),
            "unit": coded(columns.unit, plan.units, priced),
            "unit_price": decimals(columns.unit_price, MONEY, priced),
            "amount": decimals(columns.amount, AMOUNT),
            "printed_amount": decimals(columns.printed, MONEY),
            "tax_percent": decimals(columns.rate, PERCENT, taxed),
        }
    )


def _valid(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    return None if mask.all() else mask


def _take_ids(ids: Any, row: NDArray[np.int32], first: int) -> Any:
    """The session id of each line."""
    if pa.types.is_integer(ids.type) and ids.null_count == 0:
        values = np.frombuffer(ids.buffers()[1], np.int64)[ids.offset :]
        return pa.array(values[row + first])
    return ids.take(pa.array(row + first))


def _empty(group: type[Lines]) -> Lines:
    small = {"dimension": np.uint8, "element": np.int32, "unit": np.int32}
    return group(**{name: np.empty(0, small.get(name, np.int64)) for name in group._fields})


_NO_LINES = ChunkLines(0, np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8), _empty(Lines))
