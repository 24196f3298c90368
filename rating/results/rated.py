"""The four tables of a rating, and how they leave the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating._version import __version__
from rating.compile.plan import Plan
from rating.compile.zones import tzdata_version
from rating.errors import Fault, InputError, Place, Refused
from rating.kernels.arrays import KINDS, NO_TAX, TAX_INCLUDED, Lines, Totals
from rating.results.arrays import (
    AMOUNT,
    MONEY,
    PERCENT,
    QUANTITY,
    VOLUME,
    coded,
    decimals,
    instants,
    integers,
    nulls,
    zeros,
)
from rating.results.later import Later
from rating.results.rejected import rejected_table
from rating.results.taxes import taxes_later
from rating.results.write import write_tables
from rating.settle.chunks import has_integer_ids
from rating.units import LINE_DIMENSIONS
from rating.usage.batch import UsageBatch


class Frames(NamedTuple):
    """The four tables in another library's type."""

    sessions: Any
    lines: Any
    taxes: Any
    rejected: Any


@dataclass(frozen=True)
class Rated:
    """The result of a rating: four `pyarrow.Table`s. Every session that came in is in `sessions` or in `rejected`."""

    sessions: Any
    lines: Any
    rejected: Any
    _taxes: Later = field(repr=False, compare=False)
    _state: Later | None = field(default=None, repr=False, compare=False)

    @classmethod
    def later(cls, make: Callable[[], Rated]) -> Rated:
        """One whose tables are made when the first of them is asked for: of one session they take longer than all
        else.
        """
        rated = object.__new__(cls)
        object.__setattr__(rated, "_make", make)
        return rated

    def __getattr__(self, name: str) -> Any:
        make = self.__dict__.get("_make")
        if make is None or name not in Rated.__dataclass_fields__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self.__dict__.update(make().__dict__)
        return self.__dict__[name]

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in Rated.__dataclass_fields__}

    @property
    def taxes(self) -> Any:
        """A row for each tax of a session: what it counts from and how much it is. Made at the first call."""
        return self._taxes.get()

    @property
    def state(self) -> Any:
        """What accounts and coupons have used, for the next rating; None: there are none. Made at the first call."""
        return None if self._state is None else self._state.get()

    @property
    def tables(self) -> dict[str, Any]:
        """All four by their names."""
        return {name: getattr(self, name) for name in Frames._fields}

    @property
    def written(self) -> dict[str, Any]:
        """What `write` writes: the four tables, and the state where there is one."""
        return self.tables if self.state is None else {**self.tables, "state": self.state}

    def to_pandas(self) -> Frames:
        """The tables as pandas data frames; amounts are `decimal.Decimal`.

        Raises: InputError where pandas is not installed.
        """
        _need("pandas")
        return Frames(*(table.to_pandas() for table in self.tables.values()))

    def to_polars(self) -> Frames:
        """The tables as Polars data frames.

        Raises: InputError where Polars is not installed.
        """
        _need("polars")
        import polars

        return Frames(*(polars.from_arrow(table) for table in self.tables.values()))

    def write(self, folder: str | Path, format: str = "parquet") -> Path:
        """Write the tables into `folder` as Parquet or CSV, and the state where there is one: all of them, or none."""
        return write_tables(folder, self.written, format)

    def __repr__(self) -> str:
        return (
            f"Rated({self.sessions.num_rows} sessions, {self.lines.num_rows} lines, {self.rejected.num_rows} rejected)"
        )


def _need(package: str) -> None:
    """Refuse where an extra is not installed, with the line that installs it."""
    try:
        import_module(package)
    except ImportError as error:
        fix = f"install it: pip install 'rating[{package}]'"
        fault = Fault(f"no_{package}", Place(f"to_{package}"), f"no {package}", f"the extra `{package}`", fix)
        raise InputError([fault]) from error


def make_tables(batch: UsageBatch, plan: Plan, totals: Totals, lines: list[Any], state: Later | None = None) -> Rated:
    """Put the arrays of a rating into tables; rejected sessions leave no line."""
    kept = np.flatnonzero(totals.status == Refused.FINE) if totals.status.any() else None  # None: all
    sessions = _sessions(batch, plan, totals)
    return Rated(
        sessions=sessions if kept is None else sessions.take(pa.array(kept)),
        lines=pa.Table.from_batches(lines or [line_writer(batch.sessions.id, plan)(_NO_LINES)]),
        rejected=rejected_table(batch, plan, totals),
        _taxes=taxes_later(batch.sessions.id, plan, totals),
        _state=state,
    )


def _sessions(batch: UsageBatch, plan: Plan, totals: Totals) -> Any:
    """All n sessions, rated or not."""
    sessions = batch.sessions
    timeline = plan.timeline
    hashes = {tariff.id: tariff.hash for tariff in plan.tariffs}
    engine, tzdata = __version__, tzdata_version()
    count = timeline.size
    known = _known(plan, totals)
    columns = {
        "session_id": sessions.id,
        "tariff": coded(sessions.tariff, sessions.tariff_names, sessions.tariff >= 0 if totals.status.any() else None),
        "tariff_version": _by_timeline(plan, plan.versions),
        "currency": _by_timeline(plan, tuple(tariff.currency for tariff in plan.tariffs)),
        "start": instants(sessions.start_us),
        "end": instants(sessions.end_us),
        "energy_kwh": decimals(totals.energy_mwh, QUANTITY),
        "charging_s": decimals(totals.charging_us, QUANTITY),
        "parked_s": decimals(totals.parked_us, QUANTITY),
        "net": decimals(totals.net_micro, MONEY, known[0]),
        "tax": decimals(totals.tax_micro if len(totals.tax_micro) else zeros(count, np.int64, 2), MONEY, known[1]),
        "gross": decimals(totals.gross_micro, MONEY, known[2]),
        "tariff_hash": _by_timeline(plan, tuple(hashes[tariff.id] for tariff in plan.tariffs)),
        "engine_version": coded(zeros(count, np.int8), (engine,)),
        "tzdata_version": coded(zeros(count, np.int8), (tzdata,)),
    }
    table = pa.table(columns)
    for name in sessions.extra.column_names:
        table = table.append_column(sessions.extra.schema.field(name), sessions.extra.column(name))
    return table


def _known(plan: Plan, totals: Totals) -> tuple[Any, Any, Any]:
    """For net, tax and gross where they are known, (n,), or None: everywhere."""
    if not totals.unknown.any():
        return None, None, None
    known = totals.unknown == 0
    included = plan.book.rules.tax[plan.timeline] == TAX_INCLUDED
    return known | ~included, known, known | included


def _by_timeline(plan: Plan, names: tuple[str, ...]) -> Any:
    """For each session the name of its timeline; equal names share a code."""
    codes: dict[str, int] = {}
    of_timeline = np.array([codes.setdefault(name, len(codes)) for name in names] or [0], np.int32)
    if len(codes) <= 1:
        of_session = zeros(plan.timeline.size, np.int32)
    elif len(codes) == len(names):  # each timeline has its own
        of_session = plan.timeline
    else:
        of_session = of_timeline.take(plan.timeline)
    return coded(of_session, tuple(codes) or ("",))


def line_writer(ids: Any, plan: Plan) -> Callable[[Lines], Any]:
    """What makes a record batch of the lines of a chunk; the threads that price call it."""
    return partial(_line_batch, ids, plan)


_CODES: Any = (np.int64, np.int32, np.uint8, np.uint8, np.int32, np.int32)
_NO_LINES = Lines(
    *(np.empty(0, code) for code in _CODES), *[np.empty((0, 2), np.int64)] * 6, *[np.empty(0, np.uint8)] * 4
)


def _line_batch(ids: Any, plan: Plan, lines: Lines) -> Any:
    priced, measured, named, dimensioned = _bitmaps(lines)
    volume = decimals(lines.volume, VOLUME, measured)
    return pa.RecordBatch.from_pydict(
        {
            "session_id": _session_ids(ids, lines.session),
            "line": pa.Array.from_buffers(pa.int32(), lines.line.size, [None, pa.py_buffer(lines.line)]),
            "kind": coded(lines.kind, KINDS),
            "element": coded(lines.element, plan.elements, named),
            "dimension": coded(lines.dimension, LINE_DIMENSIONS, dimensioned),
            "volume": volume,
            "billed_volume": decimals(lines.billed_volume, VOLUME, measured) if len(lines.billed_volume) else volume,
            "unit": coded(lines.unit, plan.units, measured),
            "unit_price": decimals(lines.unit_price, MONEY, priced),
            "amount": decimals(lines.amount, AMOUNT),
            "printed_amount": decimals(lines.printed, MONEY),
            "tax_percent": _percents(plan, lines),
        }
    )


def _bitmaps(lines: Lines) -> list[Any]:
    """Which lines have a price, a volume, an element and a dimension, as Arrow takes it; None: all have."""
    count, found = lines.kind.size, (lines.priced, lines.measured, lines.named, lines.dimensioned)
    if not lines.kind.any():  # usage lacks nothing
        return [None] * len(found)
    if count % 8:  # bits of no line are 0, so that tables of the same lines are the same bytes
        for bits in found:
            bits[count // 8] &= (1 << count % 8) - 1
    return [pa.py_buffer(bits[: -(-count // 8)]) for bits in found]


def _percents(plan: Plan, lines: Lines) -> Any:
    """The tax of each line, null where it has none: a rate of -1."""
    if len(lines.rate) == 0:
        return nulls(lines.unit.size, PERCENT)
    every = (plan.book.rules.tax != NO_TAX).all() and not (plan.book.rules.mixed.any() or plan.terms)
    return decimals(lines.rate, PERCENT, None if every else np.asarray(lines.rate[:, 0] >= 0))


def _session_ids(ids: Any, session: NDArray[np.int64]) -> Any:
    """The id of each line's session: what the kernel wrote, or where ids are text, the one in that row."""
    if has_integer_ids(ids):
        return integers(session)
    return ids.take(integers(session))
