"""The table of what was not rated, each row with a code, a message and a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating.compile.plan import Plan
from rating.errors import Fault, Refused
from rating.kernels.arrays import Totals
from rating.results.index_gaps import missing_prices
from rating.tariff.clocks import clock_text, moment_text
from rating.tariff.model import Tariff, Tariffs
from rating.units import MWH_PER_KWH
from rating.usage.batch import UsageBatch
from rating.usage.evidence import lacking
from rating.usage.refusals import describe, describe_stray

if TYPE_CHECKING:
    from rating.usage.ocpi.read import RefusedCdr

ENERGY = pa.decimal128(38, 6)
_FAULTS_TOLD = 20  # of one CDR in its message; all of them are in `Cdrs.refused`


class Rejection(NamedTuple):
    """One row of the table; `energy_mwh` is None where the energy could not be read."""

    session_id: Any
    fault: Fault
    energy_mwh: int | None


def rejections(batch: UsageBatch, plan: Plan, totals: Totals) -> Iterator[Rejection]:
    """Refused sessions in the order in which they came in, then intervals that belong to no session."""
    for i in map(int, np.flatnonzero(totals.status)):
        row, measured = _row_at_fault(batch, totals, i), _interval_at_fault(batch, totals, i) >= 0
        fault = refusal(batch, plan.known, i, Refused(int(totals.status[i])), row, measured)
        yield Rejection(batch.sessions.id[i].as_py(), fault, _energy_mwh(batch, i))
    for stray in batch.stray:
        yield Rejection(stray.session_id, describe_stray(batch, stray), stray.energy_mwh)


def refusal(batch: UsageBatch, known: Tariffs, i: int, code: Refused, row: int, measured: bool = False) -> Fault:
    """Why session `i` is refused, at the input row `row` of its intervals or readings, or -1.

    `measured`: for what was measured, which may come from no such row.
    """
    hint = start = ""
    if code in (Refused.NO_VERSION, Refused.MISSING_COLUMN):
        tariff = known[batch.sessions.tariff_names[batch.sessions.tariff[i]]]
        missing = "current_a" if measured else _needed(tariff, batch, i)
        zone = tariff.time_zone or _own_zone(batch, i)
        start = f"{moment_text(int(batch.sessions.start_us[i]), zone)}{clock_text(zone)}"
        hint = _in_force(tariff, zone) if code == Refused.NO_VERSION else missing
    if code == Refused.NO_INDEX_PRICE:
        hint = missing_prices(known[batch.sessions.tariff_names[batch.sessions.tariff[i]]], batch, i)
    if code == Refused.LATE:
        hint = _limited_coupon(known, batch, i)
    return describe(batch, i, code, row, known=known, hint=hint, start=start)


def _limited_coupon(known: Tariffs, batch: UsageBatch, i: int) -> str:
    """The session's coupon where all its uses are counted, whatever the account."""
    extra = batch.sessions.extra
    code = str(extra.column("coupon")[i].as_py()) if "coupon" in extra.column_names else ""
    return code if code in known.plans.coupons and known.plans.coupons[code].uses_max is not None else ""


def _own_zone(batch: UsageBatch, i: int) -> str:
    """The zone that a session says of its site."""
    zones = batch.sessions.time_zone
    return "" if zones is None or zones[i] < 0 else batch.sessions.zone_names[int(zones[i])]


def _in_force(tariff: Tariff, zone: str) -> str:
    """From when on the tariff prices sessions; where one of its versions ends, from when until when each does."""
    if all(version.valid_until is None for version in tariff.versions):
        first = tariff.versions[0]
        return first.label if first.valid_from is None else moment_text(first.valid_from, zone)
    spans = []
    for version in tariff.versions:
        begin = "" if version.valid_from is None else f"from {moment_text(version.valid_from, zone)}"
        until = "" if version.valid_until is None else f"until {moment_text(version.valid_until, zone)}"
        spans.append(f"{begin} {until}".strip())
    return ", ".join(spans)


def _needed(tariff: Tariff, batch: UsageBatch, i: int) -> str:
    """What the tariff asks of the session's charger and the session does not say."""
    whens = [element.when for version in tariff.versions for element in version.elements]
    asked = {"connector": any(when.connector is not None for when in whens)}
    asked["evse_power_kw"] = any((when.min_evse_power_mw, when.max_evse_power_mw) != (None, None) for when in whens)
    return next((name for name in lacking(batch, i) if asked[name]), "")


def input_row(batch: UsageBatch, interval: int) -> int:
    """The row of the input table that an interval of the batch came from."""
    return interval if batch.intervals.row is None else int(batch.intervals.row[interval])


def rejected_table(batch: UsageBatch, plan: Plan, totals: Totals) -> Any:
    """The table `rejected`: session_id, code, message, place, energy_kwh."""
    rows = list(rejections(batch, plan, totals))
    if not rows:
        return _none_rejected(batch.sessions.id.type)
    energies = [None if row.energy_mwh is None else Decimal(row.energy_mwh) / MWH_PER_KWH for row in rows]
    return pa.table(
        {
            "session_id": pa.array([row.session_id for row in rows], batch.sessions.id.type),
            "code": pa.array([row.fault.code for row in rows], pa.string()),
            "message": pa.array([row.fault.message for row in rows], pa.string()),
            "place": pa.array([str(row.fault.place) for row in rows], pa.string()),
            "energy_kwh": pa.array(energies, ENERGY),
        }
    )


@lru_cache(maxsize=4)
def _none_rejected(id_type: Any) -> Any:
    kinds = {"session_id": id_type, "code": pa.string(), "message": pa.string(), "place": pa.string()}
    # `pa.array([])` would load pandas, where it is installed.
    return pa.table({name: pa.nulls(0, kind) for name, kind in {**kinds, "energy_kwh": ENERGY}.items()})


def with_refused(rejected: Any, refused: Sequence[RefusedCdr]) -> Any:
    """The table `rejected` with a row for each CDR that could not be read; its message has a fault a line."""
    if not refused:
        return rejected
    rows = pa.table(
        {
            "session_id": pa.array([cdr.id for cdr in refused], pa.string()),
            "code": pa.array([cdr.faults[0].code for cdr in refused], pa.string()),
            "message": pa.array([_told(cdr.faults) for cdr in refused], pa.string()),
            "place": pa.array([str(cdr.place) for cdr in refused], pa.string()),
            "energy_kwh": pa.nulls(len(refused), ENERGY),
        }
    )
    return pa.concat_tables([rejected, rows])


def _told(faults: Sequence[Fault]) -> str:
    lines = list(map(str, faults[:_FAULTS_TOLD]))
    return "\n".join([*lines, f"and {len(faults) - len(lines)} more"] if len(faults) > len(lines) else lines)


def as_faults(batch: UsageBatch, plan: Plan, totals: Totals) -> list[Fault]:
    """The same as faults, for callers who asked to raise."""
    return [row.fault for row in rejections(batch, plan, totals)]


def _row_at_fault(batch: UsageBatch, totals: Totals, i: int) -> int:
    """The row of the input table: what the door noted, or the interval that the kernel stopped at."""
    if batch.sessions.status[i] != Refused.FINE:
        return int(batch.sessions.status_row[i])
    interval = _interval_at_fault(batch, totals, i)
    return -1 if interval < 0 else input_row(batch, interval)


def _interval_at_fault(batch: UsageBatch, totals: Totals, i: int) -> int:
    """The interval of the batch that the kernel stopped at, -1: none, or the door refused the session."""
    fault = int(totals.fault[i])
    fine = batch.sessions.status[i] == Refused.FINE
    return fault if fine and fault < batch.intervals.start_us.size else -1


def _energy_mwh(batch: UsageBatch, i: int) -> int | None:
    """The energy that came in for a session, added up in halves so that no value can overflow; None: unreadable."""
    if batch.sessions.status[i] == Refused.ENERGY_RANGE:  # found at the door, where what is too large still passes
        return None
    first, last = batch.interval_first[i], batch.interval_first[i + 1]
    energy: NDArray[np.int64] = batch.intervals.energy[first:last]
    high, low = int((energy >> 32).sum()), int((energy & 0xFFFFFFFF).sum())
    return ((high << 32) + low) * batch.intervals.energy_scale
