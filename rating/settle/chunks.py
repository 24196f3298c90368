"""Price a batch, a chunk of sessions at a time, on as many threads as there are.

The order of what happens to a session is the order of the calls in `_price_chunk`; chunks do not know one another, so
that neither their size nor the number of threads can change a byte.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rating.compile.plan import Plan
from rating.kernels.amounts import amounts
from rating.kernels.arrays import NO_LINE, NO_TAX, Lines, Records, Stretches, Usage, frozen
from rating.kernels.bill import bill
from rating.kernels.gather import gather
from rating.kernels.lines import write_lines
from rating.kernels.step import step
from rating.kernels.walk import walk
from rating.settle.memory import Block
from rating.units import DIMENSIONS
from rating.usage.batch import UsageBatch

Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]
T = TypeVar("T")

# Sessions in a chunk at most. Smaller ones cost 0.3 ms each in Python: 4,096 took 20 % longer.
CHUNK_SESSIONS_MAX = 32768
CHUNK_SESSIONS_MIN = 1024
# Room to begin with: J1 has 2.3, and a session that needs more makes its chunk walk again.
STRETCHES_A_SESSION = 8


class Totals(NamedTuple):
    """What was found for each of n sessions. A decimal is two int64, the low half first."""

    status: UInt8  # (n,) errors.Refused
    fault: Int64  # (n,) the interval at fault, -1: none
    energy_mwh: Int64  # (n, 2) decimals
    charging_us: Int64  # (n, 2) decimals
    parked_us: Int64  # (n, 2) decimals
    net_micro: Int64  # (n, 2) decimals
    tax_micro: Int64  # (n, 2) decimals
    gross_micro: Int64  # (n, 2) decimals


def settle(
    batch: UsageBatch,
    plan: Plan,
    finish: Callable[[Lines], T],
    *,
    threads: int | None = None,
    chunk_sessions: int | None = None,
) -> tuple[Totals, list[T]]:
    """Price every session of the batch; `finish` makes of each chunk's lines what is returned, in order of sessions."""
    if chunk_sessions is not None and chunk_sessions < 1:
        raise ValueError(f"chunk_sessions must be at least 1, not {chunk_sessions}")
    count = plan.status.size
    workers = threads or os.cpu_count() or 1
    if chunk_sessions is None:
        # As many for each thread; a few sessions are not worth starting one.
        chunks = workers * -(-count // (workers * CHUNK_SESSIONS_MAX)) if count > CHUNK_SESSIONS_MIN else 1
        chunk_sessions = max(1, -(-count // max(1, chunks)))
    totals = _room_for_totals(count)
    sessions, intervals = batch.sessions, batch.intervals
    usage = frozen(
        Usage(
            session_id=np.asarray(sessions.id) if has_integer_ids(sessions.id) else np.empty(0, np.int64),
            session_start_us=sessions.start_us,
            session_end_us=sessions.end_us,
            timeline=plan.timeline,
            status=plan.status,
            interval_first=batch.interval_first,
            start_us=intervals.start_us,
            end_us=intervals.end_us,
            energy=intervals.energy,
            activity=np.empty(0, np.uint8) if intervals.activity is None else intervals.activity,
        )
    )
    job = Job(usage, intervals.energy_scale, plan, totals)
    firsts = range(0, count, chunk_sessions)
    found: list[T | None] = [None] * len(firsts)
    queue = iter(enumerate(firsts))

    def work() -> None:
        try:
            scratch = _SCRATCH.pop()
        except IndexError:
            scratch = Scratch(Block(), Block())
        for i, first in queue:  # the GIL hands each item to one thread
            found[i] = finish(_price_chunk(job, scratch, first, min(first + chunk_sessions, count)))
        _SCRATCH.append(scratch)

    workers = min(workers, len(firsts))
    if workers <= 1:
        work()
    else:
        with ThreadPoolExecutor(workers, thread_name_prefix="rating") as pool:
            for done in [pool.submit(work) for _ in range(workers)]:
                done.result()
    return totals, [lines for lines in found if lines is not None]


def _room_for_totals(count: int) -> Totals:
    block = Block()
    block.reset({np.int64: 13 * count, np.uint8: count})
    return Totals(
        status=block.take(count, np.uint8),
        fault=block.take(count, np.int64),
        energy_mwh=block.take(count, np.int64, 2),
        charging_us=block.take(count, np.int64, 2),
        parked_us=block.take(count, np.int64, 2),
        net_micro=block.take(count, np.int64, 2),
        tax_micro=block.take(count, np.int64, 2),
        gross_micro=block.take(count, np.int64, 2),
    )


class Job(NamedTuple):
    """What every chunk of a batch is priced by, and where its totals go."""

    usage: Usage
    energy_scale: int
    plan: Plan
    totals: Totals


class Scratch(NamedTuple):
    """What one thread writes between kernels, and hands out again for its next chunk."""

    stretches: Block
    records: Block


# What threads have put back, some 20 MiB for each: to fault it in for every call took 0.4 ns an interval.
_SCRATCH: deque[Scratch] = deque(maxlen=os.cpu_count() or 1)


def has_integer_ids(ids: Any) -> bool:
    """Whether kernels can write the session ids themselves: all are int64, and none is missing."""
    return bool(pa.types.is_int64(ids.type) and not ids.null_count)


def _price_chunk(job: Job, scratch: Scratch, first: int, last: int) -> Lines:
    """What happens to the sessions first to last - 1, in this order."""
    usage, plan = job.usage, job.plan
    timeline = usage.timeline[first:last]
    stretches = _walk_chunk(job, scratch.stretches, first, last)
    records = _room_to_gather(job, scratch.records, stretches, first, last)
    component_most = int(np.diff(plan.timelines.component_first).max(initial=1))
    count = gather(first, usage, stretches, plan.timelines, plan.components, plan.rules, component_most, records)
    if plan.rules.stepped.any():
        step(timeline, plan.components, plan.rules, records)
    amounts(count, plan.components, records)
    line_count = bill(timeline, plan.rules, records)
    # Mostly every record is a line, and none has to be picked.
    every = np.empty(0, np.int32)
    pick = every if line_count == count else np.flatnonzero(records.kind[:count] != NO_LINE).astype(np.int32)
    lines = _room_for_lines(line_count, plan)
    write_lines(usage, first, plan.components, plan.rules, records, pick, lines)
    return lines


def _walk_chunk(job: Job, block: Block, first: int, last: int) -> Stretches:
    """Walk with room for a few stretches a session, and again with more where that was not enough."""
    room = STRETCHES_A_SESSION * (last - first)
    while True:
        block.reset({np.int64: 3 * room + last - first + 1, np.int32: room, np.uint8: room})
        stretches = Stretches(
            status=job.totals.status[first:last],
            fault=job.totals.fault[first:last],
            first=block.take(last - first + 1, np.int64),
            epoch=block.take(room, np.int32),
            after_energy=block.take(room, np.uint8),
            energy_mwh=block.take(room, np.int64),
            charging_us=block.take(room, np.int64),
            duration_us=block.take(room, np.int64),
        )
        if walk(first, last, job.usage, job.energy_scale, job.plan.timelines, stretches) >= 0:
            return stretches
        room *= 4


def _room_to_gather(job: Job, block: Block, stretches: Stretches, first: int, last: int) -> Records:
    """Room for a record of every dimension of every stretch, and for the spare ones."""
    rules, totals = job.plan.rules, job.totals
    room = len(DIMENSIONS) * int(stretches.first[-1]) + int(rules.spare.max(initial=0)) * (last - first)
    stepped = bool(rules.stepped.any())
    block.reset({np.int64: 6 * room + last - first + 1, np.int32: 3 * room, np.uint8: room})
    billable = block.take(room, np.int64)
    return Records(
        status=stretches.status,
        energy_mwh=totals.energy_mwh[first:last],
        charging_us=totals.charging_us[first:last],
        parked_us=totals.parked_us[first:last],
        net=totals.net_micro[first:last],
        tax=totals.tax_micro[first:last],
        gross=totals.gross_micro[first:last],
        first=block.take(last - first + 1, np.int64),
        session=block.take(room, np.int32),
        kind=block.take(room, np.uint8),
        component=block.take(room, np.int32),
        turn=block.take(room, np.int32),
        volume=block.take(room, np.int64),
        billable=billable,
        billed=block.take(room, np.int64) if stepped else billable,
        nano=block.take(room, np.int64),
        rest=block.take(room, np.int64),
        printed=block.take(room, np.int64),
    )


def _room_for_lines(count: int, plan: Plan) -> Lines:
    """Room for the columns of the table: it stays with the table, so each chunk has its own.

    What no tariff of the batch needs takes no room: a rate of tax, or billed volumes other than the measured ones.
    """
    parts = plan.components
    billed = count if parts.step.any() or parts.grace_us.any() else 0
    taxed = count if (plan.rules.tax != NO_TAX).any() else 0
    block = Block()
    block.reset({np.int64: 9 * count + 2 * billed + 2 * taxed, np.int32: 3 * count, np.uint8: 2 * count})
    return Lines(
        session=block.take(count, np.int64),
        line=block.take(count, np.int32),
        kind=block.take(count, np.uint8),
        dimension=block.take(count, np.uint8),
        element=block.take(count, np.int32),
        unit=block.take(count, np.int32),
        volume=block.take(count, np.int64, 2),
        billed_volume=block.take(billed, np.int64, 2),
        unit_price=block.take(count, np.int64, 2),
        amount=block.take(count, np.int64, 2),
        printed=block.take(count, np.int64, 2),
        rate=block.take(taxed, np.int64, 2),
    )
