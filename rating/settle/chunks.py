"""Price a batch, a chunk of sessions at a time, on as many threads as there are.

The order of what happens to a session is the order of `_ORDER`'s calls in `_price_chunk`; chunks do not know one
another, so that neither their size nor the number of threads can change a byte.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rating.compile.plan import Plan
from rating.kernels.arrays import LIMIT_LINES_MAX, Lines, Priced, Usage, Walked, frozen
from rating.kernels.bill import bill
from rating.kernels.lines import write_lines
from rating.kernels.step import step
from rating.kernels.walk import walk
from rating.usage.batch import UsageBatch

Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]

# Sessions in a chunk: their records stay in the second-level cache between the kernels (1 MiB on the design machine).
CHUNK_SESSIONS = 8192


class Totals(NamedTuple):
    """What was found for each of n sessions. A decimal is two int64, the low half first."""

    status: UInt8  # (n,) errors.Refused
    fault: Int64  # (n,) the interval at fault, -1: none
    energy_mwh: Int64  # (2 n,) decimals
    charging_us: Int64  # (2 n,) decimals
    parked_us: Int64  # (2 n,) decimals
    net_micro: Int64  # (2 n,) decimals
    tax_micro: Int64  # (2 n,) decimals
    gross_micro: Int64  # (2 n,) decimals


class ChunkLines(NamedTuple):
    """The r lines of the sessions from `first` on."""

    first: int
    row: NDArray[np.int32]  # (r,) the session, counted from `first`
    line: NDArray[np.int32]  # (r,) from 1
    kind: UInt8  # (r,) index into kernels.arrays.KINDS
    columns: Lines


def settle(
    batch: UsageBatch, plan: Plan, *, threads: int | None = None, chunk_sessions: int = CHUNK_SESSIONS
) -> tuple[Totals, list[ChunkLines]]:
    """Price every session of the batch; lines come in chunks, in the order of the sessions."""
    count = plan.status.size
    totals = Totals(
        np.empty(count, np.uint8), np.empty(count, np.int64), *(np.empty(2 * count, np.int64) for _ in range(6))
    )
    usage = frozen(
        Usage(
            session_start_us=batch.sessions.start_us,
            session_end_us=batch.sessions.end_us,
            timeline=plan.timeline,
            status=plan.status,
            interval_first=batch.interval_first,
            start_us=batch.intervals.start_us,
            end_us=batch.intervals.end_us,
            energy=batch.intervals.energy,
            activity=np.empty(0, np.uint8) if batch.intervals.activity is None else batch.intervals.activity,
        )
    )
    price = partial(_price_chunk, usage, batch.intervals.energy_scale, plan, totals, chunk_sessions)
    firsts = range(0, count, chunk_sessions)
    workers = min(threads or os.cpu_count() or 1, len(firsts))
    if workers <= 1:
        return totals, [price(first) for first in firsts]
    with ThreadPoolExecutor(workers, thread_name_prefix="rating") as pool:
        return totals, list(pool.map(price, firsts))


def _price_chunk(usage: Usage, energy_scale: int, plan: Plan, totals: Totals, size: int, first: int) -> ChunkLines:
    last = min(first + size, plan.status.size)
    timeline = plan.timeline[first:last]
    component_count = np.diff(plan.timelines.component_first)
    counts = component_count[timeline] if component_count.size else np.zeros(1, np.int64)
    room = int(counts.sum())
    stepped = bool(plan.rules.stepped.any())

    billable = np.empty(room, np.int64)
    walked = Walked(
        status=totals.status[first:last],
        fault=totals.fault[first:last],
        energy_mwh=totals.energy_mwh[2 * first : 2 * last],
        charging_us=totals.charging_us[2 * first : 2 * last],
        parked_us=totals.parked_us[2 * first : 2 * last],
        record_first=np.empty(last - first + 1, np.int64),
        component=np.empty(room, np.int32),
        turn=np.empty(room, np.int32),
        volume=np.empty(room, np.int64),
        billable=billable,
        billed=np.empty(room, np.int64) if stepped else billable,
    )
    records = walk(first, last, usage, energy_scale, plan.timelines, plan.components, walked)
    timeline = usage.timeline[first:last]
    if stepped:
        step(timeline, plan.components, plan.rules, walked)

    # A line for each record, and where a tariff has limits or rounds to a coarser unit, room for their lines.
    odd = plan.rules.limit_given.any() or (plan.rules.unit_nano != plan.rules.print_nano).any()
    most = records + ((LIMIT_LINES_MAX + 1) * (last - first) if odd else 0)
    priced = Priced(
        net=totals.net_micro[2 * first : 2 * last],
        tax=totals.tax_micro[2 * first : 2 * last],
        gross=totals.gross_micro[2 * first : 2 * last],
        row=np.empty(most, np.int32),
        line=np.empty(most, np.int32),
        kind=np.empty(most, np.uint8),
        record=np.empty(most, np.int32),
        nano=np.empty(most, np.int64),
        rest=np.empty(most, np.int64),
        printed=np.empty(most, np.int64),
    )
    count = bill(timeline, plan.components, plan.rules, walked, priced)
    lines = Lines(
        dimension=np.empty(count, np.uint8),
        element=np.empty(count, np.int32),
        unit=np.empty(count, np.int32),
        volume=np.empty(2 * count, np.int64),
        billed_volume=np.empty(2 * count, np.int64),
        unit_price=np.empty(2 * count, np.int64),
        amount=np.empty(2 * count, np.int64),
        printed=np.empty(2 * count, np.int64),
        rate=np.empty(2 * count, np.int64),
    )
    write_lines(timeline, plan.components, plan.rules, walked, priced, lines)
    return ChunkLines(first, priced.row[:count], priced.line[:count], priced.kind[:count], lines)
